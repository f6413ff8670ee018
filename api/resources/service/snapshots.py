"""Routes of snapshots: their list, and their files, which are read from a folder."""

from __future__ import annotations

import datetime as dt
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from flask import Blueprint as PlainBlueprint
from flask import Response, request
from marshmallow import fields

from api.core.app_context import session, settings
from api.core.urls import absolute_url
from api.exports.folder import INDEX
from api.exports.snapshots import Snapshot, file_of, find_snapshots
from api.http.errors import ProblemException
from api.http.response_cache.tracked_request import response_dependencies
from api.http.responses import JSON, MAX_AGE, cacheable_response, encode_json, etag_hash
from api.query.past_reader import IMMUTABLE
from api.schemas.fields import ConstantField, UTCDateTime
from api.schemas.item_shape import ItemQuerySchema
from api.schemas.shared_schemas import ResponseSchema
from api.views.blueprint import Blueprint

blp = Blueprint("snapshots", __name__, url_prefix="/v1", description="The whole content as files.")
plain = PlainBlueprint("snapshot-files", __name__)

CONTENT_TYPES = {".json": JSON, ".ndjson": "application/x-ndjson", ".gz": "application/gzip"}
#: The longest body: a response is in memory until the client has read it. Longer files are sent in parts.
MAX_BODY_BYTES = 16 * 1024 * 1024
RANGE_PATTERN = re.compile(r"bytes=(?:([0-9]{1,15})-([0-9]{1,15})?|-([0-9]{1,15}))", re.ASCII)


class SnapshotSchema(ResponseSchema):
    """A snapshot: the whole public content as of one generation."""

    type = ConstantField("snapshot", "Always `snapshot`.")
    id = fields.String(metadata={"description": "The state: the epoch and the generation."})
    url = fields.String(metadata={"format": "uri", "description": "The index of its files."})
    epoch = fields.String(metadata={"description": "As `content.epoch` in `/v1/meta`."})
    generation = fields.Integer(metadata={"description": "As `content.generation` in `/v1/meta`."})
    changed_at = UTCDateTime(metadata={"description": "When this state began, in UTC."})
    bytes = fields.Integer(metadata={"description": "The size of all compressed files, in bytes."})


class SnapshotsSchema(ResponseSchema):
    """The snapshots that can be downloaded."""

    data = fields.List(
        fields.Nested(SnapshotSchema), metadata={"description": "The snapshots, the newest first."}
    )


@blp.route("/snapshots")
@blp.document_read(
    ItemQuerySchema,
    SnapshotsSchema,
    description="The snapshots.",
    operation="listSnapshots",
    example="/v1/snapshots",
    headers=("ETag", "Cache-Control", "Vary"),
)
def snapshots(_args: dict[str, Any]) -> Response:
    """List snapshots

    Returns the snapshots of the whole content, the newest first; at most two. Each has an index, which lists
    its files with their SHA-256 digests. The list is empty if the service makes none.
    """
    data = [_describe(folder, each) for folder, each in _current_snapshots()]
    body = encode_json(SnapshotsSchema().dump({"data": data}))
    return cacheable_response(body, etag=etag_hash(body))


def newest_snapshot_url() -> str | None:
    """Return the URL of the index of the newest snapshot; None if there is none."""
    return next((_snapshot_url(each) for _, each in _current_snapshots()), None)


def _current_snapshots() -> Iterator[tuple[Path, Snapshot]]:
    """Yield the snapshots that may be shown, the newest first, with the folder that they are in."""
    folder = settings().snapshots
    if folder is None:
        return
    # A snapshot is made without a change of content, which is all that empties the response cache.
    response_dependencies().expire_at(time.time() + MAX_AGE)
    yield from ((folder, each) for each in find_snapshots(folder) if each.is_current(session()))


def _snapshot_url(snapshot: Snapshot) -> str:
    return absolute_url(f"/v1/snapshots/{snapshot}")


def _describe(folder: Path, snapshot: Snapshot) -> dict[str, Any]:
    index = orjson.loads((folder / str(snapshot) / INDEX).read_bytes())
    sizes = (file.get("gzip", file)["bytes"] for file in index["files"])
    values = {"id": str(snapshot), "url": _snapshot_url(snapshot), "bytes": sum(sizes)}
    values |= {name: index[name] for name in ("epoch", "generation")}
    if index["changed_at"]:
        return values | {"changed_at": dt.datetime.fromisoformat(index["changed_at"])}
    # An old database does not know. Its content has not changed since the snapshot was made.
    made_at = (folder / str(snapshot) / INDEX).stat().st_mtime
    return values | {"changed_at": dt.datetime.fromtimestamp(made_at, dt.UTC)}


@plain.get("/v1/snapshots/<name>")
def snapshot_index(name: str) -> Response:
    """Return the index of a snapshot."""
    return snapshot_file(name, INDEX)


@plain.get("/v1/snapshots/<name>/<file>")
def snapshot_file(name: str, file: str) -> Response:
    """Return a file of a snapshot, or a part of it."""
    folder, snapshot = _find(name)
    path = file_of(folder, snapshot, file)
    if path is None:
        raise ProblemException("not-found", f"The snapshot {snapshot} has no file “{file[:80]}”.")
    try:
        return _file_response(path)
    except FileNotFoundError:
        # It was deleted meanwhile.
        raise _gone(snapshot) from None


def _find(name: str) -> tuple[Path, Snapshot]:
    """Return the folder of snapshots, and the snapshot with a name that may be shown.

    Raises:
        ProblemException: 404, there was never one; 410, there is none any more.
    """
    folder, snapshot = settings().snapshots, Snapshot.parse(name)
    if folder is None or snapshot is None:
        raise ProblemException("not-found", "There is no such snapshot. /v1/snapshots lists what there is.")
    if not snapshot.is_current(session()) or not (folder / name / INDEX).is_file():
        raise _gone(snapshot)
    return folder, snapshot


def _gone(snapshot: Snapshot) -> ProblemException:
    return ProblemException(
        "gone", f"There is no snapshot {snapshot} any more. /v1/snapshots lists what there is."
    )


def _file_response(path: Path) -> Response:
    """Return a file, or the part that ``Range`` asks for (RFC 9110, section 14); a shorter one if it is long.

    Raises:
        ProblemException: 400, the file is too long for one response.
    """
    # Snapshots never change, so the name of the file is its version.
    etag = etag_hash(f"{path.parent.name}/{path.name}".encode())
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        is_same = request.headers.get("If-Range", f'"{etag}"') == f'"{etag}"'
        part = _requested_part(size) if is_same else None
        if part is None and size > MAX_BODY_BYTES:
            raise ProblemException(
                "bad-request",
                f"The file has {size} bytes, and a response at most {MAX_BODY_BYTES}. Ask for parts of it, "
                f"such as with the header “Range: bytes=0-{MAX_BODY_BYTES - 1}”.",
            )
        start, end = part or (0, size)
        stream.seek(start)
        body = stream.read(end - start)
    response = cacheable_response(
        body,
        etag=etag,
        content_type=CONTENT_TYPES.get(path.suffix, "application/octet-stream"),
        negotiated=True,
        cache_control=IMMUTABLE,
    )
    response.headers["Accept-Ranges"] = "bytes"
    if part:
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return response


def _requested_part(size: int) -> tuple[int, int] | None:
    """Return the start and the end of the part to send; None for the whole file.

    A range that is malformed or beyond the end is ignored, and so are several ranges.
    """
    match = RANGE_PATTERN.fullmatch(request.headers.get("Range", ""))
    if match is None:
        return None
    first, last, suffix = (None if group is None else int(group) for group in match.groups())
    start = max(0, size - suffix) if suffix is not None else int(first or 0)
    end = size if last is None else min(size, last + 1)
    if start >= end:
        return None
    return start, min(end, start + MAX_BODY_BYTES)
