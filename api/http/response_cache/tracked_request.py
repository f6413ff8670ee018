"""The request class, which records what the response depends on while the application creates it.

Besides the content, a response depends on the query parameters that were read, and on the calendar. Views
need not declare this: reading ``request.args`` and ``current_date`` records it. A response that may be cached
must not use ``request.query_string``, ``full_path`` or ``url``, or headers other than ``Accept``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from flask import Request, has_request_context, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

#: Query parameters that no response depends on, and that the API accepts on every URL: jQuery's cache-buster,
#: and what social networks and newsletters append to links. The cache ignores them, too.
IGNORED_PARAMETERS = frozenset(
    ("_", "fbclid", "gclid", "msclkid", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
)
#: The key of a request's dependencies in its WSGI environ.
ENVIRON_KEY = "subtext.dependencies"


class ResponseDependencies:
    """The dependencies of one response; a new one has none.

    ``parameters`` are the names of the query parameters that were looked up, present or not; None if the
    whole query string was used. ``expires_at`` is when the response may change (POSIX time); None if never.
    ``day_began_at`` is when the day began that it depends on; None if it depends on none.
    """

    def __init__(self) -> None:
        """Create an empty record."""
        self.parameters: set[str] | None = set()
        self.expires_at: float | None = None
        self.day_began_at: dt.datetime | None = None

    def add_parameter(self, name: str) -> None:
        """Record the lookup of a parameter."""
        if self.parameters is not None:
            self.parameters.add(name)

    def use_whole_query(self) -> None:
        """Record that the whole query string was used."""
        self.parameters = None

    def expire_at(self, time: float) -> None:
        """Record that the response may change at ``time`` (POSIX time)."""
        self.expires_at = time if self.expires_at is None else min(self.expires_at, time)


class TrackedArgs(ImmutableMultiDict[str, str]):
    """The query parameters of a request, which record every lookup."""

    def __init__(self, args: Any, dependencies: ResponseDependencies) -> None:
        """Wrap ``args`` and record lookups in ``dependencies``."""
        super().__init__(args)
        self._dependencies = dependencies

    def all(self) -> MultiDict[str, str]:
        """Return all parameters that may matter, and record that the response depends on them."""
        self._dependencies.use_whole_query()
        return MultiDict(
            {name: values for name, values in dict.items(self) if name not in IGNORED_PARAMETERS}
        )

    def __getitem__(self, key: str) -> str:
        self._dependencies.add_parameter(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self._dependencies.add_parameter(str(key))
        return super().__contains__(key)

    def get(self, key: str, *args: Any, **kwargs: Any) -> Any:
        self._dependencies.add_parameter(key)
        if dict.__contains__(self, key):
            return super().get(key, *args, **kwargs)
        # Most parameters are missing. The base class would raise and catch an exception for each.
        return args[0] if args else kwargs.get("default")

    def getlist(self, key: str, *args: Any, **kwargs: Any) -> Any:
        self._dependencies.add_parameter(key)
        return super().getlist(key, *args, **kwargs) if dict.__contains__(self, key) else []

    def __iter__(self) -> Iterator[str]:
        self._dependencies.use_whole_query()
        return super().__iter__()

    def __len__(self) -> int:
        self._dependencies.use_whole_query()
        return super().__len__()

    def keys(self) -> Any:
        self._dependencies.use_whole_query()
        return super().keys()

    def values(self) -> Any:
        self._dependencies.use_whole_query()
        return super().values()

    def items(self, *args: Any, **kwargs: Any) -> Any:
        self._dependencies.use_whole_query()
        return super().items(*args, **kwargs)

    def lists(self) -> Any:
        self._dependencies.use_whole_query()
        return super().lists()

    def listvalues(self) -> Any:
        self._dependencies.use_whole_query()
        return super().listvalues()


class TrackingRequest(Request):
    """A request that records what its response depends on."""

    @property
    def dependencies(self) -> ResponseDependencies:
        """The dependencies, which the cache reads; without a cache, nothing does."""
        dependencies: ResponseDependencies = self.environ.setdefault(ENVIRON_KEY, ResponseDependencies())
        return dependencies

    @cached_property
    def args(self) -> MultiDict[str, str]:
        return TrackedArgs(super().args, self.dependencies)


def response_dependencies() -> ResponseDependencies:
    """Return the dependencies of the current request; outside of a request, a record that nothing reads."""
    return request.dependencies if has_request_context() else ResponseDependencies()  # type: ignore[attr-defined]
