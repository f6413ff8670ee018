"""The changed entries of a request, and what the rules need to know of the stored ones around them.

Of stored entries, only the parts that rules look at are read, in a bounded number of statements: a change
of a quote reads neither the other quotes of the film nor whole records.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.entries.checked_entries import CheckedEntries
from api.entries.entry import Entry, Key, ValidEntry
from api.entries.neighbours import Neighbours, partial_entry, source_of_quote
from api.entries.session_look_ups import SessionLookUps
from models import (
    MODELS_BY_TYPE,
    Citation,
    Film,
    Paragraph,
    Quote,
    Source,
    SourceFilm,
    Versioned,
)
from models.near_slugs import near_slugs


@dataclass
class StoredEntries(CheckedEntries):
    """The changed entries and the stored ones around them.

    ``all_changes`` has the invalid ones too, ``stored`` the resources that are changed, and ``restored``
    those of them that were deleted until now. References to ``drafts`` are valid, stored or not.
    """

    session: Session = field(kw_only=True)
    look_ups: SessionLookUps = field(kw_only=True)
    all_changes: Sequence[Entry] = field(kw_only=True)
    stored: Mapping[Key, Versioned] = field(kw_only=True)
    restored: Collection[Key] = ()
    drafts: Collection[Key] = ()

    @property
    def entries(self) -> Sequence[Entry]:
        """See :attr:`CheckedEntries.entries`."""
        return self.all_changes

    @property
    def is_complete(self) -> bool:
        """See :attr:`CheckedEntries.is_complete`: these are never all."""
        return False

    @cached_property
    def changed_keys(self) -> set[Key]:
        """Type and id of every change."""
        return {entry.key for entry in self.all_changes}

    def exists(self, type_name: str, slug: str) -> bool:
        """See :meth:`CheckedEntries.exists`."""
        key = type_name, slug
        return (
            key in self.changed_keys or key in self.drafts or self.look_ups.find(type_name, slug) is not None
        )

    def why_missing(self, type_name: str, slug: str) -> str:
        """See :meth:`CheckedEntries.why_missing`."""
        if reason := self.look_ups.reasons.get((type_name, slug)):
            return reason
        near = near_slugs(self.session, MODELS_BY_TYPE[type_name], slug)
        return f"There is no {type_name} “{slug}”." + (f" Did you mean “{near[0]}”?" if near else "")

    def known(self, type_name: str) -> list[ValidEntry]:
        """See :meth:`CheckedEntries.known`; the stored ones come first."""
        return [*self._neighbours.get(type_name, ()), *self.of_type(type_name)]

    def find(self, type_name: str, slug: str) -> ValidEntry | None:
        """See :meth:`CheckedEntries.find`."""
        if found := self.entries_by_id.get((type_name, slug)):
            return found
        for neighbour in self._neighbours.get(type_name, ()):
            if neighbour.slug == slug:
                return neighbour
        resource = self.look_ups.find(type_name, slug)
        return _referenced(resource) if resource else None

    def paragraph_count(self, source: str) -> int | None:
        """See :meth:`CheckedEntries.paragraph_count`."""
        resource = self.look_ups.find(Source.type_name, source)
        if ("source", source) in self.entries_by_id or resource is None:
            return super().paragraph_count(source)
        count = select(func.count()).select_from(Paragraph).where(Paragraph.source_id == resource.id)
        return self.session.scalar(count) or 0

    def lacks_paragraph(self, source: str, number: int) -> bool:
        """See :meth:`CheckedEntries.lacks_paragraph`."""
        resource = self.look_ups.find(Source.type_name, source)
        if ("source", source) in self.entries_by_id or not isinstance(resource, Source):
            return super().lacks_paragraph(source, number)
        return number not in self.look_ups.paragraphs(resource)

    def quoted_words(self, source: str, counts: Mapping[str, int]) -> int:
        """See :meth:`CheckedEntries.quoted_words`: 0 if no more are quoted than before."""
        stored: dict[Key, Any] = {
            key: self.stored[key] for slug in counts if (key := ("quote", slug)) in self.stored
        }
        before = sum(
            quote.word_count
            for key, quote in stored.items()
            if key not in self.restored and source_of_quote(quote) == source
        )
        resource = self.look_ups.find(Source.type_name, source)
        if sum(counts.values()) <= before or resource is None:
            return 0
        others = select(func.coalesce(func.sum(Quote.word_count), 0)).join(Quote.citations)
        others = others.where(
            Citation.source_id == resource.id,
            Quote.deleted_at.is_(None),
            Quote.id.not_in([quote.id for quote in stored.values()]),
        )
        return int(self.session.scalar(others) or 0) + super().quoted_words(source, counts)

    def sources_compared_with(self, valid: ValidEntry) -> tuple[str, ...]:
        """See :meth:`CheckedEntries.sources_compared_with`: the sources of the entry's films, and cited ones.

        An entry of no film is compared with all texts.
        """
        if not self.essays:
            return ()
        if valid.entry.type_name == Source.type_name:
            return tuple({valid.slug} & self.essays.keys())
        film = valid.slug if valid.entry.type_name == Film.type_name else valid.body.get("film")
        if film is None:
            return tuple(self.essays)
        films = (film, *valid.body.get("further_films", ()))
        of_films = (
            select(Source.slug).join(Source.film_links).join(SourceFilm.film).where(Film.slug.in_(films))
        )
        cited = (citation["source"] for citation in valid.body.get("citations", ()))
        slugs = dict.fromkeys([*self.session.scalars(of_films), *cited])
        return tuple(slug for slug in slugs if slug in self.essays)

    @cached_property
    def _neighbours(self) -> dict[str, list[ValidEntry]]:
        return Neighbours(self.session, self.look_ups, self.valid_entries, self.stored).by_type()


def _referenced(resource: Versioned) -> ValidEntry:
    """Return what the rules need of a resource that a change refers to."""
    body: dict[str, Any] = {}
    if isinstance(resource, Film):
        body["title"] = resource.title
    if hasattr(resource, "film"):
        body["film"] = resource.film.slug
    return partial_entry(resource.type_name, resource.slug, body, getattr(resource, "position", 0))
