"""Lanes: kinds of requests with threads of their own, so that one kind never waits for another (ADR 0028).

The method, the path and the query decide, before anything is parsed or read.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

#: Methods that change nothing.
READ_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
LIVEZ, READYZ = "/livez", "/readyz"
#: Files, which never need the database.
ASSET_PATH = re.compile(
    r"/(?:static|docs/assets|embed/fonts)/.*|/docs/reference/scalar\.js|/embed/frame\.js|/embed(?:\.\w+)?\.js"
    r"|/favicon\.\w+|/apple-touch-icon\.png"
)
#: Search, statistics of a film, pages and files that list much, and previews, which write before they read.
COSTLY_PATH = re.compile(
    r"/v\d+/(?:search|films/[^/]+/(?:theme-map|coverage)|(?:quotes|commentary)/(?:random|daily)"
    r"|themes/[^/]+/related|(?:films/[^/]+/)?[a-z]+/facets\.json)(?:/.*)?"
    r"|/(?:search|sitemap\.xml|sitemaps/.*|films/[^/]+(?:/index\.html)?|feeds/.*|previews/.*|[a-z]+/[^/]+/history)"
)
#: Signing in at the desk.
SIGN_IN_PATH = "/edit/session"
LIST_PATH = re.compile(r"/v\d+/(?:[a-z]+/[^/]+/)?(?P<collection>[a-z]+)/?")
#: A parameter that may make a list costly, perhaps percent-encoded.
COSTLY_PARAMETER = re.compile(r"include|facets|%")
#: Lists whose items have few lists of their own.
CHEAP_COLLECTIONS = frozenset({"quotes", "commentary", "relations"})
#: Values of ``include`` that expand lists.
EXPANDED_LISTS = frozenset({"scenes", "quotes", "commentary", "paragraphs", "cited_by"})


class Lane(Enum):
    """A kind of request."""

    #: Readiness probes.
    PROBE = "probe"
    #: Files, and long responses that are in memory.
    ASSET = "asset"
    COSTLY = "costly"
    #: Requests that change something. Their threads wait for bodies and for each other.
    WRITE = "write"
    #: The only request whose body is read without a key: a slow one of a stranger stops no write.
    SIGN_IN = "sign-in"
    ORDINARY = "ordinary"


def lane_of(environ: WSGIEnvironment) -> Lane:
    """Return the lane of a request."""
    path = environ["PATH_INFO"]
    if environ["REQUEST_METHOD"] not in READ_METHODS:
        return Lane.SIGN_IN if path == SIGN_IN_PATH else Lane.WRITE
    if path == READYZ:
        return Lane.PROBE
    if ASSET_PATH.fullmatch(path):
        return Lane.ASSET
    return Lane.COSTLY if is_costly(path, environ["QUERY_STRING"]) else Lane.ORDINARY


def is_costly(path: str, query: str) -> bool:
    """Whether a request may cost more than 20 times as much as a page of quotes.

    At 10,000 quotes, a list that expands other lists costs up to 270 times as much. At 100,000, facets and
    related themes read for 40 to 80 ms, and a page for one.
    """
    if COSTLY_PATH.fullmatch(path):
        return True
    match = LIST_PATH.fullmatch(path)
    if match is None or not COSTLY_PARAMETER.search(query):
        return False
    expands_lists = match["collection"] not in CHEAP_COLLECTIONS
    return any(
        name == "facets"
        or (name == "include" and expands_lists and not EXPANDED_LISTS.isdisjoint(value.split(",")))
        for name, value in parse_qsl(query)
    )
