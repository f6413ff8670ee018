"""What bodies take: the fields that several create schemas share."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, pre_load, validate

from api.schemas.base import RequestSchema
from api.schemas.fields import LANGUAGE, Choice, Reference, RegexpRule, Text, WholeNumber
from models import Status


class CreateSchema(RequestSchema):
    """What every create body has: the label, which a name or title may stand in for."""

    @staticmethod
    def label_from(entry: dict[str, Any]) -> str | None:
        """Return what stands in for a label that is not written."""
        return entry.get("name") or entry.get("title")

    label = Text(120)
    status = Choice(Status, load_default=Status.PUBLISHED)

    @pre_load
    def label_by_name(self, entry: Any, **_: Any) -> Any:
        """Take the name or title as label where none is written."""
        if isinstance(entry, dict) and "label" not in entry:
            label = self.label_from(entry)
            return entry | {"label": label} if label else entry
        return entry


class AdvisoryLinkCreateSchema(RequestSchema):
    """An advisory and its severity, as a create body writes them."""

    advisory = Reference("advisory", required=True)
    severity = WholeNumber(required=True, validate=validate.Range(1, 3))


class CitationCreateSchema(RequestSchema):
    """A source and numbers of its paragraphs, as a create body writes them."""

    source = Reference("source", required=True)
    paragraphs = fields.List(
        WholeNumber(validate=validate.Range(1, 100_000)),
        required=True,
        validate=validate.Length(min=1, max=500),
    )


def themes_field() -> fields.List[Any]:
    """Return the field for a body's themes: one at least."""
    return fields.List(Reference("theme"), required=True, validate=validate.Length(min=1, max=20))


def advisories_field() -> fields.List[Any]:
    """Return the field for a body's advisories; none, if left out."""
    return fields.List(
        fields.Nested(AdvisoryLinkCreateSchema), load_default=list, validate=validate.Length(max=20)
    )


def citations_field(most: int = 50) -> fields.List[Any]:
    """Return the field for a body's citations: one at least."""
    return fields.List(
        fields.Nested(CitationCreateSchema), required=True, validate=validate.Length(min=1, max=most)
    )


def language_field(**options: Any) -> Text:
    """Return the field for a BCP 47 language tag."""
    return Text(
        35, pattern=RegexpRule(LANGUAGE, "“{input}” is not a BCP 47 language tag, such as en."), **options
    )


def note_field() -> Text:
    """Return the field for an editor's note."""
    return Text(2000, allow_none=True, load_default=None)
