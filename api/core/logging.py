"""Logging: one JSON object per line on standard error, without secrets.

Everything goes through ``write_event``: structlog's loggers, Python's, granian's, warnings, and uncaught
exceptions.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import io
import json
import logging
import os
import re
import select
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import orjson


@contextmanager
def _hide_package(package: str) -> Iterator[None]:
    """Make imports of ``package`` fail inside the block."""
    modules: dict[str, Any] = sys.modules  # None blocks the import, but the type does not allow it
    loaded = modules.get(package)
    modules[package] = None
    try:
        yield
    finally:
        del modules[package]
        if loaded:
            modules[package] = loaded


# If rich can be imported, structlog loads it and Pygments to format tracebacks for terminals. That costs 8 MB
# per worker, and our logs are JSON.
with _hide_package("rich"):
    import structlog
    from structlog.tracebacks import ExceptionDictTransformer

STDERR = 2
#: How long a line waits for the reader of the log, in milliseconds.
READER_TIMEOUT_MS = 1_000
#: API keys (``models.api_token``), perhaps mistyped, cut off or percent-encoded. The group may be logged.
KEY_PREFIX = b"subtext"
API_KEY = re.compile(
    rb"(subtext(?:_|%5[Ff])[0-9A-Za-z]{10,40})(?:_|%5[Ff])[0-9A-Za-z]{10,60}(?:(?:_|%5[Ff])[0-9A-Za-z]{0,20})?"
)
LOGGED_KEY = "\\1_…".encode()
#: The end of a message of SQLAlchemy or PostgreSQL, with the values of a statement or of a row.
STATEMENT_VALUES = re.compile(r"\n(?:\[parameters: |DETAIL:  ).*", re.DOTALL)
get_logger = structlog.get_logger
# Local variables may contain client data and environment variables: do not log them.
_traceback = ExceptionDictTransformer(show_locals=False)
_lock = threading.Lock()
_is_stuck = _has_begun_line = False


def _renew_lock() -> None:
    global _lock  # noqa: PLW0603 (another thread may have held the lock when this process was forked)
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_renew_lock)


def configure() -> None:
    """Configure structlog for this process. Entry points call it; importing this module does not."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.ExceptionRenderer(_traceback),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=_EventLogger,
    )


def configure_server() -> None:
    """Configure the logging of a server process, including all that others write to standard error."""
    configure()
    logging.basicConfig(handlers=[EventHandler()], level=logging.WARNING, force=True)
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda args: _log_uncaught(
        args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
    )
    sys.unraisablehook = lambda args: _log_uncaught(
        args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback, source=repr(args.object)
    )
    sys.stderr = EventStream()


def write_event(event: str, level: str = "info", **fields: Any) -> None:
    """Write one line of the log. Values that are not JSON are written as their ``str()``."""
    now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line = _without_keys(_to_json({"timestamp": now, "level": level, "event": event} | fields))
    with _lock:
        _write_line(line)


def format_exception(error: BaseException) -> list[dict[str, Any]]:
    """Return an exception and its causes as JSON, with tracebacks, without variables.

    Messages of the database end before the values of a statement and of a row: these are content.
    """
    formatted = _traceback((type(error), error, error.__traceback__))
    for each in formatted:
        each["exc_value"] = STATEMENT_VALUES.sub("", each["exc_value"])
    return formatted


def _to_json(fields: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(fields, str, orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS)
    except TypeError:
        # Text that is not UTF-8 has surrogates, which only this module escapes.
        return json.dumps(fields, default=str).encode() + b"\n"


def _without_keys(line: bytes) -> bytes:
    """Cut the secrets out of API keys, wherever they come from: a client may have put one into a URL."""
    return API_KEY.sub(LOGGED_KEY, line) if KEY_PREFIX in line else line


def _write_line(line: bytes) -> None:
    """Write a line at once, although other processes write to the same stream.

    The kernel splits lines above 4 KiB (``PIPE_BUF``) in a pipe, so the processes lock the stream. The lock
    ends with its process. A stream that cannot be locked is written to without one.
    """
    try:
        fcntl.lockf(STDERR, fcntl.LOCK_EX)
        is_locked = True
    except OSError:
        is_locked = False
    try:
        _write_unless_stuck(line)
    except OSError:
        # Nobody reads the log any more.
        pass
    finally:
        if is_locked:
            fcntl.lockf(STDERR, fcntl.LOCK_UN)


def _write_unless_stuck(line: bytes) -> None:
    """Write a line; drop it if the reader of the log hangs, for which a request must not wait.

    The first line waits for the reader, the next ones do not, until it reads again.
    """
    global _is_stuck, _has_begun_line  # noqa: PLW0603 (the state of the stream)
    poll = select.poll()
    poll.register(STDERR, select.POLLOUT)
    rest = memoryview(line)
    while rest:
        # A pipe that is ready takes this much without waiting.
        if not poll.poll(0 if _is_stuck else READER_TIMEOUT_MS):
            _is_stuck, _has_begun_line = True, _has_begun_line or len(rest) < len(line)
            return
        _is_stuck = False
        if _has_begun_line and len(rest) == len(line):
            os.write(STDERR, b"\n")
            _has_begun_line = False
        rest = rest[os.write(STDERR, rest[: select.PIPE_BUF]) :]


class _EventLogger:
    """structlog's last link: it receives the fields that its processors return."""

    def __init__(self, *_: Any) -> None:
        """Ignore the logger's name, which structlog passes."""

    def msg(self, event: str = "", level: str = "info", **fields: Any) -> None:
        write_event(event, level, **fields)

    debug = info = warning = error = critical = exception = msg


class EventHandler(logging.Handler):
    """Writes the records of Python's ``logging``, and of granian, to the log."""

    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, Any] = {"logger": record.name}
        if record.exc_info and record.exc_info[1]:
            fields["exception"] = format_exception(record.exc_info[1])
        write_event(record.getMessage(), record.levelname.lower(), **fields)


class EventStream(io.TextIOBase):
    """Standard error for all who write to it directly: each line becomes a line of the log."""

    def __init__(self) -> None:
        """Create a stream. Each thread has a line of its own, since ``print`` writes the line break apart."""
        self._started = threading.local()

    def write(self, text: str) -> int:
        """Write the lines that are complete."""
        *lines, self._started.line = (getattr(self._started, "line", "") + text).split("\n")
        for line in filter(str.strip, lines):
            write_event(line, "error", logger="stderr")
        return len(text)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return STDERR


def _log_uncaught(
    kind: type[BaseException], error: BaseException, _traceback: TracebackType | None, **fields: Any
) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        write_event("uncaught exception", "critical", exception=format_exception(error), **fields)
