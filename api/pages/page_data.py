"""Read lists, items by id and counts for pages, through the same queries as the API."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

import orjson
from sqlalchemy import and_, case, or_, select

from api.core.app_context import session, settings
from api.core.resource_registry import COLLECTION_PATHS, get_schema_class
from api.core.urls import absolute_url, relative_url
from api.pages.argument_tree import group_by_source, source_id
from api.pages.template_filters import PAGE_PATHS, item_url
from api.query.internal_reader import APICall, call_url, select_item, select_list
from api.query.pagination import ListRequest, Page
from api.query.resource_reader import ResourceReader
from api.representations.shared_wording import OMISSIONS
from api.schemas.item_shape import Shape
from api.schemas.reference_fields import MAX_EXPANDED_ITEMS
from models import MODELS_BY_TYPE, AssertedBy, CommentaryRelation, Film, Relation, Source

#: The number of list pages that one web page reads.
MAX_PAGES = 3
#: The number of items in a section.
MAX_SECTION_ITEMS = 50
#: The fields of a quote that lists and sections show.
QUOTE_FIELDS = (
    "label",
    "url",
    "text",
    *OMISSIONS,
    "language",
    "voice",
    "attributed_to",
    "fidelity",
    "speaker",
    "speaker_certainty",
    "film",
    "advisories",
    "citations",
    "rights",
    "editor_note",
)
#: The counts that film pages show, each with its resource type.
COUNTED_TYPES = {"characters": "character", "scenes": "scene", "quotes": "quote", "commentary": "commentary"}
#: The fields that determine the URL of an item without a page of its own.
LOCATION_FIELDS = {"commentary": ("url", "html_url", "asserted_by", "film", "scenes", "themes")}


def read_coverage(film: str) -> APICall:
    """Return a film's counts, as the API call for its coverage."""
    counts = {name: getattr(Film, f"{model}_count") for name, model in COUNTED_TYPES.items()}
    numbers = session().execute(
        select(*(column.label(name) for name, column in counts.items())).where(Film.slug == film)
    )
    return APICall(absolute_url(f"/v1/films/{film}/coverage"), numbers.mappings().one())


def read_page(list_request: ListRequest, shape: Shape) -> tuple[Page, list[Any]]:
    """Return a page of a list, and its items.

    Raises:
        ProblemException: 422, if the cursor was issued for another list, filter or sort.
    """
    read = ResourceReader(session(), select_list(list_request.model.type_name), settings().base_url)
    page = read.page(list_request, {}, shape)
    return page, [orjson.loads(row[0]) for row in page.rows]


def read_list(
    type_name: str, by: str, slug: str, fields: tuple[str, ...], **filters: StrEnum
) -> list[APICall]:
    """Return the API calls for the list of a type, filtered by an item, one for each page.

    ``by`` is the name of the filter and ``slug`` its value; ``fields`` are the fields to read. Other filters
    have one value.
    """
    args = {by: [slug], **filters, "fields": list(fields), "limit": MAX_EXPANDED_ITEMS}
    query = {by: slug, **filters, "fields": ",".join(fields), "limit": MAX_EXPANDED_ITEMS}
    calls: list[APICall] = []
    for _ in range(MAX_PAGES):
        page, items = read_page(list_of(type_name, args), shape_of(type_name, fields))
        calls.append(APICall(call_url(COLLECTION_PATHS[type_name], query), items))
        if page.next is None:
            break
        query["cursor"] = args["cursor"] = str(page.next)
    return calls


def count_items(list_request: ListRequest) -> str:
    """Return the number of items in a list; with ``+`` if it is larger than the API counts."""
    read = ResourceReader(session(), select_list(list_request.model.type_name), settings().base_url)
    count, relation = read.count(list_request, {})
    return str(count) if relation == "exact" else f"{count}+"


def read_first_page(type_name: str, args: dict[str, Any], *include: str) -> list[Any]:
    """Return the items on the first page of a list; ``args`` are validated query parameters."""
    return read_page(list_of(type_name, args), Shape(get_schema_class(type_name), None, include))[1]


class Section(NamedTuple):
    """The first items of a list, on the page of an item that they belong to.

    ``all_url`` leads to all of them, as a page or else as JSON; None if these are all.
    """

    call: APICall
    items: list[Any]
    all_url: str | None


def read_section(type_name: str, by: str, slug: str, fields: tuple[str, ...]) -> Section:
    """Return the first items of a type, filtered by an item; the parameters are those of ``read_list``."""
    list_request = list_of(type_name, {by: [slug], "limit": MAX_SECTION_ITEMS})
    page, items = read_page(list_request, shape_of(type_name, fields))
    call = APICall(list_request.url(settings().base_url), items)
    path = PAGE_PATHS.get(type_name, "").rstrip("/")
    all_url = relative_url(f"{path}?{by}={slug}") if path else call.url
    return Section(call, items, all_url if page.next else None)


def list_of(type_name: str, args: dict[str, Any]) -> ListRequest:
    """Return the request for the list of a type in the API; ``args`` are validated query parameters."""
    return ListRequest(MODELS_BY_TYPE[type_name], COLLECTION_PATHS[type_name], args)


def read_items(type_name: str, slugs: Iterable[str], *include: str) -> dict[str, Any]:
    """Return complete items by id."""
    return _read_by_id(type_name, slugs, Shape(get_schema_class(type_name), None, include))


def read_fields(type_name: str, slugs: Iterable[str], *keys: str) -> dict[str, Any]:
    """Return items by id, reduced to these keys."""
    return _read_by_id(type_name, slugs, shape_of(type_name, keys))


def _read_by_id(type_name: str, slugs: Iterable[str], shape: Shape) -> dict[str, Any]:
    unique_slugs = list(dict.fromkeys(slugs))
    if not unique_slugs:
        return {}
    read = ResourceReader(session(), select_item(type_name), settings().base_url)
    rows = read.items(MODELS_BY_TYPE[type_name], unique_slugs, shape)
    return {item["id"]: item for item in (orjson.loads(row.json) for row in rows)}


class RelationTo(NamedTuple):
    """A relation to a commentary entry, seen from it: what the other entry says of it, by whom, and why.

    ``source`` is the id of the source of the other entry; None if the other is the editors' own.
    """

    relation: str
    id: str
    label: str
    asserted_by: str
    note: str | None
    source: str | None


def read_relations_to(commentary: list[Any]) -> dict[str, list[RelationTo]]:
    """Return what the editors or other sources say of these entries, by the ids of the entries.

    What one claim of a source says of another is left out, unless the editors see a dispute. Runs one
    statement, unless there are no entries. ``relations`` of an entry has what it says itself.
    """
    if not commentary:
        return {}
    subject, object_ = CommentaryRelation.sides()
    is_editors = CommentaryRelation.asserted_by == AssertedBy.EDITOR
    statement = CommentaryRelation.select_where(object=[entry["id"] for entry in commentary]).where(
        or_(
            subject.source_id != object_.source_id,
            and_(is_editors, CommentaryRelation.relation == Relation.DISPUTES),
        )
    )
    columns = (
        object_.slug,
        CommentaryRelation.relation,
        subject.slug,
        subject.label,
        CommentaryRelation.asserted_by,
        CommentaryRelation.note,
        case((subject.asserted_by == AssertedBy.SOURCE, Source.slug)),
    )
    rows = statement.join(subject.source).with_only_columns(*columns, maintain_column_froms=True)
    relations: dict[str, list[RelationTo]] = {}
    for slug, *values in session().execute(rows.order_by(subject.slug)):
        relations.setdefault(slug, []).append(RelationTo(*values))
    return relations


#: The fields of a source that name it on pages, the first that tells the sources of a page apart.
NAMING_FIELDS = ("publication", "author", "title", "label")


def read_source_names(
    commentary: Iterable[Any],
    relations: Mapping[str, Iterable[RelationTo]] | None = None,
    *,
    known: Iterable[Any] = (),
) -> dict[str, str]:
    """Return the names of the sources of commentary entries and of those that they relate to, by id.

    A name is the publication, or else the authors, or else the title: what tells the sources apart. Runs one
    statement, unless all of them are among the ``known`` ones.
    """
    entries = list(commentary)
    owners = [*entries, *(relation for entry in entries for relation in entry.get("relations", ()))]
    slugs = {source_id(owner) for owner in owners}
    slugs |= {each.source for group in (relations or {}).values() for each in group}
    sources = {source["id"]: source for source in known if source["id"] in slugs}
    sources |= read_fields("source", sorted(filter(None, slugs - sources.keys())), *NAMING_FIELDS)
    counts = Counter(source[field] for source in sources.values() for field in NAMING_FIELDS)
    names = {}
    for slug, source in sources.items():
        given = [source[field] for field in NAMING_FIELDS if source[field]]
        names[slug] = next((name for name in given if counts[name] == given.count(name)), source["label"])
    return names


def read_argument_context(commentary: list[Any], *, known: Iterable[Any] = ()) -> dict[str, Any]:
    """Return what templates need to list commentary in full: its groups, relations and names of sources."""
    relations_to = read_relations_to(commentary)
    return {
        "groups": group_by_source(commentary),
        "relations_to": relations_to,
        "source_names": read_source_names(commentary, relations_to, known=known),
    }


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
def shape_of(type_name: str, keys: tuple[str, ...]) -> Shape:
    """Return the shape of an item with these keys in schema order, together with ``type`` and ``id``."""
    schema = get_schema_class(type_name)
    selected = {"type", "id", *keys}
    return Shape(schema, tuple(name for name in schema().fields if name in selected))
