"""The blueprint with the view decorators of this API; each decorator also documents what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, partial, wraps
from inspect import signature
from typing import Any

import flask_smorest
from flask import Response
from marshmallow import Schema
from sqlalchemy import Select

from api.http.authentication import SECURITY_SCHEME, require_scopes
from api.http.deprecation.operations import document_deprecation
from api.http.query_parser import StrictParser
from api.http.responses import COMMON_HEADERS
from api.query.resource_reader import View
from api.representations import CITABLE_TYPES, Format, formats_for, list_formats
from api.schemas.history_fields import with_history_parameters
from api.schemas.item_shape import (
    ItemQuerySchema,
    with_format_parameter,
    with_list_format_parameter,
    with_shape_parameters,
)
from api.schemas.list_queries import ListQuerySchema
from api.schemas.random_queries import daily_query, random_query
from api.schemas.shared_schemas import ItemSchema, ResponseSchema, list_schema
from api.views.reads import (
    Responder,
    daily_response,
    item_response,
    list_response,
    random_response,
    read_endpoint,
)
from models import Versioned

#: Responses of every read besides 200, by the names of their components.
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
#: Further responses if the path contains the id of a resource.
MISSING_RESPONSES = {308: "Renamed", 404: "NotFound", 410: "Gone"}
#: Responses of every operation that needs an API key.
KEY_RESPONSES = {401: "Unauthorized", 403: "Forbidden"}
Decorator = Callable[[View], Callable[..., Response]]


class Blueprint(flask_smorest.Blueprint):
    """The routes of a resource; invalid and unknown query parameters are rejected."""

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Register the documentation of conditional requests, formats and deprecations."""
        super().__init__(*args, **kwargs)
        # First, because later callbacks process the headers that it adds.
        self._prepare_doc_cbks.insert(0, self._prepare_deprecation_doc)
        self._prepare_doc_cbks += [
            self._prepare_conditional_doc,
            self._prepare_formats_doc,
            self._prepare_scopes_doc,
            self._prepare_write_doc,
        ]

    def route(self, rule: str, **options: Any) -> Callable[[Any], Any]:
        """Decorate a view or view class with its URL, with and without the extension of a format."""
        register = super().route(rule, **options)

        def decorate(view: Any) -> Any:
            endpoint, name = getattr(view, "get", view), f"{view.__name__}_form"
            if getattr(endpoint, "_apidoc", {}).get("has_extensions"):
                function = view.as_view(name) if hasattr(view, "as_view") else view
                self.route_undocumented(f"{rule}.<extension:extension>", function, name)
            return register(view)

        return decorate

    def route_undocumented(self, rule: str, view: Callable[..., Any], endpoint: str) -> None:
        """Serve a view at a URL that is not in the OpenAPI document, except in descriptions.

        Path templates in the document must not overlap (OpenAPI 3.1, section 4.8.8.2).
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
        """Decorate a view that returns a ``Select``: respond with a page of the list, with an ETag.

        A list of items that have references is available as references, too. ``parent`` is the model of the
        resource that the first path parameter identifies; it must exist.
        ``example`` is the URL path of a request whose response is the example in the OpenAPI document.
        """
        formats = list_formats() if type_of_items(item) in CITABLE_TYPES else ()
        return self._read_view(
            with_list_format_parameter(with_shape_parameters(query, item), formats),
            list_schema(item),
            partial(list_response, query=query, item=item, parent=parent, formats=formats),
            description="A page of the list.",
            operation=operation,
            example=example,
            responses=MISSING_RESPONSES if parent else None,
            parent=parent,
            formats=formats,
            has_extensions=bool(formats),
        )

    def item(
        self, item: type[ResponseSchema], *, operation: str, example: str, format_type: str | None = None
    ) -> Decorator:
        """Decorate a view that returns a ``Select`` of at most one row: respond with the item and an ETag.

        ``format_type`` is the resource type for content negotiation, if it has formats besides JSON.
        """
        query = with_shape_parameters(ItemQuerySchema, item)
        if issubclass(item, ItemSchema):
            query = with_history_parameters(query)
        formats = formats_for(format_type) if format_type else ()
        respond = partial(item_response, item=item, formats=formats)
        return self._read_view(
            with_format_parameter(query, format_type),
            item,
            respond,
            description="The item.",
            operation=operation,
            example=example,
            responses=MISSING_RESPONSES,
            formats=formats,
            has_extensions=bool(formats),
        )

    def random(
        self, query: type[ListQuerySchema], item: type[ResponseSchema], *, operation: str, example: str
    ) -> Decorator:
        """Decorate a view that returns a ``Select``: respond with items of the list, selected at random."""
        return self._read_view(
            random_query(with_shape_parameters(query, item)),
            list_schema(item),
            partial(random_response, query=query, item=item),
            description="The selected items.",
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
        format_type: str,
    ) -> Decorator:
        """Decorate a view that returns a ``Select``: respond with the item of the day, today by default."""
        query_schema = daily_query(with_shape_parameters(query, item))
        formats = formats_for(format_type)
        respond = partial(daily_response, query=query, item=item, formats=formats)
        return self._read_view(
            with_format_parameter(query_schema, format_type),
            item,
            respond,
            description="The item of the day.",
            operation=operation,
            example=example,
            responses={404: "NotFound"},
            formats=formats,
        )

    def _read_view(
        self,
        query: type[Schema],
        schema: type[ResponseSchema],
        respond: Responder,
        *,
        description: str,
        operation: str,
        example: str,
        responses: dict[int, str] | None = None,
        formats: tuple[Format, ...] = (),
        has_extensions: bool = False,
        parent: type[Versioned] | None = None,
    ) -> Decorator:
        document = self.document_read(
            query,
            schema,
            description=description,
            operation=operation,
            example=example,
            responses=responses,
            formats=formats,
        )

        def decorate(view: View) -> Callable[..., Response]:
            select = require_parent(parent, without_self(view)) if parent else without_self(view)
            endpoint = document(read_endpoint(view, select, respond))
            endpoint._apidoc = endpoint._apidoc | {"has_extensions": has_extensions}  # type: ignore[attr-defined]
            return endpoint

        return decorate

    def document_read(
        self,
        query: type[Schema],
        schema: type[ResponseSchema],
        *,
        description: str,
        operation: str,
        example: str,
        responses: dict[int, str] | None = None,
        headers: tuple[str, ...] = ("ETag", "Link", "Cache-Control", "Vary"),
        formats: tuple[Format, ...] = (),
    ) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
        """Return a decorator that validates the query parameters, and documents the view's responses.

        ``responses`` are the names of response components by status, besides ``COMMON_RESPONSES``.
        """

        def decorate(view: Callable[..., Response]) -> Callable[..., Response]:
            endpoint = self.document_view(
                view,
                query,
                {200: success(schema, description, headers)},
                COMMON_RESPONSES | (responses or {}),
                {"operationId": operation, "x-example-request": example},
            )
            endpoint._apidoc["formats"] = formats  # type: ignore[attr-defined]
            return endpoint

        return decorate

    def document_view(
        self,
        view: Callable[..., Response],
        query: type[Schema],
        successes: dict[int, dict[str, Any]],
        responses: dict[int, str],
        doc: dict[str, Any],
    ) -> Callable[..., Response]:
        """Return the view with its checks of the query parameters, documented.

        ``successes`` are documented by :func:`success`, and ``responses`` are the names of other responses'
        components, both by status. ``doc`` has the rest of the operation. The view returns a ``Response``.

        It is equivalent to ``response()``, ``alt_response()`` and ``doc()`` of flask-smorest. Each of these
        wraps the view, copies its documentation, and makes an instance of a schema that only documents need.
        """
        endpoint = self.arguments(_query_schema(query), location="query")(view)
        documented = {status: [response] for status, response in successes.items()}
        endpoint._apidoc = endpoint._apidoc | {
            "arguments": endpoint._apidoc["arguments"] | {"responses": {}},
            "response": {"responses": documented | {status: [name] for status, name in responses.items()}},
            "manual_doc": doc,
        }
        return endpoint  # type: ignore[no-any-return]

    def requires_scopes(self, *scopes: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Decorate a view that needs an API key with these scopes; without any, each valid key will do.

        It must be the first decorator, so that nothing of the body is read before the key is known.
        """

        def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
            @wraps(view)
            def checked(*args: Any, **path: Any) -> Any:
                require_scopes(*scopes)
                return view(*args, **path)

            apidoc = getattr(view, "_apidoc", {})
            response = apidoc.get("response", {})
            documented = response.get("responses", {}) | {
                status: [name] for status, name in KEY_RESPONSES.items()
            }
            checked._apidoc = apidoc | {  # type: ignore[attr-defined]
                "scopes": scopes,
                "response": response | {"responses": documented},
            }
            return checked

        return decorate

    @staticmethod
    def _prepare_scopes_doc(doc: dict[str, Any], doc_info: dict[str, Any], **_: Any) -> dict[str, Any]:
        scopes = doc_info.get("scopes")
        if scopes is not None:
            doc["security"] = [{SECURITY_SCHEME: list(scopes)}]
            names = " and ".join(f"`{scope}`" for scope in scopes)
            needs = f" with {'the scope' if len(scopes) == 1 else 'the scopes'} {names}" if scopes else ""
            docstring = doc_info["docstring"]
            description = docstring.get("description", "")
            docstring["description"] = f"{description}\n\nNeeds an API key{needs}.".strip()
        return doc

    @staticmethod
    def _prepare_write_doc(doc: dict[str, Any], doc_info: dict[str, Any], **_: Any) -> dict[str, Any]:
        doc.setdefault("parameters", []).extend(doc_info.get("write_parameters", ()))
        return doc

    @staticmethod
    def _prepare_conditional_doc(doc: dict[str, Any], doc_info: dict[str, Any], **_: Any) -> dict[str, Any]:
        if 304 in doc_info.get("response", {}).get("responses", {}):
            doc.setdefault("parameters", []).append("IfNoneMatch")
        return doc

    @staticmethod
    def _prepare_deprecation_doc(doc: dict[str, Any], doc_info: dict[str, Any], **_: Any) -> dict[str, Any]:
        return document_deprecation(doc, doc_info)

    @staticmethod
    def _prepare_formats_doc(doc: dict[str, Any], doc_info: dict[str, Any], **_: Any) -> dict[str, Any]:
        for format_ in doc_info.get("formats", ()):
            doc["responses"][200]["content"].setdefault(format_.media_type, {"schema": format_.schema})
        return doc


@cache
def _query_schema(query: type[Schema]) -> Schema:
    """Return the instance of a schema of query parameters, which many views may share."""
    return query()


def success(schema: Any, description: str, headers: Iterable[str]) -> dict[str, Any]:
    """Return the documentation of a successful response: its schema, None if it is empty, and its headers."""
    components = {name: name for name in (*headers, *COMMON_HEADERS)}
    body = {} if schema is None else {"schema": schema}
    return body | {"description": description, "headers": components, "content_type": None}


def type_of_items(item: type[ResponseSchema]) -> str | None:
    """Return the resource type of the items that a schema serializes; None if they have none."""
    return getattr(item._declared_fields.get("type"), "constant", None)


def require_parent(parent: type[Versioned], view: View) -> View:
    """Return the view with an empty list unless the first path parameter identifies a visible resource."""

    def view_below(filters: dict[str, Any], **path: Any) -> Select[Any]:
        exists = parent.select_where(id=next(iter(path.values()))).correlate(None).exists()
        return view(filters, **path).where(exists)

    return view_below


def without_self(view: View) -> View:
    """Return a view class's method as a function, with None for ``self``, which views do not use."""
    return partial(view, None) if next(iter(signature(view).parameters), "") == "self" else view
