"""Routes for crawlers: ``robots.txt``, and the sitemap of all HTML pages (sitemaps.org, protocol 0.9).

A small catalogue fits in a single file. A larger one is split into files of bounded size, listed in a sitemap
index. Each file covers a range of primary keys, so its cost does not grow with the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree import ElementTree as ET

from flask import Blueprint, Response
from sqlalchemy import func, select

from api.core.app_context import session, settings
from api.core.urls import absolute_url, relative_url
from api.http.problem_types import PROBLEM_TYPES
from api.pages.guides import load_guides
from api.pages.rendering import validated_response
from api.pages.template_filters import PAGE_PATHS
from models import MODELS_BY_TYPE, NotFound

sitemap = Blueprint("sitemap", __name__)

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
#: The number of URLs in a file; the protocol allows five times as many.
MAX_URLS = 10_000
#: Pages that do not depend on content.
DOC_PATHS = ("", "/reference", "/guides", "/changelog", "/problems")
LIST_PATHS = tuple(path.rstrip("/") for path in PAGE_PATHS.values())
STATIC_PATHS = ("/", "/search", "/embed", *LIST_PATHS, *(f"/docs{path}" for path in DOC_PATHS))
#: The models that have pages, by their path segment.
MODELS = {path.strip("/"): MODELS_BY_TYPE[type_name] for type_name, path in PAGE_PATHS.items()}
CACHE_CONTROL = "public, max-age=3600"

ROBOTS = """User-agent: *
Disallow: {root}search?
Disallow: {root}quotes/random
Disallow: {root}quotes/daily

Sitemap: {sitemap}
"""

#: A path, and the time of its last change if known.
SitemapURL = tuple[str, str | None]


@sitemap.get("/robots.txt")
def robots() -> Response:
    """Exclude search and redirects from crawling, and name the sitemap."""
    text = ROBOTS.format(root=relative_url("/"), sitemap=absolute_url("/sitemap.xml"))
    return validated_response(text.encode(), "text/plain; charset=utf-8", CACHE_CONTROL)


@sitemap.get("/sitemap.xml")
def sitemap_xml() -> Response:
    """Serve the sitemap, or the sitemap index of a large catalogue."""
    part_counts = {name: count_parts(name) for name in MODELS}
    if max(part_counts.values()) > 1:
        numbered = [(name, number) for name, count in part_counts.items() for number in range(1, count + 1)]
        names = ["pages", *(f"{name}-{number}" for name, number in numbered)]
        index: list[SitemapURL] = [(f"/sitemaps/{name}.xml", None) for name in names]
        return xml_response("sitemapindex", "sitemap", index)
    return xml_response(
        "urlset", "url", [*_static_urls(), *(url for name in MODELS for url in _part_urls(name, 1))]
    )


@sitemap.get("/sitemaps/pages.xml")
def static_sitemap() -> Response:
    """Serve the sitemap of the pages that do not depend on content."""
    return xml_response("urlset", "url", _static_urls())


@sitemap.get(f"/sitemaps/<any({', '.join(MODELS)}):name>-<int:number>.xml")
def sitemap_part(name: str, number: int) -> Response:
    """Serve a part of the sitemap.

    Raises:
        NotFound: the part does not exist.
    """
    if not 1 <= number <= count_parts(name):
        raise NotFound("sitemap part", f"{name}-{number}")
    return xml_response("urlset", "url", _part_urls(name, number))


def count_parts(name: str) -> int:
    """Return the number of parts of a model: one for each range of primary keys, public or not."""
    max_id = session().scalar(select(func.max(MODELS[name].id))) or 0
    return -(-max_id // MAX_URLS)


def _part_urls(name: str, number: int) -> Iterator[SitemapURL]:
    model = MODELS[name]
    rows = model.select_public().with_only_columns(model.slug, model.updated_at, maintain_column_froms=True)
    in_part = model.id.between((number - 1) * MAX_URLS + 1, number * MAX_URLS)
    # Sorted by id, since keys depend on the order in which packs were loaded; here, since an index of the ids
    # would read all of them.
    for slug, updated_at in sorted(session().execute(rows.where(in_part)), key=tuple):
        yield f"/{name}/{slug}", updated_at.isoformat(timespec="seconds")


def _static_urls() -> list[SitemapURL]:
    guides = [guide.path for guide in load_guides(settings().base_url).values()]
    problems = [f"/docs/problems/{code}" for code in PROBLEM_TYPES]
    return [(path, None) for path in (*STATIC_PATHS, *guides, *problems)]


def xml_response(root_tag: str, tag: str, urls: Iterable[SitemapURL]) -> Response:
    """Return a sitemap or a sitemap index: the names of its element and of those in it, and their URLs."""
    document = ET.Element(root_tag, xmlns=NAMESPACE)
    for path, last_modified in urls:
        element = ET.SubElement(document, tag)
        ET.SubElement(element, "loc").text = absolute_url(path)
        if last_modified:
            ET.SubElement(element, "lastmod").text = last_modified
    body: bytes = ET.tostring(document, "utf-8", xml_declaration=True)
    return validated_response(body, "application/xml; charset=utf-8", CACHE_CONTROL)
