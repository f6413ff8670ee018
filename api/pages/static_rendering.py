"""Whether a page is rendered as a file of the static API, which leaves out what needs a server."""

from __future__ import annotations

from flask import has_request_context, request

#: The key in the WSGI environ of a request whose response becomes a file.
ENVIRON_KEY = "subtext.static"


def is_static() -> bool:
    """Whether the current page becomes a file of the static API."""
    return has_request_context() and ENVIRON_KEY in request.environ
