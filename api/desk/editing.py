"""What an editor works on: the state of an item or its draft, saving it, and merging two versions."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from api.core.app_context import settings
from api.core.resource_registry import COLLECTION_PATHS
from api.core.urls import relative_url
from api.desk.api_calls import APIResponse, call_api
from api.desk.request_checks import desk_session
from api.entries.records import record_to_body
from api.writing.drafts.access import draft_session, may_read
from api.writing.drafts.three_way import three_way
from api.writing.item_state import current_revision
from models import MODELS_BY_TYPE, Gone, Renamed
from models.pin import Pin

#: Statuses with which the API says that a draft is not as its editor has read it.
MISSING, CHANGED = 404, 412
OUTDATED = "outdated-base"


@dataclass
class State:
    """An item as an editor has read it: the body of its draft or, without one, of the public item.

    ``etag`` is that of the draft, and ``base`` the pin of the item's revision; empty if there is none.
    ``draft`` is what the API says of the draft.
    """

    body: dict[str, Any] = field(default_factory=dict)
    etag: str = ""
    base: str = ""
    draft: dict[str, Any] = field(default_factory=dict)
    is_public: bool = False

    @property
    def exists(self) -> bool:
        """Whether there is a draft or an item."""
        return bool(self.draft) or self.is_public


def load_state(type_name: str, slug: str) -> State:
    """Return the present state of an item.

    Raises:
        Gone, Renamed: there was such an item.
    """
    model = MODELS_BY_TYPE[type_name]
    state = State()
    with draft_session() as session:
        item = session.scalar(model.select_where(id=[slug]))
        if item is not None:
            revision = current_revision(session, item)
            state.is_public, state.base = True, str(revision.pin if revision else Pin(item.revision))
            state.body = record_to_body(type_name, item.to_record()).body
        else:
            error = model.missing_error(session, slug)
            if isinstance(error, Gone | Renamed):
                raise error
    if not may_read(desk_session().key, model.__tablename__):
        return state
    response = call_api("GET", draft_path(type_name, slug))
    if not response.is_error:
        state.draft, state.etag = response.json, response.etag or ""
        state.body, state.base = response.json["record"], response.json["base"] or ""
    return state


def draft_path(type_name: str, slug: str) -> str:
    """Return the path of a draft in the API."""
    return f"{COLLECTION_PATHS[type_name]}/{slug}/draft"


def save_draft(
    type_name: str,
    slug: str,
    body: dict[str, Any],
    *,
    etag: str,
    base: str,
    release: str | None = None,
    request_key: str = "",
) -> APIResponse:
    """Save a draft over the one with this ``etag``, or a new one, of the item at ``base`` if that exists.

    A response that is lost can be repeated with the same ``request_key``.
    """
    headers = {"If-Match": etag} if etag else {"If-None-Match": "*"}
    if request_key:
        headers["Idempotency-Key"] = request_key
    query = {"base": base} if base else {}
    if release is not None:
        query["release"] = release
    return call_api("PUT", draft_path(type_name, slug), body, query=query, headers=headers)


@dataclass
class Conflict:
    """What an editor and others have changed: ``changes`` as in the API, with ``draft`` for the editor's own.

    ``mine`` is the editor's body; saved with ``etag`` and ``base``, it replaces what the others have.
    """

    mine: dict[str, Any]
    changes: list[dict[str, Any]]
    etag: str
    base: str
    reason: str


def conflict_on_saving(
    type_name: str, slug: str, mine: dict[str, Any], loaded: dict[str, Any], response: APIResponse
) -> Conflict | None:
    """Return the conflict that a refused draft means; None if it was refused for another reason.

    ``loaded`` is the body with which the editor has begun.
    """
    if response.status not in (CHANGED, MISSING):
        return None
    theirs = load_state(type_name, slug)
    if not theirs.exists:
        return None
    who = (
        f"“{theirs.draft['editor']}” has saved the draft"
        if theirs.draft
        else "The draft was published or deleted"
    )
    return Conflict(
        mine,
        three_way(type_name, loaded, theirs.body, mine),
        theirs.etag,
        theirs.base,
        f"{who} since you opened it. Your changes are not saved yet: choose what to keep.",
    )


def conflict_on_publishing(state: State, response: APIResponse) -> Conflict | None:
    """Return the conflict because of which a draft was not published; None if there was another reason."""
    problem = response.json or {}
    if problem.get("code") != OUTDATED:
        return None
    return Conflict(
        state.body,
        problem["changes"],
        state.etag,
        problem["current"],
        "The draft is saved, but not published: the published entry has changed since the draft was made. "
        "Choose what to keep.",
    )


def merge(mine: dict[str, Any], changes: list[Any], choices: dict[str, str]) -> dict[str, Any]:
    """Return a body in which the changes are as chosen, ``current`` or ``draft``, by their pointers."""
    merged = copy.deepcopy(mine)
    for change in changes:
        if choices.get(change["pointer"]) == "current":
            _set(merged, change["pointer"], change.get("current"))
    return merged


def _set(body: dict[str, Any], pointer: str, value: Any) -> None:
    *steps, last = (step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])
    for step in steps:
        inner = body.get(step)
        if not isinstance(inner, dict):
            inner = body[step] = {}
        body = inner
    body[last] = value


def publish(type_name: str, slug: str, etag: str, request_key: str = "") -> APIResponse:
    """Publish a draft."""
    headers = {"If-Match": etag} | ({"Idempotency-Key": request_key} if request_key else {})
    return call_api("POST", f"{draft_path(type_name, slug)}/publish", headers=headers)


def preview_links(path: str) -> dict[str, Any]:
    """Return new links to the preview of a draft or a release.

    Raises:
        ProblemException: there is no such draft.
    """
    preview = call_api("POST", f"{path}/preview-link").require().json

    def on_this_host(url: str | None) -> str | None:
        # The browser may know the service by another name than its settings do.
        return url and relative_url(url.removeprefix(settings().base_url))

    links = {name: on_this_host(url) for name, url in preview["links"].items()}
    return {**preview, "url": on_this_host(preview["url"]), "links": links}
