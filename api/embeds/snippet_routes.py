"""The route of what a quote is copied from."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from marshmallow import Schema, fields, validate

from api.core.request_context import settings
from api.core.urls import absolute_url
from api.embeds.quote_view_model import build_view_model
from api.embeds.script import builds
from api.embeds.snippet import THEMES, render_pinned_html, render_snippets
from api.http.query_parser import StrictParser
from api.http.responses import cacheable_response, encode_json, etag_hash
from api.query.internal_reader import read_item

snippets = Blueprint("snippets", __name__)
parser = StrictParser()


class SnippetQuerySchema(Schema):
    """How the copied quote looks."""

    theme = fields.String(load_default="auto", validate=validate.OneOf(("auto", *THEMES)))


@snippets.get("/quotes/<quote>/snippet")
def quote_snippet(quote: str) -> Response:
    """Serve what a person copies to show a quote elsewhere, and the addresses of the script.

    Raises:
        NotFound, Gone, Renamed: there is no such quote that anyone may see.
        ProblemException: 422, for a theme that there is not.
    """
    theme = _requested_theme()
    said = build_view_model(read_item("quote", quote, "film", "sources").json)
    body = encode_json(
        {
            "id": said.id,
            **render_snippets(said, theme),
            "pinned": render_pinned_html(said, theme),
            "script": _script_urls(),
        }
    )
    return cacheable_response(body, etag=etag_hash(body))


def _requested_theme() -> str | None:
    asked: dict[str, Any] = parser.parse(SnippetQuerySchema, request, location="query")
    return asked["theme"] if asked["theme"] in THEMES else None


def _script_urls() -> dict[str, Any]:
    """Return where the script is: at an address that follows what is new, and at those that never change."""
    every = [{"src": build.address, "integrity": build.integrity} for build in builds(settings().base_url)]
    return {"src": absolute_url("/embed.js"), "builds": every[::-1]}
