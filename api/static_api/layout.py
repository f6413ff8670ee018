"""The layout of the static API: the path that stands for each URL of the service, with its query string.

- A URL without an extension is a folder with an index file: ``/v1/quotes`` is ``/v1/quotes/index.json``, and
  the page ``/quotes/ID`` is ``/quotes/ID/index.html``. Files have a dot in their names and folders have none,
  so no file and folder have the same path.
- A URL with an extension and without a query string is its own path: ``/v1/quotes/ID.bib``.
- A list that is filtered by one item lies below that item: ``/v1/quotes?film=ID`` is
  ``/v1/films/ID/quotes/index.json``.
- A later page of a list is named after the last item of the page before it: ``/v1/quotes/after/ID.json``.

What has no path here is not static: search, random and daily items, writes, and the history of items.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from urllib.parse import parse_qsl, urlsplit

from api.core.resource_registry import COLLECTION_PATHS, TYPE_BY_COLLECTION, get_schema_class
from api.embeds.frame_css import DEFAULT_COLOUR_SCHEME
from api.embeds.url_resolver import EMBEDDABLE_TYPES
from api.pages.template_filters import PAGE_PATHS
from api.query.cursors import Cursor
from api.representations import CITABLE_TYPES, FORMATS, Format, formats_for, list_formats
from api.schemas.fields import RESERVED_SLUGS, SLUG
from api.schemas.reference_fields import list_links

#: Files of the service that are their own paths, whatever item they belong to.
FILES = (
    "/v1/openapi.json",
    "/v1/openapi.yaml",
    "/feeds/quotes.atom",
    "/feeds/quotes.json",
    "/embed.js",
    "/embed.v1.js",
    "/embed/frame.js",
    "/favicon.ico",
    "/favicon.svg",
    "/apple-touch-icon.png",
)
#: Folders and patterns of files that are their own paths.
FILE_PATTERN = re.compile(
    r"/static/[\w.-]+|/embed/fonts/[\w.-]+|/embed\.[0-9a-f]+\.js|/sitemaps/[a-z]+-[0-9]+\.xml"
)
#: The number of a paragraph, from 1.
NUMBER = re.compile(r"[1-9][0-9]*", re.ASCII)
#: Query parameters that do not choose items: a file has all fields, and a length of its own.
SHAPE_PARAMETERS = frozenset({"limit", "fields", "include"})
#: The resources below an item that are not lists of another type, by collection.
PARTS = {
    "films": ("coverage", "theme-map"),
    "sources": ("coverage", "paragraphs"),
    "commentary": ("relations",),
    "themes": ("related",),
}
#: The collections whose items have pages.
PAGE_COLLECTIONS = tuple(path.strip("/") for path in PAGE_PATHS.values())
#: The collections whose items can be embedded; pages of quotes have a card, too.
EMBED_COLLECTIONS = tuple(EMBEDDABLE_TYPES)
#: The formats that only ``?format=`` selects, by the name of their file below the item.
STYLE_FILES = {f"{format_.name}.txt": format_.name for format_ in FORMATS if format_.extension is None}


def collection_of(type_name: str) -> str:
    """Return the path segment of a type: ``quotes``."""
    return COLLECTION_PATHS[type_name].rpartition("/")[2]


@cache
def lists_below() -> dict[tuple[str, str], str]:
    """Return the lists below an item: the filter that takes its id, by its collection and that of the list.

    The filter has the name of the item's type, unless a link of the item says otherwise: below a character,
    quotes are filtered by ``speaker``.
    """
    filters: dict[tuple[str, str], str] = {}
    for parent, parent_collection in _collections():
        links = list_links(get_schema_class(parent)._declared_fields).values()
        linked = {link.lists[0]: link.lists[1] for link in links if link.lists}
        for type_name, collection in _collections():
            declared = get_schema_class(type_name, "Query")._declared_fields
            if name := linked.get(type_name, parent if parent in declared else None):
                filters[parent_collection, collection] = name
    return filters


def _collections() -> list[tuple[str, str]]:
    return [(type_name, collection) for collection, type_name in TYPE_BY_COLLECTION.items()]


def has_facets(parent: str | None) -> bool:
    """Whether a list has its facets and references as files: whole lists do, and those below a film."""
    return parent in (None, "films")


def has_page(collection: str, parent: str | None) -> bool:
    """Whether a list has a page for people: it does if its items do, and what it is below."""
    return collection in PAGE_COLLECTIONS and parent in (None, *PAGE_COLLECTIONS)


def item_formats(collection: str) -> tuple[Format, ...]:
    """Return the formats of the items of a collection besides JSON."""
    type_name = TYPE_BY_COLLECTION[collection]
    formats = formats_for(type_name) if type_name in CITABLE_TYPES else ()
    return tuple(format_ for format_ in formats if not format_.is_json)


def reference_formats(collection: str) -> tuple[Format, ...]:
    """Return the formats of the lists of a collection besides JSON."""
    formats = list_formats() if TYPE_BY_COLLECTION[collection] in CITABLE_TYPES else ()
    return tuple(format_ for format_ in formats if not format_.is_json)


def format_path(collection: str, slug: str, format_: Format) -> str:
    """Return the path of an item in a format."""
    extension = f".{format_.extension}" if format_.extension else f"/{format_.name}.txt"
    return f"/v1/{collection}/{slug}{extension}"


def paragraph_path(source: str, number: int) -> str:
    """Return the path of a paragraph of a source, to which citations in JSON-LD and pages lead."""
    return f"/v1/sources/{source}/paragraphs/{number}/index.json"


def list_path(root: str, collection: str, parent: str | None, parent_id: str | None) -> str:
    """Return the folder of a list; ``root`` is ``/v1``, or empty for its page."""
    return f"{root}/{parent}/{parent_id}/{collection}" if parent else f"{root}/{collection}"


def page_file(folder: str, after: str | None, extension: str) -> str:
    """Return the path of a page of a list in a folder; ``extension`` is ``html`` for people."""
    if after is None:
        return f"{folder}/index.{extension}"
    return (
        f"{folder}/after/{after}/index.html" if extension == "html" else f"{folder}/after/{after}.{extension}"
    )


def static_path(url: str) -> str | None:
    """Return the path that stands for a URL, given from its path on; None if it is not static."""
    parts = urlsplit(url)
    query = {name: value for name, value in parse_qsl(parts.query) if name not in SHAPE_PARAMETERS}
    if parts.path in FILES or FILE_PATTERN.fullmatch(parts.path):
        # The version of a file in its URL is of no use to a host that ignores query strings.
        return parts.path if query.keys() <= {"v"} else None
    segments = parts.path.split("/")[1:]
    if segments[0] == "v1":
        return _data_path(segments[1:], query)
    return _page_path(segments, query)


def _page_path(segments: list[str], query: Mapping[str, str]) -> str | None:
    """Return the path of a page, a frame, a card or an oEmbed response."""
    path = None
    match segments:
        case [""]:
            path = "/index.html"
        case ["oembed"]:
            path = _oembed_path(query)
        case ["embed", collection, slug] if collection in EMBED_COLLECTIONS and _is_id(slug):
            # Files have the default colour scheme. Others, past states and later pages need a server.
            if query.items() <= {"theme": DEFAULT_COLOUR_SCHEME}.items():
                path = f"/embed/{collection}/{slug}/index.html"
        case ["quotes", slug, ("card.png" | "card.svg") as card] if _is_id(slug) and not query:
            path = f"/quotes/{slug}/{card}"
        case [collection] if collection in PAGE_COLLECTIONS:
            path = _list_file("", collection, query, "html")
        case [collection, slug] if collection in PAGE_COLLECTIONS and _is_id(slug) and not query:
            path = f"/{collection}/{slug}/index.html"
    return path


def _data_path(segments: list[str], query: Mapping[str, str]) -> str | None:
    """Return the path of what the API has, for segments after ``/v1``."""
    path = None
    match segments:
        case []:
            path = "/v1/index.json"
        case ["meta"]:
            path = "/v1/meta/index.json"
        case [collection] if collection in TYPE_BY_COLLECTION:
            path = _list_file("/v1", collection, query, "json")
        case [collection, name] if collection in TYPE_BY_COLLECTION and not query:
            path = _item_path(collection, name)
        case [collection, slug, part] if _is_id(slug) and part in PARTS.get(collection, ()):
            path = f"/v1/{collection}/{slug}/{part}/index.json"
        case ["sources", slug, "paragraphs", number] if (
            _is_id(slug) and NUMBER.fullmatch(number) and not query
        ):
            path = paragraph_path(slug, int(number))
        case [parent, slug, collection] if _is_id(slug) and (parent, collection) in lists_below():
            path = None if query else f"/v1/{parent}/{slug}/{collection}/index.json"
    return path


def _item_path(collection: str, name: str) -> str | None:
    slug, dot, extension = name.partition(".")
    if not _is_id(slug):
        return None
    if not dot:
        return f"/v1/{collection}/{slug}/index.json"
    extensions = {format_.extension for format_ in item_formats(collection)}
    return f"/v1/{collection}/{name}" if extension in extensions else None


def _is_id(segment: str) -> bool:
    return bool(SLUG.fullmatch(segment)) and segment not in RESERVED_SLUGS


def _list_file(root: str, collection: str, query: Mapping[str, str], extension: str) -> str | None:
    """Return the path of a page of a list; None if it is filtered by more than one item."""
    filters = dict(query)
    after = _item_before(filters.pop("cursor", None))
    if not filters:
        folder = list_path(root, collection, None, None)
    else:
        ((name, value), *others) = filters.items()
        parents = {by: pair[0] for pair, by in lists_below().items() if pair[1] == collection}
        parent = parents.get(name)
        if others or parent is None or not _is_id(value) or (not root and parent not in PAGE_COLLECTIONS):
            return None
        folder = list_path(root, collection, parent, value)
    return None if after == "" else page_file(folder, after, extension)


def _item_before(cursor: str | None) -> str | None:
    """Return the id in a cursor, which is its last value; empty if it leads backwards."""
    if cursor is None:
        return None
    _, backwards, *values = Cursor.decode(cursor)
    return "" if backwards or not values else str(values[-1])


def _oembed_path(query: Mapping[str, str]) -> str | None:
    path = urlsplit(query.get("url", "")).path.rpartition("/")
    collection, slug = path[0].rpartition("/")[2], path[2]
    if collection not in EMBED_COLLECTIONS or not _is_id(slug):
        return None
    return f"/oembed/{collection}/{slug}.{query.get('format', 'json')}"
