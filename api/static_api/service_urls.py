"""Rewrite the URLs of the service to those of the static API."""

from __future__ import annotations

from api.core.app_context import settings
from api.static_api.layout import static_path


def is_own_url(url: str) -> bool:
    """Whether a URL leads to this service: with the base URL, or from the root, as links in pages do."""
    base = settings().base_url
    return url == base or url.startswith((f"{base}/", "/"))


def static_url(url: str) -> str | None:
    """Return the URL of the file that stands for a URL of this service; None if there is none.

    The fragment stays. A URL without scheme and host stays one.
    """
    base = settings().base_path if url.startswith("/") else settings().base_url
    path, hash_sign, fragment = url.removeprefix(base).partition("#")
    file = static_path(path or "/")
    return f"{base}{file}{hash_sign}{fragment}" if file else None
