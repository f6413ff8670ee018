"""Routes of what is shown in other people's pages: the typefaces of frames."""

from __future__ import annotations

from flask import Blueprint, Response, request

from api.embeds import fonts
from api.responses import digest
from models import NotFound

embeds = Blueprint("embeds", __name__)

#: What has its digest in its address never changes.
FOR_EVER = "public, max-age=31536000, immutable"


@embeds.after_request
def open_to_all(response: Response) -> Response:
    """Let every page use what is served here, sandboxed ones too, and programs read its errors."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@embeds.get("/embed/fonts/<name>")
def font(name: str) -> Response:
    """Serve a typeface."""
    path = fonts.served(name)
    if path is None:
        raise NotFound("typeface", name)
    return _lasting(path.read_bytes(), "font/woff2", FOR_EVER)


def _lasting(body: bytes, content_type: str, kept: str) -> Response:
    """Return an answer that may be kept as long as ``kept`` says, or 304 to whoever has it already."""
    response = Response(body, content_type=content_type)
    response.set_etag(digest(body))
    response.headers["Cache-Control"] = kept
    response.make_conditional(request)
    return response
