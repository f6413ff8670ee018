"""Drafts and releases as responses show them."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from flask import Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.core.resource_registry import COLLECTION_PATHS
from api.core.urls import absolute_url
from api.entries.changes import EntryChange, check_entries
from api.entries.entry import Key
from api.entries.whole_resources import load_whole
from api.http.responses import JSON, encode_json
from api.schemas.shared_schemas import ResponseSchema
from api.writing.changes import require_free
from api.writing.drafts.publication import is_current, new_items_referred_to, unpublished_item
from api.writing.drafts.schemas import DraftDetailSchema
from api.writing.essays import essays
from api.writing.json_body import Fault
from models import MODELS_BY_TYPE, Conflict, InvalidReference, Revision, Status
from models.draft import Draft

#: Drafts are for one reader, and no cache may keep them.
CACHE_CONTROL = "private, no-store"


def draft_path(key: Key) -> str:
    """Return the path of a draft."""
    return f"{COLLECTION_PATHS[key[0]]}/{key[1]}/draft"


def release_path(name: str | None) -> str:
    """Return the path of a release."""
    return f"/v1/releases/{name}"


def private_response(
    schema: type[ResponseSchema], values: dict[str, Any], status: int = 200, etag: str | None = None
) -> Response:
    """Return a response that only its reader may keep."""
    response = Response(encode_json(schema().dump(values)), status, content_type=JSON)
    if etag:
        response.set_etag(etag)
    response.headers["Cache-Control"] = CACHE_CONTROL
    return response


def draft_response(session: Session, draft: Draft, status: int = 200) -> Response:
    """Return a draft with its content and what the checks say."""
    (values,) = summaries(session, [draft])
    values |= {"record": draft.record, **_judgement(session, draft)}
    response = private_response(DraftDetailSchema, values, status, draft.etag)
    if status == 201:
        response.headers["Location"] = values["url"]
    return response


def summaries(session: Session, drafts: Sequence[Draft]) -> list[dict[str, Any]]:
    """Return the values of ``DraftSchema``."""
    revisions = _current_revisions(session, [draft.key for draft in drafts])
    return [_summary(draft, revisions) for draft in drafts]


def _summary(draft: Draft, revisions: dict[Key, Revision | None]) -> dict[str, Any]:
    item_path = f"{COLLECTION_PATHS[draft.type_name]}/{draft.slug}"
    url = absolute_url(draft_path(draft.key))
    label = next((draft.record[name] for name in ("label", "name", "title") if draft.record.get(name)), None)
    is_known = draft.key in revisions
    columns = ("base", "release", "note", "editor", "revision", "created_at", "updated_at")
    return {name: getattr(draft, name) for name in columns} | {
        "url": url,
        "item": {"type": draft.type_name, "id": draft.slug, "url": absolute_url(item_path)},
        "label": label if isinstance(label, str) else None,
        "is_new": draft.base is None,
        # An item that exists, although the draft would make it, or that does not any more.
        "is_outdated": is_known
        if draft.base is None
        else not is_current(revisions.get(draft.key), draft.base),
        "links": {
            "preview": f"{url}/preview",
            "publish": f"{url}/publish",
            "release": absolute_url(release_path(draft.release)) if draft.release else None,
        },
    }


def _current_revisions(session: Session, keys: Sequence[Key]) -> dict[Key, Revision | None]:
    """Return the present revisions of these items, deleted ones too, in one statement for each type."""
    slugs: dict[str, list[str]] = defaultdict(list)
    for type_name, slug in keys:
        slugs[type_name].append(slug)
    found: dict[Key, Revision | None] = {}
    for type_name, names in slugs.items():
        model = MODELS_BY_TYPE[type_name]
        items = select(model.slug, Revision).where(model.slug.in_(names), model.status == Status.PUBLISHED)
        for slug, revision in session.execute(items.outerjoin(Revision, Revision.is_of_present_state(model))):
            found[type_name, slug] = revision
    return found


def _judgement(session: Session, draft: Draft) -> dict[str, Any]:
    """Return why publication of the draft alone would be refused, and the warnings of the rules for entries.

    That it is outdated is no fault in its content: see ``is_outdated``.
    """
    resource = load_whole(session, *draft.key)
    if resource is not None and not resource.is_visible:
        resource = unpublished_item(session, draft)
    is_restored = resource is not None and not resource.is_visible
    change = EntryChange(draft.type_name, draft.slug, draft.record, resource, is_restored)
    # An item that exists only as a draft gets another message than one that does not exist.
    drafts = new_items_referred_to(session, draft, ())
    try:
        checked = check_entries(session, [change], essays=essays(), drafts=drafts)
    except InvalidReference as error:
        return {"errors": [{"pointer": "", "detail": str(error)}], "warnings": []}
    errors = [*_of_id(session, draft), *drafts.values()]
    errors += [Fault(each.pointer, each.message) for each in checked.attributed_violations]
    return {
        "errors": [fault._asdict() for fault in errors],
        "warnings": [{"pointer": each.pointer, "detail": each.message} for each in checked.warnings],
    }


def _of_id(session: Session, draft: Draft) -> list[Fault]:
    """Return why a new item cannot have its id; that an item with this id exists makes a draft outdated."""
    model = MODELS_BY_TYPE[draft.type_name]
    if draft.base is not None or draft.key in _current_revisions(session, [draft.key]):
        return []
    try:
        require_free(session, model, draft.slug)
    except Conflict as error:
        return [Fault("", str(error))]
    return []


def release_values(session: Session, name: str, drafts: Sequence[Draft]) -> dict[str, Any]:
    """Return the values of ``ReleaseDetailSchema``."""
    own = _release(name, len(drafts), max(draft.updated_at for draft in drafts))
    return own | {"drafts": summaries(session, drafts)}


def release_etag(drafts: Sequence[Draft]) -> str:
    """Return the ETag of a release: it changes with its drafts."""
    members = [f"{draft.type_name}/{draft.slug}/{draft.etag}" for draft in drafts]
    return f"1.{hashlib.sha256(' '.join(members).encode()).hexdigest()[:32]}"


def releases(session: Session, limit: int) -> list[dict[str, Any]]:
    """Return the values of ``ReleaseSchema`` of all releases by name, at most ``limit``."""
    counted = (
        select(Draft.release, func.count(), func.max(Draft.updated_at))
        .where(Draft.release.is_not(None))
        .group_by(Draft.release)
        .order_by(Draft.release)
        .limit(limit)
    )
    return [_release(*row) for row in session.execute(counted)]


def _release(name: str | None, count: int, updated_at: Any) -> dict[str, Any]:
    url = absolute_url(release_path(name))
    return {
        "name": name,
        "url": url,
        "draft_count": count,
        "updated_at": updated_at,
        "links": {"publish": f"{url}/publish"},
    }
