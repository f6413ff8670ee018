"""Search results page: hits serialized with their snippets, facets and pagination."""

from __future__ import annotations

from functools import cache
from typing import Any

import orjson
from markupsafe import escape
from sqlalchemy import Text, bindparam, cast, literal, null, select, union_all
from sqlalchemy.orm import Session

from api.core.resource_registry import get_schema_class
from api.query.cursors import Cursor
from api.query.json_projection import compile_item
from api.query.notices import notice_of_unknown_ids
from api.query.pagination import NO_NEIGHBOUR, ListRequest, Neighbour, page_position
from api.representations.shared_wording import OMISSIONS
from api.resources.search.schemas import HITS, SearchQuerySchema
from api.schemas.item_shape import Shape
from models import MODELS_BY_TYPE, Film, Source, Theme
from models.search import Hit, Query, SearchResults, Snippet, extract_snippet, search
from models.search.snippets import ELLIPSIS
from models.searchable import SEARCHABLE

#: Values listed for a facet.
MAX_FACET_VALUES = 100
FACETS = ("type", "film", "theme", "kind", "source")


def search_page(session: Session, args: dict[str, Any], path: str, base_url: str) -> dict[str, Any]:
    """Return a page of search results as it is served, for the loaded ``SearchQuerySchema``.

    Runs two statements; if there are no hits, one, another if a word needs a spelling suggestion, and a few
    to look up the ids in its filters.

    Raises:
        ProblemException: 422, if the cursor was issued for another search.
    """
    query: Query | None = args["q"].query
    filters: dict[str, Any] = {f"{name}s": args.get(name, ()) for name in FACETS}
    filters |= {name: args.get(name) for name in ("asserted_by", "max_severity")}
    if SEARCHABLE.keys() - HITS.keys():
        filters["types"] = filters["types"] or tuple(HITS)
    results = search(session, query, **filters) if query else SearchResults()
    list_request = ListRequest(SearchHits, path, args)
    start, end = _page_bounds(results, list_request)
    hits = results.slice(start, end)
    items = _PageItems(session, base_url, hits, results)
    return {
        "data": [_serialize_hit(items.by_key[hit.type_name, hit.slug], query) for hit in hits if query],
        "page": _serialize_page(results, list_request, start, end, base_url),
        "facets": items.facets(),
        "suggestion": results.suggestion,
        "notice": args["q"].notice
        or (None if results.total else notice_of_unknown_ids(session, SearchQuerySchema, args)),
    }


class SearchHits:
    """The model of a ``ListRequest`` for search: it has no filters of its own."""

    advisory_links = ()


class SortKeyPart:
    """One value of a hit's sort key in a cursor (see ``models.search.ranking.HitSortKey``)."""

    def __init__(self, *types: type[Any]) -> None:
        """Take the allowed types of the value."""
        self.types = types

    def parse(self, value: Any) -> Any:
        """Return a cursor's value; raise ``ValueError`` if its type is not allowed."""
        if type(value) not in self.types:
            raise ValueError(f"{value!r} is not a value of a sort key")
        return value


SORT_KEY_PARTS: Any = [SortKeyPart(int, float), SortKeyPart(int), SortKeyPart(str)]


def _page_bounds(results: SearchResults, list_request: ListRequest) -> tuple[int, int]:
    """Return the indexes of the page's first hit and of the one after its last (keyset pagination)."""
    limit, text = list_request.args["limit"], list_request.args.get("cursor")
    cursor = Cursor.parse(text, list_request.fingerprint, SORT_KEY_PARTS) if text else None
    if cursor is None or not cursor.values:
        return 0, min(limit, results.total)
    score, type_number, slug = cursor.values
    if cursor.backwards:
        end = results.count_before((score, type_number, slug))
        return max(0, end - limit), end
    start = results.count_through((score, type_number, slug))
    return start, min(start + limit, results.total)


def _serialize_page(
    results: SearchResults, list_request: ListRequest, start: int, end: int, base_url: str
) -> dict[str, Any]:
    def neighbour(backwards: bool, index: int) -> Neighbour:
        (hit,) = results.slice(index, index + 1)
        cursor = Cursor(list_request.fingerprint, backwards, list(hit.sort_key))
        return list_request.neighbour(base_url, cursor)

    return page_position(
        list_request.args["limit"],
        neighbour(False, end - 1) if 0 < end < results.total else NO_NEIGHBOUR,
        neighbour(True, start) if 0 < start < results.total else NO_NEIGHBOUR,
        results.total,
        "at-least" if results.approximate else "exact",
    )


class _PageItems:
    """The items of a page of hits and the labels of facet values, read by one statement."""

    def __init__(self, session: Session, base_url: str, hits: list[Hit], results: SearchResults) -> None:
        self.by_key: dict[tuple[str, str], dict[str, Any]] = {}
        self.labels: dict[tuple[str, str], str] = {}
        self.results = results
        if not results.total:
            return
        params: dict[str, Any] = {name: [hit.slug for hit in hits if hit.type_name == name] for name in HITS}
        # The film of a hit is always visible. Some of its themes and sources may be hidden, so the labels of
        # all are read and the values limited afterwards.
        films = sorted(results.films.items(), key=_facet_order)[:MAX_FACET_VALUES]
        params |= {"films": [slug for slug, _ in films]}
        params |= {"themes": list(results.themes), "sources": list(results.sources)}
        for type_name, slug, label, json in session.connection().execute(_select_items(base_url), params):
            if json is None:
                self.labels[type_name, slug] = label
            else:
                self.by_key[type_name, slug] = orjson.loads(json)

    def facets(self) -> dict[str, Any]:
        """Return the facets of all hits, as they are served."""
        relation = "at-least" if self.results.approximate else "exact"
        counts = {name: getattr(self.results, f"{name}s") for name in FACETS}
        return {name: {"relation": relation, "values": self._values(name, counts[name])} for name in counts}

    def _values(self, name: str, counts: dict[str, int]) -> list[dict[str, Any]]:
        ordered = sorted(counts.items(), key=_facet_order)
        labelled = [(value, self._label(name, value), count) for value, count in ordered]
        # A value without a label is hidden.
        visible = [
            {"value": value, "label": label, "count": count} for value, label, count in labelled if label
        ]
        return visible[:MAX_FACET_VALUES]

    def _label(self, name: str, value: str) -> str | None:
        if name in ("film", "theme", "source"):
            return self.labels.get((name, value))
        return value.replace("-", " ").capitalize()


def _facet_order(value_count: tuple[str, int]) -> tuple[int, str]:
    """Return the sort key of a facet value: by count, descending, then by value."""
    value, count = value_count
    return -count, value


@cache
def _select_items(base_url: str) -> Any:
    """Return the statement for the items of hits, and for the labels of films, themes and sources.

    Its parameters are lists of slugs: one for each type of hit, by its name, ``films``, ``themes`` and
    ``sources``.
    Its columns are the type name, the slug, the label (null for an item) and the item's JSON (null for a
    label).
    """
    items = [
        select(
            literal(name, Text),
            MODELS_BY_TYPE[name].slug,
            cast(null(), Text),
            compile_item(Shape(_item_schema(name), _item_keys(name)), MODELS_BY_TYPE[name], base_url),
        ).where(MODELS_BY_TYPE[name].slug.in_(bindparam(name, expanding=True)))
        for name in HITS
    ]
    labels = [
        select(literal(model.type_name, Text), model.slug, model.label, cast(null(), Text)).where(
            model.is_visible, model.slug.in_(bindparam(f"{model.type_name}s", expanding=True))
        )
        for model in (Film, Theme, Source)
    ]
    return union_all(*items, *labels)


def _item_schema(type_name: str) -> Any:
    return get_schema_class(type_name)


@cache
def _item_keys(type_name: str) -> tuple[str, ...]:
    """Return the keys of an item that its hit includes, or that its snippet may be taken from."""
    keys = {*HITS[type_name]().fields, *MODELS_BY_TYPE[type_name].search_weights, *OMISSIONS}
    return tuple(name for name in _item_schema(type_name)().fields if name in keys)


def _serialize_hit(item: dict[str, Any], query: Query) -> dict[str, Any]:
    """Return a hit as it is served, with the snippet that has the most matches."""
    hit = {name: item[name] for name in HITS[item["type"]]().fields if name in item}
    return hit | {"snippet": _serialize_snippet(item, query)}


def _serialize_snippet(item: dict[str, Any], query: Query) -> dict[str, Any]:
    snippets = [
        (name, extract_snippet(text, query))
        for name in MODELS_BY_TYPE[item["type"]].search_weights
        for text in (item[name] if isinstance(item[name], list) else [item[name]])
        if text
    ]
    # On a tie max() returns the first, and search_weights lists the heaviest fields first.
    name, snippet = max(snippets, key=lambda pair: len(pair[1].highlights))
    if name == "text":
        snippet = _with_omissions(snippet, item)
    highlights = [list(span) for span in snippet.highlights]
    return {
        "field": name,
        "text": snippet.text,
        "highlights": highlights,
        "html": _to_html(snippet.text, highlights),
    }


def _with_omissions(snippet: Snippet, item: dict[str, Any]) -> Snippet:
    """Return a snippet of a quote with an ellipsis where the quote leaves out words, unless it has one."""
    before, after = (ELLIPSIS if item.get(name) else "" for name in OMISSIONS)
    before = "" if snippet.text.startswith(ELLIPSIS) else before
    after = "" if snippet.text.endswith(ELLIPSIS) else after
    shifted = [(start + len(before), end + len(before)) for start, end in snippet.highlights]
    return Snippet(f"{before}{snippet.text}{after}", shifted)


def _to_html(text: str, highlights: list[list[int]]) -> str:
    """Return a text as escaped HTML, with each highlight in ``<mark>``."""
    html, last = "", 0
    for start, end in highlights:
        html += f"{escape(text[last:start])}<mark>{escape(text[start:end])}</mark>"
        last = end
    return html + str(escape(text[last:]))
