"""The page of an item's history: its public revisions, and what each of them changed, word by word."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import orjson
from flask import Blueprint, Response, request
from marshmallow import Schema
from sqlalchemy import select

from api.core.app_context import session
from api.core.urls import absolute_url, relative_url
from api.embeds.quote_reader import PARSER
from api.pages.rendering import render_page
from api.pages.template_filters import HISTORY_PATHS, item_url
from api.query.internal_reader import APICall, call_url, read_item
from api.query.past_reader import PINNED_PAGES
from api.query.record_diff import FieldChange, compare_records
from api.schemas.fields import StrictInteger
from api.schemas.revision_schemas import editor_name, revisions_path
from api.views.history import public_record
from models import MODELS_BY_TYPE, Revision
from models.history import HistoryEntry, history_entries, public_numbers
from models.word_diff import WordOperation

#: The number of revisions on a page.
PAGE_SIZE = 20
#: Longer runs of words that did not change, and longer values, are cut.
MAX_EQUAL, MAX_VALUE = 240, 400
MAX_NUMBER = 999_999_999

history = Blueprint("history", __name__)


class HistoryQuerySchema(Schema):
    """The query parameter of a later page: the number above all of its revisions."""

    before = StrictInteger(1, MAX_NUMBER, load_default=None)


class ShownChange(NamedTuple):
    """A value that a revision changed: its name, and runs of words or else both values as texts."""

    name: str
    runs: list[tuple[str, str]]
    before: str
    after: str


class ShownRevision(NamedTuple):
    """A revision as the page shows it. ``url`` leads to the item as it was; None if it had no content."""

    entry: HistoryEntry
    editor: str
    url: str | None
    changes: list[ShownChange]
    is_flagged: bool


def _history_view(type_name: str) -> Callable[..., Response]:
    def show_history(slug: str) -> Response:
        return history_page(type_name, slug)

    return show_history


for _type_name, _path in HISTORY_PATHS.items():
    history.add_url_rule(f"{_path}<slug:slug>/history", _type_name, _history_view(_type_name))


def history_page(type_name: str, slug: str) -> Response:
    """Show what changed in an item, when, by whom and why, the newest revision first.

    Raises:
        NotFound, Gone, Renamed: there is no visible item with this id.
        ProblemException: 422, if the number in ``before`` is malformed.
    """
    args = PARSER.parse(HistoryQuerySchema, request, location="query")
    item = read_item(type_name, slug)
    resource = MODELS_BY_TYPE[type_name].by_slug(session(), slug)
    numbers = public_numbers(session(), resource, ascending=False, after=args["before"], limit=PAGE_SIZE + 1)
    entries = history_entries(session(), resource, numbers)
    response = render_page(
        "history.html",
        [APICall(call_url(revisions_path(type_name, slug), {}), None)],
        item=item.json,
        page_url=item_url(item.json),
        revisions=list(_shown(resource, entries)),
        older=f"?before={numbers[PAGE_SIZE - 1]}" if len(numbers) > PAGE_SIZE else None,
        is_first_page=args["before"] is None,
    )
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _shown(resource: Any, entries: list[HistoryEntry]) -> Iterator[ShownRevision]:
    """Yield the revisions of a page; the last of more than a page is only compared with."""
    records = _records(resource, [entry.number for entry in entries])
    for entry, previous in zip(entries[:PAGE_SIZE], [*entries[1:], None], strict=False):
        before = records[previous.number] if previous else {}
        after = records[entry.number]
        has_content = not (entry.is_deleted or entry.is_purged)
        is_comparable = has_content and previous is not None and not previous.is_purged
        changes = list(compare_records(before, after)) if is_comparable else []
        yield ShownRevision(
            entry,
            editor_name(entry.editor),
            _pinned_url(resource, entry) if has_content else None,
            [_shown_change(change) for change in changes],
            bool(before.get("advisories") or after.get("advisories")),
        )


def _records(resource: Any, numbers: list[int]) -> dict[int, dict[str, Any]]:
    rows = session().execute(
        select(Revision.number, Revision.record).where(
            Revision.type_name == resource.type_name,
            Revision.resource_id == resource.id,
            Revision.number.in_(numbers),
        )
    )
    return {number: public_record(record) for number, record in rows}


def _pinned_url(resource: Any, entry: HistoryEntry) -> str:
    path = PINNED_PAGES.get(resource.type_name)
    if path:
        return f"{relative_url(f'{path}/{resource.slug}')}?revision={entry.pin}"
    return absolute_url(f"/v1/{resource.__tablename__}/{resource.slug}", revision=entry.pin)


def _shown_change(change: FieldChange) -> ShownChange:
    name = change.pointer.removeprefix("/").replace("_", " ").replace("/", " › ")
    if change.words:
        return ShownChange(name, [(run.op.value, _cut(run.op, run.text)) for run in change.words], "", "")
    return ShownChange(name, [], _value_text(change.before), _value_text(change.after))


def _cut(operation: WordOperation, text: str) -> str:
    """Return a run of words; of a long one that did not change, the beginning and the end."""
    if operation is not WordOperation.EQUAL or len(text) <= MAX_EQUAL:
        return text
    return f"{text[: MAX_EQUAL // 2].rstrip()} … {text[-MAX_EQUAL // 2 :].lstrip()}"


def _value_text(value: Any) -> str:
    """Return a value of a record as a short text; empty if there is none."""
    if value is None or value in ([], {}):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and all(isinstance(part, str | int) for part in value):
        text = ", ".join(map(str, value))
    else:
        text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text if len(text) <= MAX_VALUE else f"{text[:MAX_VALUE]}…"
