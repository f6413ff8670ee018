"""Checking a pack: its form against the create schemas, then every rule, then the source's text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from api.schemas.fields import did_you_mean
from seeds.diagnostics import Diagnostic, named
from seeds.entry_schemas import ENTRY_SCHEMAS
from seeds.essay import Essay
from seeds.pack import Entry, Pack


@dataclass(frozen=True)
class ValidEntry:
    """An entry whose body has the right form."""

    entry: Entry
    body: dict[str, Any]

    @property
    def slug(self) -> str:
        """The entry's id."""
        return self.entry.slug


@dataclass
class CheckResult:
    """A pack under examination: what is sound in form, what is known besides, and the sources' texts."""

    pack: Pack
    sound: list[ValidEntry] = field(default_factory=list)
    outside: Callable[[str, str], bool] = lambda _type_name, _slug: False
    essays: dict[str, Essay] = field(default_factory=dict)

    def of(self, type_name: str) -> list[ValidEntry]:
        """Return the sound entries of one type."""
        return [sound for sound in self.sound if sound.entry.type_name == type_name]

    @cached_property
    def known(self) -> dict[tuple[str, str], ValidEntry]:
        """The sound entries by type and id."""
        return {(sound.entry.type_name, sound.slug): sound for sound in self.sound}

    @cached_property
    def written(self) -> set[tuple[str, str]]:
        """Type and id of every entry, of whatever form: what refers to a malformed one is no second fault."""
        return {(entry.type_name, entry.slug) for entry in self.pack.entries}

    def exists(self, type_name: str, slug: str) -> bool:
        """Whether the pack or what is outside it has such a thing, or may have in an unreadable file."""
        if type_name in self.pack.unread:
            return True
        return (type_name, slug) in self.written or self.outside(type_name, slug)


#: A rule takes the pack and returns the faults it finds.
Rule = Callable[[CheckResult], Iterable[Diagnostic]]


def examine(
    pack: Pack,
    rules: Iterable[Rule],
    *,
    essays: Path | None = None,
    outside: Callable[[str, str], bool] | None = None,
    step: Callable[[], None] = lambda: None,
) -> tuple[CheckResult, list[Diagnostic]]:
    """Return the pack as far as it is sound, and every fault, in the order of files and lines.

    ``essays`` is a folder with the text of each source; ``outside`` says what exists beside the
    pack; ``step`` is called after each rule.
    """
    checked = CheckResult(pack, outside=outside or (lambda _type_name, _slug: False))
    faults = list(pack.faults)
    for entry in pack.entries:
        try:
            checked.sound.append(ValidEntry(entry, ENTRY_SCHEMAS[entry.type_name].load(entry.body)))
        except ValidationError as error:
            messages = error.normalized_messages()  # type: ignore[no-untyped-call]
            faults += _form_faults(entry, messages)
    if essays:
        faults += _read_essays(checked, essays)
    for rule in rules:
        faults += rule(checked)
        step()
    return checked, sorted(set(faults))


def _read_essays(checked: CheckResult, folder: Path) -> Iterator[Diagnostic]:
    # The folder is listed because an id that has not been checked must not be made into a path.
    texts = {path.stem: path for path in folder.glob("*.txt") if path.is_file()}
    for source in checked.pack.of("source"):
        if source.slug in texts:
            try:
                checked.essays[source.slug] = Essay.read(texts[source.slug])
            except UnicodeDecodeError:
                yield source.fault("source-text", "The text is not UTF-8.")


def _form_faults(entry: Entry, messages: dict[Any, Any]) -> Iterator[Diagnostic]:
    known = ENTRY_SCHEMAS[entry.type_name].fields
    for path, message in _leaves(messages):
        said = message
        if message == "Unknown field." and len(path) == 1:
            said = f"Unknown field.{did_you_mean(named(path[0]), known)} Allowed: {', '.join(known)}."
        where = ".".join(named(step) for step in path if step != "_schema")
        yield entry.fault("form", f"{where}: {said}" if where else said, *path)


def _leaves(messages: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    if isinstance(messages, dict):
        for key, part in messages.items():
            yield from _leaves(part, (*path, key))
    else:
        for message in messages if isinstance(messages, list) else [messages]:
            yield path, str(message)
