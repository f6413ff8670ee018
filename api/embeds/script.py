"""Routes of ``embed.js``, the script that styles an embedded quote as a card.

Every released build is kept, so pages that pin one by its hash (Subresource Integrity) keep working.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, Response
from markupsafe import Markup

from api.core.app_context import settings
from api.core.urls import absolute_url
from models import NotFound

STATIC = Path(__file__).parent / "static"
#: The placeholder for the service's base URL in a build.
BASE_URL_PLACEHOLDER = "ORIGIN"
#: The length of the digest in a build's URL, in hexadecimal digits.
DIGEST_LENGTH = 16
SCRIPT_ELEMENT = Markup('<script async="async" src="{}" integrity="{}" crossorigin="anonymous"></script>')
JAVASCRIPT = "text/javascript; charset=utf-8"
#: For the URL of the latest build, and for those of single builds.
LATEST_CACHE_CONTROL = "public, max-age=3600"
IMMUTABLE = "public, max-age=31536000, immutable"

script = Blueprint("script", __name__)


@dataclass(frozen=True)
class Build:
    """A build of the script, with the service's base URL filled in."""

    body: bytes

    @property
    def sha384(self) -> bytes:
        """The SHA-384 hash of the build."""
        return hashlib.sha384(self.body).digest()

    @property
    def digest(self) -> str:
        """The start of the hash, as used in the URL."""
        return self.sha384.hex()[:DIGEST_LENGTH]

    @property
    def integrity(self) -> str:
        """The value of the ``integrity`` attribute (Subresource Integrity, section 3.1)."""
        return f"sha384-{base64.b64encode(self.sha384).decode()}"

    @property
    def url(self) -> str:
        """The URL of this build."""
        return absolute_url(f"/embed.{self.digest}.js")

    @property
    def element(self) -> Markup:
        """The ``script`` element that loads this build; well-formed XML, too."""
        return SCRIPT_ELEMENT.format(self.url, self.integrity)


def latest_file() -> Path:
    """Return the path of the latest build."""
    return _build_files()[-1]


def latest_build() -> Build:
    """Return the latest build."""
    return builds(settings().base_url)[-1]


@cache
def builds(base_url: str) -> tuple[Build, ...]:
    """Return every build for the service at ``base_url``, the latest last."""
    return tuple(
        Build(path.read_text("utf-8").replace(BASE_URL_PLACEHOLDER, base_url).encode())
        for path in _build_files()
    )


def _build_files() -> list[Path]:
    return sorted(STATIC.glob("embed-*.min.js"), key=_build_number)


def _build_number(path: Path) -> int:
    return int(path.name.removeprefix("embed-").removesuffix(".min.js"))


@script.get("/embed.js")
@script.get("/embed.v1.js")
def latest_script() -> Response:
    """Serve the latest build."""
    return _script_response(latest_build(), LATEST_CACHE_CONTROL)


@script.get("/embed.<digest>.js")
def pinned_script(digest: str) -> Response:
    """Serve the build with this digest.

    Raises:
        NotFound: no build has this digest.
    """
    for build in builds(settings().base_url):
        if build.digest == digest:
            return _script_response(build, IMMUTABLE)
    raise NotFound("script", digest)


def _script_response(build: Build, cache_control: str) -> Response:
    response = Response(build.body, content_type=JAVASCRIPT)
    response.headers["Cache-Control"] = cache_control
    response.set_etag(build.digest)
    return response
