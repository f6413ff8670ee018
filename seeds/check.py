"""Check a pack: validate entries with the create schemas, then apply every rule."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from api.entries.checked_entries import CheckedEntries
from api.entries.entry import Key, ValidEntry
from api.entries.essay import Essay
from api.entries.text_files import WrongEncoding
from api.entries.validation import InvalidEntry, display_key, validate
from api.entries.violations import Level, Violation
from api.schemas.fields import did_you_mean
from seeds.diagnostics import Diagnostic
from seeds.pack import Pack, PackEntry

#: The number of ids that unknown ones are compared with, in all. Each comparison takes up to 100 µs.
MAX_COMPARISONS = 50_000


class Hints:
    """What unknown ids may have meant, until comparing them with others would take seconds."""

    def __init__(self, ids: Iterable[Key]) -> None:
        """Set the ids that exist."""
        self.slugs: dict[str, list[str]] = defaultdict(list)
        for type_name, slug in ids:
            self.slugs[type_name].append(slug)
        self.found: dict[Key, str] = {}
        self.comparisons = 0

    def near(self, type_name: str, slug: str) -> str:
        """Return the sentence of ``did_you_mean``."""
        if (type_name, slug) not in self.found:
            self.comparisons += len(self.slugs[type_name])
            is_short = self.comparisons <= MAX_COMPARISONS
            self.found[type_name, slug] = did_you_mean(slug, self.slugs[type_name]) if is_short else ""
        return self.found[type_name, slug]


@dataclass
class CheckResult(CheckedEntries):
    """The pack, its valid entries and the texts of the sources, by source id.

    ``exists_elsewhere`` takes a type and a slug and tells whether a resource exists outside the pack.
    """

    pack: Pack = field(kw_only=True)
    essays: dict[str, Essay] = field(default_factory=dict)
    exists_elsewhere: Callable[[str, str], bool] = lambda _type_name, _slug: False

    @property
    def entries(self) -> Sequence[PackEntry]:
        """See :attr:`CheckedEntries.entries`."""
        return self.pack.entries

    @cached_property
    def ids(self) -> set[Key]:
        """Type and id of every entry. Invalid entries count: references to them are no second error."""
        return {entry.key for entry in self.pack.entries} | self.pack.malformed_ids

    @property
    def is_complete(self) -> bool:
        """See :attr:`CheckedEntries.is_complete`: whether every file and entry could be read."""
        is_read = not self.pack.unread_types and not self.pack.malformed_ids
        return is_read and len(self.valid_entries) == len(self.pack.entries)

    def exists(self, type_name: str, slug: str) -> bool:
        """Whether a resource exists in the pack or elsewhere, or may exist in an unreadable file."""
        if type_name in self.pack.unread_types:
            return True
        return (type_name, slug) in self.ids or self.exists_elsewhere(type_name, slug)

    def why_missing(self, type_name: str, slug: str) -> str:
        """See :meth:`CheckedEntries.why_missing`."""
        return f"There is no {type_name} “{slug}”.{self._hints.near(type_name, slug)}"

    @cached_property
    def _hints(self) -> Hints:
        return Hints(self.ids)

    def sources_compared_with(self, valid: ValidEntry) -> tuple[str, ...]:
        """See :meth:`CheckedEntries.sources_compared_with`.

        These are the sources of its pack and of those named before it, which cannot have copied from it.
        """
        place = self.pack.place_of(pack_entry(valid))
        if place not in self._compared_sources:
            self._compared_sources[place] = tuple(
                source.slug
                for source in self.pack.of_type("source")
                if source.slug in self.essays and self.pack.place_of(source) <= place
            )
        return self._compared_sources[place]

    @cached_property
    def _compared_sources(self) -> dict[int, tuple[str, ...]]:
        return {}


def pack_entry(valid: ValidEntry) -> PackEntry:
    """Return the entry of a pack, with its file and line."""
    return cast("PackEntry", valid.entry)


#: A rule for packs takes the check result and returns diagnostics, or violations by entries of the pack.
PackRule = Callable[[CheckResult], Iterable[Diagnostic | Violation]]


def check_pack(
    pack: Pack,
    rules: Iterable[PackRule],
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
    result = CheckResult(pack=pack, exists_elsewhere=exists_elsewhere or (lambda _type_name, _slug: False))
    diagnostics = list(pack.diagnostics)
    for entry in pack.entries:
        try:
            result.valid_entries.append(validate(entry))
        except InvalidEntry as error:
            diagnostics += (_form_diagnostic(entry, violation) for violation in error.violations)
    if essays:
        diagnostics += _essay_diagnostics(result, essays)
    for rule in rules:
        diagnostics += map(_locate, rule(result))
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


def _level_without_text(pack: Pack, source: PackEntry, present: set[int]) -> Level:
    """Return how bad it is that a folder lacks a text. ``present`` are the packs of which it has texts.

    A folder may have the texts of some sources only, but one with none of them is the wrong folder. Who adds
    a pack to others seldom has the texts of theirs.
    """
    if not present:
        return Level.ERROR
    place = pack.place_of(source)
    return Level.WARNING if place in present or place > max(present) else Level.NOTICE


def _read_essay(result: CheckResult, source: PackEntry, path: Path) -> Iterator[Diagnostic]:
    try:
        result.essays[source.slug] = Essay.read(path)
    except WrongEncoding as error:
        yield source.diagnostic("source-text", f"{path}:{error.line}: {error}")
    except OSError as error:
        yield source.diagnostic("source-text", f"{path} cannot be read: {error.strerror}.")


def _locate(found: Diagnostic | Violation) -> Diagnostic:
    """Return the diagnostic of a violation: with the file and the line of its place in the pack."""
    if isinstance(found, Diagnostic):
        return found
    entry = cast("PackEntry", found.entry)
    return entry.diagnostic(found.rule, found.message, *found.path, level=found.level)


def _form_diagnostic(entry: PackEntry, violation: Violation) -> Diagnostic:
    """Return the diagnostic of a violation of the create schema: with its path and what YAML did to it."""
    text = violation.message + _yaml_remedy(entry.body, violation.path, violation.message)
    location = ".".join(map(display_key, violation.path))
    return entry.diagnostic("form", f"{location}: {text}" if location else text, *violation.path)


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
