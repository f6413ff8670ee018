"""Schemas and fields that the coverage of a film and the coverage of a source share."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.fields import Enumerated, count_relation_field
from api.schemas.list_queries import asserted_by_field
from api.schemas.reference_fields import NestedObject
from api.schemas.shared_schemas import REFERENCE_SCHEMAS, RequestSchema, ResponseSchema


class CoverageQuerySchema(RequestSchema):
    """Query parameters of coverage."""

    asserted_by = asserted_by_field("count")


def relation_field(limits: str) -> Enumerated:
    """Return the field that says whether a response is complete; ``limits`` describes an incomplete one."""
    return count_relation_field(f"`exact` if the response is complete. If it is `at-least`, {limits}")


class ThemeCoverageSchema(ResponseSchema):
    """The amount of content about a theme or its subthemes."""

    theme = NestedObject(REFERENCE_SCHEMAS["theme"], metadata={"description": "The theme."})
    scenes = fields.Integer(metadata={"description": "The number of scenes."})
    quotes = fields.Integer(metadata={"description": "The number of quotes."})
    commentary = fields.Integer(metadata={"description": "The number of commentary entries."})


def themes_field() -> fields.List[object]:
    """Return the field for coverage by theme."""
    return fields.List(
        fields.Nested(ThemeCoverageSchema),
        metadata={
            "description": "Counts by theme, for all themes with content, sorted by the sum of the counts in "
            "descending order."
        },
    )
