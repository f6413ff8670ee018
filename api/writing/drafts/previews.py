"""Signed links to previews: any page or response of the service, as if drafts were published.

A link is a capability that expires: whoever has it sees the drafts that it names, at the revision that it
names, and nothing else. It stops working when one of them is saved, published or deleted, and when the API
key with which it was made is revoked.

A request below ``/previews/<token>`` publishes the drafts in a transaction, lets the application respond to
the rest of the path from within that transaction, and rolls back.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from typing import Any, NamedTuple

from flask import Blueprint, Response, current_app, g, request
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.app_context import database, settings
from api.core.resource_registry import COLLECTION_PATHS
from api.core.urls import absolute_url
from api.http.errors import ProblemException
from api.http.observability.request_record import request_record
from api.writing.drafts.access import draft_session, may_read
from api.writing.drafts.publication import previewed
from api.writing.drafts.representation import CACHE_CONTROL, release_etag
from models import MODELS_BY_TYPE
from models.api_key import ApiKey, KeyState
from models.draft import Draft
from models.service_secret import ServiceSecret

PREFIX = "/previews"
#: What tokens are signed for: a signature for something else is none for them.
PURPOSE = "subtext.previews"
SECRET_EXTENSION = "preview_secret"  # noqa: S105 (a name)
MAX_TOKEN_CHARACTERS = 1_000
#: Headers of a request that mean nothing within a preview: who asks, and what the client has cached.
LEFT_OUT = re.compile(r"HTTP_(AUTHORIZATION|COOKIE|IF_.*|RANGE)")
#: Headers of a response that would let others keep it, or read it from another site.
REMOVED_HEADERS = re.compile(r"access-control-.*|etag|last-modified|expires|age", re.IGNORECASE)
HEADERS = {
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    # The token is in the URL.
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}

previews = Blueprint("previews", __name__)


class PreviewToken(NamedTuple):
    """What a token says: which draft or release, at which state, until when, by which API key.

    A release has no ``type_name``. ``key`` is the public id of the API key.
    """

    type_name: str | None
    name: str
    etag: str
    expires_at: int
    key: str

    def drafts(self, session: Session) -> list[Draft]:
        """Return the drafts.

        Raises:
            ProblemException: 410, they are not as they were when the link was made.
        """
        if self.type_name is None:
            drafts = Draft.of_release(session, self.name)
            is_current = bool(drafts) and release_etag(drafts) == self.etag
        else:
            drafts = [draft for draft in [Draft.find(session, (self.type_name, self.name))] if draft]
            is_current = bool(drafts) and drafts[0].etag == self.etag
        if not is_current:
            raise _gone("What it shows was changed, published or deleted since. Ask for a new link.")
        return drafts


def preview_link(token: PreviewToken) -> dict[str, Any]:
    """Return the values of ``PreviewLinkSchema``."""
    base = absolute_url(f"{PREFIX}/{_signer().dumps(list(token))}")
    paths: dict[str, str | None] = dict.fromkeys(("item", "page", "embed"))
    if token.type_name is not None:
        paths["item"] = item = f"{COLLECTION_PATHS[token.type_name]}/{token.name}"
        if _has_page(token.type_name):
            paths["page"] = item.removeprefix("/v1")
        if token.type_name == "quote":
            paths["embed"] = f"/embed/quotes/{token.name}"
    return {
        "url": f"{base}/",
        "expires_at": dt.datetime.fromtimestamp(token.expires_at, dt.UTC),
        "links": {name: path and f"{base}{path}" for name, path in paths.items()},
    }


def _has_page(type_name: str) -> bool:
    model = MODELS_BY_TYPE[type_name]
    return bool(current_app.url_map.bind("").test(f"/{model.__tablename__}/{model.example_id}", "GET"))


@previews.get(f"{PREFIX}/<token>/", defaults={"path": ""})
@previews.get(f"{PREFIX}/<token>/<path:path>")
def show_preview(token: str, path: str) -> Response:
    """Respond as the path would, if the drafts that the token names were published."""
    content = _parse(token)
    if f"/{path}".startswith(f"{PREFIX}/"):
        raise ProblemException("not-found", "A preview has no previews.")
    route = request_record(request.environ).route
    with previewed(content.drafts, _editor(content)) as session:
        response = _respond_within(session, f"/{path}")
    request_record(request.environ).route = route
    return _private(response)


def _respond_within(session: Session, path: str) -> Response:
    """Let the application respond to a path from the content that a session sees."""
    environ = {name: value for name, value in request.environ.items() if not _is_left_out(name)}
    environ |= {"PATH_INFO": path.encode().decode("latin-1"), "REQUEST_METHOD": "GET", "CONTENT_LENGTH": "0"}
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    # A context of its own: what a request keeps in g, such as its session, belongs to it.
    with app.app_context():
        g.session = session
        try:
            with app.request_context(environ):
                response: Response = app.full_dispatch_request()
                response.direct_passthrough = False
                response.get_data()
        finally:
            # The block that opened it closes it.
            g.pop("session", None)
    return response


def _is_left_out(name: str) -> bool:
    return bool(LEFT_OUT.fullmatch(name)) or name.startswith("werkzeug.")


def _private(response: Response) -> Response:
    """Return the response of a preview: the body is as it would be, but nobody may keep or index it."""
    for name in [name for name, _ in response.headers if REMOVED_HEADERS.fullmatch(name)]:
        response.headers.pop(name, None)
    response.headers["Cache-Control"] = CACHE_CONTROL if response.status_code < 400 else "no-store"
    response.headers.update(HEADERS)
    return response


def _parse(text: str) -> PreviewToken:
    """Return what a token says.

    Raises:
        ProblemException: 404, this service did not make it; 410, it has expired, or its API key was revoked.
    """
    try:
        if len(text) > MAX_TOKEN_CHARACTERS:
            raise BadSignature("The token is too long.")
        token = PreviewToken(*_signer().loads(text))
    except (BadSignature, TypeError):
        raise ProblemException(
            "not-found", "This link to a preview is not valid. Was it copied as a whole?"
        ) from None
    if token.expires_at <= dt.datetime.now(dt.UTC).timestamp():
        raise _gone("It has expired. Ask for a new link.")
    _require_key(token)
    return token


def _require_key(token: PreviewToken) -> None:
    with draft_session() as session:
        key = session.scalar(select(ApiKey).where(ApiKey.public_id == token.key))
    is_active = key is not None and key.state(dt.datetime.now(dt.UTC)) is KeyState.ACTIVE
    collection = MODELS_BY_TYPE[token.type_name].__tablename__ if token.type_name else None
    if key is None or not is_active or not may_read(key, collection):
        raise _gone("The API key with which it was made is no longer valid.")


def _editor(token: PreviewToken) -> str:
    """Return the name that the revisions of a preview have: only its digest shows, in ETags."""
    return token.key


def _gone(reason: str) -> ProblemException:
    return ProblemException("gone", f"This link to a preview does not work any more. {reason}")


def _signer() -> URLSafeSerializer:
    options: dict[str, Any] = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
    return URLSafeSerializer(_secret(), salt=PURPOSE, signer_kwargs=options)


def _secret() -> str:
    """Return the secret of the settings or, without one, that of the database."""
    if settings().secret_key:
        return str(settings().secret_key)
    if SECRET_EXTENSION not in current_app.extensions:
        current_app.extensions[SECRET_EXTENSION] = ServiceSecret.get(database(), PURPOSE)
    return str(current_app.extensions[SECRET_EXTENSION])


__all__ = ["PreviewToken", "preview_link", "previews"]
