"""Responses over SQLite and PostgreSQL are identical byte for byte: resources, pages, feeds and embeds."""

import re
from contextlib import ExitStack

import pytest

from api.app import create_app
from api.core.config import Settings
from models import RESOURCES
from tests.conftest import STATEMENT_SECONDS
from tests.crawling import crawl
from tests.responses import comparable

ESSAY = "her-perfection-is-the-enemy-of-real"
LISTS = [model.__tablename__ for model in RESOURCES]
QUERIES = ["?limit=3&count=true", "?limit=100&sort=-id", "?limit=100&sort=-created_at,-id"]
SORTED_LISTS = [
    "/v1/quotes?sort=word_count",
    "/v1/quotes?sort=-word_count&max_severity=1&limit=7",
    "/v1/characters?sort=name&limit=100",
    "/v1/characters?sort=-name&limit=100",
    "/v1/themes?sort=-name&limit=100",
    "/v1/scenes?theme=loneliness,avoidance&exclude_advisory=spoiler",
    f"/v1/sources/{ESSAY}/paragraphs?limit=100",
    f"/v1/sources/{ESSAY}/paragraphs?sort=-word_count",
]
#: How many pages, feeds or embeds of each kind are compared. Their texts come from resources, which all are compared.
MAX_ALIKE = 10
#: Responses that depend on the database, on earlier requests or on chance.
EXCLUDED = ("/readyz", "/v1/meta", "/v1/openapi.json", "/v1/quotes/random", "/v1/commentary/random")


def is_public_resource(url):
    """Whether a path is that of a resource; examples in the OpenAPI document name drafts, of which there are none."""
    return url.startswith("/v1") and url not in EXCLUDED and not re.search("draft|release", url)


@pytest.fixture(scope="module")
def both_clients(sqlite_engine, postgresql_engine):
    """A client over each database, seeded from the same pack."""
    with ExitStack() as stack:
        clients = []
        for engine in sqlite_engine, postgresql_engine:
            url = stack.enter_context(engine.fresh("pack"))
            app = create_app(Settings(database_url=url, statement_seconds=STATEMENT_SECONDS))
            stack.callback(app.extensions["database"].close)
            clients.append(app.test_client())
        yield clients


class TestBothDatabases:
    @pytest.mark.slow
    def test_every_reachable_resource_is_the_same(self, both_clients):
        sqlite, postgresql = both_clients
        compared = 0
        for url, response in crawl(sqlite, matches=is_public_resource):
            other = postgresql.get(url)
            assert other.status_code == 200, url
            assert comparable(response) == comparable(other), url
            compared += 1
        assert compared > 250

    @pytest.mark.nightly
    def test_every_kind_of_page_feed_and_embed_is_the_same(self, both_clients):
        sqlite, postgresql = both_clients
        compared = 0
        starts = ("/", "/v1", "/sitemap.xml")
        for url, response in crawl(
            sqlite, starts, matches=lambda url: url not in EXCLUDED, max_alike=MAX_ALIKE
        ):
            # Random responses are no-store and differ each time.
            if "no-store" not in response.headers.get("Cache-Control", ""):
                other = postgresql.get(url)
                assert comparable(response) == comparable(other), url
                other.close()
                compared += 1
        assert compared > 400

    @pytest.mark.parametrize("name", [*LISTS, "advisories"])
    def test_every_kind_of_item_is_the_same(self, both_clients, name):
        sqlite, postgresql = both_clients
        for item in sqlite.get(f"/v1/{name}?limit=8").get_json()["data"]:
            assert sqlite.get(item["url"]).data == postgresql.get(item["url"]).data, item["url"]

    @pytest.mark.parametrize("url", SORTED_LISTS)
    def test_every_sort_order_is_the_same(self, both_clients, url):
        sqlite, postgresql = (client.get(url) for client in both_clients)
        assert sqlite.get_json()["data"]
        assert sqlite.data == postgresql.data

    @pytest.mark.parametrize("name", LISTS)
    def test_every_list_is_the_same(self, both_clients, name):
        for query in QUERIES:
            sqlite, postgresql = (client.get(f"/v1/{name}{query}") for client in both_clients)
            assert sqlite.status_code == 200, query
            assert sqlite.data == postgresql.data, query
