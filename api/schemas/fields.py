"""Marshmallow fields that take exactly what they document, and say what they would have taken."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from marshmallow import ValidationError, fields, validate

from api.core.resource_registry import require_type
from models.types import SLUG_LENGTH

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
TIMECODE = re.compile(r"[0-9]{2}:[0-5][0-9]:[0-5][0-9]")
DIGITS_PATTERN = re.compile(r"[0-9]{1,12}")
#: The most values one filter takes.
MAX_FILTER_VALUES = 50
# NUL cannot be stored in PostgreSQL, a lone surrogate nowhere; other control characters are noise.
UNSTORABLE_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the sentence that suggests the known word nearest to ``word``, or nothing."""
    close = difflib.get_close_matches(word, sorted(known), n=1)
    return f" Did you mean “{close[0]}”?" if close else ""


class RegexpRule(validate.Validator):
    """Accept only what matches a pattern as a whole (a ``$`` would let a final newline pass)."""

    def __init__(self, pattern: re.Pattern[str], message: str) -> None:
        """Take the pattern, and what to say to what does not match it."""
        self.pattern, self.message = pattern, message

    def __call__(self, value: str) -> str:
        """Return ``value``, or raise ``ValidationError``."""
        if not self.pattern.fullmatch(value):
            raise ValidationError(self.message.format(input=_truncate(value)))
        return value


def _truncate(value: str, most: int = 60) -> str:
    text = value.encode("utf-8", "replace").decode()
    return text if len(text) <= most else text[:most] + "…"


class Text(fields.String):
    """Text that both databases can store, never empty, without blanks around it."""

    def __init__(self, most: int, *, pattern: RegexpRule | None = None, **options: Any) -> None:
        """Take the most characters it may have, and the pattern it must match as a whole."""
        rules: list[Any] = [validate.Length(min=1, max=most)] + ([pattern] if pattern else [])
        super().__init__(validate=rules, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if UNSTORABLE_CHARACTERS.search(text):
            raise ValidationError("Control characters and lone surrogates cannot be stored.")
        if text != text.strip():
            raise ValidationError("White space around a text is not allowed.")
        return text


class Slug(fields.String):
    """An id: lower-case letters and digits, in words joined by single hyphens."""

    def __init__(self, **options: Any) -> None:
        """Take the options of ``String``."""
        metadata = {"pattern": f"^{SLUG.pattern}$"} | dict(options.pop("metadata", {}))
        rules = [
            validate.Length(max=SLUG_LENGTH, error="An id has at most {max} characters."),
            RegexpRule(SLUG, "“{input}” is not an id; ids match [a-z0-9]+(-[a-z0-9]+)*."),
        ]
        super().__init__(validate=rules, metadata=metadata, **options)


class Reference(Slug):
    """The id of a resource of one type; a resolver turns it into the resource."""

    def __init__(self, type_name: str, **options: Any) -> None:
        """Take the name of the type that it refers to."""
        super().__init__(**options)
        self.type_name = require_type(type_name)


class Choice(fields.Enum[Any]):
    """One value of an enumeration, by its value."""

    enum: type[StrEnum]

    def __init__(self, enumeration: type[StrEnum], **options: Any) -> None:
        """Take the enumeration."""
        super().__init__(enumeration, by_value=fields.String, **options)

    @property
    def allowed(self) -> list[str]:
        """The values it takes."""
        return [member.value for member in self.enum]

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if value not in self.allowed:
            shown = _truncate(str(value))
            raise ValidationError(
                f"“{shown}” is not one of the values allowed.{did_you_mean(shown, self.allowed)}"
            )
        return self.enum(value)


class StrictInteger(fields.Integer):
    """A whole number in a query string: ASCII digits only."""

    def __init__(self, least: int = 0, most: int = 999_999_999, **options: Any) -> None:
        """Take the bounds, both of them allowed."""
        super().__init__(validate=validate.Range(least, most), **options)
        self.least, self.most = least, most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        fits = isinstance(value, str) and DIGITS_PATTERN.fullmatch(value)
        if not fits or not self.least <= int(value) <= self.most:
            raise ValidationError(f"It takes a whole number from {self.least} to {self.most}, in digits 0–9.")
        return int(value)


class WholeNumber(fields.Integer):
    """A whole number in a JSON or YAML body: an integer or an integral float, never text or a boolean."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        if not whole or isinstance(value, bool):
            raise ValidationError("A whole number is needed.")
        return int(value)


class StrictBoolean(fields.Boolean):
    """``true`` or ``false`` in a query string, and nothing else."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if value not in ("true", "false"):
            raise ValidationError("It takes “true” or “false”.")
        return bool(value == "true")


class Enumerated(fields.String):
    """One of the names of something: of a sort key, of a field, of what can be included.

    In the OpenAPI document the names are one component, ``enumeration``, ``described`` in a sentence.
    """

    def __init__(
        self, what: str, allowed: list[str], *, enumeration: str, described: str, **options: Any
    ) -> None:
        """Take what is named, for the error, and the names that are known."""
        super().__init__(validate=validate.OneOf(allowed), **options)
        self.what, self.allowed = what, allowed
        self.enumeration, self.described = enumeration, described

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text not in self.allowed:
            raise ValidationError(
                f"Unknown {self.what} “{_truncate(text)}”.{did_you_mean(text, self.allowed)}"
            )
        return text


def count_relation_field(description: str, **options: Any) -> Enumerated:
    """Return the field that says whether a count is ``exact`` or a lower bound, ``at-least``."""
    return Enumerated(
        "relation",
        ["exact", "at-least"],
        enumeration="CountRelation",
        described="Whether a count is exact or a lower bound.",
        metadata={"description": description},
        **options,
    )


class CommaSeparated(fields.List[Any]):
    """Several values, by comma or by repetition."""

    def __init__(self, inner: fields.Field[Any], *, most: int = MAX_FILTER_VALUES, **options: Any) -> None:
        """Take the field of one value, and the most values that are taken."""
        super().__init__(inner, validate=validate.Length(min=1, max=most), **options)
        self.most = most

    @property
    def allowed(self) -> list[str] | None:
        """The values it takes, where they can be listed."""
        return getattr(self.inner, "allowed", None)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        given = value if isinstance(value, list) else [value]
        parts = [part for text in given for part in str(text).split(",")]
        if "" in parts:
            raise ValidationError("A value is empty; separate values by single commas.")
        if len(parts) > self.most:
            raise ValidationError(f"At most {self.most} values are taken.")
        return [self.inner.deserialize(part) for part in dict.fromkeys(parts)]


class UTCDateTime(fields.AwareDateTime):
    """An aware time as ``2026-11-23T00:00:00Z``, to the second."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        if value is None:
            return None
        # Not strftime: it writes year 1 as "1".
        return f"{value.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


class ConstantField(fields.Constant[Any]):
    """Always this text or number (``type`` and its like)."""

    def __init__(self, constant: str | int, description: str) -> None:
        """Take it, and what it means."""
        super().__init__(constant, metadata={"description": description})


class NullableConstant(fields.Constant[Any]):
    """This text, or null, for now; the document promises only that it is one of the two."""

    def __init__(self, constant: str | None, description: str, **metadata: str) -> None:
        """Take the text, and what it means."""
        super().__init__(constant, metadata={"description": description, **metadata})


class JSONObject(fields.Dict):
    """A JSON object of texts by key, kept as JSON."""

    def __init__(self, keys: Mapping[str, str], **options: Any) -> None:
        """Take the keys, each with what stands under it; all must be there."""
        super().__init__(keys=fields.String(), values=Text(120), **options)
        self.described_keys = keys

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        loaded = super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]
        if set(loaded) != set(self.described_keys):
            raise ValidationError(f"It has exactly the keys {', '.join(self.described_keys)}.")
        return {key: loaded[key] for key in self.described_keys}
