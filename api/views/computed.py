"""Views of computed data from several resources: a single object, or a ranking."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, NamedTuple

from flask import Response
from marshmallow import Schema

from api.core.app_context import session
from api.http.responses import cacheable_response, encode_json, etag_hash
from api.query.notices import notice_of_empty_list
from api.query.pagination import page_position
from api.schemas.item_shape import ItemQuerySchema, shape_from_args, with_shape_parameters
from api.schemas.shared_schemas import ResponseSchema, list_schema
from api.views.blueprint import MISSING_RESPONSES, Blueprint

#: Called with the validated query parameters, and with the path parameters as keywords.
ComputedView = Callable[..., Any]
Decorator = Callable[[ComputedView], Callable[..., Response]]
HEADERS = ("ETag", "Cache-Control", "Vary")


class Ranking(NamedTuple):
    """The top of a ranking, its total number of items, and ``exact`` or ``at-least`` for that number."""

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
    """Decorate a view that returns an object for ``schema``: serialize it, with ``fields`` and an ETag.

    ``example`` is the URL path of a request whose response is the example in the OpenAPI document.
    """

    def serialize(result: Any, args: dict[str, Any]) -> Any:
        return shape_from_args(schema, args).build_schema().dump(result)

    document = blp.document_read(
        with_shape_parameters(query, schema),
        schema,
        description=description,
        operation=operation,
        example=example,
        responses=MISSING_RESPONSES,
        headers=HEADERS,
    )
    return _responding(document, serialize)


def ranking_view(
    blp: Blueprint, item: type[ResponseSchema], *, operation: str, example: str, query: type[Schema]
) -> Decorator:
    """Decorate a view that returns a ``Ranking``: serialize it as a list of one page, of ``limit`` items."""

    def serialize(ranking: Ranking, args: dict[str, Any]) -> Any:
        page = page_position(args["limit"], total=ranking.total, relation=ranking.relation)
        data = shape_from_args(item, args).build_schema().dump(ranking.top, many=True)
        notice = None if data else notice_of_empty_list(session(), query, args)
        return {"data": data, "page": page, "notice": notice}

    document = blp.document_read(
        with_shape_parameters(query, item),
        list_schema(item),
        description="The top of the ranking.",
        operation=operation,
        example=example,
        responses=MISSING_RESPONSES,
        headers=HEADERS,
    )
    return _responding(document, serialize)


def _responding(
    document: Decorator,
    serialize: Callable[[Any, dict[str, Any]], Any],
) -> Decorator:
    def decorate(view: ComputedView) -> Callable[..., Response]:
        @wraps(view)
        def endpoint(args: dict[str, Any], **path: Any) -> Response:
            body = encode_json(serialize(view(args, **path), args))
            return cacheable_response(body, etag=etag_hash(body))

        return document(endpoint)

    return decorate
