"""The decorators that views of this API are made of; each enforces a rule and documents it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from inspect import signature
from typing import Any

import flask_smorest
from flask import Response
from marshmallow import Schema
from sqlalchemy import Select

from api.http.deprecation import operations as deprecation_headers
from api.http.query_parser import StrictParser
from api.http.responses import RATE_LIMIT_HEADERS
from api.query.resource_reader import View
from api.representations import formats_for
from api.schemas.item_shape import ItemQuerySchema, with_format_parameter, with_shape_parameters
from api.schemas.list_queries import ListQuerySchema
from api.schemas.random_queries import daily_query, random_query
from api.schemas.shared_schemas import ResponseSchema, list_schema
from api.views.reads import (
    Responder,
    daily_response,
    item_response,
    list_response,
    random_response,
    read_endpoint,
)
from models import Versioned

#: What every read may answer besides the thing itself, by the name of its component.
COMMON_RESPONSES = {
    304: "NotModified",
    400: "BadRequest",
    406: "NotAcceptable",
    412: "PreconditionFailed",
    414: "UriTooLong",
    422: "InvalidParameters",
    429: "TooManyRequests",
    503: "TemporarilyUnavailable",
}
#: The same where the path names something by its id.
MISSING_RESPONSES = {308: "Renamed", 404: "NotFound", 410: "Gone"}
Decorator = Callable[[View], Callable[..., Response]]


class Blueprint(flask_smorest.Blueprint):
    """A resource's routes: lists and items, strict in what they take."""

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Document ``If-None-Match`` wherever 304 is answered, every form an item has, what is deprecated."""
        super().__init__(*args, **kwargs)
        # First: what it writes of headers is still to be read.
        self._prepare_doc_cbks.insert(0, self._prepare_deprecation_doc)
        self._prepare_doc_cbks += [self._prepare_conditional_doc, self._prepare_forms_doc]

    def route_undocumented(self, rule: str, view: Callable[..., Any], endpoint: str) -> None:
        """Serve a view at another address too, of which the document tells in words alone.

        Templates of paths must not overlap there (OpenAPI 3.1, section 4.8.8.2).
        """
        super(flask_smorest.Blueprint, self).add_url_rule(rule, endpoint, view)

    def list_view(
        self,
        query: type[ListQuerySchema],
        item: type[ResponseSchema],
        *,
        operation: str,
        example: str,
        parent: type[Versioned] | None = None,
    ) -> Decorator:
        """Make a view that returns a ``Select`` into a list: filtered, sorted, paged, conditional.

        ``parent`` is the noun that the first path parameter must name. ``example`` is a request
        whose real answer stands in the OpenAPI document.
        """
        return self._read_view(
            with_shape_parameters(query, item),
            list_schema(item),
            partial(list_response, model=query.model, item=item, parent=parent),
            description="A page of the list.",
            operation=operation,
            example=example,
            responses=MISSING_RESPONSES if parent else None,
            parent=parent,
        )

    def item(
        self, item: type[ResponseSchema], *, operation: str, example: str, forms: str | None = None
    ) -> Decorator:
        """Make a view that returns a ``Select`` of at most one row into an item with a strong ETag.

        ``forms`` is the item's type, where it has forms besides JSON.
        """
        query = with_shape_parameters(ItemQuerySchema, item)
        respond = partial(item_response, item=item, forms=forms)
        return self._read_view(
            with_format_parameter(query, forms),
            item,
            respond,
            description="The item.",
            operation=operation,
            example=example,
            responses=MISSING_RESPONSES,
            forms=forms,
        )

    def random(
        self, query: type[ListQuerySchema], item: type[ResponseSchema], *, operation: str, example: str
    ) -> Decorator:
        """Make a view that returns a ``Select`` into a list of some of its items, chosen by lot."""
        return self._read_view(
            random_query(with_shape_parameters(query, item)),
            list_schema(item),
            partial(random_response, model=query.model, item=item),
            description="The chosen items.",
            operation=operation,
            example=example,
        )

    def daily(
        self,
        query: type[ListQuerySchema],
        item: type[ResponseSchema],
        *,
        operation: str,
        example: str,
        forms: str,
    ) -> Decorator:
        """Make a view that returns a ``Select`` into one item a day: today's, or a given day's."""
        made = daily_query(with_shape_parameters(query, item))
        respond = partial(daily_response, model=query.model, item=item, forms=forms)
        return self._read_view(
            with_format_parameter(made, forms),
            item,
            respond,
            description="The day's item.",
            operation=operation,
            example=example,
            responses={404: "NotFound"},
            forms=forms,
        )

    def _read_view(
        self,
        query: type[Schema],
        shown: type[ResponseSchema],
        respond: Responder,
        *,
        description: str,
        operation: str,
        example: str,
        responses: dict[int, str] | None = None,
        forms: str | None = None,
        parent: type[Versioned] | None = None,
    ) -> Decorator:
        documented = self.document_read(
            query,
            shown,
            description=description,
            operation=operation,
            example=example,
            responses=responses,
            forms=forms,
        )

        def decorate(view: View) -> Callable[..., Response]:
            select = require_parent(parent, without_self(view)) if parent else without_self(view)
            return documented(read_endpoint(view, select, respond))

        return decorate

    def document_read(
        self,
        query: type[Schema],
        shown: type[ResponseSchema],
        *,
        description: str,
        operation: str,
        example: str,
        responses: dict[int, str] | None = None,
        headers: tuple[str, ...] = ("ETag", "Link", "Cache-Control", "Vary"),
        forms: str | None = None,
    ) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
        """Make a view that is given its loaded ``query`` into one that says all that it may answer.

        ``responses`` are those besides what every read has, by the names of their components.
        """
        shown_with = {name: name for name in (*headers, *RATE_LIMIT_HEADERS)}

        def decorate(view: Callable[..., Response]) -> Callable[..., Response]:
            made = self.arguments(query(), location="query")(view)
            made = self.response(200, shown, description=description, headers=shown_with)(made)
            # What `alt_response` would say, in one step: it wraps the view, and copies what is known of it,
            # once for each response.
            made._apidoc["arguments"]["responses"].clear()
            answers = made._apidoc["response"]["responses"]
            answers |= {status: [name] for status, name in (COMMON_RESPONSES | (responses or {})).items()}
            made = self.doc(operationId=operation, **{"x-example-request": example})(made)
            made._apidoc = made._apidoc | {"forms": forms}
            return made  # type: ignore[no-any-return]

        return decorate

    @staticmethod
    def _prepare_conditional_doc(doc: dict[str, Any], doc_info: dict[str, Any], **_: Any) -> dict[str, Any]:
        if 304 in doc_info.get("response", {}).get("responses", {}):
            doc.setdefault("parameters", []).append("IfNoneMatch")
        return doc

    @staticmethod
    def _prepare_deprecation_doc(doc: dict[str, Any], doc_info: dict[str, Any], **_: Any) -> dict[str, Any]:
        return deprecation_headers.document_deprecation(doc, doc_info)

    @staticmethod
    def _prepare_forms_doc(doc: dict[str, Any], doc_info: dict[str, Any], **_: Any) -> dict[str, Any]:
        forms = doc_info.get("forms")
        if forms:
            content = doc["responses"][200]["content"]
            for form in formats_for(forms):
                content.setdefault(form.media_type, {"schema": form.schema})
        return doc


def require_parent(parent: type[Versioned], view: View) -> View:
    """Return the view with an empty list unless everyone may see the resource that the path names first."""

    def view_below(filters: dict[str, Any], **path: Any) -> Select[Any]:
        exists = parent.select_where(id=next(iter(path.values()))).correlate(None).exists()
        return view(filters, **path).where(exists)

    return view_below


def without_self(view: View) -> View:
    """Return the view without the ``self`` of a view class, of which it makes no use."""
    return partial(view, None) if next(iter(signature(view).parameters), "") == "self" else view
