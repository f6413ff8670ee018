"""Read items in-process, as the API's own views do, for web pages, frames and cards.

They display only what the API returns, and can link to the API calls that their content comes from.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

import orjson

from api.core.app_context import session, settings
from api.core.resource_registry import COLLECTION_PATHS, get_schema_class
from api.core.urls import absolute_url
from api.query.past_reader import PastState, pinned_state
from api.query.resource_reader import ResourceReader, View
from api.schemas.item_shape import Shape
from models import MODELS_BY_TYPE
from models.pin import Pin


class APICall(NamedTuple):
    """An API call: its URL, and the JSON that it returns."""

    url: str
    json: Any

    @property
    def path(self) -> str:
        """The URL without the base URL."""
        return self.url.removeprefix(settings().base_url)


def read_item(type_name: str, slug: str, *include: str) -> APICall:
    """Return the API call for an item, with these relations included.

    Raises:
        NotFound, Gone, Renamed: there is no visible item with this id.
    """
    path = {"id": slug}
    read = ResourceReader(session(), select_item(type_name), settings().base_url)
    row = read.item(path, Shape(get_schema_class(type_name), None, include))
    if row is None:
        raise read.item_model(path).missing_error(session(), slug)
    query = {"include": ",".join(include)} if include else {}
    return APICall(call_url(f"{COLLECTION_PATHS[type_name]}/{slug}", query), orjson.loads(row.json))


def read_pinned_item(type_name: str, slug: str, pin: Pin, *include: str) -> tuple[APICall, PastState]:
    """Return the API call for an item at a revision, with these relations included, and its state then.

    The item has its present id, and its permanent URL for representations.

    Raises:
        NotFound, Gone, Renamed: there is no visible item with this id, or the pin names no public revision.
    """
    resource = MODELS_BY_TYPE[type_name].by_slug(session(), slug)
    state = pinned_state(session(), resource, pin)
    item = state.citable_item(Shape(get_schema_class(type_name), None, include)) | {"id": slug}
    query = {"revision": str(state.pin)} | ({"include": ",".join(include)} if include else {})
    return APICall(call_url(f"{COLLECTION_PATHS[type_name]}/{slug}", query), item), state


def call_url(path: str, query: dict[str, Any]) -> str:
    """Return the absolute URL of a path with query parameters."""
    return absolute_url(path) + (f"?{urlencode(query, safe=',')}" if query else "")


# Cached, because the statement cache is keyed by view: each call must return the same function.
@cache
def select_item(type_name: str) -> View:
    """Return the view of an item, as in the routes of its type."""
    model = MODELS_BY_TYPE[type_name]
    return lambda id: model.select_where(id=[id])  # noqa: A006 (the path parameter)


@cache
def select_list(type_name: str) -> View:
    """Return the view of the list of a type; it accepts all filters."""
    model = MODELS_BY_TYPE[type_name]
    return lambda filters: model.select_where(**filters)
