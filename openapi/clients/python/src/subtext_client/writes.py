"""What is special about writes: their preconditions, keys and bodies."""

from __future__ import annotations

import datetime
import json
import re
import uuid
from collections.abc import Mapping
from typing import Any, Generic, NamedTuple, TypedDict, TypeVar

from subtext_client.exchange import Call

Item = TypeVar("Item")


class Versioned(NamedTuple, Generic[Item]):
    """An item and its ETag, which names the state that a change expects: ``quote, etag = …``."""

    item: Item
    etag: str


class WriteOptions(TypedDict, total=False):
    """What each write takes besides its content."""

    note: str | None

    """Why the content changes, for the history. On one line."""

    idempotency_key: str | None

    """Identifies this write, so that another process can repeat it; a random UUID by default."""


def write_call(
    method: str,
    path: str,
    options: WriteOptions,
    body: Mapping[str, Any] | None = None,
    *,
    if_match: str | None = None,
    create: bool = False,
) -> Call:
    """Return the call of a write. Each repetition of it sends the same key and the same bytes.

    Raises:
        ValueError: The key is malformed.
    """
    key = options.get("idempotency_key")
    key = str(uuid.uuid4()) if key is None else key
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
        content = json.dumps(body, ensure_ascii=False, allow_nan=False, default=_date).encode()
    return Call(path, {"note": options.get("note")}, method, headers, content)


def replace_call(
    path: str, options: WriteOptions, body: Mapping[str, Any], if_match: str | None, create: bool
) -> Call:
    """Return the call that replaces the item with an ETag, or creates it.

    Raises:
        ValueError: It says both, or neither.
    """
    if create == (if_match is not None):
        raise ValueError("Pass either if_match, to replace the item, or create=True.")
    return write_call("PUT", path, options, body, if_match=if_match, create=create)


def _date(value: Any) -> str:
    if isinstance(value, datetime.date):
        return value.isoformat()
    raise TypeError(f"A body has no values of the type {type(value).__name__}: {value!r}.")
