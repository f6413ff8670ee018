"""Loading a pack into a database: all of it or nothing, and nothing a second time."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import MODELS_BY_TYPE, RESOURCES, InvalidReference, Paragraph, Source, Versioned
from models.revision import change_set
from seeds.check import CheckResult, ValidEntry
from seeds.entry_schemas import ENTRY_SCHEMAS
from seeds.resolve import resolve_references

EDITOR = "seed"
#: Per type: how many entries were created, updated and left alone.
Report = dict[str, Counter[str]]


def load(session: Session, checked: CheckResult, *, step: Callable[[], None] = lambda: None) -> Report:
    """Bring the database to what the pack says, and return what that took.

    The pack must be free of errors. An entry whose digest the database has already is left alone;
    nothing is ever deleted. Times come from the pack, so that every database says the same.

    Raises:
        InvalidReference: a slug names nothing in the pack or the database; nothing is kept then.
    """
    return _Loader(session, checked, step).run()


class _Loader:
    def __init__(self, session: Session, checked: CheckResult, step: Callable[[], None]) -> None:
        self.session, self.step = session, step
        rank = {model.type_name: place for place, model in enumerate(RESOURCES)}
        # What is broader comes first: a theme is refused under one that is not yet known to be on top.
        self.entries = sorted(
            checked.sound,
            key=lambda sound: (rank[sound.entry.type_name], sound.body.get("broader") is not None),
        )
        self.found: dict[tuple[str, str], Versioned | None] = {}

    def run(self) -> Report:
        report: Report = {sound.entry.type_name: Counter() for sound in self.entries}
        # What changed later than it was released changed with the pack's newest release.
        released = [sound.entry.released_at for sound in self.entries if sound.entry.released_at]
        newest = max(released, default=None)
        with change_set(self.session, EDITOR, at=newest), self.session.no_autoflush:
            changed = [
                (sound, outcome) for sound in self.entries if (outcome := self._outcome(sound, report))
            ]
            # Everything exists before anything refers to it, so entries may refer to one another.
            for sound, outcome in changed:
                if outcome == "created":
                    self._create(sound)
            for sound, _ in changed:
                self._write(sound)
                self.step()
        return report

    def _outcome(self, sound: ValidEntry, report: Report) -> str | None:
        present = self._look_up(sound.entry.type_name, sound.slug)
        if present is None:
            outcome = "created"
        else:
            outcome = "unchanged" if present.pack_digest == digest(sound) else "updated"
        report[sound.entry.type_name][outcome] += 1
        if outcome == "unchanged":
            self.step()
            return None
        return outcome

    def _look_up(self, type_name: str, slug: str) -> Versioned | None:
        key = (type_name, slug)
        if key not in self.found:
            model = MODELS_BY_TYPE[type_name]
            self.found[key] = self.session.scalar(select(model).where(model.slug == slug))
        return self.found[key]

    def _create(self, sound: ValidEntry) -> None:
        at = sound.entry.released_at
        model: Any = MODELS_BY_TYPE[sound.entry.type_name]
        thing = model(slug=sound.slug, created_at=at, updated_at=at)
        self.session.add(thing)
        self.found[sound.entry.type_name, sound.slug] = thing

    def _write(self, sound: ValidEntry) -> None:
        thing = self.found[sound.entry.type_name, sound.slug]
        assert thing is not None  # noqa: S101 (it was looked up or created just before)
        values = resolve_references(ENTRY_SCHEMAS[sound.entry.type_name], sound.body, self._find)
        for citation in values.get("citations", ()):
            citation["cited"] = [
                self._paragraph(citation["source"], number) for number in citation.pop("paragraphs")
            ]
        if isinstance(thing, Source):
            values["paragraphs"] = [
                paragraph | {"number": number} for number, paragraph in enumerate(values["paragraphs"], 1)
            ]
        if hasattr(thing, "position"):
            values["position"] = sound.entry.position
        thing.assign(values | {"pack_digest": digest(sound)})

    def _find(self, type_name: str, slug: str) -> Versioned:
        found = self._look_up(type_name, slug)
        if found is None:
            raise InvalidReference(type_name, f"There is no {type_name} “{slug}”.")
        return found

    def _paragraph(self, source: Source, number: int) -> Paragraph:
        for paragraph in source.paragraphs:
            if paragraph.number == number:
                return paragraph
        raise InvalidReference("citations", f"“{source.slug}” has no paragraph {number}.")


def digest(sound: ValidEntry) -> str:
    """Return the hash by which an entry is known to be loaded already: of its body and its place."""
    what: Any = [sound.body, sound.entry.position]
    return hashlib.sha256(orjson.dumps(what, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()
