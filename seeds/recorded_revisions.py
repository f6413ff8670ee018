"""The revision of every entry, in ``revisions.yml``: databases have the same, whenever they were seeded.

``subtext revisions`` writes the file. Each line has a digest of the entry as it is in the pack, which tells
whether it has changed since.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from marshmallow import ValidationError, fields, validate

from api.entries.validation import display_key
from api.schemas.fields import Text
from api.schemas.shared_schemas import RequestSchema
from models import MODELS_BY_TYPE
from seeds.diagnostics import Diagnostic, join_messages
from seeds.release_dates import InvalidReleaseDate, parse_release_date
from seeds.strict_yaml import Mapping as YAMLMapping

FILE_NAME = "revisions.yml"
HEADER = "# The revision of each entry. `subtext revisions` writes this file; do not edit it.\n"
DIGEST_LENGTH = 16
#: A type and an id.
Key = tuple[str, str]


@dataclass(frozen=True)
class RecordedRevision:
    """A revision number, the digest of the entry at this revision, and its time; of the first, None.

    ``file`` and ``line`` say where it is recorded.
    """

    number: int
    digest: str
    updated_at: dt.datetime | None
    file: Path
    line: int = 1


class RecordedRevisionSchema(RequestSchema):
    """A line of the file."""

    revision = fields.Integer(required=True, strict=True, validate=validate.Range(1, 1_000_000))
    digest = Text(DIGEST_LENGTH, required=True)
    updated_at = fields.Raw(load_default=None)


def entry_digest(body: Mapping[str, Any], position: int) -> str:
    """Return a digest of an entry as it is written, whatever its schema is, and of its position."""
    content = orjson.dumps([body, position], option=orjson.OPT_SORT_KEYS, default=str)
    return hashlib.sha256(content).hexdigest()[:DIGEST_LENGTH]


def read_revisions(content: YAMLMapping, file: Path) -> Iterator[tuple[Key, RecordedRevision] | Diagnostic]:
    """Yield the recorded revisions in the content of a file, and what is wrong with the others."""
    for type_name, entries in content.items():
        if type_name not in MODELS_BY_TYPE or not isinstance(entries, YAMLMapping):
            message = "The file must be a mapping from types to ids. Run `subtext revisions`."
            yield Diagnostic(file, content.lines[type_name], display_key(type_name), "form", message)
            continue
        for slug, row in entries.items():
            line = entries.lines[slug]
            try:
                values: dict[str, Any] = RecordedRevisionSchema().load(row)
                time = values["updated_at"]
                updated_at = None if time is None else parse_release_date(time)
            except (ValidationError, InvalidReleaseDate) as error:
                message = join_messages(error) if isinstance(error, ValidationError) else str(error)
                yield Diagnostic(file, line, display_key(slug), "form", message)
                continue
            recorded = RecordedRevision(values["revision"], values["digest"], updated_at, file, line)
            yield (type_name, str(slug)), recorded


def next_revisions(
    recorded: Mapping[Key, RecordedRevision], digests: Mapping[Key, str], at: dt.datetime, file: Path
) -> dict[Key, RecordedRevision]:
    """Return the revision of every entry: raised, with this time, where its digest is another one."""
    revisions = {}
    for key, digest in digests.items():
        present = recorded.get(key)
        if present is None:
            revisions[key] = RecordedRevision(1, digest, None, file)
        elif present.digest == digest:
            revisions[key] = present
        else:
            revisions[key] = RecordedRevision(present.number + 1, digest, at, file)
    return revisions


def format_revisions(revisions: Mapping[Key, RecordedRevision]) -> str:
    """Return the text of the file: a line for each entry, by type, sorted by id."""
    return HEADER + "".join(_lines(sorted(revisions.items())))


def _lines(revisions: Iterable[tuple[Key, RecordedRevision]]) -> Iterator[str]:
    last = None
    for (type_name, slug), recorded in revisions:
        if type_name != last:
            yield f"{type_name}:\n"
            last = type_name
        time = f", updated_at: {recorded.updated_at:%Y-%m-%dT%H:%M:%SZ}" if recorded.updated_at else ""
        yield f'  {slug}: {{revision: {recorded.number}, digest: "{recorded.digest}"{time}}}\n'
