"""Fields that several create schemas share. Entries of packs are validated by create schemas."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, pre_load, validate, validates_schema

from api.schemas.fields import LANGUAGE, Choice, Line, Reference, RegexpRule, Text, WholeNumber
from api.schemas.shared_schemas import RequestSchema
from models import Status

#: The largest position: columns have 31 bits.
MAX_POSITION = 2**31 - 1


class CreateSchema(RequestSchema):
    """The fields of every create body: the label, which defaults to the name or title, and the status."""

    @staticmethod
    def label_from(entry: dict[str, Any]) -> str | None:
        """Return the default label of an entry, or None if it has none."""
        return entry.get("name") or entry.get("title")

    label = Line(120)
    status = Choice(Status, load_default=Status.PUBLISHED)

    @pre_load
    def set_default_label(self, entry: Any, **_: Any) -> Any:
        """Return the entry with its default label, unless it has a label."""
        if isinstance(entry, dict) and "label" not in entry:
            label = self.label_from(entry)
            return entry | {"label": label} if isinstance(label, str) and label else entry
        return entry

    @validates_schema
    def require_label(self, entry: dict[str, Any], **_: Any) -> None:
        """Require a label where no name or title can be one."""
        if "label" in self.fields and "label" not in entry:
            raise ValidationError("Missing: there is no name or title that could be the label.", "label")


class AdvisoryLinkCreateSchema(RequestSchema):
    """A link to an advisory, as written in a create body."""

    advisory = Reference("advisory", required=True)
    severity = WholeNumber(required=True, validate=validate.Range(1, 3))


def paragraph_numbers_field() -> fields.List[Any]:
    """Return the field for the numbers of paragraphs of a source: at least one."""
    return fields.List(
        WholeNumber(validate=validate.Range(1, 100_000)),
        required=True,
        validate=validate.Length(min=1, max=500),
    )


class CitationCreateSchema(RequestSchema):
    """A citation, as written in a create body: a source and the numbers of its paragraphs."""

    source = Reference("source", required=True)
    paragraphs = paragraph_numbers_field()


def themes_field() -> fields.List[Any]:
    """Return the field for a body's themes: at least one."""
    return fields.List(Reference("theme"), required=True, validate=validate.Length(min=1, max=20))


def advisories_field() -> fields.List[Any]:
    """Return the field for a body's advisories, empty by default."""
    return fields.List(
        fields.Nested(AdvisoryLinkCreateSchema), load_default=list, validate=validate.Length(max=20)
    )


def citations_field(max_citations: int = 50, *, is_required: bool = True) -> fields.List[Any]:
    """Return the field for a body's citations: at least one if they are required, else none by default."""
    options: dict[str, Any] = {"required": True} if is_required else {"load_default": list}
    length = validate.Length(min=1 if is_required else None, max=max_citations)
    return fields.List(fields.Nested(CitationCreateSchema), validate=length, **options)


def language_field(**options: Any) -> Line:
    """Return the field for a BCP 47 language tag."""
    return Line(
        35,
        pattern=RegexpRule(
            LANGUAGE, "“{input}” is not a BCP 47 language tag. Use a tag such as en or pt-BR."
        ),
        **options,
    )


def position_field() -> WholeNumber:
    """Return the field for the place of an entry among those of its film, which need not be written.

    Entries with the same position are sorted by id. Without it, a new entry is the last of its source.
    """
    return WholeNumber(validate=validate.Range(1, MAX_POSITION))


def note_field() -> Text:
    """Return the field for an editor's note."""
    return Text(2000, allow_none=True, load_default=None)
