"""Authentication by API key: ``Authorization: Bearer <key>`` (RFC 6750).

Views call ``authenticate`` or ``require_scopes`` first: the body of a request is not read before. Public
reads call neither, so ``Authorization`` has no effect on them.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import cast

from flask import g, request
from sqlalchemy.orm import Session

from api.core.app_context import database
from api.http.errors import ProblemException
from api.http.problem_types import PROBLEM_TYPES
from models.api_key import ApiKey, KeyState
from models.api_token import ApiToken, MalformedToken

#: The name of the security scheme in the OpenAPI document.
SECURITY_SCHEME = "bearer"
REALM = 'Bearer realm="subtext"'
INVALID_TOKEN = f'{REALM}, error="invalid_token"'
# Schemes are case-insensitive (RFC 9110, section 11.1).
BEARER = re.compile(r"bearer +(?P<token>[^ ]+) *", re.ASCII | re.IGNORECASE)
#: Longer headers are not examined: a key has 81 characters.
MAX_HEADER_CHARACTERS = 300


def authenticate() -> ApiKey:
    """Return the API key of the current request, detached from any session.

    Raises:
        ProblemException: ``unauthorized`` (401); the request has no key, or none that is valid.
    """
    if "api_key" not in g:
        g.api_key = _valid_key(_token(request.environ.get("HTTP_AUTHORIZATION")))
    return cast("ApiKey", g.api_key)


def require_scopes(*scopes: str, hint: str = "") -> ApiKey:
    """Return the API key of the current request, which has all these scopes.

    ``hint`` is a sentence for the problem that a scope is missing: what can be done without it.

    Raises:
        ProblemException: ``unauthorized`` (401), or ``forbidden`` (403) if the key lacks a scope.
    """
    key = authenticate()
    missing = key.missing_scopes(*scopes)
    if not missing:
        return key
    noun = "scope" if len(missing) == 1 else "scopes"
    sentences = [f"The API key “{key.name}” lacks the {noun} {' and '.join(missing)}.", hint]
    raise ProblemException(
        "forbidden",
        " ".join(filter(None, sentences)),
        [
            {"location": "headers", "pointer": "Authorization", "detail": f"Missing scope: {scope}."}
            for scope in missing
        ],
        [("WWW-Authenticate", f'{REALM}, error="insufficient_scope", scope="{" ".join(scopes)}"')],
    )


def _token(header: str | None) -> ApiToken:
    """Return the key in an ``Authorization`` header.

    Several headers arrive as one, with commas between them, which no key has.
    """
    match = BEARER.fullmatch(header.strip(" \t")) if header and len(header) <= MAX_HEADER_CHARACTERS else None
    if match is None:
        # A request without a key, or with another scheme, gets no error code (RFC 6750, section 3.1).
        is_bearer = header is not None and header.lstrip().lower().startswith("bearer")
        raise _unauthorized(PROBLEM_TYPES["unauthorized"].example, INVALID_TOKEN if is_bearer else REALM)
    try:
        return ApiToken.parse(match["token"])
    except MalformedToken as error:
        raise _unauthorized(str(error)) from None


def _valid_key(token: ApiToken) -> ApiKey:
    """Return the key that is valid now, and store that it was used."""
    now = dt.datetime.now(dt.UTC)
    # Not the session of the request: its snapshot would be older than what the request is about to write.
    with Session(database().engine) as session:
        key = ApiKey.by_token(session, token, now)
    if key is None:
        raise _unauthorized(
            "This API key is unknown. It may have been replaced, or belong to another service."
        )
    match key.state(now):
        case KeyState.REVOKED:
            raise _unauthorized(f"This API key was revoked on {key.revoked_at:%Y-%m-%d}.")
        case KeyState.EXPIRED:
            raise _unauthorized(f"This API key expired on {key.expires_at:%Y-%m-%d}.")
    key.record_use(database(), now)
    return key


def _unauthorized(detail: str, challenge: str = INVALID_TOKEN) -> ProblemException:
    return ProblemException("unauthorized", detail, headers=[("WWW-Authenticate", challenge)])
