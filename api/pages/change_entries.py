"""The entries of the feed of changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from markupsafe import Markup

from api.core.resource_registry import COLLECTION_PATHS
from api.core.urls import absolute_url
from api.pages.feed_entries import FeedEntry, tag_uri
from api.pages.page_data import read_first_page
from api.pages.page_metadata import strip_markup
from api.schemas.list_queries import MAX_PAGE_SIZE
from api.schemas.shared_schemas import ITEM_NAMES
from models.change import REMOVALS, Change, ChangeType, Position

VERBS = {
    ChangeType.CREATE: "published",
    ChangeType.UPDATE: "changed",
    ChangeType.RENAME: "renamed",
    ChangeType.DELETE: "deleted",
    ChangeType.PURGE: "removed for ever",
}


def change_entries(changes: Iterable[Change], end: Position | None) -> tuple[FeedEntry, ...]:
    """Return the entries of changes of the epoch of ``end``, in their order.

    What is public now has its label and its page; the rest has its id, and the URL that says what became of
    it.
    """
    changes = list(changes)
    if end is None:
        return ()
    slugs: dict[str, set[str]] = defaultdict(set)
    for change in changes:
        if change.change not in REMOVALS:
            slugs[change.type_name].add(change.slug)
    items = {
        (type_name, item["id"]): item
        for type_name, found in slugs.items()
        for item in read_first_page(type_name, {"id": sorted(found), "limit": MAX_PAGE_SIZE})
    }
    return tuple(_entry(change, end.epoch, items.get((change.type_name, change.slug))) for change in changes)


def _entry(change: Change, epoch: str, item: dict[str, Any] | None) -> FeedEntry:
    label = strip_markup(item["label"]) if item else change.slug
    noun = ITEM_NAMES.get(change.type_name, change.type_name).capitalize()
    title = f"{noun} {VERBS[change.change]}: {label}"
    if change.previous_slug:
        title += f" (was {change.previous_slug})"
    path = f"{COLLECTION_PATHS[change.type_name]}/{change.slug}"
    url = (item and item["html_url"]) or absolute_url(path)
    at = f"{change.at:%Y-%m-%dT%H:%M:%SZ}"
    return FeedEntry(
        id=tag_uri(f"/changes/{Position(epoch, change.generation, change.ordinal)}"),
        page_url=url,
        title=title,
        summary=title,
        html=Markup('<p><a href="{}">{}</a></p>').format(url, title),
        text=title,
        language="en",
        published=at,
        updated=at,
    )
