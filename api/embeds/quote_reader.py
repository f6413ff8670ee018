"""Read the quote that a page, a frame or another embed shows: as it is, or pinned to a revision."""

from __future__ import annotations

from flask import request
from marshmallow import Schema

from api.embeds.interface_language import InterfaceLanguage
from api.embeds.quote_view_model import QuoteViewModel, build_view_model
from api.http.query_parser import TolerantParser
from api.query.internal_reader import read_item, read_pinned_item
from api.schemas.history_fields import PinField
from models.pin import Pin

PARSER = TolerantParser()
#: What a quote's embeds show besides the quote itself.
INCLUDES = ("film", "sources")


class PinQuerySchema(Schema):
    """The query parameter that pins a quote to a revision."""

    revision = PinField(load_default=None)


def requested_pin() -> Pin | None:
    """Return the query parameter ``revision`` of the current request, if it has one.

    Raises:
        ProblemException: 422, if it is malformed or repeated.
    """
    if "revision" not in request.args:
        return None
    pin: Pin | None = PARSER.parse(PinQuerySchema, request, location="query")["revision"]
    return pin


def read_quote(slug: str, pin: Pin | None, words: InterfaceLanguage | None = None) -> QuoteViewModel:
    """Return a quote as embeds show it, at a revision if there is a pin.

    Raises:
        NotFound, Gone, Renamed: there is no visible quote with this id, or no public revision of this name.
    """
    call = read_pinned_item("quote", slug, pin, *INCLUDES)[0] if pin else read_item("quote", slug, *INCLUDES)
    return build_view_model(call.json, words)
