"""Cache entries: a response in each content coding (RFC 9110, section 8.4), with its entity tags.

A strong entity tag identifies bytes, so every coding has its own: the tag of the uncoded body with ``-br``
or ``-gzip`` at its end (RFC 9110, section 8.8.3.3).
"""

from __future__ import annotations

import datetime as dt
import gzip
import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple, overload

from werkzeug.datastructures import ResponseCacheControl
from werkzeug.http import (
    is_entity_header,
    parse_accept_header,
    parse_cache_control_header,
    parse_date,
    parse_etags,
)

#: Shorter bodies are not worth compressing.
MIN_COMPRESS_BYTES = 1_000
#: Compressible media types, without parameters.
TEXT_TYPES = ("text/", "application/json", "application/xml", "application/javascript", "image/svg+xml")
TEXT_SUFFIXES = ("+json", "+xml")
IDENTITY = ""
#: Longer ``Accept-Encoding`` headers are ignored, so that the memoized ones cannot fill the memory.
MAX_HEADER_CHARACTERS = 300


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, 6, mtime=0)


def _brotli(body: bytes) -> bytes:
    import brotli

    # Level 5 would save another 5 % and take twice the time.
    encoded: bytes = brotli.compress(body, quality=4)
    return encoded


def _unbrotli(body: bytes) -> bytes:
    import brotli

    decoded: bytes = brotli.decompress(body)
    return decoded


#: Encoders and decoders by the name of their coding; the better compression comes first.
ENCODERS: dict[str, Callable[[bytes], bytes]] = {"br": _brotli, "gzip": _gzip}
DECODERS: dict[str, Callable[[bytes], bytes]] = {"br": _unbrotli, "gzip": gzip.decompress}


def encode_body(coding: str, body: bytes) -> bytes:
    """Return the body in a content coding."""
    return ENCODERS[coding](body) if coding else body


def is_text(content_type: str) -> bool:
    """Whether bodies of this type compress well."""
    mimetype = content_type.partition(";")[0].strip().lower()
    return mimetype.startswith(TEXT_TYPES) or mimetype.endswith(TEXT_SUFFIXES)


def preferred_coding(accept_encoding: str | None) -> str:
    """Return the client's preferred coding, or ``IDENTITY``. With equal weights, the better one wins.

    A client that accepts no coding, not even identity, gets identity.
    """
    header = accept_encoding or ""
    return _preferred_coding(header) if len(header) <= MAX_HEADER_CHARACTERS else IDENTITY


@lru_cache(maxsize=256)
def _preferred_coding(accept_encoding: str) -> str:
    weights = _weights(accept_encoding)
    best = max(ENCODERS, key=lambda coding: weights[coding])
    return best if weights[best] > 0 and weights[best] >= weights[IDENTITY] else IDENTITY


def _weights(accept_encoding: str) -> dict[str, float]:
    """Return the weight of each coding; 0 if the client does not name it."""
    accepted = {name.lower(): weight for name, weight in reversed(list(parse_accept_header(accept_encoding)))}
    wildcard = accepted.get("*", 0.0)
    weights = {coding: accepted.get(coding, accepted.get(f"x-{coding}", wildcard)) for coding in ENCODERS}
    # Identity is acceptable unless excluded, but preferred only if it is named.
    return weights | {IDENTITY: accepted.get("identity", 0.0)}


Headers = list[tuple[str, str]]
#: Approximate memory of the headers of a variant.
HEADER_OVERHEAD_BYTES = 2_000
CODING_SUFFIX = re.compile(rf'-(?:{"|".join(ENCODERS)})"')


class Variant(NamedTuple):
    """A response in one content coding, and the headers of its 304 response."""

    headers: Headers
    body: bytes
    etag: str | None
    not_modified_headers: Headers

    def not_modified_headers_for(self, etag: str) -> Headers:
        """Return the headers of the 304 response for this ETag, which may be that of another variant."""
        if etag == self.etag:
            return self.not_modified_headers
        return [
            (name, etag if name.lower() == "etag" else value) for name, value in self.not_modified_headers
        ]


class CacheEntry:
    """A response with status 200, in all content codings that were requested so far.

    The uncoded body takes several times the memory of a coded one. The first coded body replaces it; if it is
    requested afterwards, it is decoded again and kept.
    """

    __slots__ = (
        "_body_bytes",
        "_headers",
        "_is_coded",
        "_variants",
        "accounted_bytes",
        "etag",
        "expires_at",
        "has_new_variant",
        "route",
    )

    def __init__(self, headers: Headers, body: bytes, expires_at: float | None = None) -> None:
        """Create an entry from the application's response; it is valid until ``expires_at`` (POSIX time)."""
        headers_by_name = {name.lower(): value for name, value in headers}
        is_encodable = (
            is_text(headers_by_name.get("content-type", "")) and "content-encoding" not in headers_by_name
        )
        self._headers = add_vary(headers) if is_encodable else headers
        self._is_coded = is_encodable and len(body) >= MIN_COMPRESS_BYTES
        self._body_bytes = len(body)
        self._variants = {IDENTITY: _variant(self._headers, body, IDENTITY)}
        self.etag = headers_by_name.get("etag")
        self.expires_at = expires_at
        #: The route of the request, for metrics and the access log.
        self.route = ""
        #: The bytes that a store has counted for this entry; 0 if it is in no store.
        self.accounted_bytes = 0
        #: Whether a variant was added since the store counted the bytes.
        self.has_new_variant = False

    @overload
    def select_variant(self, accept_encoding: str | None) -> Variant: ...

    @overload
    def select_variant(self, accept_encoding: str | None, max_bytes: int | None) -> Variant | None: ...

    def select_variant(self, accept_encoding: str | None, max_bytes: int | None = None) -> Variant | None:
        """Return the response in the client's preferred content coding.

        It is None if more than ``max_bytes`` would have to be encoded first.
        """
        coding = preferred_coding(accept_encoding) if self._is_coded else IDENTITY
        variant = self._variants.get(coding)
        if variant is None:
            if max_bytes is not None and self._body_bytes > max_bytes:
                return None
            variant = self._add_variant(coding)
            self.has_new_variant = True
        return variant

    def _add_variant(self, coding: str) -> Variant:
        # Several threads may do this at once, so the dictionary is replaced instead of changed.
        variants = self._variants
        others = {} if variants.keys() == {IDENTITY} else variants
        added = _variant(self._headers, encode_body(coding, _uncoded_body(variants)), coding)
        self._variants = {**others, coding: added}
        return added

    def matching_etag(self, if_none_match: str, accept_encoding: str | None) -> str | None:
        """Return the client's ETag of this response; None if its copies are of other responses.

        The copy may have any coding: proxies compress and decompress on the way, and send back the ETag that
        they stored. ETags are compared weakly (RFC 9110, section 13.1.2).
        """
        current = self.select_variant(accept_encoding).etag
        if self.etag is None or if_none_match == current:
            return current
        etags = parse_etags(if_none_match)
        if etags.star_tag:
            return current
        candidates = [add_coding_suffix(self.etag, coding) for coding in (IDENTITY, *ENCODERS)]
        return next((etag for etag in candidates if etags.contains_weak(etag.strip('"'))), None)

    def equivalent_to(self, other: CacheEntry) -> bool:
        """Whether both are the same response: their headers, with the ETag, and their expiry are equal."""
        return self._headers == other._headers and self.expires_at == other.expires_at

    def satisfies_if_match(self, if_match: str) -> bool:
        """Whether the client's ``If-Match`` header holds (RFC 9110, section 13.1.1).

        In an ETag with a dot, only the revision before the dot has to match.
        """
        etags = parse_etags(CODING_SUFFIX.sub('"', if_match))
        own = (self.etag or "").strip('"')
        revision, dot, _ = own.partition(".")
        return etags.star_tag or any(
            tag == own or (dot and tag.partition(".")[0] == revision) for tag in etags.as_set()
        )

    def is_unmodified_since(self, date: str) -> bool:
        """Whether the response has not changed since this HTTP date; False if either time is unknown."""
        since, last_modified = parse_date(date), self._last_modified
        return since is not None and last_modified is not None and last_modified <= since

    def is_modified_since(self, date: str) -> bool:
        """Whether the response has changed since this HTTP date; False if either time is unknown."""
        since, last_modified = parse_date(date), self._last_modified
        return since is not None and last_modified is not None and last_modified > since

    @property
    def _last_modified(self) -> dt.datetime | None:
        values = (value for name, value in self._headers if name.lower() == "last-modified")
        return parse_date(next(values, None))

    def without_cache_control(self) -> CacheEntry:
        """Return an entry with the same response, whose ``Cache-Control`` is added to each request's."""
        headers = [(name, value) for name, value in self._headers if name.lower() != "cache-control"]
        return CacheEntry(headers, _uncoded_body(self._variants))

    @property
    def max_age_on_error(self) -> int:
        """The age in seconds up to which it may replace an error (RFC 5861, section 4)."""
        header = next((value for name, value in self._headers if name.lower() == "cache-control"), None)
        directives = parse_cache_control_header(header, cls=ResponseCacheControl)
        if directives.must_revalidate:
            return 0
        lifetime = directives.s_maxage or directives.max_age or 0
        return lifetime + (directives.stale_if_error or 0)

    @property
    def size(self) -> int:
        """The approximate memory of all variants, in bytes."""
        return sum(len(variant.body) + HEADER_OVERHEAD_BYTES for variant in self._variants.values())


def _uncoded_body(variants: dict[str, Variant]) -> bytes:
    if IDENTITY in variants:
        return variants[IDENTITY].body
    coding, variant = next(iter(variants.items()))
    return DECODERS[coding](variant.body)


def _variant(headers: Headers, body: bytes, coding: str) -> Variant:
    etag = next((value for name, value in headers if name.lower() == "etag"), None)
    etag = add_coding_suffix(etag, coding) if etag else None
    replaced = {"etag": etag or "", "content-length": str(len(body))}
    variant_headers = [(name, replaced.get(name.lower(), value)) for name, value in headers]
    if coding:
        variant_headers.append(("Content-Encoding", coding))
    not_modified = [(name, value) for name, value in variant_headers if not is_entity_header(name)]
    return Variant(variant_headers, body, etag, not_modified)


def add_coding_suffix(etag: str, coding: str) -> str:
    """Return the ETag of the variant in ``coding``."""
    return f'{etag[:-1]}-{coding}"' if coding else etag


def add_vary(headers: Headers) -> Headers:
    """Return the headers with ``Accept-Encoding`` in ``Vary``."""
    vary = ", ".join(value for name, value in headers if name.lower() == "vary")
    if "accept-encoding" in vary.lower():
        return headers
    others = [(name, value) for name, value in headers if name.lower() != "vary"]
    return [*others, ("Vary", f"{vary}, Accept-Encoding" if vary else "Accept-Encoding")]
