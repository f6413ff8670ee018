"""On every route, a cached response is identical to an uncached one: status, headers and body."""

import json
from itertools import product

import pytest

from api.app import create_app
from api.core.config import Settings
from openapi import PATH
from tests.cases import each
from tests.conftest import STATEMENT_SECONDS
from tests.crawling import crawl
from tests.responses import comparable

STARTS = ("/v1", "/", "/sitemap.xml", "/robots.txt", "/embed.js")
#: How many URLs of each kind are compared.
MAX_ALIKE = 2
ESSAY = "her-perfection-is-the-enemy-of-real"
QUOTE = "/v1/quotes/her-2013-a-wife-without-the-challenges"
ITEMS = [
    "/v1/films/her-2013",
    f"/v1/sources/{ESSAY}",
    "/v1/characters/her-2013-catherine",
    "/v1/scenes/her-2013-lunch-with-catherine",
    QUOTE,
    "/v1/commentary/her-2013-perfection-opposes-reality",
    "/v1/themes/loneliness",
    "/v1/advisories/spoiler",
]
#: Accepted values of parameters. For other parameters, the values come from the ``allowed`` list of an error.
PARAMETERS = {
    "limit": ["3"],
    "count": ["true"],
    "max_severity": ["0", "2"],
    "q": ["love", "-love", "no such words"],
    "film": ["her-2013", "no-such-film"],
    "theme": ["loneliness", "loneliness,avoidance"],
    "source": [ESSAY],
    "language": ["en"],
    "seed": ["x"],
}
ACCEPT = ["*/*", "application/json", "application/ld+json", "text/plain", "text/html;q=0.9,*/*;q=0.1"]
FORMATS = ["json", "jsonld", "text", "markdown", "html", "bibtex", "ris", "citation"]
HEADERS = [
    {"Accept-Encoding": "gzip"},
    {"Accept-Encoding": "br"},
    {"Origin": "https://site.example"},
    {"If-None-Match": '"0"'},
    {"If-None-Match": "*"},
    {"Range": "bytes=0-9"},
    {"Accept-Language": "de"},
    {"User-Agent": "curl/8"},
    {"Host": "evil.example"},
]


@pytest.fixture(scope="module")
def both_clients(engine):
    """Clients over one pack: without a cache, and of an app with one."""
    with engine.fresh("pack") as url:
        uncached_app = create_app(
            Settings(database_url=url, statement_seconds=STATEMENT_SECONDS, cache_bytes=0)
        )
        cached_app = create_app(Settings(database_url=url, statement_seconds=STATEMENT_SECONDS))
        yield uncached_app.test_client(), cached_app.test_client()
        for app in uncached_app, cached_app:
            app.extensions["database"].close()


@pytest.fixture
def assert_same(both_clients):
    """Request a URL without a cache, then twice with one; return the first response if all are the same."""
    uncached, cached = both_clients

    def compare(url, **headers):
        expected = uncached.get(url, headers=headers)
        if "public" in expected.headers.get("Cache-Control", ""):
            for state in ("stored", "cached"):
                response = cached.get(url, headers=headers)
                assert comparable(response) == comparable(expected), f"{state}: {url} {headers}"
                response.close()
        expected.close()
        return expected

    return compare


def allowed_values(assert_same, path, parameter):
    """Return the values of a parameter from the error for an invalid one; [] if there is no such parameter."""
    response = assert_same(f"{path}?{parameter}=-")
    if response.status_code != 422:
        return []
    return [
        value
        for error in response.json["errors"]
        if error["pointer"] == parameter
        for value in error.get("allowed", ())
    ]


@pytest.mark.any_database
class TestEveryRoute:
    def test_every_reachable_url_is_the_same(self, both_clients, assert_same):
        uncached, _ = both_clients
        urls = [url for url, _ in crawl(uncached, STARTS, max_alike=MAX_ALIKE)]
        endpoints = {uncached.application.url_map.bind("").match(url.partition("?")[0])[0] for url in urls}
        assert len(urls) > 180
        assert len(endpoints) > 60
        for url in urls:
            assert_same(url)

    def test_every_parameter_is_part_of_the_cache_key(self, assert_same):
        document = json.loads(PATH.read_bytes())
        shared = document["components"]["parameters"]
        compared = 0
        for path, operations in document["paths"].items():
            if "{" in path or "get" not in operations:
                continue
            parameters = operations["get"].get("parameters", [])
            names = [
                shared[parameter["$ref"].rsplit("/", 1)[1]]["name"]
                if "$ref" in parameter
                else parameter["name"]
                for parameter in parameters
            ]
            for name in names:
                values = PARAMETERS.get(name) or allowed_values(assert_same, path, name)[:2]
                for value in values:
                    required = "" if name == "q" or "/search" not in path else "q=love&"
                    compared += assert_same(f"{path}?{required}{name}={value}").status_code == 200
        assert compared > 150


@pytest.mark.any_database
class TestEveryItem:
    @each("path", ITEMS)
    def test_fields_includes_and_formats_are_the_same(self, assert_same, path):
        for parameter in ("fields", "include"):
            names = allowed_values(assert_same, path, parameter)
            assert names, parameter
            for name in names:
                assert assert_same(f"{path}?{parameter}={name}").status_code == 200, name
        for name in FORMATS:
            assert_same(f"{path}?format={name}")
        for accept in ACCEPT:
            assert_same(path, Accept=accept)

    @each("path", [QUOTE, "/v1/quotes?limit=2", "/quotes/her-2013-a-wife-without-the-challenges"])
    def test_responses_to_every_combination_of_headers_are_the_same(self, assert_same, path):
        for headers in HEADERS:
            assert_same(path, **headers)
        # Only items combine content negotiation with the other headers.
        for accept, headers in product(ACCEPT, HEADERS if path == QUOTE else ()):
            assert_same(path, Accept=accept, **headers)
        tag = assert_same(path).headers["ETag"]
        for condition in (tag, f"W/{tag}", f'"0", {tag}'):
            response = assert_same(path, **{"If-None-Match": condition})
            assert response.status_code == 304, condition
