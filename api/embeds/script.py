"""``embed.js``: the script that makes a copied quote a card, and the addresses that it is served at.

Every build that was ever released stays: a page that pins one by its hash keeps what it has pinned.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, request
from markupsafe import Markup

from api.core.request_context import settings
from api.core.urls import absolute_url
from models import NotFound

STATIC = Path(__file__).parent / "static"
#: What stands in a build where the origin of the service belongs.
ORIGIN_PLACEHOLDER = "ORIGIN"
#: How much of a build's hash its address holds, in hexadecimal digits.
DIGEST_LENGTH = 16
SCRIPT_ELEMENT = Markup('<script async="async" src="{}" integrity="{}" crossorigin="anonymous"></script>')
JAVASCRIPT = "text/javascript; charset=utf-8"
#: An address that always leads to the newest build, and one that always leads to the same.
LATEST_CACHE_CONTROL = "public, max-age=3600"
IMMUTABLE = "public, max-age=31536000, immutable"

script = Blueprint("script", __name__)


@dataclass(frozen=True)
class Build:
    """A build of the script as this service serves it, with the service's own origin in it."""

    body: bytes

    @property
    def sha384(self) -> bytes:
        """Its hash."""
        return hashlib.sha384(self.body).digest()

    @property
    def digest(self) -> str:
        """As much of the hash as its address holds."""
        return self.sha384.hex()[:DIGEST_LENGTH]

    @property
    def integrity(self) -> str:
        """The hash as an ``integrity`` attribute has it (Subresource Integrity, section 3.1)."""
        return f"sha384-{base64.b64encode(self.sha384).decode()}"

    @property
    def address(self) -> str:
        """Where this build is, and never another."""
        return absolute_url(f"/embed.{self.digest}.js")

    @property
    def element(self) -> Markup:
        """The element that loads this build and no other; well-formed XML, too."""
        return SCRIPT_ELEMENT.format(self.address, self.integrity)


def latest_file() -> Path:
    """Return the file of the newest build."""
    return _build_files()[-1]


def latest_build() -> Build:
    """Return the newest build."""
    return builds(settings().base_url)[-1]


@cache
def builds(origin: str) -> tuple[Build, ...]:
    """Return every build for the service at ``origin``, the newest last."""
    return tuple(
        Build(path.read_text("utf-8").replace(ORIGIN_PLACEHOLDER, origin).encode()) for path in _build_files()
    )


def _build_files() -> list[Path]:
    return sorted(STATIC.glob("embed-*.min.js"), key=_build_number)


def _build_number(path: Path) -> int:
    return int(path.name.removeprefix("embed-").removesuffix(".min.js"))


@script.get("/embed.js")
@script.get("/embed.v1.js")
def latest_script() -> Response:
    """Serve the newest build."""
    return _script_response(latest_build(), LATEST_CACHE_CONTROL)


@script.get("/embed.<digest>.js")
def pinned_script(digest: str) -> Response:
    """Serve the build with this hash.

    Raises:
        NotFound: no build has it.
    """
    for build in builds(settings().base_url):
        if build.digest == digest:
            return _script_response(build, IMMUTABLE)
    raise NotFound("script", digest)


def _script_response(build: Build, cache_control: str) -> Response:
    response = Response(build.body, content_type=JAVASCRIPT)
    response.headers["Cache-Control"] = cache_control
    response.set_etag(build.digest)
    response.make_conditional(request)
    return response
