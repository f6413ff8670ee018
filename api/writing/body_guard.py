"""The body guard: refuses a body before it is read, and returns one only if it is complete.

A server hands over a body that ended early, or whose chunks are malformed, as a shorter one without an error
(measured with granian and gunicorn). So a write needs a Content-Length, and a body of that many bytes. What
the headers tell is refused first: a thread that reads a body may wait for it.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import request

from api.http.errors import ProblemException

#: The maximum size of a request body, in bytes.
MAX_BODY_BYTES = 1_048_576
JSON, MERGE_PATCH, NDJSON = "application/json", "application/merge-patch+json", "application/x-ndjson"


def read_body(media_types: Sequence[str] = (JSON,)) -> bytes:
    """Return the body of the current request, which must have one of these media types.

    Authenticate first: whoever has no key must not make a thread read.

    Raises:
        ProblemException: 415, for a content coding or another media type; 411, without a Content-Length;
            413, for more than ``MAX_BODY_BYTES``; 400, if the body has another length than it says.
    """
    _require_no_coding()
    _require_media_type(media_types)
    length = _content_length()
    body = request.get_data(cache=False)
    if len(body) != length:
        detail = f"The body has {len(body)} bytes, but Content-Length says {length}."
        raise ProblemException("bad-request", detail)
    return body


def declared_length() -> int | None:
    """Return the ``Content-Length`` of the current request, in bytes; None without one."""
    # An empty header is no length; werkzeug would take it for 0.
    return request.content_length if request.environ.get("CONTENT_LENGTH") else None


def require_no_body() -> None:
    """Check that the current request has no body, as a DELETE.

    Raises:
        ProblemException: 400, if it has one.
    """
    if request.content_length or "Transfer-Encoding" in request.headers:
        raise ProblemException("bad-request", f"{request.method} takes no body here.")


def _require_no_coding() -> None:
    coding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if coding != "identity":
        raise ProblemException(
            "unsupported-media-type", "Bodies must not be compressed: send them without Content-Encoding."
        )


def _require_media_type(allowed: Sequence[str]) -> None:
    if request.mimetype in allowed and request.mimetype_params.get("charset", "utf-8").lower() == "utf-8":
        return
    names = " or ".join(allowed)
    # RFC 5789, section 2.2, and RFC 9110, section 12.5.1: what is accepted instead.
    header = "Accept-Patch" if request.method == "PATCH" else "Accept-Post"
    headers = [(header, ", ".join(allowed))] if request.method in ("PATCH", "POST") else []
    detail = f"The Content-Type of the body must be {names}, in UTF-8."
    raise ProblemException("unsupported-media-type", detail, headers=headers)


def _content_length() -> int:
    length = declared_length()
    if length is None or "Transfer-Encoding" in request.headers:
        raise ProblemException("length-required", "Send the body with a Content-Length, and not in chunks.")
    if length > MAX_BODY_BYTES:
        raise ProblemException("content-too-large", f"The body must be at most {MAX_BODY_BYTES} bytes long.")
    return length
