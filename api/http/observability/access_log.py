"""The access log: one line for each request that is worth one.

Lines have no IP address, no ``User-Agent`` and no search terms, which are personal data, no note of a change,
which a purge could not remove, and nothing that is only for those who see drafts: no token of a preview, no
name of a release, and not who made a draft. Secrets of API keys are masked in every line of the log
(``api.core.logging``).
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from api.core.logging import format_exception, write_event
from api.http.observability.request_record import HIT, RequestRecord

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from api.core.config import Settings

#: At most this many lines a second and worker, unless all requests are logged: a failing database must not
#: fill the disk.
MAX_LINES_PER_SECOND = 100
MAX_CHARACTERS = 2_000
#: The token of a preview, with which anybody sees the drafts, and the name of a release, wherever in a path.
PRIVATE_SEGMENT = re.compile(r"(/(?:previews|releases)/+)[^/]+", re.IGNORECASE)
#: Parameters without their values: search terms, unless a setting says otherwise, and what is not public.
SEARCH_TERMS, PRIVATE_PARAMETERS = "q", frozenset({"note", "release", "editor"})


class AccessLog:
    """Decides which requests are logged, and writes their lines.

    ``min_seconds`` is the duration from which a request may have a line; errors may have one in any case.
    """

    def __init__(self, settings: Settings) -> None:
        """Use the settings about the access log."""
        self._level = settings.access_log
        self._hits_per_line = settings.access_log_hits
        self._has_search_terms = settings.access_log_search_terms
        slow = settings.slow_milliseconds / 1000
        self.min_seconds = {"all": 0.0, "slow": slow}.get(self._level, float("inf"))
        self._hits = self._second = self._lines = self._suppressed = 0

    def log(self, record: RequestRecord, environ: WSGIEnvironment, seconds: float, size: int) -> None:
        """Write the line of a request whose response has ``size`` bytes."""
        extra: dict[str, Any] = {}
        if self._level == "all":
            if record.cache == HIT and seconds < 1:
                self._hits += 1
                if self._hits % self._hits_per_line:
                    return
                extra["sample"] = self._hits_per_line
        elif self._is_flooded() or (self._level == "off" and record.error is None):
            return
        elif self._suppressed:
            extra["suppressed"], self._suppressed = self._suppressed, 0
        write_event(
            "request",
            "error" if record.status >= "5" else "info",
            request_id=record.request_id,
            method=environ["REQUEST_METHOD"][:20],
            route=record.route,
            path=PRIVATE_SEGMENT.sub(r"\1…", _decode(environ["PATH_INFO"])),
            **self._query(environ),
            status=int(record.status[:3]),
            bytes=size,
            ms=round(seconds * 1000, 3),
            cache=record.cache,
            **({"cause": record.cause} if record.cause else {}),
            **({"exception": format_exception(record.error)} if record.error else {}),
            **extra,
        )

    def _is_flooded(self) -> bool:
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._lines = second, 0
        self._lines += 1
        self._suppressed += self._lines > MAX_LINES_PER_SECOND
        return self._lines > MAX_LINES_PER_SECOND

    def _query(self, environ: WSGIEnvironment) -> dict[str, str]:
        query = _decode(environ.get("QUERY_STRING", ""))
        hidden = PRIVATE_PARAMETERS if self._has_search_terms else PRIVATE_PARAMETERS | {SEARCH_TERMS}
        parameters = (_without_value(part, hidden) for part in query.split("&"))
        return {"query": "&".join(parameters)} if query else {}


def _without_value(parameter: str, hidden: frozenset[str]) -> str:
    """Return a parameter of a query; without its value if that is private.

    It is if the name, which may be encoded, is one of these, or the value is a URL with a private segment:
    ``/oembed?url=`` takes one, which may be encoded itself.
    """
    name, equals, value = parameter.partition("=")
    if PRIVATE_SEGMENT.search(unquote(unquote(name))):
        return "…"
    is_private = unquote(name) in hidden or PRIVATE_SEGMENT.search(unquote(unquote(value)))
    return f"{name}=…" if equals and is_private else parameter


def _decode(text: str) -> str:
    """Return text of the environ, whose bytes are decoded as Latin-1 (PEP 3333)."""
    return text[:MAX_CHARACTERS].encode("latin-1", "replace").decode("utf-8", "replace")
