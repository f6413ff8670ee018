"""Content codings: which one suits a client, and bodies in it (RFC 9110, sections 8.4 and 12.5.3)."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from functools import lru_cache

from werkzeug.http import parse_accept_header

#: What costs no more to send than its coding would cost to make and to read.
MIN_COMPRESS_BYTES = 1_000
#: Types that are text, whatever follows a semicolon.
TEXT_TYPES = ("text/", "application/json", "application/xml", "application/javascript", "image/svg+xml")
TEXT_SUFFIXES = ("+json", "+xml")
IDENTITY = ""
#: Of an ``Accept-Encoding`` that is longer nothing is read: what is kept of them must not fill memory.
MAX_HEADER_CHARACTERS = 300


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, 6, mtime=0)


def _brotli(body: bytes) -> bytes:
    import brotli

    # Level 5 takes off another twentieth, and twice the time.
    made: bytes = brotli.compress(body, quality=4)
    return made


#: Codings by name, the better first.
ENCODERS: dict[str, Callable[[bytes], bytes]] = {"br": _brotli, "gzip": _gzip}


def encode_body(coding: str, body: bytes) -> bytes:
    """Return the body in a coding."""
    return ENCODERS[coding](body) if coding else body


def is_text(content_type: str) -> bool:
    """Whether bodies of a type get much shorter."""
    mimetype = content_type.partition(";")[0].strip().lower()
    return mimetype.startswith(TEXT_TYPES) or mimetype.endswith(TEXT_SUFFIXES)


def preferred_coding(accept_encoding: str | None) -> str:
    """Return the coding that a client likes best, of those alike the better; ``""`` for none.

    A client that refuses every coding that there is, none included, is sent none.
    """
    return _preferred_coding(_bounded(accept_encoding))


@lru_cache(maxsize=256)
def _preferred_coding(accept_encoding: str) -> str:
    weights = _weights(accept_encoding)
    best = max(ENCODERS, key=lambda coding: weights[coding])
    return best if weights[best] > 0 and weights[best] >= weights[IDENTITY] else IDENTITY


def accepted_codings(accept_encoding: str | None) -> set[str]:
    """Return every coding that a client takes."""
    weights = _weights(_bounded(accept_encoding))
    return {IDENTITY} | {coding for coding, weight in weights.items() if weight}


def _bounded(accept_encoding: str | None) -> str:
    given = accept_encoding or ""
    return given if len(given) <= MAX_HEADER_CHARACTERS else ""


def _weights(accept_encoding: str) -> dict[str, float]:
    given = {name.lower(): weight for name, weight in reversed(list(parse_accept_header(accept_encoding)))}
    anything = given.get("*", 0.0)
    weights = {coding: given.get(coding, given.get(f"x-{coding}", anything)) for coding in ENCODERS}
    # What is not named is taken, but nobody asked for it.
    return weights | {IDENTITY: given.get("identity", 0.0)}
