"""Reads that are computed: what several resources say together, as one object or as a ranking."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, NamedTuple

from flask import Response
from marshmallow import Schema

from api.http.responses import cacheable_response, encode_json, etag_hash
from api.schemas.item_shape import ItemQuerySchema, shape_from_args, with_shape_parameters
from api.schemas.shared_schemas import ResponseSchema, list_schema
from api.views.blueprint import MISSING_RESPONSES, Blueprint

#: Takes the loaded query, and the path by keywords.
ComputedView = Callable[..., Any]
Decorator = Callable[[ComputedView], Callable[..., Response]]
HEADERS = ("ETag", "Cache-Control", "Vary")


class Ranking(NamedTuple):
    """The first of a ranking; how many it has, and whether that is ``exact`` or ``at-least``."""

    top: Sequence[Any]
    total: int
    relation: str


def computed_view(
    blp: Blueprint,
    schema: type[ResponseSchema],
    *,
    operation: str,
    example: str,
    description: str,
    query: type[Schema] = ItemQuerySchema,
) -> Decorator:
    """Make a view that returns what ``schema`` dumps into an answer: conditional, shaped by ``fields=``.

    ``example`` is a request whose real answer stands in the OpenAPI document.
    """

    def body(found: Any, asked: dict[str, Any]) -> Any:
        return shape_from_args(schema, asked).build_schema().dump(found)

    documented = blp.document_read(
        with_shape_parameters(query, schema),
        schema,
        description=description,
        operation=operation,
        example=example,
        responses=MISSING_RESPONSES,
        headers=HEADERS,
    )
    return _responding(documented, body)


def ranking_view(
    blp: Blueprint, item: type[ResponseSchema], *, operation: str, example: str, query: type[Schema]
) -> Decorator:
    """Make a view that returns a ``Ranking`` into a list of one page; ``query`` has its ``limit``."""

    def body(found: Ranking, asked: dict[str, Any]) -> Any:
        place = {"limit": asked["limit"], "next": None, "previous": None}
        place |= {"total": found.total, "total_relation": found.relation}
        return {"data": shape_from_args(item, asked).build_schema().dump(found.top, many=True), "page": place}

    documented = blp.document_read(
        with_shape_parameters(query, item),
        list_schema(item),
        description="The first of the ranking.",
        operation=operation,
        example=example,
        responses=MISSING_RESPONSES,
        headers=HEADERS,
    )
    return _responding(documented, body)


def _responding(
    documented: Decorator,
    body: Callable[[Any, dict[str, Any]], Any],
) -> Decorator:
    def decorate(view: ComputedView) -> Callable[..., Response]:
        @wraps(view)
        def answered(asked: dict[str, Any], **path: Any) -> Response:
            made = encode_json(body(view(asked, **path), asked))
            return cacheable_response(made, etag=etag_hash(made))

        return documented(answered)

    return decorate
