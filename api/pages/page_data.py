"""Read lists, items by id and counts for pages, through the same queries as the API."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import orjson
from sqlalchemy import select

from api.core.app_context import session, settings
from api.core.resource_registry import COLLECTION_PATHS, get_schema_class
from api.core.urls import absolute_url
from api.pages.template_filters import item_url
from api.query.internal_reader import APICall, call_url, select_item, select_list
from api.query.pagination import ListRequest
from api.query.resource_reader import ResourceReader
from api.schemas.item_shape import Shape
from api.schemas.reference_fields import MAX_EXPANDED_ITEMS
from models import MODELS_BY_TYPE, Film

#: The number of list pages that one web page reads.
MAX_PAGES = 3
#: The counts that film pages show, each with its resource type.
COUNTED_TYPES = {"characters": "character", "scenes": "scene", "quotes": "quote", "commentary": "commentary"}
#: The fields that determine the URL of an item without a page of its own.
LOCATION_FIELDS = {"commentary": ("url", "html_url", "scenes", "themes")}


def read_coverage(film: str) -> APICall:
    """Return a film's counts, as the API call for its coverage."""
    counts = {name: getattr(Film, f"{model}_count") for name, model in COUNTED_TYPES.items()}
    numbers = session().execute(
        select(*(column.label(name) for name, column in counts.items())).where(Film.slug == film)
    )
    return APICall(absolute_url(f"/v1/films/{film}/coverage"), numbers.mappings().one())


def read_list(type_name: str, by: str, slug: str, fields: tuple[str, ...]) -> list[APICall]:
    """Return the API calls for the list of a type, filtered by an item, one for each page.

    ``by`` is the name of the filter and ``slug`` its value; ``fields`` are the fields to read.
    """
    args = {by: [slug], "fields": list(fields), "limit": MAX_EXPANDED_ITEMS}
    query = {by: slug, "fields": ",".join(fields), "limit": MAX_EXPANDED_ITEMS}
    read = ResourceReader(session(), select_list(type_name), settings().base_url)
    shape = Shape(get_schema_class(type_name), _ordered_fields(type_name, fields))
    calls: list[APICall] = []
    for _ in range(MAX_PAGES):
        list_request = ListRequest(MODELS_BY_TYPE[type_name], COLLECTION_PATHS[type_name], args)
        page = read.page(list_request, {}, shape)
        items = [orjson.loads(row[0]) for row in page.rows]
        calls.append(APICall(call_url(COLLECTION_PATHS[type_name], query), items))
        if page.next is None:
            break
        query["cursor"] = args["cursor"] = str(page.next)
    return calls


def read_first_page(type_name: str, args: dict[str, Any], *include: str) -> list[Any]:
    """Return the items on the first page of a list; ``args`` are validated query parameters."""
    read = ResourceReader(session(), select_list(type_name), settings().base_url)
    shape = Shape(get_schema_class(type_name), None, include)
    list_request = ListRequest(MODELS_BY_TYPE[type_name], COLLECTION_PATHS[type_name], args)
    return [orjson.loads(row[0]) for row in read.page(list_request, {}, shape).rows]


def read_items(type_name: str, slugs: Iterable[str], *include: str) -> dict[str, Any]:
    """Return complete items by id."""
    return _read_by_id(type_name, slugs, Shape(get_schema_class(type_name), None, include))


def read_fields(type_name: str, slugs: Iterable[str], *keys: str) -> dict[str, Any]:
    """Return items by id, reduced to these keys."""
    return _read_by_id(type_name, slugs, Shape(get_schema_class(type_name), _ordered_fields(type_name, keys)))


def _read_by_id(type_name: str, slugs: Iterable[str], shape: Shape) -> dict[str, Any]:
    unique_slugs = list(dict.fromkeys(slugs))
    if not unique_slugs:
        return {}
    read = ResourceReader(session(), select_item(type_name), settings().base_url)
    rows = read.items(MODELS_BY_TYPE[type_name], unique_slugs, shape)
    return {item["id"]: item for item in (orjson.loads(row.json) for row in rows)}


def item_urls(type_name: str, slugs: Iterable[str]) -> dict[str, str]:
    """Return the URLs of items by id."""
    items = read_fields(type_name, slugs, *LOCATION_FIELDS[type_name])
    return {slug: item_url(item) for slug, item in items.items()}


def flatten(calls: list[APICall]) -> list[Any]:
    """Return the items of all pages of a list."""
    return [item for call in calls for item in call.json]


def index_by_id(calls: list[APICall]) -> dict[str, Any]:
    """Return the items of all pages of a list by id."""
    return {item["id"]: item for item in flatten(calls)}


@cache
def _ordered_fields(type_name: str, keys: tuple[str, ...]) -> tuple[str, ...]:
    """Return the keys in schema order, together with ``type`` and ``id``."""
    selected = {"type", "id", *keys}
    return tuple(name for name in get_schema_class(type_name)().fields if name in selected)
