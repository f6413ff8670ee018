"""What is shown outside the API: the JSON that it serves, read as a view would read it.

A page, a frame or a card so shows nothing that a call does not, and can name the calls it was made of.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

import orjson

from api.core.request_context import session, settings
from api.core.resource_registry import COLLECTION_PATHS, get_schema_class
from api.core.urls import absolute_url
from api.query.resource_reader import ResourceReader, View
from api.schemas.item_shape import Shape
from models import MODELS_BY_TYPE


class APICall(NamedTuple):
    """A call of the API: its address, and what it answers."""

    address: str
    json: Any

    @property
    def path(self) -> str:
        """The address without what all addresses begin with."""
        return self.address.removeprefix(settings().base_url)


def read_item(type_name: str, slug: str, *include: str) -> APICall:
    """Return the call for an item.

    Raises:
        NotFound, Gone, Renamed: there is no such item that anyone may see.
    """
    path = {"id": slug}
    read = ResourceReader(session(), select_item(type_name), settings().base_url)
    found = read.item(path, Shape(get_schema_class(type_name), None, include))
    if found is None:
        raise read.item_model(path).missing_error(session(), slug)
    query = {"include": ",".join(include)} if include else {}
    return APICall(call_url(f"{COLLECTION_PATHS[type_name]}/{slug}", query), orjson.loads(found.json))


def call_url(path: str, query: dict[str, Any]) -> str:
    """Return the address of a call: its path, and its query where it has one."""
    return absolute_url(path) + (f"?{urlencode(query, safe=',')}" if query else "")


# Statements are kept by their view: each must be one and the same at every call.
@cache
def select_item(type_name: str) -> View:
    """Return the view of an item of a type, as its own route reads it."""
    model = MODELS_BY_TYPE[type_name]
    return lambda id: model.select_where(id=[id])  # noqa: A006 (the path's parameter)


@cache
def select_list(type_name: str) -> View:
    """Return the view of the list of a type, which takes all filters."""
    model = MODELS_BY_TYPE[type_name]
    return lambda filters: model.select_where(**filters)
