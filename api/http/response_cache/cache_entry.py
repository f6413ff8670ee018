"""Answers as they are sent: one body in each content coding, with the headers that go with it.

A strong ETag names bytes, so that each coding has its own: the one without, and ``-br`` or ``-gzip`` at its
end (RFC 9110, section 8.8.3.3).
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
#: Roughly what Python needs for an answer's headers, beside its body, in each of its codings.
HEADER_OVERHEAD_BYTES = 2_000
CODING_SUFFIX = re.compile(rf'-(?:{"|".join(ENCODERS)})"')


class Variant(NamedTuple):
    """An answer in one coding; ``unmodified`` are the headers of a 304 that stands for it."""

    headers: Headers
    body: bytes
    etag: str | None
    not_modified_headers: Headers

    def not_modified_headers_for(self, etag: str) -> Headers:
        """Return the headers of a 304 to a client that has the answer by this tag, in whichever coding."""
        if etag == self.etag:
            return self.not_modified_headers
        return [
            (name, etag if name.lower() == "etag" else value) for name, value in self.not_modified_headers
        ]


class CacheEntry:
    """An answer of status 200, in as many codings as were asked for."""

    __slots__ = (
        "_headers",
        "_is_coded",
        "_variants",
        "accounted_bytes",
        "etag",
        "expires_at",
        "has_new_variant",
    )

    def __init__(self, headers: Headers, body: bytes, until: float | None = None) -> None:
        """Take what the application answered; it may be another answer from ``until`` on (POSIX time)."""
        named = {name.lower(): value for name, value in headers}
        is_text_ = is_text(named.get("content-type", "")) and "content-encoding" not in named
        self._headers = add_vary(headers) if is_text_ else headers
        self._is_coded = is_text_ and len(body) >= MIN_COMPRESS_BYTES
        self._variants = {IDENTITY: _variant(self._headers, body, IDENTITY)}
        self.etag = named.get("etag")
        self.expires_at = until
        #: How many bytes a store counts for it; 0 while none keeps it.
        self.accounted_bytes = 0
        #: Whether it was encoded since it was counted.
        self.has_new_variant = False

    def select_variant(self, accept_encoding: str | None) -> Variant:
        """Return the answer in the coding that suits a client."""
        coding = preferred_coding(accept_encoding) if self._is_coded else IDENTITY
        found = self._variants.get(coding)
        if found is None:
            body = encode_body(coding, self._variants[IDENTITY].body)
            found = self._variants[coding] = _variant(self._headers, body, coding)
            self.has_new_variant = True
        return found

    def matching_etag(self, if_none_match: str, accept_encoding: str | None) -> str | None:
        """Return the tag by which a client knows this answer, None if it does not.

        It may have it in any coding that it takes; tags are compared weakly (RFC 9110, section 13.1.2).
        """
        own = self.select_variant(accept_encoding).etag
        if self.etag is None or if_none_match == own:
            return own
        known = parse_etags(if_none_match)
        if known.star_tag:
            return own
        codings = accepted_codings(accept_encoding) if self._is_coded else {IDENTITY}
        tags = [add_coding_suffix(self.etag, coding) for coding in (IDENTITY, *ENCODERS) if coding in codings]
        return next((tag for tag in tags if known.contains_weak(tag.strip('"'))), None)

    def equivalent_to(self, other: CacheEntry) -> bool:
        """Whether another answer is this one again."""
        return self._headers == other._headers and self.expires_at == other.expires_at

    @property
    def size(self) -> int:
        """How many bytes of memory it takes, roughly."""
        return sum(len(variant.body) + HEADER_OVERHEAD_BYTES for variant in self._variants.values())


def _variant(headers: Headers, body: bytes, coding: str) -> Variant:
    etag = next((value for name, value in headers if name.lower() == "etag"), None)
    etag = add_coding_suffix(etag, coding) if etag else None
    own = {"etag": etag or "", "content-length": str(len(body))}
    sent = [(name, own.get(name.lower(), value)) for name, value in headers]
    if coding:
        sent.append(("Content-Encoding", coding))
    unmodified = [(name, value) for name, value in sent if not is_entity_header(name)]
    return Variant(sent, body, etag, unmodified)


def add_coding_suffix(etag: str, coding: str) -> str:
    """Return the tag of an answer in a coding."""
    return f'{etag[:-1]}-{coding}"' if coding else etag


def strip_coding_suffixes(etags: str) -> str:
    """Return tags as the application knows them, which encodes nothing."""
    return CODING_SUFFIX.sub('"', etags)


def add_vary(headers: Headers) -> Headers:
    """Return headers that say that the coding is chosen by ``Accept-Encoding``."""
    said = ", ".join(value for name, value in headers if name.lower() == "vary")
    if "accept-encoding" in said.lower():
        return headers
    others = [(name, value) for name, value in headers if name.lower() != "vary"]
    return [*others, ("Vary", f"{said}, Accept-Encoding" if said else "Accept-Encoding")]
