"""flask-smorest as it is usually written: ORM objects, dumped by schemas to the JSON of Subtext."""
# ruff: noqa: D101, D103 (names say what is served)

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_smorest import Api, Blueprint, abort
from marshmallow import Schema, fields
from sqlalchemy.orm import Session
from webargs.fields import DelimitedList

from api.core.config import Settings
from bench.servers.orm_queries import BASE_URL, RIGHTS, select_one, select_page
from models.database import Database

database = Database(Settings.from_environment().database_url)
blp = Blueprint("quotes", __name__, url_prefix="/v1")


class ReferenceSchema(Schema):
    type = fields.String(attribute="type_name")
    id = fields.String(attribute="slug")
    label = fields.String()
    url = fields.Function(lambda item: f"{BASE_URL}/v1/{item.type_name}s/{item.slug}")


class AdvisorySchema(Schema):
    type = fields.Constant("advisory")
    id = fields.String(attribute="advisory.slug")
    label = fields.String(attribute="advisory.label")
    url = fields.Function(lambda link: f"{BASE_URL}/v1/advisories/{link.advisory.slug}")
    severity = fields.Integer()


class CitationSchema(Schema):
    source = fields.Nested(ReferenceSchema)
    paragraphs = fields.List(fields.Integer())


class QuoteSchema(ReferenceSchema):
    html_url = fields.Function(lambda quote: f"{BASE_URL}/quotes/{quote.slug}")
    text = fields.String()
    language = fields.String()
    word_count = fields.Integer()
    kind = fields.String(attribute="kind.value")
    voice = fields.String(attribute="voice.value")
    fidelity = fields.String(attribute="fidelity.value")
    speaker = fields.Nested(ReferenceSchema)
    speaker_certainty = fields.Function(
        lambda quote: quote.speaker_certainty.value if quote.speaker_certainty else None
    )
    film = fields.Nested(ReferenceSchema)
    scene = fields.Nested(ReferenceSchema)
    themes = fields.List(fields.Nested(ReferenceSchema))
    advisories = fields.List(fields.Nested(AdvisorySchema), attribute="advisory_links")
    citations = fields.List(fields.Nested(CitationSchema))
    rights = fields.Constant(RIGHTS)
    editor_note = fields.String()
    links = fields.Function(lambda quote: {"commentary": f"{BASE_URL}/v1/commentary?quote={quote.slug}"})
    revision = fields.Integer()
    created_at = fields.AwareDateTime(format="%Y-%m-%dT%H:%M:%SZ")
    updated_at = fields.AwareDateTime(format="%Y-%m-%dT%H:%M:%SZ")


class PageSchema(Schema):
    data = fields.List(fields.Nested(QuoteSchema))
    has_more = fields.Boolean()


class ItemQuerySchema(Schema):
    fields: Any = DelimitedList(fields.String())


class QuerySchema(ItemQuerySchema):
    film: Any = DelimitedList(fields.String())
    scene: Any = DelimitedList(fields.String())
    speaker: Any = DelimitedList(fields.String())
    source: Any = DelimitedList(fields.String())
    theme: Any = DelimitedList(fields.String())
    language: Any = DelimitedList(fields.String())
    kind: Any = DelimitedList(fields.String())
    voice: Any = DelimitedList(fields.String())
    fidelity: Any = DelimitedList(fields.String())
    sort: Any = DelimitedList(fields.String(), load_default=("film", "position"))
    limit: Any = fields.Integer(load_default=20)


@blp.route("/quotes")
@blp.arguments(QuerySchema, location="query")
@blp.response(200)
def quotes(query: dict[str, Any]) -> Any:
    only, limit = query.pop("fields", None), query["limit"]
    with Session(database.engine) as session:
        rows = session.scalars(select_page(**query)).all()
        page = PageSchema(only=only and ["has_more", *(f"data.{name}" for name in shown(only))])
        return page.dump({"data": rows[:limit], "has_more": len(rows) > limit})


@blp.route("/quotes/<slug>")
@blp.arguments(ItemQuerySchema, location="query")
@blp.response(200)
def quote(query: dict[str, Any], slug: str) -> Any:
    only = query.get("fields")
    with Session(database.engine) as session:
        row = session.scalars(select_one(slug)).one_or_none() or abort(404)
        return QuoteSchema(only=only and shown(only)).dump(row)


def shown(names: list[str]) -> set[str]:
    return {"type", "id", *names}


app = Flask(__name__)
app.config |= {"API_TITLE": "Quotes", "API_VERSION": "1", "OPENAPI_VERSION": "3.1.0"}
Api(app).register_blueprint(blp)
