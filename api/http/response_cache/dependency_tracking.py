"""What an answer depends on besides the content: parameters of the query that it read, and the calendar.

Views need not say it: they read parameters from the request, days from ``api/http/clock.py``, and what they
read is noted, for the cache in front to know what an answer is an answer to, and for how long. What may be
kept must not be made of ``request.query_string``, ``full_path`` or ``url``, nor of other headers than
``Accept``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from flask import Request, has_request_context, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

#: Where a request's note is in its WSGI environment.
ENVIRON_KEY = "subtext.dependence"


class ResponseDependencies:
    """The note of one request: at first, its answer depends on nothing.

    ``parameters`` are those that were looked for, there or not; None when the query was read whole.
    ``until`` is when the answer may become another one (POSIX time); None while nothing says so.
    """

    def __init__(self) -> None:
        """Begin."""
        self.parameters: set[str] | None = set()
        self.expires_at: float | None = None

    def add_parameter(self, name: str) -> None:
        """Note that a parameter was looked for."""
        if self.parameters is not None:
            self.parameters.add(name)

    def use_whole_query(self) -> None:
        """Note that the query was read whole."""
        self.parameters = None

    def expire_at(self, time: float) -> None:
        """Note that the answer may be another one from ``time`` on (POSIX time)."""
        self.expires_at = time if self.expires_at is None else min(self.expires_at, time)


class TrackedArgs(ImmutableMultiDict[str, str]):
    """The parameters of a query; what is read of them is noted."""

    def __init__(self, given: Any, note: ResponseDependencies) -> None:
        """Take the parameters as they came, and where to note."""
        super().__init__(given)
        self._note = note

    def __getitem__(self, key: str) -> str:
        self._note.add_parameter(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self._note.add_parameter(str(key))
        return super().__contains__(key)

    def get(self, key: str, *given: Any, **named: Any) -> Any:
        self._note.add_parameter(key)
        if dict.__contains__(self, key):
            return super().get(key, *given, **named)
        # Most are missing, and each would otherwise be an error that is made and caught.
        return given[0] if given else named.get("default")

    def getlist(self, key: str, *given: Any, **named: Any) -> Any:
        self._note.add_parameter(key)
        return super().getlist(key, *given, **named) if dict.__contains__(self, key) else []

    def __iter__(self) -> Iterator[str]:
        self._note.use_whole_query()
        return super().__iter__()

    def __len__(self) -> int:
        self._note.use_whole_query()
        return super().__len__()

    def keys(self) -> Any:
        self._note.use_whole_query()
        return super().keys()

    def values(self) -> Any:
        self._note.use_whole_query()
        return super().values()

    def items(self, *given: Any, **named: Any) -> Any:
        self._note.use_whole_query()
        return super().items(*given, **named)

    def lists(self) -> Any:
        self._note.use_whole_query()
        return super().lists()

    def listvalues(self) -> Any:
        self._note.use_whole_query()
        return super().listvalues()


class TrackingRequest(Request):
    """A request that notes what its answer depends on."""

    @property
    def dependencies(self) -> ResponseDependencies:
        """The note; one that nobody reads, where nothing stands in front."""
        note: ResponseDependencies = self.environ.setdefault(ENVIRON_KEY, ResponseDependencies())
        return note

    @cached_property
    def args(self) -> MultiDict[str, str]:
        return TrackedArgs(super().args, self.dependencies)


def response_dependencies() -> ResponseDependencies:
    """Return the note of the request at hand; outside of one, a note that nobody reads."""
    return request.dependencies if has_request_context() else ResponseDependencies()  # type: ignore[attr-defined]
