"""Hints for unknown query parameters: the name that this API has for what another API calls otherwise."""

from __future__ import annotations

import re
from collections.abc import Collection

from api.schemas.fields import did_you_mean

#: Our parameters by the names that other APIs and frameworks use.
PARAMETERS_BY_SYNONYM = {
    synonym: name
    for name, synonyms in {
        "q": "search query keyword keywords text term find s",
        "limit": "per_page page_size pagesize size perpage max_results rows first top take",
        "cursor": "page offset skip start after before page_token next_cursor p from",
        "sort": "order order_by orderby sort_by sortby ordering direction",
        "fields": "select only columns attributes props",
        "include": "expand embed with populate includes",
        "facets": "aggregations aggs facet",
        "tz": "timezone time_zone",
        "count": "total with_count include_total n number",
        "language": "lang locale",
    }.items()
    for synonym in synonyms.split()
}
PAGING = " Pages are not numbered: “limit” sets their size, and “page.next” is the URL of the next one."
FORMAT = " Lists are JSON. Quotes, commentary entries and sources have other formats, one by one."
CACHE_BUSTER = (
    " Leave it out: a response that has changed has another ETag, so caches cannot return an old one."
)
CACHE_BUSTERS = ("_", "cb", "nocache", "cachebuster", "timestamp")
#: What HTTP clients make of lists and objects: ``theme[]``, ``theme[0]``, ``page[size]``, ``fields[quote]``.
BRACKETS = re.compile(r"(?P<name>[^\[\]]+)(?:\[(?P<key>[^\[\]]*)\])+")


def hint_for_unknown(name: str, allowed: Collection[str]) -> str:
    """Return a sentence about the parameter that was meant, after a blank; empty if none is near."""
    brackets = BRACKETS.fullmatch(name)
    plain = (brackets["name"] if brackets else name).lower().replace("-", "_")
    if brackets and plain in allowed:
        return f" Use “{plain}” without brackets; separate several values by commas."
    meant = PARAMETERS_BY_SYNONYM.get(plain)
    if meant == "cursor" and {"cursor", "limit"} <= set(allowed):
        return PAGING
    if meant in allowed:
        return f" Use “{meant}”."
    if plain == "format":
        return FORMAT
    if plain in CACHE_BUSTERS:
        return CACHE_BUSTER
    return f" Use “{plain}”." if plain in allowed else did_you_mean(name, allowed)
