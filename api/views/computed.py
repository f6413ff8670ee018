"""Reads that are computed: what several resources say together, as one object or as a ranking."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, NamedTuple

from flask import Response
from marshmallow import Schema

from api.http.responses import answer, digest, encoded
from api.schemas.base import Out, list_of
from api.schemas.sparse_fields import ItemQuerySchema, shape_of, shaped
from api.views.blueprint import MISSING, Blueprint

#: Takes the loaded query, and the path by keywords.
Computing = Callable[..., Any]
Decorator = Callable[[Computing], Callable[..., Response]]
HEADERS = ("ETag", "Cache-Control", "Vary")


class Ranking(NamedTuple):
    """The first of a ranking; how many it has, and whether that is ``exact`` or ``at-least``."""

    first: Sequence[Any]
    total: int
    relation: str


def computed(
    blp: Blueprint,
    schema: type[Out],
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
        return shape_of(schema, asked).made().dump(found)

    documented = blp.documented(
        shaped(query, schema),
        schema,
        description=description,
        operation=operation,
        example=example,
        responses=MISSING,
        headers=HEADERS,
    )
    return _answering(documented, body)


def ranked(
    blp: Blueprint, item: type[Out], *, operation: str, example: str, query: type[Schema]
) -> Decorator:
    """Make a view that returns a ``Ranking`` into a list of one page; ``query`` has its ``limit``."""

    def body(found: Ranking, asked: dict[str, Any]) -> Any:
        place = {"limit": asked["limit"], "next": None, "previous": None}
        place |= {"total": found.total, "total_relation": found.relation}
        return {"data": shape_of(item, asked).made().dump(found.first, many=True), "page": place}

    documented = blp.documented(
        shaped(query, item),
        list_of(item),
        description="The first of the ranking.",
        operation=operation,
        example=example,
        responses=MISSING,
        headers=HEADERS,
    )
    return _answering(documented, body)


def _answering(
    documented: Decorator,
    body: Callable[[Any, dict[str, Any]], Any],
) -> Decorator:
    def decorate(view: Computing) -> Callable[..., Response]:
        @wraps(view)
        def answered(asked: dict[str, Any], **path: Any) -> Response:
            made = encoded(body(view(asked, **path), asked))
            return answer(made, etag=digest(made))

        return documented(answered)

    return decorate
