"""Authentication by API key: ``Authorization: Bearer <key>`` (RFC 6750).

Views call ``authenticate`` or ``require_scopes`` first: the body of a request is not read before. Public
reads call neither, so ``Authorization`` has no effect on them.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, NamedTuple, cast

from flask import request

from api.core.app_context import database
from api.http.errors import ProblemException
from api.http.lanes import READ_METHODS
from api.http.problem_types import PROBLEM_TYPES
from models.api_key import ApiKey, KeyState
from models.api_token import ApiToken, MalformedToken

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from models.database import Database

#: The name of the security scheme in the OpenAPI document.
SECURITY_SCHEME = "bearer"
REALM = 'Bearer realm="subtext"'
INVALID_TOKEN = f'{REALM}, error="invalid_token"'
# Schemes are case-insensitive (RFC 9110, section 11.1).
BEARER = re.compile(r"bearer +(?P<token>[^ ]+) *", re.ASCII | re.IGNORECASE)
#: Paths of the API that only editors may read.
KEYED_READ_PATH = re.compile(r"/v\d+/(?:(?:drafts|releases)|[a-z]+/[^/]+/draft)(?:/.*)?")
#: The key of a WSGI environ for what is known about the request's key: an ``ApiKey`` or a ``Refusal``.
IDENTITY = "subtext.identity"
#: Longer headers are not examined: a key has 81 characters.
MAX_HEADER_CHARACTERS = 300


class Refusal(NamedTuple):
    """Why a request has no valid key: a sentence, and the value of ``WWW-Authenticate``."""

    detail: str
    challenge: str = INVALID_TOKEN


def authenticate() -> ApiKey:
    """Return the API key of the current request, which belongs to no session.

    Raises:
        ProblemException: ``unauthorized`` (401); the request has no key, or none that is valid.
    """
    identity = request.environ.get(IDENTITY)
    if identity is None:
        identity = request.environ[IDENTITY] = identify(request.environ, database())
    if isinstance(identity, Refusal):
        challenge = [("WWW-Authenticate", identity.challenge)]
        raise ProblemException("unauthorized", identity.detail, headers=challenge)
    return cast("ApiKey", identity)


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


def may_need_key(environ: WSGIEnvironment) -> bool:
    """Whether a request may need a key, as its method and path tell. Public reads do not."""
    is_read = environ["REQUEST_METHOD"] in READ_METHODS
    return not is_read or KEYED_READ_PATH.fullmatch(environ["PATH_INFO"]) is not None


def parse_header(environ: WSGIEnvironment) -> ApiToken | Refusal:
    """Return the key in the ``Authorization`` header of a request, whether or not it is valid.

    Several headers arrive as one, with commas between them, which no key has.
    """
    header = environ.get("HTTP_AUTHORIZATION", "")
    match = BEARER.fullmatch(header.strip(" \t")) if len(header) <= MAX_HEADER_CHARACTERS else None
    if match is None:
        # A request without a key, or with another scheme, gets no error code (RFC 6750, section 3.1).
        is_bearer = header.lstrip().lower().startswith("bearer")
        return Refusal(PROBLEM_TYPES["unauthorized"].example, INVALID_TOKEN if is_bearer else REALM)
    try:
        return ApiToken.parse(match["token"])
    except MalformedToken as error:
        return Refusal(str(error))


def identify(environ: WSGIEnvironment, database: Database) -> ApiKey | Refusal:
    """Return the valid key of a request, and store that it was used."""
    token = parse_header(environ)
    if isinstance(token, Refusal):
        return token
    now = dt.datetime.now(dt.UTC)
    # Not the session of the request: its snapshot would be older than what the request is about to write.
    with database.connect_autocommit() as connection:
        key = ApiKey.by_token(connection, token, now)
    if key is None:
        return Refusal("This API key is unknown. It may have been replaced, or belong to another service.")
    match key.state(now):
        case KeyState.REVOKED:
            return Refusal(f"This API key was revoked on {key.revoked_at:%Y-%m-%d}.")
        case KeyState.EXPIRED:
            return Refusal(f"This API key expired on {key.expires_at:%Y-%m-%d}.")
    key.record_use(database, now)
    return key
