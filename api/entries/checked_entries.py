"""What the rules work on: the entries of a pack or of a request, and what they may refer to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from api.entries.entry import Entry, Key, ValidEntry
from api.entries.essay import Essay
from api.entries.violations import Violation


@dataclass
class CheckedEntries:
    """The valid entries to check, and the texts of the sources, by source id."""

    valid_entries: list[ValidEntry] = field(default_factory=list)
    essays: Mapping[str, Essay] = field(default_factory=dict)

    @property
    def entries(self) -> Sequence[Entry]:
        """All entries, valid or not."""
        raise NotImplementedError

    def of_type(self, type_name: str) -> list[ValidEntry]:
        """Return the valid entries of one type."""
        return [valid for valid in self.valid_entries if valid.entry.type_name == type_name]

    def known(self, type_name: str) -> list[ValidEntry]:
        """Return the entries of one type with those around them, which are not checked themselves.

        Of the bodies of these, rules may read only what they need: see ``api.entries.stored_entries``.
        """
        return self.of_type(type_name)

    def find(self, type_name: str, slug: str) -> ValidEntry | None:
        """Return an entry with this type and id, or one that entries refer to; None if it is not known."""
        return self.entries_by_id.get((type_name, slug))

    def paragraph_count(self, source: str) -> int | None:
        """Return the number of paragraphs of a source; None if the source is not known."""
        found = self.entries_by_id.get(("source", source))
        return len(found.body["paragraphs"]) if found else None

    def lacks_paragraph(self, source: str, number: int) -> bool:
        """Whether it is known that a source has no paragraph with this number."""
        count = self.paragraph_count(source)
        return count is not None and number > count

    def quoted_words(self, source: str, counts: Mapping[str, int]) -> int:
        """Return the number of words quoted from a source; ``counts`` are those of the entries, by id."""
        return sum(counts.values())

    @cached_property
    def entries_by_id(self) -> dict[Key, ValidEntry]:
        """The valid entries by type and id."""
        return {valid.key: valid for valid in self.valid_entries}

    @property
    def is_complete(self) -> bool:
        """Whether these are all entries of a pack, so that it is known what it lacks."""
        raise NotImplementedError

    def exists(self, type_name: str, slug: str) -> bool:
        """Whether a resource exists among the entries or elsewhere."""
        raise NotImplementedError

    def why_missing(self, type_name: str, slug: str) -> str:
        """Return the message that a resource does not exist, and what may have been meant."""
        raise NotImplementedError

    def sources_compared_with(self, valid: ValidEntry) -> tuple[str, ...]:
        """Return the ids of the sources with a text from which the entry may have copied."""
        raise NotImplementedError


#: A rule takes the entries and returns its violations.
Rule = Callable[[CheckedEntries], Iterable[Violation]]
