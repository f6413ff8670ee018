"""Routes for crawlers: ``robots.txt``, and the map of all pages for people (sitemaps.org, protocol 0.9).

One file holds the map of a small catalogue. Of a larger one, files of a bounded size do, and an index that
names them: a part is a range of a noun's rows, so that neither reads more the more there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree import ElementTree as ET

from flask import Blueprint, Response, request
from sqlalchemy import func, select

from api.core.request_context import session, settings
from api.core.urls import absolute_url
from api.http.problem_types import PROBLEM_TYPES
from api.http.responses import etag_hash
from api.pages.guides import library
from api.pages.template_filters import PAGES
from models import MODELS_BY_TYPE, NotFound

sitemap = Blueprint("sitemap", __name__)

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
#: The most addresses in a file; the protocol allows five times as many.
MOST = 10_000
#: Pages that are not made of content.
DOCS = ("", "/reference", "/guides", "/changelog", "/problems")
LEADING = ("/", "/search", "/embed", *(f"/docs{path}" for path in DOCS))
#: By a plural that stands in addresses: the nouns that have pages.
NOUNS = {path.strip("/"): MODELS_BY_TYPE[type_name] for type_name, path in PAGES.items()}
KEPT = "public, max-age=3600"

ROBOTS = """User-agent: *
Disallow: /search?
Disallow: /quotes/random
Disallow: /quotes/daily

Sitemap: {}
"""

#: An address, and when what is there last changed, if that is known.
Place = tuple[str, str | None]


@sitemap.get("/robots.txt")
def robots() -> Response:
    """Say what crawlers need not read, and where the map is."""
    return _kept(ROBOTS.format(absolute_url("/sitemap.xml")).encode(), "text/plain; charset=utf-8")


@sitemap.get("/sitemap.xml")
def whole() -> Response:
    """Serve the map of all pages, or where its parts are."""
    parts = {name: _parts(name) for name in NOUNS}
    if max(parts.values()) > 1:
        numbered = [(name, number) for name, last in parts.items() for number in range(1, last + 1)]
        named = ["pages", *(f"{name}-{number}" for name, number in numbered)]
        index: list[Place] = [(f"/sitemaps/{name}.xml", None) for name in named]
        return _written("sitemapindex", "sitemap", index)
    return _written("urlset", "url", [*_pages(), *(place for name in NOUNS for place in _part(name, 1))])


@sitemap.get("/sitemaps/pages.xml")
def of_pages() -> Response:
    """Serve the map of the pages that are not made of content."""
    return _written("urlset", "url", _pages())


@sitemap.get("/sitemaps/<any(films, scenes, themes, quotes):name>-<int:number>.xml")
def part(name: str, number: int) -> Response:
    """Serve a part of the map.

    Raises:
        NotFound: there are not so many parts.
    """
    if not 1 <= number <= _parts(name):
        raise NotFound("part of the map", f"{name}-{number}")
    return _written("urlset", "url", _part(name, number))


def _parts(name: str) -> int:
    """Return how many parts a noun has: one for each so many rows, whether or not they can be seen."""
    last = session().scalar(select(func.max(NOUNS[name].id))) or 0
    return -(-last // MOST)


def _part(name: str, number: int) -> Iterator[Place]:
    model = NOUNS[name]
    rows = model.select_where().with_only_columns(model.slug, model.updated_at, maintain_column_froms=True)
    in_part = model.id.between((number - 1) * MOST + 1, number * MOST)
    for slug, updated in session().execute(rows.where(in_part).order_by(model.id)):
        yield f"/{name}/{slug}", updated.isoformat(timespec="seconds")


def _pages() -> list[Place]:
    guides = [guide.path for guide in library(settings().base_url).values()]
    problems = [f"/docs/problems/{code}" for code in PROBLEM_TYPES]
    return [(path, None) for path in (*LEADING, *guides, *problems)]


def _written(root: str, each: str, places: Iterable[Place]) -> Response:
    document = ET.Element(root, xmlns=NAMESPACE)
    for path, changed in places:
        place = ET.SubElement(document, each)
        ET.SubElement(place, "loc").text = absolute_url(path)
        if changed:
            ET.SubElement(place, "lastmod").text = changed
    return _kept(ET.tostring(document, "utf-8", xml_declaration=True), "application/xml; charset=utf-8")


def _kept(body: bytes, content_type: str) -> Response:
    response = Response(body, content_type=content_type)
    response.headers["Cache-Control"] = KEPT
    response.set_etag(etag_hash(body))
    response.make_conditional(request)
    return response
