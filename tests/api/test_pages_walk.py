"""A crawl of all pages from the home page, and the responses for unknown and former URLs."""

import datetime as dt
from functools import partial

import pytest

from models import Scene, Status
from tests.browser.parsed import Parsed
from tests.cases import each

pytestmark = pytest.mark.any_database

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
BASE = "http://127.0.0.1:8000"
SCENE_ID = "her-2013-lunch-with-catherine"


class TestCrawl:
    def test_every_link_works(self, client):
        pages, queue, anchors = {}, ["/"], set()
        while queue:
            path = queue.pop()
            response = client.get(path, follow_redirects=True)
            assert response.status_code == 200, path
            pages[path] = (
                None if response.mimetype != "text/html" or path == "/docs" else Parsed(response.text)
            )
            for link in pages[path].links if pages[path] else ():
                target, _, anchor = link.removeprefix(BASE).partition("#")
                assert target.startswith("/") or not target, link
                anchors |= {(path, target or path, anchor)} if anchor else set()
                if target and target not in pages and target not in queue:
                    queue.append(target)
        assert sum(1 for page in pages.values() if page) > 70
        broken_anchors = {anchor_ for anchor_ in anchors if anchor_[2] not in pages[anchor_[1]].ids}
        assert broken_anchors == set()


class TestUnknownURL:
    @each("path", ["/scenes/no-such", "/themes/no-such", "/films/no-such", "/nowhere", "/commentary/"])
    def test_is_an_html_error_for_browsers(self, client, path):
        response = client.get(path, headers=BROWSER)
        page = Parsed(response.text)
        assert (response.status_code, response.mimetype) == (404, "text/html")
        assert {"/", "/search", "/docs/problems/not-found"} <= set(page.links)
        assert response.headers["Cache-Control"] == "no-store"
        assert "Accept" in response.headers["Vary"]
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]

    @each("headers", [{}, {"Accept": "application/json"}, {"Accept": "*/*"}])
    def test_is_a_problem_for_api_clients(self, client, headers):
        response = client.get("/scenes/no-such", headers=headers)
        assert (response.status_code, response.mimetype) == (404, "application/problem+json")
        assert response.get_json()["code"] == "not-found"

    def test_is_a_problem_below_v1_for_browsers_too(self, client):
        response = client.get("/v1/scenes/no-such", headers=BROWSER)
        assert (response.status_code, response.mimetype) == (404, "application/problem+json")

    def test_is_escaped_in_the_error(self, client):
        response = client.get("/docs/problems/<b>x", headers=BROWSER)
        assert response.status_code == 404
        assert not Parsed(response.text).all("b")


class TestFormerURL:
    @pytest.fixture
    def client_and_change_scene(self, client_and_change):
        """A client over the pack, and a function that changes the scene."""
        client, change = client_and_change
        return client, partial(change, Scene, SCENE_ID)

    def test_is_gone_when_it_was_deleted(self, client_and_change_scene):
        client, change = client_and_change_scene
        change(deleted_at=dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
        response = client.get(f"/scenes/{SCENE_ID}", headers=BROWSER)
        assert (response.status_code, response.mimetype) == (410, "text/html")
        assert "/search" in Parsed(response.text).links

    def test_redirects_when_it_was_renamed(self, client_and_change_scene):
        client, change = client_and_change_scene
        change(slug="her-2013-the-lunch")
        response = client.get(f"/scenes/{SCENE_ID}?from=here", headers=BROWSER)
        assert response.status_code == 308
        assert response.headers["Location"] == f"{BASE}/scenes/her-2013-the-lunch?from=here"
        assert client.get("/scenes/her-2013-the-lunch").status_code == 200

    def test_is_not_found_or_linked_when_it_became_a_draft(self, client_and_change_scene):
        client, change = client_and_change_scene
        change(status=Status.DRAFT)
        assert client.get(f"/scenes/{SCENE_ID}", headers=BROWSER).status_code == 404
        for path in ("/films/her-2013", "/themes/avoidance", "/scenes/her-2013-theodore-tells-amy"):
            response = client.get(path)
            assert response.status_code == 200
            assert f"/scenes/{SCENE_ID}" not in response.text
