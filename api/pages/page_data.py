"""What pages are made of beside items: lists, and references by id, read as a view would read them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import orjson
from sqlalchemy import select

from api.core.api_versions import get_schema_class
from api.core.request_context import session, settings
from api.core.resource_registry import COLLECTION_PATHS
from api.core.urls import absolute_url
from api.pages.template_filters import item_url
from api.query.internal_reader import APICall, call_url, select_item, select_list
from api.query.pagination import ListRequest
from api.query.statement_cache import ResourceReader
from api.schemas.references import MAX_EXPANDED_ITEMS
from api.schemas.sparse_fields import Shape
from models import MODELS_BY_TYPE, Film

#: How many pages of a list are read for one page of ours.
MAX_PAGES = 3
#: The counts of a film that pages show, and the noun that each is of.
COUNTED_TYPES = {"characters": "character", "scenes": "scene", "quotes": "quote", "commentary": "commentary"}
#: What must be known of an item to say where it stands.
LOCATION_FIELDS = {"commentary": ("url", "html_url", "scenes", "themes")}


def read_coverage(film: str) -> APICall:
    """Return the call for what there is of a film, as far as pages show it: its counts."""
    counts = {name: getattr(Film, f"{model}_count") for name, model in COUNTED_TYPES.items()}
    numbers = session().execute(
        select(*(column.label(name) for name, column in counts.items())).where(Film.slug == film)
    )
    return APICall(absolute_url(f"/v1/films/{film}/coverage"), numbers.mappings().one())


def read_list(type_name: str, by: str, slug: str, fields: tuple[str, ...]) -> list[APICall]:
    """Return the calls for a list, page by page, of what belongs to an item.

    ``by`` is the filter that names it; ``fields`` are the keys that are shown.
    """
    asked = {by: [slug], "fields": list(fields), "limit": MAX_EXPANDED_ITEMS}
    query = {by: slug, "fields": ",".join(fields), "limit": MAX_EXPANDED_ITEMS}
    read = ResourceReader(session(), select_list(type_name), settings().base_url)
    shape = Shape(get_schema_class(type_name), _ordered_fields(type_name, fields))
    calls: list[APICall] = []
    for _ in range(MAX_PAGES):
        found = read.page(
            ListRequest(MODELS_BY_TYPE[type_name], COLLECTION_PATHS[type_name], asked), {}, shape
        )
        items = [orjson.loads(row[0]) for row in found.rows]
        calls.append(APICall(call_url(COLLECTION_PATHS[type_name], query), items))
        if found.next is None:
            break
        query["cursor"] = asked["cursor"] = str(found.next)
    return calls


def read_first_page(type_name: str, asked: dict[str, Any], *include: str) -> list[Any]:
    """Return the items of a list's first page, with what is included; ``asked`` is a loaded query."""
    read = ResourceReader(session(), select_list(type_name), settings().base_url)
    shape = Shape(get_schema_class(type_name), None, include)
    found = read.page(ListRequest(MODELS_BY_TYPE[type_name], COLLECTION_PATHS[type_name], asked), {}, shape)
    return [orjson.loads(row[0]) for row in found.rows]


def read_items(type_name: str, slugs: Iterable[str], *include: str) -> dict[str, Any]:
    """Return whole items that were found just now, by id, with what is included."""
    return _read_by_id(type_name, slugs, Shape(get_schema_class(type_name), None, include))


def read_fields(type_name: str, slugs: Iterable[str], *keys: str) -> dict[str, Any]:
    """Return those of an item's keys that are asked for, by id, of items that were found just now."""
    return _read_by_id(type_name, slugs, Shape(get_schema_class(type_name), _ordered_fields(type_name, keys)))


def _read_by_id(type_name: str, slugs: Iterable[str], shape: Shape) -> dict[str, Any]:
    wanted = list(dict.fromkeys(slugs))
    if not wanted:
        return {}
    read = ResourceReader(session(), select_item(type_name), settings().base_url)
    rows = read.items(MODELS_BY_TYPE[type_name], wanted, shape)
    return {found["id"]: found for found in (orjson.loads(row.json) for row in rows)}


def item_urls(type_name: str, slugs: Iterable[str]) -> dict[str, str]:
    """Return where items stand that were found just now, by id."""
    found = read_fields(type_name, slugs, *LOCATION_FIELDS[type_name])
    return {slug: item_url(one) for slug, one in found.items()}


def flatten(calls: list[APICall]) -> list[Any]:
    """Return the items of a list that was read page by page."""
    return [found for call in calls for found in call.json]


def index_by_id(calls: list[APICall]) -> dict[str, Any]:
    """Return the same, each under its id."""
    return {found["id"]: found for found in flatten(calls)}


@cache
def _ordered_fields(type_name: str, keys: tuple[str, ...]) -> tuple[str, ...]:
    """Return the keys in the item's order, and with them what always stays."""
    wanted = {"type", "id", *keys}
    return tuple(name for name in get_schema_class(type_name)().fields if name in wanted)
