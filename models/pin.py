"""Pins: a revision named by its number and the beginning of its record's digest, such as ``3.ab12cd``.

Numbers belong to a database: one that is rebuilt from its packs, or restored from a backup, may give them to
other content. The digest follows from the content alone.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any, NamedTuple, Self

import orjson

#: The number of hexadecimal characters of a digest in a pin: enough for the revisions of one resource.
PIN_DIGEST_LENGTH = 6
#: The number of hexadecimal characters of a whole digest.
DIGEST_LENGTH = 64
PIN_PATTERN = re.compile(r"([1-9][0-9]{0,8})(?:\.([0-9a-f]{6,64}))?", re.ASCII)


class Pin(NamedTuple):
    """The number of a revision, and the beginning of its digest; None in a pin of a number alone."""

    number: int
    digest: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the pin that a text is; None if it is none."""
        match = PIN_PATTERN.fullmatch(text)
        return cls(int(match[1]), match[2]) if match else None

    def __str__(self) -> str:
        return str(self.number) if self.digest is None else f"{self.number}.{self.digest}"


def record_digest(record: dict[str, Any]) -> str:
    """Return the SHA-256 (hexadecimal) of a record in canonical JSON: without what is empty, keys sorted.

    Null, false, and empty texts, lists and mappings are left out, so that a key which a later version adds
    does not change the digests of records that have no value for it.
    """
    return hashlib.sha256(orjson.dumps(_without_empty(record), option=orjson.OPT_SORT_KEYS)).hexdigest()


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {name: _without_empty(each) for name, each in value.items()}
        return {name: each for name, each in kept.items() if each or type(each) is int}
    if isinstance(value, list):
        # An element keeps its place.
        return [_without_empty(each) for each in value]
    return value
