"""Sessions of the desk: a signed cookie that stands for an API key, until the editor signs out.

The cookie has the public id of the key, and no secret. It is signed with ``SUBTEXT_SECRET_KEY``, with a
secret in the database that exists while somebody is signed in with the key, and with the digest of the key:
so to sign out, to rotate and to revoke a key ends its sessions, also for whoever has copied the cookie.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from typing import Any, NamedTuple

from flask import Response, request
from itsdangerous import BadSignature, Signer
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.app_context import database, settings
from api.http.authentication import IDENTITY, Refusal, identify
from models.api_key import ApiKey, KeyState
from models.api_token import PUBLIC_ID_LENGTH, ApiToken, MalformedToken
from models.service_secret import ServiceSecret

COOKIE = "subtext_desk"
PATH = "/edit"
#: How long a session lasts, in seconds.
LIFE = 8 * 3_600
#: What cookies and tokens against request forgery are signed for: a signature for one is none for the other.
PURPOSE, TOKEN_PURPOSE = "subtext.desk", "subtext.desk.forms"
VALUE = re.compile(
    rf"(?P<key>[0-9A-Za-z]{{{PUBLIC_ID_LENGTH}}})\.(?P<expires>[0-9]{{1,12}})\.[\w-]{{22}}", re.ASCII
)
MAX_COOKIE_CHARACTERS = 300


class DeskSession(NamedTuple):
    """A session: its API key, and the token that each of its forms sends."""

    key: ApiKey
    form_token: str


def sign_in(text: str) -> str | Refusal:
    """Return the cookie of a new session with a key, or why the key is not valid.

    The key is checked as that of any request: by the same code, in the same time.
    """
    try:
        token = ApiToken.parse(text.strip())
    except MalformedToken as error:
        return Refusal(str(error))
    key = identify({"HTTP_AUTHORIZATION": f"Bearer {token}"}, database())
    if isinstance(key, Refusal):
        return key
    secret = _signing_secret(key, ServiceSecret.get(database(), _secret_name(key.public_id)))
    value = f"{key.public_id}.{int(_expiry(key, token).timestamp())}.{secrets.token_urlsafe(16)}"
    return _signer(secret, PURPOSE).sign(value).decode()


def current_session() -> DeskSession | None:
    """Return the session of the current request; None if it has none, or not any more."""
    cookie = request.cookies.get(COOKIE, "")
    match = VALUE.match(cookie) if len(cookie) <= MAX_COOKIE_CHARACTERS else None
    if match is None:
        return None
    now = dt.datetime.now(dt.UTC)
    # Never a standby: a key may just have been revoked.
    with Session(database().engine, expire_on_commit=False) as db_session:
        key = db_session.scalar(select(ApiKey).where(ApiKey.public_id == match["key"]))
        own = db_session.scalar(
            select(ServiceSecret.value).where(ServiceSecret.name == _secret_name(match["key"]))
        )
        db_session.expunge_all()
    if key is None or own is None or key.state(now) is not KeyState.ACTIVE:
        return None
    secret = _signing_secret(key, own)
    try:
        value = _signer(secret, PURPOSE).unsign(cookie).decode()
    except BadSignature:
        return None
    if value != match[0] or int(match["expires"]) <= now.timestamp():
        return None
    key.record_use(database(), now)
    request.environ[IDENTITY] = key
    return DeskSession(key, _form_token(secret, value))


def sign_out(session: DeskSession) -> None:
    """End all sessions of a key."""
    with database().write_session() as db_session:
        own = db_session.get(ServiceSecret, _secret_name(session.key.public_id))
        if own is not None:
            db_session.delete(own)


def set_cookie(response: Response, value: str) -> None:
    """Let the browser send the cookie to the desk alone, and from its own pages alone."""
    response.set_cookie(COOKIE, value, max_age=LIFE, **_cookie_attributes())


def delete_cookie(response: Response) -> None:
    """Let the browser forget the cookie."""
    response.delete_cookie(COOKIE, **_cookie_attributes())


def has_key() -> bool:
    """Whether there is an API key that works: without one, nobody could sign in.

    The desk asks this for each of its own requests, and no other request does.
    """
    with Session(database().engine) as db_session:
        keys = select(ApiKey.id).where(ApiKey.revoked_at.is_(None))
        now = dt.datetime.now(dt.UTC)
        valid = keys.where(ApiKey.expires_at.is_(None) | (ApiKey.expires_at > now))
        return db_session.scalar(valid.limit(1)) is not None


def _expiry(key: ApiKey, token: ApiToken) -> dt.datetime:
    """Return when a session ends: no later than the secret with which it began, if that was replaced."""
    latest = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=LIFE)
    is_previous = token.digest != key.digest
    return min(latest, key.previous_expires_at) if is_previous and key.previous_expires_at else latest


def _cookie_attributes() -> dict[str, Any]:
    """Return what a browser knows the cookie by, and when it sends it."""
    return {
        "path": f"{settings().base_path}{PATH}",
        "secure": request.is_secure or settings().base_url.startswith("https:"),
        "httponly": True,
        "samesite": "Strict",
    }


def _secret_name(public_id: str) -> str:
    return f"desk {public_id}"


def _signing_secret(key: ApiKey, own: str) -> str:
    return "\n".join((settings().secret_key or "", own, key.digest))


def _form_token(secret: str, value: str) -> str:
    return _signer(secret, TOKEN_PURPOSE).get_signature(value).decode()


def _signer(secret: str, purpose: str) -> Signer:
    return Signer(secret, salt=purpose, key_derivation="hmac", digest_method=hashlib.sha256)
