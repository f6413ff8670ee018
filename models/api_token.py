"""The text of an API key: ``subtext_<public id>_<secret>_<checksum>``.

The prefix lets secret scanners find keys that were published by mistake. The checksum (CRC-32) tells a typing
error from a key that does not exist, without the database. Digits and letters only (base62), so that a double
click selects a whole key.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
from typing import NamedTuple
from zlib import crc32

PREFIX = "subtext"
ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
#: Lengths in characters: 128 and 256 random bits, and 32 bits of checksum.
PUBLIC_ID_LENGTH, SECRET_LENGTH, CHECKSUM_LENGTH = 22, 43, 6
#: What secret scanners look for. The group is the part that may be shown.
PATTERN = (
    rf"({PREFIX}_[0-9A-Za-z]{{{PUBLIC_ID_LENGTH}}})"
    rf"_[0-9A-Za-z]{{{SECRET_LENGTH}}}_[0-9A-Za-z]{{{CHECKSUM_LENGTH}}}"
)
LENGTH = len(PREFIX) + PUBLIC_ID_LENGTH + SECRET_LENGTH + CHECKSUM_LENGTH + 3
_FORM = re.compile(PATTERN, re.ASCII)


class MalformedToken(ValueError):
    """A text that is no API key of this service; ``str()`` says why, without repeating the text."""


class ApiToken(NamedTuple):
    """The public id and the secret of an API key."""

    public_id: str
    secret: str

    @classmethod
    def generate(cls, public_id: str | None = None) -> ApiToken:
        """Return a random key, with this public id if it is given."""
        new_id = public_id or _encode(secrets.randbits(128), PUBLIC_ID_LENGTH)
        return cls(new_id, _encode(secrets.randbits(256), SECRET_LENGTH))

    @classmethod
    def parse(cls, text: str) -> ApiToken:
        """Return the parts of a key.

        Raises:
            MalformedToken: it is no key, or has a typing error.
        """
        # The length first: the header may have kilobytes.
        if len(text) != LENGTH or not _FORM.fullmatch(text):
            raise MalformedToken(
                f"This is not an API key of this service: a key begins with “{PREFIX}_” and has {LENGTH} "
                "characters."
            )
        _, public_id, secret, _ = text.split("_")
        token = cls(public_id, secret)
        if not hmac.compare_digest(str(token), text):
            raise MalformedToken("The API key has a typing error: its checksum is wrong. Copy the whole key.")
        return token

    def __str__(self) -> str:
        """Return the whole key, secret included."""
        body = f"{PREFIX}_{self.public_id}_{self.secret}"
        return f"{body}_{_encode(crc32(body.encode()), CHECKSUM_LENGTH)}"

    def __repr__(self) -> str:
        """Return the parts that may be in logs."""
        return f"ApiToken({self.public_id!r}, …)"

    @property
    def digest(self) -> str:
        """The SHA-256 of the secret: what is stored. 256 random bits need no slow hash."""
        return hashlib.sha256(self.secret.encode()).hexdigest()


def _encode(number: int, length: int) -> str:
    """Return a number in base62, with leading zeros."""
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))
