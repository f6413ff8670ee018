"""What a search answers: hits as they are served, counted, with snippets, page by page."""

from __future__ import annotations

from functools import cache
from typing import Any

import orjson
from markupsafe import escape
from sqlalchemy import Text, bindparam, cast, literal, null, select, union_all
from sqlalchemy.orm import Session

from api.core.api_versions import get_schema_class
from api.query.cursors import Cursor
from api.query.json_projection import compile_item
from api.query.pagination import ListRequest
from api.resources.search.schemas import HITS
from api.schemas.sparse_fields import Shape
from models import MODELS_BY_TYPE, Film, Theme
from models.search import Hit, Query, SearchResults, search, snippet

#: Values of a facet that are named.
MOST_VALUES = 100


def found(session: Session, asked: dict[str, Any], path: str, base_url: str) -> dict[str, Any]:
    """Return the page of hits that is asked for, as it is served.

    It takes two statements; where nothing is found one, and one for a suggestion.

    Raises:
        ProblemException: 422, when the cursor is not of this search.
    """
    query: Query | None = asked["q"].query
    filters = {f"{name}s": asked.get(name, ()) for name in ("type", "film", "theme", "kind")}
    most = asked.get("max_severity")
    ranked = search(session, query, **filters, max_severity=most) if query else SearchResults()
    wanted = ListRequest(Ranked, path, asked)
    start, end = _slice(ranked, wanted)
    shown = ranked.between(start, end)
    reading = _Reading(session, base_url, shown, ranked)
    return {
        "data": [_hit(reading.items[hit.type_name, hit.slug], query) for hit in shown if query],
        "page": _page(ranked, wanted, start, end, base_url),
        "facets": reading.facets(),
        "suggestion": ranked.suggestion,
        "notice": asked["q"].notice,
    }


class Ranked:
    """What is paged: hits, each at its place, by score, type and id."""

    advisory_links = ()


class Part:
    """A part of a hit's place, in a cursor."""

    def __init__(self, *kinds: type[Any]) -> None:
        """Take the types that it may be of."""
        self.kinds = kinds

    def parse(self, value: Any) -> Any:
        """Return a cursor's value; raise ``ValueError`` if it is of another type."""
        if type(value) not in self.kinds:
            raise ValueError(f"{value!r} is not a part of a place")
        return value


PLACE: Any = [Part(int, float), Part(int), Part(str)]


def _slice(ranked: SearchResults, wanted: ListRequest) -> tuple[int, int]:
    """Return where the page begins and ends among all hits."""
    limit, text = wanted.query["limit"], wanted.query.get("cursor")
    cursor = Cursor.parse(text, wanted.fingerprint, PLACE) if text else None
    if cursor is None or not cursor.values:
        return 0, min(limit, ranked.total)
    score, number, slug = cursor.values
    if cursor.backwards:
        end = ranked.before((score, number, slug))
        return max(0, end - limit), end
    start = ranked.up_to((score, number, slug))
    return start, min(start + limit, ranked.total)


def _page(ranked: SearchResults, wanted: ListRequest, start: int, end: int, base_url: str) -> dict[str, Any]:
    def address(backwards: bool, index: int) -> str:
        (hit,) = ranked.between(index, index + 1)
        cursor = Cursor(wanted.fingerprint, backwards, list(hit.place))
        return wanted.url(base_url, cursor=str(cursor))

    return {
        "limit": wanted.query["limit"],
        "next": address(False, end - 1) if 0 < end < ranked.total else None,
        "previous": address(True, start) if 0 < start < ranked.total else None,
        "total": ranked.total,
        "total_relation": "at-least" if ranked.approximate else "exact",
    }


class _Reading:
    """The items of a page of hits, and what the values of the facets are called: one statement."""

    def __init__(self, session: Session, base_url: str, shown: list[Hit], ranked: SearchResults) -> None:
        self.items: dict[tuple[str, str], dict[str, Any]] = {}
        self.labels: dict[tuple[str, str], str] = {}
        self.ranked = ranked
        if not ranked.total:
            return
        now: dict[str, Any] = {name: [hit.slug for hit in shown if hit.type_name == name] for name in HITS}
        # Films of hits are visible; of themes of hits some may not be, and make place for others.
        films = sorted(ranked.films.items(), key=_first)[:MOST_VALUES]
        now |= {"films": [slug for slug, _ in films], "themes": list(ranked.themes)}
        for kind, slug, label, json in session.connection().execute(_statement(base_url), now):
            if json is None:
                self.labels[kind, slug] = label
            else:
                self.items[kind, slug] = orjson.loads(json)

    def facets(self) -> dict[str, Any]:
        """Return the hits counted by what they are and what they are about."""
        relation = "at-least" if self.ranked.approximate else "exact"
        counts = {name: getattr(self.ranked, f"{name}s") for name in ("type", "film", "theme", "kind")}
        return {name: {"relation": relation, "values": self._values(name, counts[name])} for name in counts}

    def _values(self, name: str, counts: dict[str, int]) -> list[dict[str, Any]]:
        ordered = sorted(counts.items(), key=_first)
        labelled = [(value, self._label(name, value), number) for value, number in ordered]
        # What has no label may not be seen.
        shown = [{"value": value, "label": label, "count": n} for value, label, n in labelled if label]
        return shown[:MOST_VALUES]

    def _label(self, name: str, value: str) -> str | None:
        if name in ("film", "theme"):
            return self.labels.get((name, value))
        return value.replace("-", " ").capitalize()


def _first(counted: tuple[str, int]) -> tuple[int, str]:
    """Return what sorts the values of a facet: by count, descending, and then by value."""
    value, number = counted
    return -number, value


@cache
def _statement(base_url: str) -> Any:
    """Return the statement for hits by type and id, and for the labels of films and themes."""
    hits = [
        select(
            literal(name, Text),
            MODELS_BY_TYPE[name].slug,
            cast(null(), Text),
            compile_item(Shape(_whole(name), _keys(name)), MODELS_BY_TYPE[name], base_url),
        ).where(MODELS_BY_TYPE[name].slug.in_(bindparam(name, expanding=True)))
        for name in HITS
    ]
    labels = [
        select(literal(model.type_name, Text), model.slug, model.label, cast(null(), Text)).where(
            model.is_visible, model.slug.in_(bindparam(f"{model.type_name}s", expanding=True))
        )
        for model in (Film, Theme)
    ]
    return union_all(*hits, *labels)


def _whole(type_name: str) -> Any:
    return get_schema_class(type_name)


@cache
def _keys(type_name: str) -> tuple[str, ...]:
    """Return the keys of the whole item that a hit shows, or that a snippet may be of."""
    wanted = {*HITS[type_name]().fields, *MODELS_BY_TYPE[type_name].search_weights}
    return tuple(name for name in _whole(type_name)().fields if name in wanted)


def _hit(item: dict[str, Any], query: Query) -> dict[str, Any]:
    """Return a hit as it is served, with the snippet that shows most of what was looked for."""
    shown = {name: item[name] for name in HITS[item["type"]]().fields if name in item}
    return shown | {"snippet": _snippet(item, query)}


def _snippet(item: dict[str, Any], query: Query) -> dict[str, Any]:
    pieces = [
        (name, snippet(text, query))
        for name in MODELS_BY_TYPE[item["type"]].search_weights
        for text in (item[name] if isinstance(item[name], list) else [item[name]])
        if text
    ]
    # Of pieces with as many matches the first: what counts most stands first.
    name, piece = max(pieces, key=lambda pair: len(pair[1].ranges))
    ranges = [list(place) for place in piece.ranges]
    return {"field": name, "text": piece.text, "highlights": ranges, "html": _marked(piece.text, ranges)}


def _marked(text: str, ranges: list[list[int]]) -> str:
    """Return a text as HTML: escaped, what the ranges hold inside ``<mark>``."""
    html, last = "", 0
    for start, end in ranges:
        html += f"{escape(text[last:start])}<mark>{escape(text[start:end])}</mark>"
        last = end
    return html + str(escape(text[last:]))
