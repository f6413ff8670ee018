"""flask-smorest as it is usually written: objects of the ORM, dumped by a schema."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_smorest import Api, Blueprint, abort
from sqlalchemy.orm import Session

from api.core.config import Settings
from bench.servers.orm_queries import select_one, select_page
from bench.servers.smorest_shapes import Page, Query, Quote
from models.database import Database

database = Database(Settings.from_environment().database_url)
blp = Blueprint("quotes", __name__, url_prefix="/v1")


@blp.route("/quotes")
@blp.arguments(Query, location="query")
@blp.response(200, Page)
def quotes(query: dict[str, Any]) -> dict[str, Any]:
    """List quotes"""
    with Session(database.engine) as session:
        found = session.scalars(select_page(**query)).all()
        return {"data": found[: query["limit"]], "has_more": len(found) > query["limit"]}


@blp.route("/quotes/<slug>")
@blp.response(200, Quote)
def quote(slug: str) -> Any:
    """Get a quote"""
    with Session(database.engine) as session:
        return session.scalars(select_one(slug)).one_or_none() or abort(404)


app = Flask(__name__)
app.config |= {"API_TITLE": "Quotes", "API_VERSION": "1", "OPENAPI_VERSION": "3.1.0"}
Api(app).register_blueprint(blp)
