"""The schemas of error responses: one for any problem, and one per problem type."""

from __future__ import annotations

from typing import Any, ClassVar

from marshmallow import fields

from api.http.problem_types import PROBLEM_TYPES, ProblemType
from api.schemas.fields import ConstantField, Enumerated, UTCDateTime
from api.schemas.revision_schemas import WordRunSchema, any_value
from api.schemas.shared_schemas import ResponseSchema


class ProblemErrorSchema(ResponseSchema):
    """One error in a request."""

    location = Enumerated(
        "location",
        ["query", "path", "json", "headers"],
        enumeration="ErrorLocation",
        description="The part of a request.",
        metadata={"description": "The part of the request that has the error."},
    )
    pointer = fields.String(
        metadata={"description": "The name of the parameter, or a JSON Pointer into the body."}
    )
    detail = fields.String(metadata={"description": "What is wrong and what is allowed."})
    allowed = fields.List(
        fields.String(), metadata={"description": "The allowed values, if there is a list of them."}
    )
    line = fields.Integer(metadata={"description": "The number of the line in the body of a bulk request."})
    code = fields.String(
        metadata={"description": "The `code` of the problem that the line of a bulk request has."}
    )

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Mark the fields that every error has as required."""
        super().on_bind_field(field_name, field_obj)
        field_obj.required = field_name not in ("allowed", "line", "code")


class ProblemSchema(ResponseSchema):
    """An error (RFC 9457) of any type, including types that later versions add."""

    type = fields.String(
        metadata={"format": "uri", "description": "The URL of the page that explains this problem type."}
    )
    code = fields.String(metadata={"description": "A stable identifier of the problem type."})
    title = fields.String(metadata={"description": "The name of the problem type, for people."})
    status = fields.Integer(metadata={"description": "The HTTP status."})
    detail = fields.String(metadata={"description": "What went wrong with this request."})
    instance = fields.String(metadata={"format": "uri-reference", "description": "The path of the request."})
    request_id = fields.String(metadata={"description": "Identifies this request in the server's logs."})
    errors = fields.List(
        fields.Nested(ProblemErrorSchema),
        metadata={"description": "The individual errors; empty if the detail says everything."},
    )

    #: The fields that only some problems of the type have.
    optional: ClassVar[frozenset[str]] = frozenset()

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Mark the fields as required, except the optional ones."""
        super().on_bind_field(field_name, field_obj)
        field_obj.required = field_name not in self.optional


class ReferrerSchema(ResponseSchema):
    """A resource that refers to another one."""

    type = fields.String(metadata={"description": "The type of the resource."})
    id = fields.String(metadata={"description": "Its id."})
    url = fields.String(metadata={"format": "uri", "description": "Its URL."})


class DraftChangeSchema(ResponseSchema):
    """A value that was changed in an item or in its draft since the revision that the draft was made from."""

    pointer = fields.String(
        metadata={"description": "The place of the value in the item's body, as a JSON Pointer."}
    )
    is_conflict = fields.Boolean(
        metadata={"description": "Whether both have changed it, and not to the same value."}
    )
    base = any_value("The value that both began with; null if none.")
    current = any_value("The value in the item now; null if none.")
    draft = any_value("The value in the draft; null if none.")
    current_words = fields.List(
        fields.Nested(WordRunSchema),
        allow_none=True,
        metadata={"description": "How the text was changed in the item, by word; null for other values."},
    )
    draft_words = fields.List(
        fields.Nested(WordRunSchema),
        allow_none=True,
        metadata={"description": "How the text was changed in the draft, by word; null for other values."},
    )


#: Members that only problems of one type have.
OWN_MEMBERS: dict[str, dict[str, fields.Field[Any]]] = {
    "precondition-failed": {
        "current_revision": fields.Integer(
            metadata={
                "description": "The number of the current revision. Only with `PATCH`, `PUT`, `DELETE`."
            }
        ),
        "changed_by": fields.String(
            metadata={
                "description": "The editor of the current revision. Only with `PATCH`, `PUT`, `DELETE`."
            }
        ),
        "changed_at": UTCDateTime(
            metadata={"description": "The time of the current revision. Only with `PATCH`, `PUT`, `DELETE`."}
        ),
    },
    "outdated-base": {
        "base": fields.String(
            allow_none=True,
            metadata={
                "description": "The pin of the revision that the draft was made from; null for a new item."
            },
        ),
        "current": fields.String(metadata={"description": "The pin of the item's current revision."}),
        "current_revision": fields.Integer(
            metadata={"description": "The number of the item's current revision."}
        ),
        "changes": fields.List(
            fields.Nested(DraftChangeSchema),
            metadata={"description": "The values that were changed, those in the draft first."},
        ),
    },
    "resync-required": {
        "snapshots": fields.String(
            metadata={"format": "uri", "description": "The URL of the list of snapshots."}
        ),
        "changes": fields.String(
            metadata={"format": "uri", "description": "The URL of the feed from its beginning."}
        ),
    },
    "in-use": {
        "referrers": fields.List(
            fields.Nested(ReferrerSchema),
            metadata={"description": "The first 20 resources that refer to the one to delete."},
        )
    },
}


def problem_class_name(code: str) -> str:
    """Return a problem's code in the form of a class name: ``NotFound``."""
    return "".join(word.title() for word in code.split("-"))


def _problem_schema(problem: ProblemType) -> type[ResponseSchema]:
    """Return the schema of one problem type: ``NotFoundProblemSchema``."""
    members = {
        "__doc__": f"{problem.title}.",
        "code": ConstantField(problem.code, f"Always `{problem.code}`."),
        "status": ConstantField(problem.status, f"Always {problem.status}."),
        **OWN_MEMBERS.get(problem.code, {}),
    }
    if problem.code == "precondition-failed":
        # Reads have none of them.
        members["optional"] = frozenset(OWN_MEMBERS[problem.code])
    return type(f"{problem_class_name(problem.code)}ProblemSchema", (ProblemSchema,), members)


#: The schema of each problem type, by its code.
PROBLEM_SCHEMAS = {code: _problem_schema(problem) for code, problem in PROBLEM_TYPES.items()}
