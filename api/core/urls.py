"""Absolute URLs of this service."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from api.core.app_context import settings

#: Stands for the base URL in openapi/v1.json until it is served. RFC 2606 reserves the domain.
PLACEHOLDER_BASE_URL = "https://subtext.example"


def absolute_url(path: str, **query: Any) -> str:
    """Return the absolute URL of a path of this service, with optional query parameters."""
    return f"{settings().base_url}{path}{'?' + urlencode(query) if query else ''}"


def relative_url(path: str) -> str:
    """Return the URL of a path of this service without scheme and host, as links in its pages have it."""
    return f"{settings().base_path}{path}"
