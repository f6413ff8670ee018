"""Strict marshmallow fields: they accept exactly what they document, and their errors say what that is."""

from __future__ import annotations

import datetime as dt
import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, validate

from api.core.resource_registry import require_type
from models.types import SLUG_LENGTH

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
#: Path segments of routes, which cannot be ids.
RESERVED_SLUGS = frozenset(
    {"random", "daily", "search", "latest", "facets", "export", "changes", "coverage", "after", "index"}
)
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
TIMECODE = re.compile(r"[0-9]{2}:[0-5][0-9]:[0-5][0-9]")
DIGITS_PATTERN = re.compile(r"[0-9]{1,12}")
#: The maximum number of values of one filter.
MAX_FILTER_VALUES = 50
# PostgreSQL cannot store NUL, and neither database a lone surrogate. Other control characters are noise.
UNSTORABLE_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")

#: Those, and more that no text of an editor may have, as nobody sees them or programs take them for line
#: breaks: C1 controls, line separators, byte order marks, and what stands for a lost character. Packs refuse
#: them in any line.
UNWRITABLE_CHARACTERS = re.compile(
    rf"{UNSTORABLE_CHARACTERS.pattern}|[\x80-\x9f\u2028\u2029\ufeff\ufffd-\uffff]"
)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a sentence that suggests the known word closest to ``word``, or an empty string."""
    matches = difflib.get_close_matches(word, sorted(known), n=1)
    return f" Did you mean “{matches[0]}”?" if matches else ""


def slugify(text: str) -> str:
    """Return a text in the form of an id, ``Her (2013)`` as ``her-2013``; empty without Latin letters."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-")


class RegexpRule(validate.Validator):
    """Accept only values that match a pattern completely (``$`` would allow a trailing newline)."""

    def __init__(self, pattern: re.Pattern[str], message: str) -> None:
        """Set the pattern and the error message, in which ``{input}`` stands for the value."""
        self.pattern, self.message = pattern, message

    def __call__(self, value: str) -> str:
        """Return ``value``.

        Raises:
            ValidationError: the value does not match.
        """
        if not self.pattern.fullmatch(value):
            raise ValidationError(self.message.format(input=_truncate(value)))
        return value


#: No line breaks, those of Unicode included, and no other control characters.
ONE_LINE = RegexpRule(
    re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]*"),
    "Must be on one line, without line breaks, tabs and other control characters.",
)


def _truncate(value: str, max_length: int = 60) -> str:
    text = value.encode("utf-8", "replace").decode()
    return text if len(text) <= max_length else text[:max_length] + "…"


class Text(fields.String):
    """Non-empty text that both databases can store, without leading or trailing white space.

    It may have line breaks; a text that may not is a :class:`Line`.
    """

    #: What it may not have although it can be stored.
    unwritable: ClassVar = UNWRITABLE_CHARACTERS

    def __init__(self, max_length: int, *, pattern: RegexpRule | None = None, **options: Any) -> None:
        """Set the maximum number of characters, and the pattern that the text must match."""
        rules: list[Any] = [validate.Length(min=1, max=max_length)] + ([pattern] if pattern else [])
        super().__init__(validate=rules, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if UNSTORABLE_CHARACTERS.search(text):
            raise ValidationError("Must not contain control characters or lone surrogates.")
        if found := self.unwritable.search(text):
            raise ValidationError(f"Must not contain U+{ord(found[0]):04X}, which nobody sees.")
        if text != text.strip():
            raise ValidationError("Must not start or end with white space.")
        return text


class Line(Text):
    """Text on one line, such as a label: what a form can show in a field of one line without loss."""

    #: The pattern of lines tells the others.
    unwritable = re.compile(r"[\ufeff\ufffd-\uffff]")

    def __init__(self, max_length: int, *, pattern: RegexpRule = ONE_LINE, **options: Any) -> None:
        """Set the maximum number of characters, and the pattern, which must match no control character."""
        super().__init__(max_length, pattern=pattern, **options)


class Slug(fields.String):
    """An id: words of lower-case letters and digits, joined by single hyphens."""

    def __init__(self, **options: Any) -> None:
        """Pass the options to ``String``."""
        metadata = {"pattern": f"^{SLUG.pattern}$"} | dict(options.pop("metadata", {}))
        rules = [
            validate.Length(max=SLUG_LENGTH, error="Must be at most {max} characters long."),
            RegexpRule(SLUG, "Invalid id “{input}”. Ids match [a-z0-9]+(-[a-z0-9]+)*."),
        ]
        super().__init__(validate=rules, metadata=metadata, **options)


class Reference(Slug):
    """The id of a resource of one type: in packs, a resolver replaces it by the resource.

    An empty list says which ids of its filters do not exist (``api/query/notices.py``).
    """

    def __init__(self, type_name: str, **options: Any) -> None:
        """Set the resource type that the field refers to."""
        super().__init__(**options)
        self.type_name = require_type(type_name)


class Choice(fields.Enum[Any]):
    """A member of an enumeration, written as its value."""

    enum: type[StrEnum]

    def __init__(self, enumeration: type[StrEnum], **options: Any) -> None:
        """Set the enumeration."""
        super().__init__(enumeration, by_value=fields.String, **options)

    @property
    def allowed(self) -> list[str]:
        """The allowed values."""
        return [member.value for member in self.enum]

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if value not in self.allowed:
            displayed = _truncate(str(value))
            raise ValidationError(f"Unknown value “{displayed}”.{did_you_mean(displayed, self.allowed)}")
        return self.enum(value)


class StrictInteger(fields.Integer):
    """An integer in a query string, in ASCII digits only."""

    def __init__(self, minimum: int = 0, maximum: int = 999_999_999, **options: Any) -> None:
        """Set the bounds, both inclusive."""
        super().__init__(validate=validate.Range(minimum, maximum), **options)
        self.minimum, self.maximum = minimum, maximum

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        is_integer = isinstance(value, str) and DIGITS_PATTERN.fullmatch(value)
        if not is_integer or not self.minimum <= int(value) <= self.maximum:
            raise ValidationError(f"Must be an integer between {self.minimum} and {self.maximum}.")
        return int(value)


#: The largest integer that PostgreSQL's column type takes.
MAX_INTEGER = 2**31 - 1


class WholeNumber(fields.Integer):
    """An integer in a JSON or YAML body: an integer or an integral float, never text or a boolean."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        is_integer = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        if not is_integer or isinstance(value, bool):
            raise ValidationError("Must be an integer.")
        if abs(value) > MAX_INTEGER:
            raise ValidationError(f"Must be between -{MAX_INTEGER} and {MAX_INTEGER}.")
        return int(value)


class Flag(fields.Boolean):
    """True or false in a body, and no word or number that stands for it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class StrictBoolean(fields.Boolean):
    """``true`` or ``false`` in a query string; no other spelling is accepted."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if value not in ("true", "false"):
            raise ValidationError("Must be “true” or “false”.")
        return bool(value == "true")


class Enumerated(fields.String):
    """One of a fixed list of names, such as sort keys or fields.

    In the OpenAPI document, the names are a component of their own: ``enumeration`` with a ``description``.
    """

    def __init__(
        self, label: str, allowed: list[str], *, enumeration: str, description: str, **options: Any
    ) -> None:
        """Set the label of a name in errors (such as ``sort key``), and the allowed names."""
        super().__init__(validate=validate.OneOf(allowed), **options)
        self.label, self.allowed = label, allowed
        self.enumeration, self.description = enumeration, description

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text not in self.allowed:
            raise ValidationError(
                f"Unknown {self.label} “{_truncate(text)}”.{did_you_mean(text, self.allowed)}"
            )
        return text


def count_relation_field(description: str, **options: Any) -> Enumerated:
    """Return a field whose value is ``exact``, or ``at-least`` if a count is a lower bound."""
    return Enumerated(
        "relation",
        ["exact", "at-least"],
        enumeration="CountRelation",
        description="Whether a count is exact or a lower bound.",
        metadata={"description": description},
        **options,
    )


class CommaSeparated(fields.List[Any]):
    """Several values, separated by commas or given by repeating the parameter."""

    def __init__(
        self, inner: fields.Field[Any], *, max_values: int = MAX_FILTER_VALUES, **options: Any
    ) -> None:
        """Set the field of one value, and the maximum number of values."""
        super().__init__(inner, validate=validate.Length(min=1, max=max_values), **options)
        self.max_values = max_values

    @property
    def allowed(self) -> list[str] | None:
        """The allowed values, or None if they cannot be listed."""
        return getattr(self.inner, "allowed", None)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        values = value if isinstance(value, list) else [value]
        parts = [part for text in values for part in str(text).split(",")]
        if "" in parts:
            raise ValidationError("Must not contain an empty value. Separate values by single commas.")
        if len(parts) > self.max_values:
            raise ValidationError(f"Must have at most {self.max_values} values.")
        return [self._deserialize_part(part) for part in dict.fromkeys(parts)]

    def _deserialize_part(self, part: str) -> Any:
        try:
            return self.inner.deserialize(part)
        except ValidationError as error:
            if not isinstance(self.inner, Slug):
                raise
            raise ValidationError(f"{' '.join(map(str, error.messages))}{_hint_for_slug(part)}") from None


def _hint_for_slug(text: str) -> str:
    """Return sentences about the id or ids that were meant by an invalid one; empty if none were."""
    meant = slugify(text)
    hint = f" Did you mean “{meant}”?" if 0 < len(meant) <= SLUG_LENGTH else ""
    return f"{hint} Separate several values by commas." if " " in text.strip() else hint


class UTCDateTime(fields.AwareDateTime):
    """An aware date and time in UTC, to the second: ``2026-11-23T00:00:00Z``."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return format_time(value)


def format_time(value: dt.datetime | None) -> str | None:
    """Return an aware time in UTC, to the second: ``2026-11-23T00:00:00Z``; None for None."""
    if value is None:
        return None
    # strftime() would write the year 1 as "1".
    return f"{value.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


class ConstantField(fields.Constant[Any]):
    """A text or number that never changes, such as ``type``."""

    def __init__(self, constant: str | int, description: str) -> None:
        """Set the value and its description."""
        super().__init__(constant, metadata={"description": description})


class NullableConstant(fields.Constant[Any]):
    """A constant text or null. The document only promises a text, or a text or null, so it may change."""

    def __init__(self, constant: str | None, description: str, **metadata: str) -> None:
        """Set the value, its description and further metadata, such as ``format``."""
        super().__init__(constant, metadata={"description": description, **metadata})


class JSONObject(fields.Dict):
    """A JSON object with fixed keys and texts as values, stored as JSON."""

    def __init__(self, keys: Mapping[str, str], **options: Any) -> None:
        """Set the keys, all of them required, each with its description."""
        super().__init__(keys=fields.String(), values=Line(120), **options)
        self.key_descriptions = keys

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        loaded = super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]
        if set(loaded) != set(self.key_descriptions):
            raise ValidationError(f"Must have exactly these keys: {', '.join(self.key_descriptions)}.")
        return {key: loaded[key] for key in self.key_descriptions}


class JSONObjectEntries(fields.List[Any]):
    """The entries of a stored ``JSONObject`` with numbers as keys: a list of objects with number and text."""

    def __init__(self, entry: type[Schema], keys: Iterable[str], **options: Any) -> None:
        """Set the keys, and the schema of an entry: its two fields are the number and the text."""
        super().__init__(fields.Nested(entry), **options)
        self.keys, self.names = tuple(keys), tuple(entry._declared_fields)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> list[Any]:
        return [dict(zip(self.names, (int(key), value.get(key)), strict=True)) for key in self.keys]
