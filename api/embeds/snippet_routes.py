"""The route of a quote's snippets, as JSON."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from marshmallow import Schema, fields, validate

from api.core.app_context import settings
from api.core.urls import absolute_url
from api.embeds.interface_language import DEFAULT_LANGUAGE, interface_language, language_codes
from api.embeds.quote_reader import read_quote
from api.embeds.script import builds
from api.embeds.snippet import THEMES, render_pinned_html, render_snippets
from api.http.query_parser import StrictParser
from api.http.responses import cacheable_response, encode_json, etag_hash
from api.schemas.history_fields import PinField

snippets = Blueprint("snippets", __name__)
parser = StrictParser()


class SnippetQuerySchema(Schema):
    """Query parameters of a snippet."""

    theme = fields.String(load_default="auto", validate=validate.OneOf(("auto", *THEMES)))
    revision = PinField(load_default=None)
    lang = fields.String(load_default=DEFAULT_LANGUAGE, validate=validate.OneOf(language_codes()))


@snippets.get("/quotes/<quote>/snippet")
def quote_snippet(quote: str) -> Response:
    """Return the snippets of a quote, and the URLs of the script.

    Raises:
        NotFound, Gone, Renamed: no public quote has this id.
        ProblemException: 422, for an unknown theme or language, or a malformed revision.
    """
    args: dict[str, Any] = parser.parse(SnippetQuerySchema, request, location="query")
    theme = args["theme"] if args["theme"] in THEMES else None
    view_model = read_quote(quote, args["revision"], interface_language(args["lang"]))
    body = encode_json(
        {
            "id": view_model.id,
            **render_snippets(view_model, theme),
            "pinned": render_pinned_html(view_model, theme),
            "script": _script_urls(),
        }
    )
    return cacheable_response(body, etag=etag_hash(body))


def _script_urls() -> dict[str, Any]:
    """Return the URL of the latest script, and the immutable URL of every build, latest first."""
    pinned = [{"src": build.url, "integrity": build.integrity} for build in builds(settings().base_url)]
    return {"src": absolute_url("/embed.js"), "builds": pinned[::-1]}
