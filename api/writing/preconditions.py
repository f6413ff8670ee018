"""Preconditions of writes (RFC 9110, section 13): optimistic locking with ETags.

The ETag of an item begins with the validator of its revision (ADR 0035), then a hash of the representation.
Only the validator is compared: an item has one ETag for each choice of ``fields``, ``include``, format and
content coding, and the hash also changes when a label of what it refers to does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask import request

from api.http.errors import ProblemException

MAX_HEADER_LENGTH, MAX_TAGS = 4_096, 50
#: An entity tag (RFC 9110, section 8.8.3).
ENTITY_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
TAG_LIST = re.compile(rf"[ \t]*(?:{ENTITY_TAG})(?:[ \t]*,[ \t]*(?:{ENTITY_TAG}))*[ \t]*")
#: A validator and the hash of a body, perhaps with the suffix of a content coding.
ITEM_TAG = re.compile(r'"([1-9][0-9]{0,8}(?:\.[0-9a-f]{6})?)\.[0-9a-f]{32}(?:-[a-z]+)?"')
ANY = "*"


@dataclass(frozen=True)
class Tags:
    """The value of ``If-Match`` or ``If-None-Match``: ``*``, or entity tags in quotation marks."""

    tags: tuple[str, ...] | None

    @property
    def is_any(self) -> bool:
        """Whether it is ``*``."""
        return self.tags is None

    def match(self, validator: str) -> bool:
        """Whether a tag is one of the item's at the revision with this validator; weak tags never are."""
        if self.tags is None:
            return True
        return any((found := ITEM_TAG.fullmatch(tag)) and found[1] == validator for tag in self.tags)

    @property
    def are_all_weak(self) -> bool:
        """Whether no tag is strong, as behind a proxy that compresses and weakens them."""
        return bool(self.tags) and all(tag.startswith("W/") for tag in self.tags or ())


@dataclass(frozen=True)
class Preconditions:
    """What must be true of an item before it is changed; ``if_match`` is evaluated first."""

    if_match: Tags | None = None
    if_none_match: Tags | None = None

    @property
    def may_create(self) -> bool:
        """Whether they allow an item that does not exist: If-Match never does."""
        return self.if_match is None and self.if_none_match is not None

    @classmethod
    def from_request(cls) -> Preconditions:
        """Return the preconditions of the current request.

        Raises:
            ProblemException: 400, if a header is malformed.
        """
        return cls(_tags("If-Match"), _tags("If-None-Match"))

    def require_any(self, *, may_create: bool = False) -> None:
        """Check that there is one: a change of an item names the state that it changes.

        Raises:
            ProblemException: 428. It has no ETag, which would invite to repeat the request unseen.
        """
        if self.if_match or (may_create and self.if_none_match):
            return
        detail = "Read the item first, and send the ETag of that response in If-Match."
        if may_create:
            detail += " To create an item, send If-None-Match: * instead."
        raise ProblemException("precondition-required", detail)


def _tags(header: str) -> Tags | None:
    value = request.headers.get(header)
    if value is None:
        return None
    return parse_tags(value, header)


def parse_tags(value: str, header: str = "If-Match") -> Tags:
    """Return the tags in the value of a header, or in a ``if_match`` of a bulk line.

    Raises:
        ProblemException: 400, if it is malformed or too long.
    """
    if value.strip() == ANY:
        return Tags(None)
    # The length first: the pattern is only run on what is short.
    if len(value) > MAX_HEADER_LENGTH or not TAG_LIST.fullmatch(value):
        detail = f"{header} must be * or one or more ETags in quotation marks, separated by commas."
        raise _malformed(header, f"{detail} At most {MAX_HEADER_LENGTH} characters.")
    tags: Sequence[str] = re.findall(ENTITY_TAG, value)
    if len(tags) > MAX_TAGS:
        raise _malformed(header, f"{header} must have at most {MAX_TAGS} ETags.")
    return Tags(tuple(tags))


def _malformed(header: str, detail: str) -> ProblemException:
    error = {"location": "headers", "pointer": header, "detail": detail}
    return ProblemException("bad-request", detail, [error])
