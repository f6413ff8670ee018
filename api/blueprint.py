"""The decorators that views of this API are made of; each enforces a rule and documents it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from inspect import signature
from typing import Any

import flask_smorest
from flask import Response, request
from werkzeug.routing import BaseConverter

from api.context import session, settings
from api.fields import SLUG
from api.filters import ListQuerySchema
from api.pagination import ListRequest, Page
from api.query import StrictParser
from api.reading import Reading, View
from api.responses import answer, digest, encoded
from api.schemas import Body, Out, list_of
from api.shaping import shape_of, shaped
from models import Versioned
from models.types import SLUG_LENGTH

#: What every read may answer besides the thing itself, by the name of its component.
EVERYWHERE = {304: "NOT_MODIFIED", 406: "NOT_ACCEPTABLE", 412: "PRECONDITION_FAILED", 503: "UNAVAILABLE"}


class SlugConverter(BaseConverter):
    """A path segment that is an id; anything else is no such address."""

    regex = SLUG.pattern


class Blueprint(flask_smorest.Blueprint):
    """A resource's routes: lists and items, strict in what they take."""

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Document ``If-None-Match`` wherever 304 is answered."""
        super().__init__(*args, **kwargs)
        self._prepare_doc_cbks.append(self._prepare_conditional_doc)

    def listing(
        self,
        query: type[ListQuerySchema],
        item: type[Out],
        *,
        operation: str,
        example: str,
        parent: type[Versioned] | None = None,
    ) -> Callable[[View], Callable[..., Response]]:
        """Make a view that returns a ``Select`` into a list: filtered, sorted, paged, conditional.

        ``parent`` is the noun that the first path parameter must name. ``example`` is a request
        whose real answer stands in the OpenAPI document.
        """

        def decorate(view: View) -> Callable[..., Response]:
            select = unbound(view)

            @wraps(view)
            def respond(*given: Any, **path: str) -> Response:
                asked = ListRequest(query.noun, request.path, given[-1])
                read = Reading(session(), select, path, settings().base_url)
                page = read.page(asked, shape_of(item, asked.query))
                if parent and not page.rows:
                    # Rows prove that the parent is there; only their absence makes it a question.
                    parent.by_slug(session(), next(iter(path.values())))
                counted = read.count(asked) if asked.query["count"] else (None, None)
                return _list_answer(asked, page, *counted)

            documented = self.response(
                200,
                list_of(item),
                description="A page of the list.",
                headers={"ETag": "ETag", "Link": "Link", "Cache-Control": "CacheControl"},
            )(self.arguments(shaped(query, item)(), location="query")(respond))
            responses = {404: "NOT_FOUND"} if parent else {}
            return self._documented(documented, operation, example, responses)

        return decorate

    def item(
        self, item: type[Out], *, operation: str, example: str
    ) -> Callable[[View], Callable[..., Response]]:
        """Make a view that returns a ``Select`` of at most one row into an item with a strong ETag."""

        def decorate(view: View) -> Callable[..., Response]:
            select = unbound(view)

            @wraps(view)
            def respond(*given: Any, **path: Any) -> Response:
                read = Reading(session(), select, path, settings().base_url)
                found = read.item(shape_of(item, given[-1]))
                if found is None:
                    raise read.noun.missing(session(), *path.values())
                body = found.json.encode()
                etag = digest(body) if found.revision is None else f"{found.revision}.{digest(body)}"
                return answer(body, etag=etag)

            documented = self.response(
                200,
                item,
                description="The item.",
                headers={"ETag": "ETag", "Cache-Control": "CacheControl"},
            )(self.arguments(shaped(ItemQuerySchema, item)(), location="query")(respond))
            return self._documented(documented, operation, example, {404: "NOT_FOUND", 410: "GONE"})

        return decorate

    def _documented(
        self, view: Callable[..., Response], operation: str, example: str, responses: dict[int, str]
    ) -> Callable[..., Response]:
        for status, component in (EVERYWHERE | responses).items():
            view = self.alt_response(status, component)(view)
        return self.doc(operationId=operation, **{"x-example-request": example})(view)  # type: ignore[no-any-return]

    @staticmethod
    def _prepare_conditional_doc(doc: dict[str, Any], doc_info: dict[str, Any], **_: Any) -> dict[str, Any]:
        if 304 in doc_info.get("response", {}).get("responses", {}):
            doc.setdefault("parameters", []).append("IfNoneMatch")
        return doc


class ItemQuerySchema(Body):
    """The parameters of an item: none yet."""


#: An id of each type that the first pack has, to try an operation with.
EXAMPLES = {
    "film": "her-2013",
    "source": "her-perfection-is-the-enemy-of-real",
    "character": "her-2013-catherine",
    "scene": "her-2013-lunch-with-catherine",
    "quote": "her-2013-a-wife-without-the-challenges",
    "commentary": "her-2013-perfection-opposes-reality",
    "theme": "loneliness",
    "advisory": "gender-generalisation",
}


def slug_parameter(name: str, noun: str) -> dict[str, Any]:
    """Return the documentation of a path parameter that is an id."""
    return {
        "in": "path",
        "name": name,
        "required": True,
        "description": f"The {noun}'s id.",
        "example": EXAMPLES[noun],
        "schema": {"type": "string", "pattern": f"^{SLUG.pattern}$", "maxLength": SLUG_LENGTH},
    }


def unbound(view: View) -> View:
    """Return the view without the ``self`` of a view class, of which it makes no use."""
    return partial(view, None) if next(iter(signature(view).parameters), "") == "self" else view


def _list_answer(asked: ListRequest, page: Page, total: int | None, relation: str | None) -> Response:
    base = settings().base_url
    following, previous = (
        asked.address(base, cursor=str(cursor)) if cursor else None for cursor in (page.next, page.previous)
    )
    place = encoded(
        {
            "limit": asked.query["limit"],
            "next": following,
            "previous": previous,
            "total": total,
            "total_relation": relation,
        }
    )
    items = ",".join(row[0] for row in page.rows).encode()
    body = b'{"data":[%b],"page":%b}' % (items, place)
    return answer(body, etag=digest(body), links={"next": following, "prev": previous})
