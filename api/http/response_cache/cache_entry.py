"""A cached response with its variants: the body and headers in each content coding.

A strong ETag identifies bytes, so each coding needs its own: the suffix ``-br`` or ``-gzip`` is added
(RFC 9110, section 8.8.3.3).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from werkzeug.http import is_entity_header, parse_etags

from api.http.response_cache.content_coding import (
    ENCODERS,
    IDENTITY,
    MIN_COMPRESS_BYTES,
    accepted_codings,
    encode_body,
    is_text,
    preferred_coding,
)

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
    """A response with status 200, in all content codings that were requested so far."""

    __slots__ = (
        "_headers",
        "_is_coded",
        "_variants",
        "accounted_bytes",
        "etag",
        "expires_at",
        "has_new_variant",
    )

    def __init__(self, headers: Headers, body: bytes, expires_at: float | None = None) -> None:
        """Create an entry from the application's response; it is valid until ``expires_at`` (POSIX time)."""
        headers_by_name = {name.lower(): value for name, value in headers}
        is_encodable = (
            is_text(headers_by_name.get("content-type", "")) and "content-encoding" not in headers_by_name
        )
        self._headers = add_vary(headers) if is_encodable else headers
        self._is_coded = is_encodable and len(body) >= MIN_COMPRESS_BYTES
        self._variants = {IDENTITY: _variant(self._headers, body, IDENTITY)}
        self.etag = headers_by_name.get("etag")
        self.expires_at = expires_at
        #: The bytes that a store has counted for this entry; 0 if it is in no store.
        self.accounted_bytes = 0
        #: Whether a variant was added since the store counted the bytes.
        self.has_new_variant = False

    def select_variant(self, accept_encoding: str | None) -> Variant:
        """Return the response in the client's preferred content coding."""
        coding = preferred_coding(accept_encoding) if self._is_coded else IDENTITY
        variant = self._variants.get(coding)
        if variant is None:
            body = encode_body(coding, self._variants[IDENTITY].body)
            variant = self._variants[coding] = _variant(self._headers, body, coding)
            self.has_new_variant = True
        return variant

    def matching_etag(self, if_none_match: str, accept_encoding: str | None) -> str | None:
        """Return the client's ETag of this response; None if its copies are of other responses.

        The copy may have any coding that the client accepts. ETags are compared weakly (RFC 9110, section
        13.1.2).
        """
        current = self.select_variant(accept_encoding).etag
        if self.etag is None or if_none_match == current:
            return current
        etags = parse_etags(if_none_match)
        if etags.star_tag:
            return current
        codings = accepted_codings(accept_encoding) if self._is_coded else {IDENTITY}
        candidates = [
            add_coding_suffix(self.etag, coding) for coding in (IDENTITY, *ENCODERS) if coding in codings
        ]
        return next((etag for etag in candidates if etags.contains_weak(etag.strip('"'))), None)

    def equivalent_to(self, other: CacheEntry) -> bool:
        """Whether both are the same response: their headers, with the ETag, and their expiry are equal."""
        return self._headers == other._headers and self.expires_at == other.expires_at

    @property
    def size(self) -> int:
        """The approximate memory of all variants, in bytes."""
        return sum(len(variant.body) + HEADER_OVERHEAD_BYTES for variant in self._variants.values())


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


def strip_coding_suffixes(etags: str) -> str:
    """Return the ETags of the application's own responses, which have no content coding."""
    return CODING_SUFFIX.sub('"', etags)


def add_vary(headers: Headers) -> Headers:
    """Return the headers with ``Accept-Encoding`` in ``Vary``."""
    vary = ", ".join(value for name, value in headers if name.lower() == "vary")
    if "accept-encoding" in vary.lower():
        return headers
    others = [(name, value) for name, value in headers if name.lower() != "vary"]
    return [*others, ("Vary", f"{vary}, Accept-Encoding" if vary else "Accept-Encoding")]
