"""The cache store: responses by request, for one version of the content, within a memory limit (LRU).

A request with the same path and query string as an earlier one is found with one dictionary lookup. Other
spellings, and requests with parameters that the application never reads, are found by the parameters that
the response depends on.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Hashable, Iterable
from typing import NamedTuple
from urllib.parse import parse_qsl

import werkzeug.urls  # noqa: F401 (registers the error handler `werkzeug.url_quote`)

from api.http.response_cache.encoded_response import CacheEntry
from api.http.response_cache.tracked_request import IGNORED_PARAMETERS

#: A single response may use at most this fraction of the memory limit: one quarter.
MAX_ENTRY_SHARE = 4
#: Approximate memory of a slot, in addition to its responses and keys.
SLOT_OVERHEAD_BYTES = 1_000
#: Requests with more characters than this are not cached.
MAX_KEY_CHARACTERS = 2_000
#: Stands for every `Accept` header, for responses that do not depend on it. No header has a line break.
ANY_ACCEPT = "\n"
#: Different `Accept` headers per request. They rarely lead to more than one response.
MAX_ACCEPT_VARIANTS = 8
#: Different sets of parameters that the responses of a path depend on. There is rarely more than one.
MAX_VARY_SETS = 4

#: The sorted names of the parameters that a response depends on; None for the whole query string.
VaryParameters = tuple[str, ...] | None
#: The path and the query string of a request, as received.
RequestKey = tuple[str, str]


class CacheKey(NamedTuple):
    """A path, with the names and values of the parameters that the response depends on."""

    path: str
    vary: VaryParameters
    parameters: tuple[tuple[str, str], ...]


class CacheSlot:
    """The responses to one request, by ``Accept`` header.

    ``request_key`` is the spelling of the request that finds the slot directly.
    """

    __slots__ = ("entries_by_accept", "request_key")

    def __init__(self) -> None:
        """Create an empty slot."""
        self.request_key: RequestKey | None = None
        self.entries_by_accept: OrderedDict[str | None, CacheEntry] = OrderedDict()

    @property
    def entries(self) -> set[CacheEntry]:
        """The distinct responses."""
        return set(self.entries_by_accept.values())


class CacheStore:
    """Responses for one version of the content. The least recently used ones are evicted first."""

    def __init__(self, max_bytes: int) -> None:
        """Create a store with a memory limit; 0 stores nothing."""
        self.max_bytes = max_bytes
        self.bytes = 0
        self._token: Hashable = None
        self._lock = threading.Lock()
        self._slots: OrderedDict[CacheKey, CacheSlot] = OrderedDict()
        self._keys_by_request: dict[RequestKey, CacheKey] = {}
        self._vary_sets: dict[str, Counter[VaryParameters]] = {}

    @property
    def token(self) -> Hashable:
        """The version token of the content that the responses are of."""
        return self._token

    def __len__(self) -> int:
        return len(self._slots)

    def get(self, token: Hashable, request_key: RequestKey, accept: str | None) -> CacheEntry | None:
        """Return the cached response to a request; None if there is none for this version token."""
        with self._lock:
            if token != self._token:
                self._invalidate(token)
                return None
            key = self._keys_by_request.get(request_key) or self._find_key(*request_key)
            if key is None:
                return None
            entries = self._slots[key].entries_by_accept
            if accept not in entries:
                accept = ANY_ACCEPT
            entry = entries.get(accept)
            if entry is not None:
                self._slots.move_to_end(key)
                entries.move_to_end(accept)
            return entry

    def _find_key(self, path: str, query: str) -> CacheKey | None:
        """Return the key of a request in another spelling; None if no response to it is cached."""
        vary_sets = self._vary_sets.get(path)
        if not vary_sets or len(query) > MAX_KEY_CHARACTERS:
            return None
        parameters = _parse_query(query)
        keys = (CacheKey(path, vary, _relevant_parameters(parameters, vary)) for vary in tuple(vary_sets))
        return next((key for key in keys if key in self._slots), None)

    def put(
        self,
        token: Hashable,
        request_key: RequestKey,
        accept: str | None,
        parameters: Iterable[str] | None,
        entry: CacheEntry,
    ) -> None:
        """Store the response to a request, all of whose content was read after ``token``.

        ``parameters`` are the names of those that it depends on; None for the whole query string. ``accept``
        is the ``Accept`` header of the request, or ``ANY_ACCEPT``.
        """
        path, query = request_key
        if (
            len(path) + len(query) + len(accept or "") > MAX_KEY_CHARACTERS
            or entry.size * MAX_ENTRY_SHARE > self.max_bytes
        ):
            return
        query_parameters = _parse_query(query)
        vary = None if parameters is None else tuple(sorted(parameters))
        key = CacheKey(path, vary, _relevant_parameters(query_parameters, vary))
        # Spellings with irrelevant parameters get no lookup key: clients could fill the memory with them.
        is_plain = len(key.parameters) == len(query_parameters)
        with self._lock:
            if token is not None and token == self._token and self._may_vary_by(path, vary):
                self._put(key, request_key if is_plain else None, accept, entry)
                self._evict()

    def _may_vary_by(self, path: str, vary: VaryParameters) -> bool:
        vary_sets = self._vary_sets.get(path, ())
        return vary in vary_sets or len(vary_sets) < MAX_VARY_SETS

    def _put(
        self, key: CacheKey, request_key: RequestKey | None, accept: str | None, entry: CacheEntry
    ) -> None:
        slot = self._slots.get(key) or self._add_slot(key)
        if request_key is not None and slot.request_key is None:
            slot.request_key = request_key
            self._keys_by_request[request_key] = key
        before = slot.entries
        same = next((other for other in before if other.equivalent_to(entry)), entry)
        slot.entries_by_accept[accept] = same
        if len(slot.entries_by_accept) > MAX_ACCEPT_VARIANTS:
            slot.entries_by_accept.popitem(last=False)
        for removed in before - slot.entries:
            self._subtract(removed)
        if same not in before:
            self._add_size(same)

    def _add_slot(self, key: CacheKey) -> CacheSlot:
        self._vary_sets.setdefault(key.path, Counter())[key.vary] += 1
        self.bytes += _key_size(key)
        slot = self._slots[key] = CacheSlot()
        return slot

    def update_size(self, entry: CacheEntry) -> None:
        """Update the memory account of a response after a variant was added to it."""
        with self._lock:
            entry.has_new_variant = False
            if entry.accounted_bytes:
                self._subtract(entry)
                self._add_size(entry)
                self._evict()

    def _add_size(self, entry: CacheEntry) -> None:
        entry.accounted_bytes = entry.size
        self.bytes += entry.accounted_bytes

    def _subtract(self, entry: CacheEntry) -> None:
        self.bytes -= entry.accounted_bytes
        entry.accounted_bytes = 0

    def _evict(self) -> None:
        while self.bytes > self.max_bytes:
            self._remove(*self._slots.popitem(last=False))

    def _remove(self, key: CacheKey, slot: CacheSlot) -> None:
        self.bytes -= _key_size(key)
        for entry in slot.entries:
            self._subtract(entry)
        if slot.request_key is not None:
            del self._keys_by_request[slot.request_key]
        vary_sets = self._vary_sets[key.path]
        vary_sets[key.vary] -= 1
        if not vary_sets[key.vary]:
            del vary_sets[key.vary]
        if not vary_sets:
            del self._vary_sets[key.path]

    def clear(self) -> None:
        """Remove all responses."""
        with self._lock:
            self._invalidate(None)

    def _invalidate(self, token: Hashable) -> None:
        """Remove all responses, since the content has changed."""
        while self._slots:
            self._remove(*self._slots.popitem())
        self._token = token


def _key_size(key: CacheKey) -> int:
    characters = len(key.path) + sum(len(name) + len(value) for name, value in key.parameters)
    # Each character may be stored twice, as received and as parsed, with up to four bytes each.
    return SLOT_OVERHEAD_BYTES + 8 * characters


def _parse_query(query: str) -> list[tuple[str, str]]:
    """Return the parameters of a query string, decoded as werkzeug decodes them."""
    return parse_qsl(query, keep_blank_values=True, errors="werkzeug.url_quote")


def _relevant_parameters(
    parameters: list[tuple[str, str]], vary: VaryParameters
) -> tuple[tuple[str, str], ...]:
    """Return the parameters in ``vary``, sorted by name; repeated ones keep their order."""
    relevant = [
        pair
        for pair in parameters
        if (pair[0] not in IGNORED_PARAMETERS if vary is None else pair[0] in vary)
    ]
    return tuple(sorted(relevant, key=lambda pair: pair[0]))
