"""Check a pack: validate entries with the create schemas, then apply every rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from api.schemas.fields import did_you_mean
from seeds.diagnostics import Diagnostic, Level, display_key
from seeds.entry_schemas import ENTRY_SCHEMAS
from seeds.essay import Essay
from seeds.pack import Entry, Pack
from seeds.text_files import WrongEncoding


@dataclass(frozen=True)
class ValidEntry:
    """An entry that passed its create schema; ``body`` is the loaded body."""

    entry: Entry
    body: dict[str, Any]

    @property
    def slug(self) -> str:
        """The entry's id."""
        return self.entry.slug


@dataclass
class CheckResult:
    """What rules work on: the pack, its valid entries and the texts of the sources, by source id.

    ``exists_elsewhere`` takes a type and a slug and tells whether a resource exists outside the pack.
    """

    pack: Pack
    valid_entries: list[ValidEntry] = field(default_factory=list)
    exists_elsewhere: Callable[[str, str], bool] = lambda _type_name, _slug: False
    essays: dict[str, Essay] = field(default_factory=dict)

    def of_type(self, type_name: str) -> list[ValidEntry]:
        """Return the valid entries of one type."""
        return [valid for valid in self.valid_entries if valid.entry.type_name == type_name]

    @cached_property
    def entries_by_id(self) -> dict[tuple[str, str], ValidEntry]:
        """The valid entries by type and id."""
        return {(valid.entry.type_name, valid.slug): valid for valid in self.valid_entries}

    @cached_property
    def ids(self) -> set[tuple[str, str]]:
        """Type and id of every entry. Invalid entries count: references to them are no second error."""
        return {(entry.type_name, entry.slug) for entry in self.pack.entries} | self.pack.malformed_ids

    @property
    def is_complete(self) -> bool:
        """Whether every file and entry could be read, so that it is known what the pack lacks."""
        is_read = not self.pack.unread_types and not self.pack.malformed_ids
        return is_read and len(self.valid_entries) == len(self.pack.entries)

    def exists(self, type_name: str, slug: str) -> bool:
        """Whether a resource exists in the pack or elsewhere, or may exist in an unreadable file."""
        if type_name in self.pack.unread_types:
            return True
        return (type_name, slug) in self.ids or self.exists_elsewhere(type_name, slug)


#: A rule takes the check result and returns its diagnostics.
Rule = Callable[[CheckResult], Iterable[Diagnostic]]


def check_pack(
    pack: Pack,
    rules: Iterable[Rule],
    *,
    essays: Path | None = None,
    exists_elsewhere: Callable[[str, str], bool] | None = None,
    step: Callable[[], None] = lambda: None,
) -> tuple[CheckResult, list[Diagnostic]]:
    """Check a pack; return the result and all diagnostics, sorted by file and line.

    ``essays`` is a folder with the texts of the sources, ``<source>.txt``. ``exists_elsewhere`` takes a
    type and a slug and tells whether a resource exists outside the pack. ``step`` is called after each
    rule.
    """
    result = CheckResult(pack, exists_elsewhere=exists_elsewhere or (lambda _type_name, _slug: False))
    diagnostics = list(pack.diagnostics)
    for entry in pack.entries:
        try:
            result.valid_entries.append(ValidEntry(entry, ENTRY_SCHEMAS[entry.type_name].load(entry.body)))
        except ValidationError as error:
            messages = error.normalized_messages()  # type: ignore[no-untyped-call]
            diagnostics += _schema_diagnostics(entry, messages)
    if essays:
        diagnostics += _essay_diagnostics(result, essays)
    for rule in rules:
        diagnostics += rule(result)
        step()
    return result, sorted(set(diagnostics))


def _essay_diagnostics(result: CheckResult, folder: Path) -> Iterator[Diagnostic]:
    """Read the texts of the sources from a folder; report those that are missing or unreadable."""
    # Listing the folder, rather than opening `<id>.txt`, keeps unvalidated ids out of paths.
    files = {path.name: path for path in sorted(folder.iterdir()) if path.is_file()}
    sources = {
        f"{source.slug}.txt": source for source in result.pack.of_type("source") if source.has_valid_id
    }
    for name, source in sources.items():
        if name in files:
            yield from _read_essay(result, source, files[name])
    present = {result.pack.place_of(source) for name, source in sources.items() if name in files}
    unused = [name for name in files if name not in sources]
    for name, source in sources.items():
        if name not in files:
            similar = get_close_matches(name, unused, n=1, cutoff=0.8)
            hint = f" Rename {similar[0]}." if similar else ""
            message = f"{folder} has no file {name}, so nothing is compared with the text.{hint}"
            level = Level.ERROR if similar else _level_without_text(result.pack, source, present)
            yield source.diagnostic("source-text", message, level=level)


def _level_without_text(pack: Pack, source: Entry, present: set[int]) -> Level:
    """Return how bad it is that a folder lacks a text. ``present`` are the packs of which it has texts.

    A folder may have the texts of some sources only, but one with none of them is the wrong folder. Who adds
    a pack to others seldom has the texts of theirs.
    """
    if not present:
        return Level.ERROR
    place = pack.place_of(source)
    return Level.WARNING if place in present or place > max(present) else Level.NOTICE


def _read_essay(result: CheckResult, source: Entry, path: Path) -> Iterator[Diagnostic]:
    try:
        result.essays[source.slug] = Essay.read(path)
    except WrongEncoding as error:
        yield source.diagnostic("source-text", f"{path}:{error.line}: {error}")
    except OSError as error:
        yield source.diagnostic("source-text", f"{path} cannot be read: {error.strerror}.")


def _schema_diagnostics(entry: Entry, messages: dict[Any, Any]) -> Iterator[Diagnostic]:
    field_names = ENTRY_SCHEMAS[entry.type_name].fields
    for path, message in _flatten(messages):
        text = message
        if message == "Unknown field." and len(path) == 1:
            hint = did_you_mean(display_key(path[0]), field_names)
            text = f"Unknown field.{hint} Allowed: {', '.join(field_names)}."
        text += _yaml_remedy(entry.body, path, message)
        location = ".".join(display_key(step) for step in path if step != "_schema")
        yield entry.diagnostic("form", f"{location}: {text}" if location else text, *path)


#: How YAML reads values that look otherwise, by their Python types. ``bool`` is a kind of ``int``.
_YAML_KINDS = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    dt.datetime: "a time",
    dict: "a mapping",
    list: "a list",
}


def _yaml_remedy(body: Any, path: tuple[Any, ...], message: str) -> str:
    """Return a sentence about a value that is not what it looks like in YAML, or nothing."""
    value = body
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return ""
    if isinstance(value, str) and value.endswith("\n") and value.strip():
        return " In YAML, write “>-” for “>” and “|-” for “|”, which add no line end."
    kind = next((name for type_, name in _YAML_KINDS.items() if isinstance(value, type_)), None)
    if kind and message == "Not a valid string.":
        return f" YAML reads this value as {kind}. Put it in quotation marks."
    return ""


def _flatten(messages: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Yield the path and the text of each of marshmallow's nested messages."""
    if isinstance(messages, dict):
        for key, part in messages.items():
            yield from _flatten(part, (*path, key))
    else:
        for message in messages if isinstance(messages, list) else [messages]:
            yield path, str(message)
