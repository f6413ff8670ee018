"""Shapes of errors: any problem, and each kind by itself, told apart by its ``code``."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from api.http.problem_types import PROBLEM_TYPES, ProblemType
from api.schemas.base import ResponseSchema
from api.schemas.fields import ConstantField, Enumerated


class ProblemErrorSchema(ResponseSchema):
    """One fault in a request."""

    location = Enumerated(
        "location",
        ["query", "path", "json", "headers"],
        enumeration="ErrorLocation",
        described="The part of a request.",
        metadata={"description": "Where it is."},
    )
    pointer = fields.String(
        metadata={"description": "The parameter's name, or a JSON Pointer into the body."}
    )
    detail = fields.String(metadata={"description": "What is wrong, and what would be right."})
    allowed = fields.List(
        fields.String(), metadata={"description": "What is allowed, where it can be listed."}
    )

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Declare all but ``allowed`` as always present."""
        super().on_bind_field(field_name, field_obj)
        field_obj.required = field_name != "allowed"


class ProblemSchema(ResponseSchema):
    """An error (RFC 9457), of any kind: of those known, or of one that is new."""

    type = fields.String(
        metadata={"format": "uri", "description": "The page that explains this kind of problem."}
    )
    code = fields.String(metadata={"description": "A stable name of the kind of problem."})
    title = fields.String(metadata={"description": "The kind of problem, for people."})
    status = fields.Integer(metadata={"description": "The HTTP status."})
    detail = fields.String(metadata={"description": "What happened this time."})
    instance = fields.String(
        metadata={"format": "uri-reference", "description": "The path that was asked for."}
    )
    request_id = fields.String(metadata={"description": "Names this request in our logs."})
    errors = fields.List(
        fields.Nested(ProblemErrorSchema),
        metadata={"description": "Each fault by itself; empty where the detail says all."},
    )


def problem_class_name(code: str) -> str:
    """Return a problem's code as a name: ``NotFound``."""
    return "".join(word.title() for word in code.split("-"))


def _problem_schema(problem: ProblemType) -> type[ResponseSchema]:
    """Return the schema of one kind of problem: ``NotFoundProblemSchema``."""
    members = {
        "__doc__": f"{problem.title}.",
        "code": ConstantField(problem.code, f"Always `{problem.code}`."),
        "status": ConstantField(problem.status, f"Always {problem.status}."),
    }
    return type(f"{problem_class_name(problem.code)}ProblemSchema", (ProblemSchema,), members)


#: The schema of each kind of problem, by its code.
PROBLEM_SCHEMAS = {code: _problem_schema(problem) for code, problem in PROBLEM_TYPES.items()}
