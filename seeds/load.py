"""Load a pack into a database. Loading is atomic and idempotent."""

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
#: By type: the number of entries that were created, updated and unchanged.
LoadReport = dict[str, Counter[str]]


def load(session: Session, result: CheckResult, *, step: Callable[[], None] = lambda: None) -> LoadReport:
    """Create or update the resources of a pack; return the number of entries per outcome.

    The pack must have no errors. Entries with an unchanged digest are skipped, and nothing is deleted.
    Timestamps come from the pack, so every database has the same ones. ``step`` is called after each entry.

    Raises:
        InvalidReference: a slug names no resource in the pack or the database. The caller must roll back.
    """
    return _Loader(session, result, step).run()


class _Loader:
    def __init__(self, session: Session, result: CheckResult, step: Callable[[], None]) -> None:
        self.session, self.step = session, step
        rank = {model.type_name: place for place, model in enumerate(RESOURCES)}
        # Top-level themes come first: a theme can only be assigned to one that is known to be top-level.
        self.entries = sorted(
            result.valid_entries,
            key=lambda valid: (rank[valid.entry.type_name], valid.body.get("broader") is not None),
        )
        #: Resources by type and slug; None for those that the database does not have.
        self.resources: dict[tuple[str, str], Versioned | None] = {}

    def run(self) -> LoadReport:
        report: LoadReport = {valid.entry.type_name: Counter() for valid in self.entries}
        # An update has no date of its own: it gets the date of the newest entry in the pack.
        released = [valid.entry.released_at for valid in self.entries if valid.entry.released_at]
        newest = max(released, default=None)
        with change_set(self.session, EDITOR, at=newest), self.session.no_autoflush:
            changes = [
                (valid, outcome) for valid in self.entries if (outcome := self._outcome(valid, report))
            ]
            # Create all resources before assigning values, so that entries can refer to each other.
            for valid, outcome in changes:
                if outcome == "created":
                    self._create(valid)
            for valid, _ in changes:
                self._assign(valid)
                self.step()
        return report

    def _outcome(self, valid: ValidEntry, report: LoadReport) -> str | None:
        """Count and return the outcome of an entry; None if it is unchanged."""
        resource = self._look_up(valid.entry.type_name, valid.slug)
        if resource is None:
            outcome = "created"
        else:
            outcome = "unchanged" if resource.pack_digest == digest(valid) else "updated"
        report[valid.entry.type_name][outcome] += 1
        if outcome == "unchanged":
            self.step()
            return None
        return outcome

    def _look_up(self, type_name: str, slug: str) -> Versioned | None:
        key = (type_name, slug)
        if key not in self.resources:
            model = MODELS_BY_TYPE[type_name]
            self.resources[key] = self.session.scalar(select(model).where(model.slug == slug))
        return self.resources[key]

    def _create(self, valid: ValidEntry) -> None:
        released_at = valid.entry.released_at
        model: Any = MODELS_BY_TYPE[valid.entry.type_name]
        resource = model(slug=valid.slug, created_at=released_at, updated_at=released_at)
        self.session.add(resource)
        self.resources[valid.entry.type_name, valid.slug] = resource

    def _assign(self, valid: ValidEntry) -> None:
        resource = self.resources[valid.entry.type_name, valid.slug]
        assert resource is not None  # noqa: S101 (looked up or created before)
        values = resolve_references(ENTRY_SCHEMAS[valid.entry.type_name], valid.body, self._require)
        for citation in values.get("citations", ()):
            citation["cited"] = [
                self._paragraph(citation["source"], number) for number in citation.pop("paragraphs")
            ]
        if isinstance(resource, Source):
            values["paragraphs"] = [
                paragraph | {"number": number} for number, paragraph in enumerate(values["paragraphs"], 1)
            ]
        if hasattr(resource, "position"):
            values["position"] = valid.entry.position
        resource.assign(values | {"pack_digest": digest(valid)})

    def _require(self, type_name: str, slug: str) -> Versioned:
        resource = self._look_up(type_name, slug)
        if resource is None:
            raise InvalidReference(type_name, f"There is no {type_name} “{slug}”.")
        return resource

    def _paragraph(self, source: Source, number: int) -> Paragraph:
        for paragraph in source.paragraphs:
            if paragraph.number == number:
                return paragraph
        raise InvalidReference("citations", f"“{source.slug}” has no paragraph {number}.")


def digest(valid: ValidEntry) -> str:
    """Return the SHA-256 (hexadecimal) of an entry's body and position, which tells if it changed."""
    content: Any = [valid.body, valid.entry.position]
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()
