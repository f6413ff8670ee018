"""What every request of the desk has to pass, and what every response of it says.

Forms are protected three times against requests from elsewhere: the cookie is ``SameSite=Strict``, the
browser must say that the form was one of ours (``Sec-Fetch-Site`` or ``Origin``), and each form has a token
of its session.
"""

from __future__ import annotations

import hmac
from typing import cast
from urllib.parse import urlencode, urlsplit

from flask import Response, g, request
from werkzeug.exceptions import NotFound

from api.core.app_context import database, settings
from api.core.urls import relative_url
from api.desk.sessions import PATH, DeskSession, current_session, has_key
from api.http.errors import ProblemException
from api.http.lanes import READ_METHODS
from api.writing.body_guard import MAX_BODY_BYTES, declared_length

#: The endpoints that need no session.
OPEN_ENDPOINTS = frozenset({"desk.home", "desk.start_session"})
TOKEN_FIELD = "form_token"  # noqa: S105 (a name)
FORM_TYPE = "application/x-www-form-urlencoded"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; frame-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Not “no-referrer”, with which browsers send “Origin: null” with a form.
    "Referrer-Policy": "same-origin",
}


def check_request() -> Response | None:
    """Check the current request; redirect to the form for signing in if it has no session.

    Raises:
        NotFound: there is no desk here.
        ProblemException: 403, a form from elsewhere.
    """
    g.has_desk = not database().is_read_only and has_key()
    if not g.has_desk:
        raise NotFound
    is_read = request.method in READ_METHODS
    if not is_read:
        _require_own_page()
    g.desk_session = current_session()
    if request.endpoint in OPEN_ENDPOINTS:
        return None
    if g.desk_session is None:
        # The body of a stranger's request is not read.
        query = urlencode({"next": request.full_path.removesuffix("?")})
        return Response(status=303, headers={"Location": relative_url(f"{PATH}?{query}")})
    if not is_read:
        require_whole_form()
    if not is_read and not hmac.compare_digest(request.form.get(TOKEN_FIELD, ""), desk_session().form_token):
        raise ProblemException("forbidden", "This form is of another session. Open its page again.")
    return None


def require_whole_form(max_bytes: int = MAX_BODY_BYTES) -> None:
    """Read the form of the current request, and check that it is complete.

    A server hands over a body that ended early as a shorter one, which would lack fields.

    Raises:
        ProblemException: 411, 413 or 415; 400, it has another length than it says.
    """
    length = declared_length()
    if length is None:
        raise ProblemException("length-required", "Send the form with a Content-Length.")
    if length > max_bytes:
        raise ProblemException("content-too-large", f"The form must be at most {max_bytes} bytes long.")
    if request.mimetype != FORM_TYPE:
        raise ProblemException("unsupported-media-type", f"The Content-Type of a form must be {FORM_TYPE}.")
    if len(request.get_data()) != length:
        raise ProblemException("bad-request", "The form did not arrive as a whole. Send it again.")


def desk_session() -> DeskSession:
    """Return the session of the current request, which has one."""
    return cast("DeskSession", g.desk_session)


def _require_own_page() -> None:
    """Refuse a form that was sent from another site, or by a client that does not say from where."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    is_own_origin = origin is not None and (
        origin == settings().origin or urlsplit(origin).netloc == request.host
    )
    if site not in (None, "same-origin") or (origin is not None and not is_own_origin):
        raise ProblemException("forbidden", "Forms of the desk can only be sent from its own pages.")
    if site is None and origin is None:
        raise ProblemException("forbidden", "The browser does not say where this form is from (Origin).")


def add_headers(response: Response) -> Response:
    """Let nobody keep, index or frame a page of the desk. Without a desk, its 404 is that of any path."""
    if not g.get("has_desk"):
        return response
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Cache-Control"] = "private, no-store" if response.status_code < 400 else "no-store"
    return response
