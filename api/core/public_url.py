"""The public URL: how it may be written, and its normal form (RFC 3986, section 6.2)."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from api.core.host_names import HOST_PATTERN, normalize_host

ORIGIN_PATTERN = re.compile(rf"(https?)://((?:{HOST_PATTERN.pattern})(?::[0-9]{{1,5}})?)")
DEFAULT_PORTS = {"http": ":80", "https": ":443"}
#: Unreserved characters (RFC 3986, section 2.3), percent-encoded characters, and what browsers encode.
SEGMENT_PATTERN = re.compile(r"(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2}|[^\x00-\x7f])+")


def normalize_public_url(url: str) -> str:
    """Return a URL without a trailing slash, its host in lower case, its path percent-encoded where needed.

    Raises:
        ValueError: it cannot be the URL of a service; ``str()`` continues a sentence about the setting. It
            leaves out the URL, which may contain a password.
    """
    scheme, separator, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    match = ORIGIN_PATTERN.fullmatch(scheme.lower() + separator + normalize_host(host))
    if not match or "?" in path or "#" in path:
        raise ValueError(
            "must be a URL without user, query or fragment, such as https://subtext.example or "
            "https://example.org/subtext."
        )
    scheme, host = match.groups()
    return f"{scheme}://{host.removesuffix(DEFAULT_PORTS[scheme])}{_normalize_path(slash + path)}"


def _normalize_path(path: str) -> str:
    _, *segments = path.rstrip("/").split("/")
    return "".join(f"/{quote(_decode_segment(segment), safe='')}" for segment in segments)


def _decode_segment(segment: str) -> str:
    if SEGMENT_PATTERN.fullmatch(segment):
        decoded = unquote(segment, errors="replace")
        # A server decodes paths before it compares them, and browsers resolve dot segments.
        if (
            decoded.isprintable()
            and decoded not in (".", "..")
            and not {"/", "\N{REPLACEMENT CHARACTER}"} & {*decoded}
        ):
            return decoded
    raise ValueError(
        "has an invalid path. Between slashes, use letters, digits and the characters - . _ ~, and "
        "percent-encode all others. Empty segments, dot segments and encoded slashes are not allowed."
    )
