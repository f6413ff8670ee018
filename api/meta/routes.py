"""Routes of the index, the OpenAPI document and the probes."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson
from flask import Blueprint as PlainBlueprint
from flask import Response
from sqlalchemy import text

from api.blueprint import Blueprint
from api.config import ROOT
from api.context import database, session
from api.links import address
from api.meta.schemas import IndexLinksSchema, IndexSchema
from api.responses import answer, digest, encoded
from api.shaping import ItemQuerySchema
from models import Unavailable
from models.migrations import is_current

blp = Blueprint("index", __name__, url_prefix="/v1", description="Where everything is.")
plain = PlainBlueprint("meta", __name__)

DOCUMENT = ROOT / "openapi" / "v1.json"


@blp.route("")
@blp.documented(
    ItemQuerySchema,
    IndexSchema,
    description="The index.",
    operation="getIndex",
    example="/v1",
    headers=("ETag", "Cache-Control", "Vary"),
)
def index(_asked: dict[str, Any]) -> Response:
    """Get the index

    The address of every list, of the OpenAPI document and of its documentation.
    """
    lists = [name for name in IndexLinksSchema().fields if name not in ("openapi", "docs")]
    links = {name: address(f"/v1/{name}") for name in lists}
    links |= {"openapi": address("/v1/openapi.json"), "docs": address("/docs")}
    body = encoded(IndexSchema().dump({"links": links}))
    return answer(body, etag=digest(body))


@plain.get("/v1/openapi.json")
def openapi() -> Response:
    """Serve the document that is committed: generated from the code, with real answers as examples."""
    body, etag = _document()
    return answer(body, etag=etag)


@lru_cache(maxsize=1)
def _document() -> tuple[bytes, str]:
    body = orjson.dumps(orjson.loads(DOCUMENT.read_bytes()))
    return body, digest(body)


@plain.get("/livez")
def livez() -> Response:
    """Say that the process answers."""
    return _probe("alive")


@plain.get("/readyz")
def readyz() -> Response:
    """Say that the database answers and is migrated; 503 otherwise."""
    session().execute(text("SELECT 1"))
    if not is_current(database().engine):
        raise Unavailable("The database is not migrated to this version.")
    return _probe("ready")


def _probe(status: str) -> Response:
    return Response(
        encoded({"status": status}), mimetype="application/json", headers={"Cache-Control": "no-store"}
    )
