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
from api.pages.guides import load_guides
from api.pages.template_filters import PAGE_PATHS
from models import MODELS_BY_TYPE, NotFound

sitemap = Blueprint("sitemap", __name__)

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
#: The most addresses in a file; the protocol allows five times as many.
MAX_URLS = 10_000
#: Pages that are not made of content.
DOC_PATHS = ("", "/reference", "/guides", "/changelog", "/problems")
STATIC_PATHS = ("/", "/search", "/embed", *(f"/docs{path}" for path in DOC_PATHS))
#: By a plural that stands in addresses: the nouns that have pages.
MODELS = {path.strip("/"): MODELS_BY_TYPE[type_name] for type_name, path in PAGE_PATHS.items()}
CACHE_CONTROL = "public, max-age=3600"

ROBOTS = """User-agent: *
Disallow: /search?
Disallow: /quotes/random
Disallow: /quotes/daily

Sitemap: {}
"""

#: An address, and when what is there last changed, if that is known.
SitemapURL = tuple[str, str | None]


@sitemap.get("/robots.txt")
def robots() -> Response:
    """Say what crawlers need not read, and where the map is."""
    return _cacheable_response(
        ROBOTS.format(absolute_url("/sitemap.xml")).encode(), "text/plain; charset=utf-8"
    )


@sitemap.get("/sitemap.xml")
def sitemap_xml() -> Response:
    """Serve the map of all pages, or where its parts are."""
    parts = {name: _count_parts(name) for name in MODELS}
    if max(parts.values()) > 1:
        numbered = [(name, number) for name, last in parts.items() for number in range(1, last + 1)]
        named = ["pages", *(f"{name}-{number}" for name, number in numbered)]
        index: list[SitemapURL] = [(f"/sitemaps/{name}.xml", None) for name in named]
        return _xml_response("sitemapindex", "sitemap", index)
    return _xml_response(
        "urlset", "url", [*_static_urls(), *(place for name in MODELS for place in _part_urls(name, 1))]
    )


@sitemap.get("/sitemaps/pages.xml")
def static_sitemap() -> Response:
    """Serve the map of the pages that are not made of content."""
    return _xml_response("urlset", "url", _static_urls())


@sitemap.get("/sitemaps/<any(films, scenes, themes, quotes):name>-<int:number>.xml")
def sitemap_part(name: str, number: int) -> Response:
    """Serve a part of the map.

    Raises:
        NotFound: there are not so many parts.
    """
    if not 1 <= number <= _count_parts(name):
        raise NotFound("part of the map", f"{name}-{number}")
    return _xml_response("urlset", "url", _part_urls(name, number))


def _count_parts(name: str) -> int:
    """Return how many parts a noun has: one for each so many rows, whether or not they can be seen."""
    last = session().scalar(select(func.max(MODELS[name].id))) or 0
    return -(-last // MAX_URLS)


def _part_urls(name: str, number: int) -> Iterator[SitemapURL]:
    model = MODELS[name]
    rows = model.select_where().with_only_columns(model.slug, model.updated_at, maintain_column_froms=True)
    in_part = model.id.between((number - 1) * MAX_URLS + 1, number * MAX_URLS)
    for slug, updated in session().execute(rows.where(in_part).order_by(model.id)):
        yield f"/{name}/{slug}", updated.isoformat(timespec="seconds")


def _static_urls() -> list[SitemapURL]:
    guides = [guide.path for guide in load_guides(settings().base_url).values()]
    problems = [f"/docs/problems/{code}" for code in PROBLEM_TYPES]
    return [(path, None) for path in (*STATIC_PATHS, *guides, *problems)]


def _xml_response(root: str, each: str, places: Iterable[SitemapURL]) -> Response:
    document = ET.Element(root, xmlns=NAMESPACE)
    for path, changed in places:
        place = ET.SubElement(document, each)
        ET.SubElement(place, "loc").text = absolute_url(path)
        if changed:
            ET.SubElement(place, "lastmod").text = changed
    return _cacheable_response(
        ET.tostring(document, "utf-8", xml_declaration=True), "application/xml; charset=utf-8"
    )


def _cacheable_response(body: bytes, content_type: str) -> Response:
    response = Response(body, content_type=content_type)
    response.headers["Cache-Control"] = CACHE_CONTROL
    response.set_etag(etag_hash(body))
    response.make_conditional(request)
    return response
