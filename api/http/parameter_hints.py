"""Hints for unknown query parameters: the name that this API has for what another API calls otherwise."""

from __future__ import annotations

import re
from collections.abc import Collection

from api.schemas.fields import did_you_mean

#: Our parameters by the names that other APIs and frameworks use. Of several, an endpoint has at most one.
PARAMETERS_BY_SYNONYM: dict[str, list[str]] = {}
for _name, _synonyms in {
    "q": "search query keyword keywords text term find s contains title name label",
    "limit": "per_page page_size pagesize size perpage max_results maxresults rows first top take n number",
    "cursor": "page offset skip start after before page_token next_cursor p from startindex",
    "sort": "order order_by orderby sort_by sortby ordering direction order_direction dir",
    "fields": "select only columns attributes props",
    "include": "expand embed with populate includes relations",
    "facets": "aggregations aggs facet group_by groupby",
    "tz": "timezone time_zone",
    # The number of random items; elsewhere, whether to count the list.
    "count": "total with_count include_total limit per_page page_size pagesize size n number take",
    "id": "ids slug slugs",
    "language": "lang locale",
    "theme": "tag tags topic category about",
    "film": "movie movies",
    "speaker": "character actor said_by",
    "character": "speaker",
    "source": "essay article",
    "release_year": "year",
    "max_severity": "severity",
    "date": "day",
}.items():
    for _synonym in _synonyms.split():
        PARAMETERS_BY_SYNONYM.setdefault(_synonym, []).append(_name)
PAGING = " Pages are not numbered: “limit” sets their size, and “page.next” is the URL of the next one."
FORMAT = " Quotes, commentary entries and sources, and lists of them, have other formats; this is JSON."
CACHE_BUSTER = (
    " Leave it out: a response that has changed has another ETag, so caches cannot return an old one."
)
JSONP = " Leave it out: scripts of every origin can read the responses (CORS)."
API_KEY = " Leave it out: no key is needed."
PAST = " Only single items have a past: add it to the URL of each item, such as /v1/quotes/{id}?as_of=7."
#: Parameters that mean nothing here.
USELESS_PARAMETERS = {
    name: hint
    for hint, names in {
        FORMAT: "format",
        PAST: "as_of revision",
        CACHE_BUSTER: "cb nocache cachebuster timestamp ts",
        JSONP: "callback jsonp",
        API_KEY: "api_key apikey key token access_token",
    }.items()
    for name in names.split()
}
#: What HTTP clients make of lists and objects: ``theme[]``, ``theme[0]``, ``page[size]``, ``fields[quote]``.
BRACKETS = re.compile(r"(?P<name>[^\[\]]+)(?:\[(?P<key>[^\[\]]*)\])+")
#: Parameters whose key in brackets is the name of the parameter: ``filter[film]``.
CONTAINERS = ("filter", "filters", "where")
#: What other APIs append to the names of filters: ``film_id``, ``film.id``, ``film__in``.
SUFFIX = re.compile(r"(?:_|__|\.)?(?:ids?|slugs?)$|(?:__|_|\.)(?:in|eq|exact)$")


def hint_for_unknown(name: str, allowed: Collection[str]) -> str:
    """Return a sentence about the parameter that was meant, after a blank; empty if none is near."""
    brackets = BRACKETS.fullmatch(name)
    plain = (brackets["name"] if brackets else name).lower().replace("-", "_")
    if brackets and plain in allowed:
        return f" Use “{plain}” without brackets; separate several values by commas."
    if brackets and plain in CONTAINERS:
        plain = name.partition("[")[2].partition("]")[0].lower() or plain
    meant = _name_here(plain, allowed) or _name_here(SUFFIX.sub("", plain), allowed)
    if meant == "cursor" and "limit" in allowed:
        return PAGING
    if meant:
        return f" Use “{meant}”."
    return USELESS_PARAMETERS.get(plain) or did_you_mean(name, allowed)


def _name_here(plain: str, allowed: Collection[str]) -> str | None:
    """Return the allowed parameter that has this name, or this name elsewhere."""
    candidates = [plain, *PARAMETERS_BY_SYNONYM.get(plain, ())]
    return next((name for name in candidates if name in allowed), None)
