"""Schemas of names: the authors of sources, which the performers of characters extend."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from api.schemas.fields import Enumerated, Line, RegexpRule
from api.schemas.shared_schemas import RequestSchema, ResponseSchema

#: The keys of a name in a create body.
NAMES = ("given", "family", "suffix", "family_first", "literal")
NAME_PART = RegexpRule(
    re.compile(r"[^,;，、\x00-\x1f\x7f-\x9f\u2028\u2029]*"),
    "Must be on one line, without a comma or semicolon: “{input}”. Write each name as an item of the list, "
    "“Jr.” as `suffix` and the name of an organization as `literal`.",
)


class AuthorSchema(ResponseSchema):
    """An author of a source: a person or an organization."""

    kind = Enumerated(
        "kind",
        ["person", "organization"],
        enumeration="AuthorKind",
        description="Whether an author is a person or an organization.",
        allow_none=True,
        metadata={"description": "A person or an organization; null if unknown."},
    )
    name = fields.String(metadata={"description": "The whole name, in its natural order."})
    given = fields.String(
        allow_none=True, metadata={"description": "The given names of a person; null if there are none."}
    )
    family = fields.String(
        allow_none=True,
        metadata={
            "description": "A person's family name, with particles such as “van”, or only name; null for "
            "other authors."
        },
    )
    suffix = fields.String(
        allow_none=True, metadata={"description": "What follows a person's name, such as “Jr.”, or null."}
    )
    literal = fields.String(
        allow_none=True,
        metadata={"description": "A name that is not divided, such as an organization's; null for a person."},
    )
    family_first = fields.Boolean(
        metadata={"description": "Whether the family name comes first, as in Hungarian and Chinese names."}
    )


class AuthorCreateSchema(RequestSchema):
    """An author, as written in a create body: a person's names, or the name of an organization."""

    given = Line(120, allow_none=True, pattern=NAME_PART)
    family = Line(120, allow_none=True, pattern=NAME_PART)
    suffix = Line(20, allow_none=True, pattern=NAME_PART)
    literal = Line(300, allow_none=True)
    family_first = fields.Boolean(allow_none=True)

    @validates_schema
    def check_names(self, author: dict[str, Any], **_: Any) -> None:
        """Require a family name or a literal, and not both."""
        written = [name for name in NAMES if author.get(name) is not None]
        if "literal" in written and len(written) > 1:
            other = next(name for name in written if name != "literal")
            raise ValidationError("Not allowed with `literal`, which is the whole name.", other)
        if not {"literal", "family"} & set(written):
            raise ValidationError(
                "Write the `family` name of a person (also a single name), or the `literal` name of an "
                "organization."
            )
