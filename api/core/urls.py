"""Absolute URLs of this service."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from api.core.app_context import settings


def absolute_url(path: str, **query: Any) -> str:
    """Return the absolute URL of a path of this service, with optional query parameters."""
    return f"{settings().base_url}{path}{'?' + urlencode(query) if query else ''}"
