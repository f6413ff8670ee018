"""Read another service: its change feed, and the public history of its items."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
import urllib3
from marshmallow import fields, validate

from api.core.resource_registry import COLLECTION_PATHS
from api.core.version import VERSION
from api.schemas.fields import Slug
from models.change import POSITION, ChangeType
from seeds.replication.public_revision import (
    MAX_NUMBER,
    InvalidReplica,
    LenientSchema,
    PublicRevision,
    PublicRevisionSchema,
    load,
    type_name_field,
)

#: The largest response that is read, in bytes, and the time that one may take, in seconds.
MAX_BYTES, TIMEOUT = 64_000_000, 30
#: Repeated requests: for lost connections and for what says when to come back, up to half a minute; where
#: nothing answers, for three seconds.
RETRIES = urllib3.Retry(
    total=8,
    connect=4,
    redirect=3,
    status_forcelist=(429, 502, 503, 504),
    backoff_factor=0.2,
    backoff_max=8,
    respect_retry_after_header=True,
    raise_on_status=False,
)
#: The statuses of what is not public, or not any more.
MISSING = (404, 410)
PAGE_SIZE = 1000


class ResyncRequired(Exception):
    """The service does not know the position: its database was restored."""


class _ParentSchema(LenientSchema):
    type = type_name_field()
    id = Slug(required=True)


class _ChangeSchema(LenientSchema):
    generation = fields.Integer(strict=True, required=True, validate=validate.Range(1, MAX_NUMBER))
    change = fields.Enum(ChangeType, by_value=True, required=True)
    type = type_name_field()
    id = Slug(required=True)
    previous_id = Slug(required=True, allow_none=True)
    revision = fields.Integer(strict=True, required=True, validate=validate.Range(1, MAX_NUMBER))
    parents = fields.List(fields.Nested(_ParentSchema), required=True)


class _PageSchema(LenientSchema):
    next = fields.String(required=True, allow_none=True)
    resume = fields.String(
        required=True, allow_none=True, validate=validate.Regexp(rf"(?:{POSITION.pattern})\Z")
    )


class _FeedSchema(LenientSchema):
    data = fields.List(fields.Nested(_ChangeSchema), required=True)
    page = fields.Nested(_PageSchema, required=True)
    generation = fields.Integer(strict=True, required=True, validate=validate.Range(0, MAX_NUMBER))


@dataclass(frozen=True)
class FeedPage:
    """A page of the change feed: the changes as they were read, and the position after them."""

    changes: list[dict[str, Any]]
    resume: str | None
    is_last: bool
    generation: int


class RemoteService:
    """A service at a base URL, such as ``https://subtext.example``."""

    def __init__(self, url: str) -> None:
        """Take the base URL; nothing is read yet."""
        self.url = url
        parts = urllib3.util.parse_url(url)
        pool = urllib3.HTTPSConnectionPool if parts.scheme == "https" else urllib3.HTTPConnectionPool
        self.path = (parts.path or "").rstrip("/")
        # One host only: a redirect to another one is an error.
        self.pool = pool(
            parts.host or "",
            parts.port,
            timeout=urllib3.Timeout(TIMEOUT),
            headers={"Accept": "application/json", "User-Agent": f"subtext-mirror/{VERSION}"},
        )

    def changes(self, after: str | None) -> FeedPage:
        """Return the page of changes after a position, or the first one.

        Raises:
            ResyncRequired: the service does not know the position.
            InvalidReplica: it cannot be reached, or the response is no change feed.
        """
        query = {"limit": PAGE_SIZE} | ({"after": after} if after else {})
        status, body = self._get(f"/v1/changes?{urlencode(query)}")
        if status == 410:
            raise ResyncRequired
        feed = load(_FeedSchema, self._json("/v1/changes", status, body), "/v1/changes")
        page = feed["page"]
        return FeedPage(feed["data"], page["resume"], page["next"] is None, feed["generation"])

    def revision(self, type_name: str, slug: str, number: int) -> PublicRevision | None:
        """Return a public revision of an item; None if it has none of this number now.

        Raises:
            InvalidReplica: the service cannot be reached, or the response is no revision.
        """
        path = f"{COLLECTION_PATHS[type_name]}/{slug}/revisions/{number}"
        status, body = self._get(path)
        if status in MISSING:
            return None
        revision: PublicRevision = load(PublicRevisionSchema, self._json(path, status, body), path)
        return revision

    def revision_numbers(self, type_name: str, slug: str) -> Iterator[int]:
        """Yield the numbers of the public revisions of an item, the oldest first; none if it is hidden."""
        path: str | None = (
            f"{COLLECTION_PATHS[type_name]}/{slug}/revisions?sort=number&fields=number&limit=100"
        )
        while path:
            status, body = self._get(path)
            if status in MISSING:
                return
            page = self._json(path, status, body)
            yield from (int(revision["number"]) for revision in page["data"])
            cursor = page["page"]["next_cursor"]
            first = path.partition("&cursor=")[0]
            path = f"{first}&{urlencode({'cursor': cursor})}" if cursor else None

    def created_at(self, type_name: str, slug: str, number: int) -> Any:
        """Return the time of an item's first publication; None if it is not known any more.

        It is read at a revision, which a deleted item has, too.
        """
        path = f"{COLLECTION_PATHS[type_name]}/{slug}?revision={number}&fields=created_at"
        status, body = self._get(path)
        if status in MISSING:
            return None
        return load(_CreatedSchema, self._json(path, status, body), path)["created_at"]

    def _get(self, path: str) -> tuple[int, bytes]:
        try:
            response = self.pool.request("GET", f"{self.path}{path}", retries=RETRIES, preload_content=False)
            body = response.read(MAX_BYTES + 1, decode_content=True)
            response.release_conn()
        except urllib3.exceptions.HTTPError as error:
            raise InvalidReplica(f"{self.url}{path} cannot be read: {_reason(error)}.") from None
        if len(body) > MAX_BYTES:
            response.close()
            raise InvalidReplica(f"{self.url}{path}: The response has more than {MAX_BYTES} bytes.")
        return response.status, body

    def _json(self, path: str, status: int, body: bytes) -> Any:
        if status != 200:
            raise InvalidReplica(f"{self.url}{path} returns {status}. Is this the base URL of a service?")
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise InvalidReplica(f"{self.url}{path}: This is no JSON: {error}.") from None


def _reason(error: urllib3.exceptions.HTTPError) -> str:
    """Return what failed, in a few words."""
    cause = error.reason if isinstance(error, urllib3.exceptions.MaxRetryError) else error
    match cause:
        case urllib3.exceptions.NameResolutionError():
            return "the host is unknown"
        case urllib3.exceptions.NewConnectionError() | urllib3.exceptions.ConnectTimeoutError():
            return "no server answers"
        case urllib3.exceptions.ReadTimeoutError():
            return "the response takes too long"
        case urllib3.exceptions.SSLError():
            return f"no encrypted connection ({cause})"
    return str(cause)


class _CreatedSchema(LenientSchema):
    created_at = fields.AwareDateTime(required=True)
