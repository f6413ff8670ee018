"""A walk from the first page along every link, and where it ends when an address leads nowhere."""

import datetime as dt
from functools import partial

import pytest

from models import Scene, Status
from tests.browser.parsed import Parsed
from tests.cases import each

pytestmark = pytest.mark.any_database

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
BASE = "http://127.0.0.1:8000"
OLD = "her-2013-lunch-with-catherine"


class TestAWalk:
    def test_every_link_leads_somewhere(self, client):
        pages, waiting, anchors = {}, ["/"], set()
        while waiting:
            path = waiting.pop()
            response = client.get(path, follow_redirects=True)
            assert response.status_code == 200, path
            pages[path] = (
                None if response.mimetype != "text/html" or path == "/docs" else Parsed(response.text)
            )
            for link in pages[path].links if pages[path] else ():
                target, _, anchor = link.removeprefix(BASE).partition("#")
                assert target.startswith("/") or not target, link
                anchors |= {(path, target or path, anchor)} if anchor else set()
                if target and target not in pages and target not in waiting:
                    waiting.append(target)
        assert sum(1 for page in pages.values() if page) > 70
        lost = {where for where in anchors if where[2] not in pages[where[1]].ids}
        assert lost == set()


class TestAnAddressThatLeadsNowhere:
    @each("path", ["/scenes/no-such", "/themes/no-such", "/films/no-such", "/nowhere", "/films/"])
    def test_is_a_page_for_people(self, client, path):
        response = client.get(path, headers=BROWSER)
        page = Parsed(response.text)
        assert (response.status_code, response.mimetype) == (404, "text/html")
        assert {"/", "/search", "/docs/problems/not-found"} <= set(page.links)
        assert response.headers["Cache-Control"] == "no-store"
        assert "Accept" in response.headers["Vary"]
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]

    @each("headers", [{}, {"Accept": "application/json"}, {"Accept": "*/*"}])
    def test_is_a_problem_for_programs(self, client, headers):
        response = client.get("/scenes/no-such", headers=headers)
        assert (response.status_code, response.mimetype) == (404, "application/problem+json")
        assert response.get_json()["code"] == "not-found"

    def test_is_a_problem_in_the_api_for_anyone(self, client):
        response = client.get("/v1/scenes/no-such", headers=BROWSER)
        assert (response.status_code, response.mimetype) == (404, "application/problem+json")

    def test_is_named_without_harm(self, client):
        response = client.get("/docs/problems/<b>x", headers=BROWSER)
        assert response.status_code == 404
        assert not Parsed(response.text).all("b")


class TestAnAddressThatOnceLedSomewhere:
    @pytest.fixture
    def changed(self, client_and_change):
        """A client over the pack, and what changes the scene."""
        client, change = client_and_change
        return client, partial(change, Scene, OLD)

    def test_is_gone_when_it_was_deleted(self, changed):
        client, change = changed
        change(deleted_at=dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
        response = client.get(f"/scenes/{OLD}", headers=BROWSER)
        assert (response.status_code, response.mimetype) == (410, "text/html")
        assert "/search" in Parsed(response.text).links

    def test_leads_on_when_it_was_renamed(self, changed):
        client, change = changed
        change(slug="her-2013-the-lunch")
        response = client.get(f"/scenes/{OLD}?from=here", headers=BROWSER)
        assert response.status_code == 308
        assert response.headers["Location"] == f"{BASE}/scenes/her-2013-the-lunch?from=here"
        assert client.get("/scenes/her-2013-the-lunch").status_code == 200

    def test_is_nowhere_when_it_became_a_draft(self, changed):
        client, change = changed
        change(status=Status.DRAFT)
        assert client.get(f"/scenes/{OLD}", headers=BROWSER).status_code == 404
        for path in ("/films/her-2013", "/themes/avoidance", "/scenes/her-2013-theodore-tells-amy"):
            response = client.get(path)
            assert response.status_code == 200
            assert f"/scenes/{OLD}" not in response.text
