"""SQLite and PostgreSQL answer alike: every read of the pack, byte for byte."""

import json
import re

import pytest

from api.app import create_app
from api.core.config import Settings

ADDRESS = re.compile(r"http://127\.0\.0\.1:8000(/v1[^\"]*)")
LISTS = ["films", "sources", "characters", "scenes", "quotes", "commentary", "themes"]
QUERIES = [
    "?limit=3&count=true",
    "?limit=100&sort=-id",
    "?limit=100&sort=-created_at,-id",
]
SORTED = [
    "/v1/quotes?sort=word_count",
    "/v1/quotes?sort=-word_count&max_severity=1&limit=7",
    "/v1/characters?sort=name&limit=100",
    "/v1/characters?sort=-name&limit=100",
    "/v1/themes?sort=-name&limit=100",
    "/v1/scenes?theme=loneliness,avoidance&exclude_advisory=spoiler",
    "/v1/sources/her-perfection-is-the-enemy-of-real/paragraphs?limit=100",
    "/v1/sources/her-perfection-is-the-enemy-of-real/paragraphs?sort=-word_count",
]


@pytest.fixture(scope="module")
def both(sqlite_engine, postgresql_engine):
    """A client over each database, seeded from the same pack."""
    with sqlite_engine.fresh("pack") as sqlite, postgresql_engine.fresh("pack") as postgresql:
        apps = [create_app(Settings(database_url=url, statement_seconds=60)) for url in (sqlite, postgresql)]
        yield [app.test_client() for app in apps]
        for app in apps:
            app.extensions["database"].close()


def crawl(client):
    """Yield every address below /v1 that can be reached from the index, with what it answers."""
    waiting, seen = ["/v1"], set()
    while waiting:
        path = waiting.pop(0)
        if path in seen or path == "/v1/openapi.json":
            continue
        seen.add(path)
        answer = client.get(path)
        yield path, answer
        waiting += ADDRESS.findall(answer.text)


class TestBothDatabases:
    @pytest.mark.slow
    def test_everything_that_can_be_reached_is_the_same(self, both):
        sqlite, postgresql = both
        crawled = 0
        for path, answer in crawl(sqlite):
            other = postgresql.get(path)
            assert answer.status_code == other.status_code == 200, path
            assert answer.data == other.data, path
            assert answer.headers["ETag"] == other.headers["ETag"]
            crawled += 1
        assert crawled > 250

    @pytest.mark.parametrize("name", [*LISTS, "advisories"])
    def test_every_kind_of_item_is_the_same(self, both, name):
        sqlite, postgresql = both
        for item in sqlite.get(f"/v1/{name}?limit=8").get_json()["data"]:
            assert sqlite.get(item["url"]).data == postgresql.get(item["url"]).data

    @pytest.mark.parametrize("path", SORTED)
    def test_every_order_is_the_same(self, both, path):
        sqlite, postgresql = (client.get(path) for client in both)
        assert json.loads(sqlite.data)["data"]
        assert sqlite.data == postgresql.data

    @pytest.mark.parametrize("query", QUERIES)
    @pytest.mark.parametrize("name", LISTS)
    def test_every_list_is_the_same(self, both, name, query):
        sqlite, postgresql = (client.get(f"/v1/{name}{query}") for client in both)
        assert sqlite.status_code == 200
        assert sqlite.data == postgresql.data
