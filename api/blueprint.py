"""The decorators that views of this API are made of; each enforces a rule and documents it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import flask_smorest
from flask import Response, request
from sqlalchemy import Select
from werkzeug.routing import BaseConverter

from api.context import session, settings
from api.fields import SLUG
from api.filters import ListQuerySchema
from api.loading import options_for
from api.pagination import ListRequest, Page, count, slice_page
from api.query import StrictParser
from api.responses import answer, digest, encoded
from api.schemas import Body, Out, list_of
from models import Versioned
from models.types import SLUG_LENGTH

View = Callable[..., Select[Any]]
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
            @wraps(view)
            def respond(*given: Any, **path: str) -> Response:
                # A method of a view class is given itself first; the query always comes last.
                *itself, asked = given
                wanted = ListRequest(query.noun, request.path, asked)
                statement = view(*itself, wanted.filters, **path)
                page = slice_page(session(), statement.options(*options_for(item, query.noun)), wanted)
                if parent and not page.rows:
                    # Rows prove that the parent is there; only their absence makes it a question.
                    parent.by_slug(session(), next(iter(path.values())))
                return _list_answer(item, wanted, page, statement)

            documented = self.response(
                200,
                list_of(item),
                description="A page of the list.",
                headers={"ETag": "ETag", "Link": "Link", "Cache-Control": "CacheControl"},
            )(self.arguments(query, location="query")(respond))
            responses = {404: "NOT_FOUND"} if parent else {}
            return self._documented(documented, operation, example, responses)

        return decorate

    def item(
        self, item: type[Out], *, operation: str, example: str
    ) -> Callable[[View], Callable[..., Response]]:
        """Make a view that returns a ``Select`` of at most one row into an item with a strong ETag."""

        def decorate(view: View) -> Callable[..., Response]:
            @wraps(view)
            def respond(*given: Any, **path: Any) -> Response:
                statement = view(*given[:-1], **path)
                noun = statement.column_descriptions[0]["entity"]
                found = session().scalars(statement.options(*options_for(item, noun))).first()
                if found is None:
                    raise noun.missing(session(), *path.values())
                body = encoded(item().dump(found))
                revision = getattr(found, "revision", None)
                etag = digest(body) if revision is None else f"{revision}.{digest(body)}"
                return answer(body, etag=etag)

            documented = self.response(
                200,
                item,
                description="The item.",
                headers={"ETag": "ETag", "Cache-Control": "CacheControl"},
            )(self.arguments(ItemQuerySchema, location="query")(respond))
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


def _list_answer(item: type[Out], asked: ListRequest, page: Page, statement: Select[Any]) -> Response:
    base = settings().base_url
    following, previous = (
        asked.address(base, cursor=str(cursor)) if cursor else None for cursor in (page.next, page.previous)
    )
    total, relation = count(session(), statement) if asked.query["count"] else (None, None)
    body = encoded(
        {
            "data": item(many=True).dump([row[0] for row in page.rows]),
            "page": {
                "limit": asked.query["limit"],
                "next": following,
                "previous": previous,
                "total": total,
                "total_relation": relation,
            },
        }
    )
    return answer(body, etag=digest(body), links={"next": following, "prev": previous})
