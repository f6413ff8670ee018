"""The store: answers by what was asked, for one state of the content, within so many bytes.

A request that comes as one came before, letter by letter, is found by one look into a dictionary. Another
spelling of it, or one with parameters that nothing reads, is found by what the answer depends on.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Hashable, Iterable
from typing import NamedTuple
from urllib.parse import parse_qsl

import werkzeug.urls  # noqa: F401 (it teaches Python the errors called `werkzeug.url_quote`)

from api.http.response_cache.cache_entry import CacheEntry

#: What part of a store's bytes a single answer may take: this one.
MAX_ENTRY_SHARE = 4
#: Roughly what a place in the store takes, beside its answers and the characters it is found by.
SLOT_OVERHEAD_BYTES = 1_000
#: At most so many characters of a request are kept to find it by.
MAX_KEY_CHARACTERS = 2_000
#: Of one request, the `Accept` headers that are known; what they lead to is hardly ever more than one answer.
MAX_ACCEPT_VARIANTS = 8
#: Of one path, the sets of parameters that its answers depend on; there is hardly ever more than one.
MAX_VARY_SETS = 4

#: The names of the parameters that an answer depends on, sorted; None where that is the whole query.
VaryParameters = tuple[str, ...] | None
#: A path and a query, as they came.
RequestKey = tuple[str, str]


class CacheKey(NamedTuple):
    """A path, and of the query what its answer depends on."""

    path: str
    reading: VaryParameters
    parameters: tuple[tuple[str, str], ...]


class CacheSlot:
    """The answers to one request, by the ``Accept`` headers that lead to them."""

    __slots__ = ("answers", "asked")

    def __init__(self) -> None:
        """Begin without any; ``asked`` is the spelling that it may be found by."""
        self.asked: RequestKey | None = None
        self.answers: OrderedDict[str | None, CacheEntry] = OrderedDict()

    @property
    def entries(self) -> set[CacheEntry]:
        """The answers, each once."""
        return set(self.answers.values())


class CacheStore:
    """Answers that are true for one state of the content; what was used longest ago makes room."""

    def __init__(self, most_bytes: int) -> None:
        """Take how many bytes may be kept."""
        self.max_bytes = most_bytes
        self.bytes = 0
        self._stamp: Hashable = None
        self._lock = threading.Lock()
        self._slots: OrderedDict[CacheKey, CacheSlot] = OrderedDict()
        self._keys_by_request: dict[RequestKey, CacheKey] = {}
        self._vary_sets: dict[str, Counter[VaryParameters]] = {}

    def __len__(self) -> int:
        return len(self._slots)

    def get(self, stamp: Hashable, asked: RequestKey, accept: str | None) -> CacheEntry | None:
        """Return the answer to a request, if it was kept at this state of the content."""
        with self._lock:
            if stamp != self._stamp:
                self._invalidate(stamp)
                return None
            meant = self._keys_by_request.get(asked) or self._find_key(*asked)
            if meant is None:
                return None
            answers = self._slots[meant].answers
            entry = answers.get(accept)
            if entry is not None:
                self._slots.move_to_end(meant)
                answers.move_to_end(accept)
            return entry

    def _find_key(self, path: str, query: str) -> CacheKey | None:
        """Return what a request means that is spelt as none that was kept."""
        readings = self._vary_sets.get(path)
        if not readings or len(query) > MAX_KEY_CHARACTERS:
            return None
        given = _parse_query(query)
        possible = (
            CacheKey(path, reading, _relevant_parameters(given, reading)) for reading in tuple(readings)
        )
        return next((meant for meant in possible if meant in self._slots), None)

    def put(
        self,
        stamp: Hashable,
        asked: RequestKey,
        accept: str | None,
        parameters: Iterable[str] | None,
        entry: CacheEntry,
    ) -> None:
        """Keep the answer to a request; nothing that it says was read before ``stamp`` was taken.

        ``parameters`` are those that it depends on, None for the whole query.
        """
        path, query = asked
        if (
            len(path) + len(query) + len(accept or "") > MAX_KEY_CHARACTERS
            or entry.size * MAX_ENTRY_SHARE > self.max_bytes
        ):
            return
        given = _parse_query(query)
        reading = None if parameters is None else tuple(sorted(parameters))
        meant = CacheKey(path, reading, _relevant_parameters(given, reading))
        # Whoever adds what nothing reads finds the answer by what it means, and takes no room for it.
        is_plain = reading is None or all(name in reading for name, _ in given)
        with self._lock:
            if stamp is not None and stamp == self._stamp and self._may_depend(path, reading):
                self._put(meant, asked if is_plain else None, accept, entry)
                self._evict()

    def _may_depend(self, path: str, reading: VaryParameters) -> bool:
        known = self._vary_sets.get(path, ())
        return reading in known or len(known) < MAX_VARY_SETS

    def _put(self, meant: CacheKey, asked: RequestKey | None, accept: str | None, entry: CacheEntry) -> None:
        place = self._slots.get(meant) or self._new_place(meant)
        if asked is not None and place.asked is None:
            place.asked = asked
            self._keys_by_request[asked] = meant
        before = place.entries
        same = next((known for known in before if known.equivalent_to(entry)), entry)
        place.answers[accept] = same
        if len(place.answers) > MAX_ACCEPT_VARIANTS:
            place.answers.popitem(last=False)
        for left in before - place.entries:
            self._subtract(left)
        if same not in before:
            self._count(same)

    def _new_place(self, meant: CacheKey) -> CacheSlot:
        self._vary_sets.setdefault(meant.path, Counter())[meant.reading] += 1
        self.bytes += _key_size(meant)
        place = self._slots[meant] = CacheSlot()
        return place

    def update_size(self, entry: CacheEntry) -> None:
        """Count what an answer takes now, which was encoded since it was counted."""
        with self._lock:
            entry.has_new_variant = False
            if entry.accounted_bytes:
                self._subtract(entry)
                self._count(entry)
                self._evict()

    def _count(self, entry: CacheEntry) -> None:
        entry.accounted_bytes = entry.size
        self.bytes += entry.accounted_bytes

    def _subtract(self, entry: CacheEntry) -> None:
        self.bytes -= entry.accounted_bytes
        entry.accounted_bytes = 0

    def _evict(self) -> None:
        while self.bytes > self.max_bytes:
            self._remove(*self._slots.popitem(last=False))

    def _remove(self, meant: CacheKey, place: CacheSlot) -> None:
        self.bytes -= _key_size(meant)
        for entry in place.entries:
            self._subtract(entry)
        if place.asked is not None:
            del self._keys_by_request[place.asked]
        readings = self._vary_sets[meant.path]
        readings[meant.reading] -= 1
        if not readings[meant.reading]:
            del readings[meant.reading]
        if not readings:
            del self._vary_sets[meant.path]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._invalidate(None)

    def _invalidate(self, stamp: Hashable) -> None:
        """Forget everything: the content is another one."""
        while self._slots:
            self._remove(*self._slots.popitem())
        self._stamp = stamp


def _key_size(meant: CacheKey) -> int:
    characters = len(meant.path) + sum(len(name) + len(value) for name, value in meant.parameters)
    # The characters may be there twice, as they were spelt and as they were read, four bytes each.
    return SLOT_OVERHEAD_BYTES + 8 * characters


def _parse_query(query: str) -> list[tuple[str, str]]:
    """Return the parameters of a query, decoded as the request decodes them."""
    return parse_qsl(query, keep_blank_values=True, errors="werkzeug.url_quote")


def _relevant_parameters(
    given: list[tuple[str, str]], reading: VaryParameters
) -> tuple[tuple[str, str], ...]:
    """Return the parameters that are read, by name; of one name, in the order in which they came."""
    read = given if reading is None else [pair for pair in given if pair[0] in reading]
    return tuple(sorted(read, key=lambda pair: pair[0]))
