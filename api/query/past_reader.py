"""Read past states of items: which revision a request selects, and the item as the API served it then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any

import orjson
from sqlalchemy.orm import Session

from api.core.resource_registry import COLLECTION_PATHS
from api.core.urls import absolute_url
from api.http.errors import ProblemException
from api.query.past_items import build_past_item
from api.schemas.item_shape import Shape
from api.schemas.reference_fields import list_links
from models import ContentGeneration, Gone, Status
from models.errors import NotPublic, Purged
from models.film import OfFilm
from models.history import (
    Moment,
    find_public,
    find_with_history,
    public_since,
    revision_at,
)
from models.pin import Pin
from models.stored_revision import Revision

#: The types whose web pages can be pinned to a revision, with the paths of the pages.
PINNED_PAGES = {"quote": "/quotes"}
#: What never changes is cached for a day only, so that purged content leaves all caches.
IMMUTABLE = "public, max-age=86400, immutable"


@dataclass(frozen=True)
class PastState:
    """A public state of a resource: the revision, and the moment whose references it shows.

    ``never_changes`` if the request named content, or a generation, rather than a mere number or a time.
    """

    session: Session
    resource: Any
    revision: Revision
    moment: Moment
    never_changes: bool
    is_pinned: bool = False

    @property
    def pin(self) -> Pin:
        """The pin of the revision."""
        return self.revision.pin

    @property
    def type_name(self) -> str:
        """The type of the resource."""
        return str(self.resource.type_name)

    @property
    def pinned_url(self) -> str:
        """The permanent URL of the revision for people: of its page or, without one, in the API."""
        path = PINNED_PAGES.get(self.type_name) or COLLECTION_PATHS[self.type_name]
        return absolute_url(f"{path}/{self.resource.slug}", revision=self.pin)

    @property
    def item_path(self) -> str:
        """The path of the present item in the API."""
        return f"{COLLECTION_PATHS[self.type_name]}/{self.resource.slug}"

    def item_json(self, shape: Shape) -> bytes:
        """Return the item in a shape, which must not include lists."""
        resource = build_past_item(
            self.session, self.resource, self.revision, self.moment, is_deep=bool(shape.include)
        )
        return orjson.dumps(shape.build_schema().dump(resource))

    def citable_item(self, shape: Shape) -> dict[str, Any]:
        """Return the item for representations; those of a pinned item name its permanent URL.

        Raises:
            NotPublic: the film that it belongs to was not public then.
        """
        item: dict[str, Any] = orjson.loads(self.item_json(shape))
        if item.get("film", self) is None:
            raise NotPublic(self.type_name, self.resource.slug, f"was not public at {_name(self.moment)}")
        return item | ({"pin": str(self.pin), "pinned_url": self.pinned_url} if self.is_pinned else {})

    def headers(self) -> dict[str, str]:
        """Return the headers of a memento (RFC 7089)."""
        return {"Memento-Datetime": http_date(self.revision.created_at)}

    def links(self) -> Mapping[str, str]:
        """Return the links of a memento (RFC 7089, section 2.2), and the permanent URL of the revision."""
        item = absolute_url(self.item_path)
        pinned = f"{item}?revision={self.pin}"
        memento = pinned if self.is_pinned else f"{item}?as_of={self.moment}"
        permanent = {"canonical" if self.is_pinned else "bookmark": pinned}
        return {"original": item, "timemap": f"{item}/revisions", "memento": memento} | permanent


def http_date(time: dt.datetime) -> str:
    """Return a time in the format of HTTP headers."""
    return format_datetime(time.astimezone(dt.UTC), usegmt=True)


def read_state(session: Session, model: Any, slug: str, args: Mapping[str, Any]) -> PastState:
    """Return the state of an item that ``as_of`` or ``revision`` selects.

    Raises:
        NotFound, Gone, Renamed: there is no such item, or it was not public then, or has no such revision.
        ProblemException: 422, if ``as_of`` is in the future.
    """
    if "revision" in args:
        return pinned_state(session, find_with_history(session, model, slug), args["revision"])
    require_past(session, args["as_of"])
    return state_at(session, find_with_history(session, model, slug), args["as_of"])


def find_revision(session: Session, resource: Any, pin: Pin) -> Revision:
    """Return the public revision of a resource that a pin names.

    Raises:
        NotPublic: it has none.
    """
    revision = find_public(session, resource, pin)
    if revision is None:
        raise NotPublic(resource.type_name, resource.slug, f"has no public revision {pin}")
    return revision


def pinned_state(session: Session, resource: Any, pin: Pin) -> PastState:
    """Return the state of a resource at the revision that a pin names.

    Raises:
        NotPublic: it has no such revision.
        Gone: it was deleted at that revision, or the content was removed for ever.
    """
    revision = find_revision(session, resource, pin)
    require_content(resource, revision)
    moment = public_since(session, resource, revision)
    return PastState(session, resource, revision, moment, pin.digest is not None, is_pinned=True)


def state_at(session: Session, resource: Any, moment: Moment) -> PastState:
    """Return the state of a resource at a moment.

    Raises:
        NotPublic: it was not public then.
        Gone: it was deleted then, or the content was removed for ever.
    """
    revision = revision_at(session, resource, moment)
    if revision is None or not _is_published(revision) or not _was_film_public(session, resource, moment):
        raise NotPublic(resource.type_name, resource.slug, f"was not public at {_name(moment)}")
    require_content(resource, revision, f"at {_name(moment)}")
    return PastState(session, resource, revision, moment, never_changes=not moment.by_time)


def _name(moment: Moment) -> str:
    return str(moment) if moment.by_time else f"generation {moment}"


def _is_published(revision: Revision) -> bool:
    return bool(revision.record["status"] == Status.PUBLISHED)


def _was_film_public(session: Session, resource: Any, moment: Moment) -> bool:
    if not isinstance(resource, OfFilm):
        return True
    film = revision_at(session, resource.film, moment)
    return film is not None and _is_published(film) and not film.record["deleted"]


def require_content(resource: Any, revision: Revision, when: str | None = None) -> None:
    """Refuse a revision without content; ``when`` says in the error which state was requested.

    Raises:
        Gone: the resource was deleted at it, or the content was removed for ever.
    """
    if revision.record.get("purged"):
        raise Purged(resource.type_name, resource.slug)
    if revision.record["deleted"]:
        error = Gone(resource.type_name, resource.slug)
        error.args = (f"{str(error).rstrip('.')} {when or f'at revision {revision.pin}'}.",)
        raise error


def require_past(session: Session, moment: Moment) -> None:
    """Refuse a moment in the future.

    Raises:
        ProblemException: 422, with the latest one.
    """
    if moment.time and moment.time > dt.datetime.now(dt.UTC):
        raise _refusal("as_of", "Must not be in the future.")
    if not moment.time and moment.generation > (latest := ContentGeneration.current(session)):
        raise _refusal("as_of", f"Must not be in the future: the latest generation is {latest}.")


def require_no_lists(shape: Shape) -> None:
    """Refuse the inclusion of lists, which have no past.

    Raises:
        ProblemException: 422, with what may be included.
    """
    lists = [name for name in list_links(shape.schema._declared_fields) if name in shape.include]
    if lists:
        detail = f"Lists cannot be included in a past state of an item: {', '.join(lists)}."
        raise _refusal("include", detail)


def _refusal(parameter: str, detail: str) -> ProblemException:
    error = {"location": "query", "pointer": parameter, "detail": detail}
    return ProblemException("invalid-parameters", "1 parameter is not valid.", [error])
