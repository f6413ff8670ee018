"""Static files: whole responses from memory, compressed once and valid as long as the process runs.

Pages use URLs with a version, ``/static/copy.js?v=<digest>``, which clients may cache for ever. Without the
version, or with that of another release, a URL serves the file as it is now, for a shorter time.
"""

from __future__ import annotations

import mimetypes
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, Response

from api.http.responses import etag_hash

if TYPE_CHECKING:
    from api.http.response_cache.encoded_response import CacheEntry, Headers

#: How long clients cache a URL with a version, in seconds.
IMMUTABLE = "public, max-age=31536000, immutable"
#: The key of the assets in ``app.extensions``.
EXTENSION = "assets"
VERSION_CHARACTERS = 16
#: Types whose registration differs between systems.
CONTENT_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/vnd.microsoft.icon",
}


class Assets:
    """The static files of an application by the path of their URL, and their responses, once requested."""

    def __init__(self) -> None:
        """Create an empty collection."""
        self.files: dict[str, Path] = {}
        self._max_ages: dict[str, int] = {}
        self._entries: dict[str, CacheEntry] = {}

    def add(self, app: Flask, path: str, file: Path, max_age: int) -> None:
        """Serve a file at a path. Clients may cache its URL without version for ``max_age`` seconds."""
        self.files[path], self._max_ages[path] = file, max_age
        app.add_url_rule(path, f"asset {path}", lambda: _file_response(file, max_age))

    def get(self, path: str) -> CacheEntry | None:
        """Return the response at a path if it was requested before."""
        return self._entries.get(path)

    def put(self, path: str, entry: CacheEntry) -> None:
        """Store the response at a path."""
        self._entries[path] = entry

    def cache_headers(self, path: str, query: str) -> Headers:
        """Return the ``Cache-Control`` header of the response to a request."""
        if query == f"v={_version(self.files[path])}":
            return [("Cache-Control", IMMUTABLE)]
        return [("Cache-Control", f"public, max-age={self._max_ages[path]}")]

    def url(self, path: str) -> str:
        """Return the path of a file with its version."""
        return f"{path}?v={_version(self.files[path])}"


def _file_response(file: Path, max_age: int) -> Response:
    body, suffix = file.read_bytes(), file.suffix
    content_type = CONTENT_TYPES.get(suffix) or mimetypes.guess_type(file.name)[0] or "text/plain"
    response = Response(body, content_type=content_type)
    response.set_etag(etag_hash(body))
    response.headers["Cache-Control"] = f"public, max-age={max_age}"
    return response


@cache
def _version(file: Path) -> str:
    return etag_hash(file.read_bytes())[:VERSION_CHARACTERS]
