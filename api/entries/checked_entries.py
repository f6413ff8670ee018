"""What the rules work on: the entries of a pack or of a request, and what they may refer to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from api.entries.entry import Entry, Key, ValidEntry
from api.entries.essay import Essay
from api.entries.violations import Violation


@dataclass
class CheckedEntries:
    """The valid entries, and the texts of the sources, by source id."""

    valid_entries: list[ValidEntry] = field(default_factory=list)
    essays: dict[str, Essay] = field(default_factory=dict)

    @property
    def entries(self) -> Sequence[Entry]:
        """All entries, valid or not."""
        raise NotImplementedError

    def of_type(self, type_name: str) -> list[ValidEntry]:
        """Return the valid entries of one type."""
        return [valid for valid in self.valid_entries if valid.entry.type_name == type_name]

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

    def near_ids(self, type_name: str) -> Iterable[str]:
        """Return the ids that an unknown one of this type may have meant."""
        raise NotImplementedError

    def sources_compared_with(self, valid: ValidEntry) -> tuple[str, ...]:
        """Return the ids of the sources with a text from which the entry may have copied."""
        raise NotImplementedError


#: A rule takes the entries and returns its violations.
Rule = Callable[[CheckedEntries], Iterable[Violation]]
