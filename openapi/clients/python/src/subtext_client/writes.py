"""What is special about writes: their preconditions, keys and bodies."""

from __future__ import annotations

import datetime
import json
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Generic, Literal, NamedTuple, NotRequired, TypedDict, TypeVar

from subtext_client.exchange import Call
from subtext_client.models import ItemType

Item = TypeVar("Item")


class Versioned(NamedTuple, Generic[Item]):
    """An item and its ETag, which names the state that a change expects: ``quote, etag = …``."""

    item: Item
    etag: str


class RetryOptions(TypedDict, total=False):
    """What each write takes besides its content."""

    idempotency_key: str | None

    """Identifies this write, so that another process can repeat it; a random UUID by default."""


class WriteOptions(RetryOptions, total=False):
    """What a write with a note takes besides its content."""

    note: str | None

    """Why the content changes, for the history. On one line."""


class BulkChange(TypedDict):
    """One of the changes that `bulk` makes."""

    method: Literal["POST", "PATCH", "PUT", "DELETE", "RENAME"]

    type: ItemType

    id: str

    """The id of the item: the new one with POST, the present one with RENAME."""

    body: NotRequired[Mapping[str, object]]

    """What `create`, `update` or `replace` takes, or ``{"id": …}`` with RENAME. DELETE has none."""

    if_match: NotRequired[str]

    """The ETag of the item that you have read. All but POST need it, or ``if_none_match``."""

    if_none_match: NotRequired[Literal["*"]]

    """Creates the item with PUT, and fails if it exists."""


def write_call(
    method: str,
    path: str,
    options: Mapping[str, object],
    body: Mapping[str, Any] | None = None,
    *,
    if_match: str | None = None,
    create: bool = False,
    query: Mapping[str, Any] | None = None,
) -> Call:
    """Return the call of a write. Each repetition of it sends the same key and the same bytes.

    Raises:
        ValueError: The key is malformed.
    """
    key = options.get("idempotency_key")
    key = str(uuid.uuid4() if key is None else key)
    if not re.fullmatch(r"[A-Za-z0-9._:-]{1,255}", key):
        raise ValueError(f"An idempotency key has 1 to 255 letters, digits and “._:-”, unlike {key!r}.")
    headers = {"Idempotency-Key": f'"{key}"'}
    if if_match is not None:
        headers["If-Match"] = if_match
    if create:
        headers["If-None-Match"] = "*"
    content = None
    if body is not None:
        headers["Content-Type"] = "application/merge-patch+json" if method == "PATCH" else "application/json"
        content = _json(body)
    return Call(path, {"note": options.get("note"), **(query or {})}, method, headers, content)


def bulk_call(path: str, options: Mapping[str, object], changes: Sequence[BulkChange]) -> Call:
    """Return the call of many changes, one a line."""
    call = write_call("POST", path, options)
    headers = {**call.headers, "Content-Type": "application/x-ndjson"}
    return replace(call, headers=headers, body=b"".join(_json(each) + b"\n" for each in changes))


def check_precondition(if_match: str | None, create: bool) -> None:
    """Check that a write either has the ETag of what it replaces, or creates it.

    Raises:
        ValueError: It says both, or neither.
    """
    if create == (if_match is not None):
        raise ValueError("Pass either if_match, to replace what is there, or create=True.")


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, default=_date).encode()


def _date(value: Any) -> str:
    if isinstance(value, datetime.date):
        return value.isoformat()
    raise TypeError(f"A body has no values of the type {type(value).__name__}: {value!r}.")
