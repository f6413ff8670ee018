"""Logs: one JSON object a line on standard error, without secrets."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def _without(package: str) -> Iterator[None]:
    """Let what is imported in the block find no such package."""
    modules: dict[str, Any] = sys.modules  # None refuses the import, which is not in the type
    there = modules.get(package)
    modules[package] = None
    try:
        yield
    finally:
        del modules[package]
        if there:
            modules[package] = there


# Where structlog finds rich it loads it, and Pygments with it, to draw tracebacks on a terminal: 8 MB in
# each worker, for logs that are JSON.
with _without("rich"):
    import structlog
    from structlog.tracebacks import ExceptionDictTransformer

get_logger = structlog.get_logger


def configure() -> None:
    """Set up structlog for a process; called by the entries, never at import."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            # Local variables hold whatever a client sent, and the environment: they stay out.
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
