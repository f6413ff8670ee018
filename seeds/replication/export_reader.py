"""Read an export: check its files, and collect its items with their revisions."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from marshmallow import fields, validate

from api.schemas.fields import Slug
from models.types import LINE_LENGTH
from seeds.replication.public_revision import (
    MAX_NUMBER,
    InvalidReplica,
    Key,
    LenientSchema,
    PublicRevisionSchema,
    ReplicatedItem,
    load,
    type_name_field,
)

INDEX = "index.json"
FORMAT = "subtext-export/1"
#: Larger lines are no items; the largest body of a write has a million bytes.
MAX_LINE_BYTES = 8_000_000
FILE_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")


class _FileSchema(LenientSchema):
    name = fields.String(required=True, validate=validate.Regexp(rf"{FILE_NAME.pattern}\Z"))
    content = fields.String(required=True)
    count = fields.Integer(strict=True, required=True, validate=validate.Range(0))
    bytes = fields.Integer(strict=True, required=True, validate=validate.Range(0))
    sha256 = fields.String(required=True, validate=validate.Regexp(r"[0-9a-f]{64}\Z"))


class IndexSchema(LenientSchema):
    """Reads ``index.json``."""

    format = fields.String(
        required=True, validate=validate.Equal(FORMAT, error="Must be {other}, which this version reads.")
    )
    generation = fields.Integer(strict=True, required=True, validate=validate.Range(0, MAX_NUMBER))
    cursor = fields.String(required=True, allow_none=True)
    files = fields.List(fields.Nested(_FileSchema), required=True)


class _ItemSchema(LenientSchema):
    type = type_name_field()
    id = Slug(required=True)
    created_at = fields.AwareDateTime(required=True)


class _LineSchema(LenientSchema):
    item_type = type_name_field()
    current_id = Slug(required=True)


class RedirectSchema(LenientSchema):
    """Reads a line of ``redirects.ndjson``."""

    type = type_name_field()
    id = Slug(required=True)
    kind = fields.String(
        required=True, validate=validate.OneOf(["renamed", "withdrawn", "deleted", "purged"])
    )
    moved_to = Slug(required=True, allow_none=True)
    former_id_of = Slug(required=True, allow_none=True)
    reason = fields.String(allow_none=True, load_default=None, validate=validate.Length(max=10 * LINE_LENGTH))
    created_at = fields.AwareDateTime(allow_none=True, load_default=None)
    parents = fields.Dict(keys=fields.String(), values=Slug(), load_default=dict)


@dataclass
class Export:
    """What an export has: items with revisions, in no order, and the ids that packs took back."""

    generation: int
    cursor: str | None
    items: dict[Key, ReplicatedItem] = field(default_factory=dict)
    public_ids: set[Key] = field(default_factory=set)
    withdrawals: list[dict[str, Any]] = field(default_factory=list)

    def item(self, type_name: str, slug: str) -> ReplicatedItem:
        """Return the item with this type and id, which may be new."""
        return self.items.setdefault((type_name, slug), ReplicatedItem(type_name, slug))


def read_index(folder: Path) -> dict[str, Any]:
    """Return the loaded ``index.json`` of an export.

    Raises:
        InvalidReplica: there is none, or it is not one.
    """
    path = folder / INDEX
    _require_regular_file(path)
    try:
        values = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        raise InvalidReplica(f"{path}: There is no such file, so this is no export.") from None
    except orjson.JSONDecodeError as error:
        raise InvalidReplica(f"{path}: This is no JSON: {error}.") from None
    index: dict[str, Any] = load(IndexSchema, values, str(path))
    return index


def read_export(folder: Path, step: Callable[[], None] = lambda: None) -> Export:
    """Return what an export has, once its files were compared with its index; ``step`` follows each line.

    Raises:
        InvalidReplica: a file is missing, differs from the index, or is not what it must be.
    """
    index = read_index(folder)
    export = Export(index["generation"], index["cursor"])
    by_content: dict[str, Callable[[Export, Any, str], None]] = {
        "items": _add_item,
        "revisions": _add_revision,
        "redirects": _add_redirect,
    }
    files = {file["name"]: file for file in index["files"] if file["content"] in by_content}
    if not {"revisions", "redirects"} <= {file["content"] for file in files.values()}:
        raise InvalidReplica(
            f"{folder / INDEX}: files: Must name the revisions and the redirects, as after "
            "`subtext export --format ndjson`."
        )
    for file in files.values():
        for where, values in _lines(folder / file["name"], file):
            by_content[file["content"]](export, values, where)
            step()
    # Of an item without revisions, nothing is known that could be written.
    for key in [key for key, item in export.items.items() if not item.revisions]:
        raise InvalidReplica(f"{folder}: The {key[0]} “{key[1]}” has no revision.")
    for item in export.items.values():
        item.revisions.sort(key=lambda revision: revision.number)
    return export


def _lines(path: Path, file: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the place and the value of each line; the whole file is compared with the index first.

    Raises:
        InvalidReplica: it is another file, or a line is no JSON.
    """
    digest, size, count = hashlib.sha256(), 0, 0
    _require_regular_file(path)
    try:
        with path.open("rb") as opened:
            while block := opened.read(1 << 20):
                digest.update(block)
                size += len(block)
                count += block.count(b"\n")
        if (digest.hexdigest(), size, count) != (file["sha256"], file["bytes"], file["count"]):
            raise InvalidReplica(
                f"{path}: This is not the file that {INDEX} names: {size} bytes in {count} lines with the "
                f"SHA-256 {digest.hexdigest()}. Copy the whole export again."
            )
        with path.open("rb") as opened:
            for number, line in enumerate(iter(lambda: opened.readline(MAX_LINE_BYTES), b""), 1):
                try:
                    yield f"{path.name}, line {number}", orjson.loads(line)
                except orjson.JSONDecodeError as error:
                    raise InvalidReplica(f"{path}, line {number}: This is no JSON: {error}.") from None
    except FileNotFoundError:
        raise InvalidReplica(f"{path}: There is no such file. Copy the whole export again.") from None


def _require_regular_file(path: Path) -> None:
    """Refuse what may have no end, such as a named pipe or a device."""
    if path.exists() and not path.is_file():
        raise InvalidReplica(f"{path}: This is no file. Copy the whole export again.")


def _add_item(export: Export, values: Any, where: str) -> None:
    item = load(_ItemSchema, values, where)
    export.public_ids.add((item["type"], item["id"]))
    export.item(item["type"], item["id"]).created_at = item["created_at"]


def _add_revision(export: Export, values: Any, where: str) -> None:
    line = load(_LineSchema, values, where)
    item = export.item(line["item_type"], line["current_id"])
    revision = load(PublicRevisionSchema, values, where)
    item.revisions.append(revision)
    if revision.item_id != item.slug:
        item.former_ids.add(revision.item_id)


def _add_redirect(export: Export, values: Any, where: str) -> None:
    redirect = load(RedirectSchema, values, where)
    if (redirect["type"], redirect["id"]) in export.public_ids:
        raise InvalidReplica(f"{where}: id: Must be no id of a public item, which “{redirect['id']}” is.")
    if redirect["former_id_of"]:
        export.item(redirect["type"], redirect["former_id_of"]).former_ids.add(redirect["id"])
    if redirect["created_at"]:
        item = export.item(redirect["type"], redirect["id"])
        item.created_at, item.parents = redirect["created_at"], redirect["parents"]
    if redirect["kind"] == "withdrawn":
        export.withdrawals.append(redirect)
