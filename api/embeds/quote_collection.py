"""A collection: the public quotes of a film or about a theme, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import orjson
from marshmallow import fields, validate

from api.core.app_context import session, settings
from api.core.resource_registry import COLLECTION_PATHS, get_schema_class
from api.core.urls import absolute_url
from api.embeds.interface_language import InterfaceLanguage
from api.embeds.quote_selection import BaseSelectionSchema
from api.embeds.quote_view_model import QuoteViewModel, build_view_model
from api.query.internal_reader import read_item, select_list
from api.query.pagination import ListRequest
from api.query.resource_reader import ResourceReader
from api.representations.shared_wording import one_line
from api.schemas.fields import CommaSeparated, Reference, StrictInteger
from api.schemas.item_shape import Shape
from models import MODELS_BY_TYPE

#: The types that have collections, by the first segment of their pages' paths.
COLLECTION_TYPES = {"films": "film", "themes": "theme"}
#: The number of quotes on a page of a frame, and the highest that may be asked for.
DEFAULT_LIMIT, MAX_LIMIT = 5, 20


class CollectionSchema(BaseSelectionSchema):
    """Query parameters of a collection; ``about`` filters by theme, as ``theme`` is the colour theme."""

    about = CommaSeparated(Reference("theme"), attribute="theme")
    limit = StrictInteger(1, MAX_LIMIT, load_default=DEFAULT_LIMIT)
    cursor = fields.String(validate=validate.Length(min=1, max=4000))


@dataclass(frozen=True)
class QuoteCollection:
    """A page of the quotes of a film or theme; its cursors are None at the ends.

    ``count`` is the number of all its quotes, in words. ``page_url`` is the absolute URL of the film's or
    theme's page. ``words`` is the language of ``count`` and of the words around quotes.
    """

    type_name: Literal["film", "theme"]
    id: str
    label: str
    page_url: str
    quotes: tuple[QuoteViewModel, ...]
    count: str
    words: InterfaceLanguage
    next_cursor: str | None
    previous_cursor: str | None

    @property
    def frame_path(self) -> str:
        """The path of the frame."""
        return f"/embed/{self.type_name}s/{self.id}"


def read_collection(
    type_name: Any, slug: str, args: dict[str, Any], words: InterfaceLanguage
) -> QuoteCollection:
    """Return a page of the quotes of a film or theme; ``args`` are loaded from :class:`CollectionSchema`.

    Raises:
        NotFound, Gone, Renamed: no public film or theme has this id.
        ProblemException: 422, if the cursor was issued for another collection or filter.
    """
    item = read_item(type_name, slug).json
    model, path = MODELS_BY_TYPE["quote"], COLLECTION_PATHS["quote"]
    request = ListRequest(model, path, args | {type_name: [slug]})
    read = ResourceReader(session(), select_list("quote"), settings().base_url)
    shape = Shape(get_schema_class("quote"), None, ("film", "sources"), args["max_severity"])
    page = read.page(request, {}, shape)
    total, relation = read.count(request, {})
    return QuoteCollection(
        type_name=type_name,
        id=slug,
        label=one_line(item["label"]),
        page_url=absolute_url(f"/{type_name}s/{slug}"),
        quotes=tuple(build_view_model(orjson.loads(row[0]), words) for row in page.rows),
        count=words.count_quotes(total, is_exact=relation == "exact"),
        words=words,
        next_cursor=str(page.next) if page.next else None,
        previous_cursor=str(page.previous) if page.previous else None,
    )
