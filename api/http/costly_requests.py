"""Which requests cost the most: few of them run at once, so that they do not keep others waiting (ADR 0028).

The path and the query decide, before anything is parsed or read. At 10,000 quotes, a page of a list that
expands other lists costs up to 260 times as much as a plain page, and everything else that is not costly by
these rules at most 20 times as much (``bench/request_costs.py``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

#: Search, statistics of a film, and pages and files that list much.
COSTLY_PATH = re.compile(
    r"/v\d+/(?:search|films/[^/]+/(?:theme-map|coverage)|(?:quotes|commentary)/(?:random|daily))(?:/.*)?"
    r"|/(?:search|sitemap\.xml|films/[^/]+|feeds/.*)"
)
#: Lists whose items have few lists of their own.
LIST_PATH = re.compile(r"/v\d+/(?:[a-z]+/[^/]+/)?(?P<collection>[a-z]+)/?")
CHEAP_COLLECTIONS = frozenset({"quotes", "commentary", "relations"})
#: Values of ``include`` that expand lists.
EXPANDED_LISTS = frozenset({"scenes", "quotes", "commentary", "paragraphs", "cited_by"})


def is_costly(environ: WSGIEnvironment) -> bool:
    """Whether a request may cost more than 20 times as much as a page of quotes."""
    path, query = environ["PATH_INFO"], environ["QUERY_STRING"]
    if COSTLY_PATH.fullmatch(path):
        return True
    if "include" not in query and "%" not in query:
        return False
    match = LIST_PATH.fullmatch(path)
    if match is None or match["collection"] in CHEAP_COLLECTIONS:
        return False
    included = (value for name, value in parse_qsl(query) if name == "include")
    return any(not EXPANDED_LISTS.isdisjoint(value.split(",")) for value in included)
