"""Logging: one JSON object per line on standard error, without secrets."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


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

get_logger = structlog.get_logger


def configure() -> None:
    """Configure structlog for this process. Entry points call it; importing this module does not."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            # Local variables may contain client data and environment variables: do not log them.
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
