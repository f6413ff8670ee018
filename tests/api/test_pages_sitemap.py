"""The map for crawlers, of a small catalogue and of one that needs several files."""

import re
from xml.etree import ElementTree as ET

import pytest

from api.pages import sitemap
from tests.browser.parsed import Parsed
from tests.cases import each
from tests.lists import ids
from tests.statements import statements

pytestmark = pytest.mark.any_database

BASE = "http://127.0.0.1:8000"
SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
W3C = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")


def locations(response):
    """Return the addresses of a map, or of its parts."""
    assert (response.status_code, response.mimetype) == (200, "application/xml")
    return [place.findtext(f"{SPACE}loc").removeprefix(BASE) for place in ET.fromstring(response.data)]


@pytest.fixture
def small_parts(monkeypatch):
    """Parts of so few addresses that the pack needs several."""
    monkeypatch.setattr(sitemap, "MAX_URLS", 16)


class TestSitemap:
    def test_names_every_page_for_people(self, client):
        places = locations(client.get("/sitemap.xml"))
        for model in ("films", "scenes", "themes", "quotes"):
            assert {f"/{model}/{slug}" for slug in ids(client, f"/v1/{model}")} <= set(places)
        assert {"/", "/embed", "/docs/guides/quickstart", "/docs/problems/not-found"} <= set(places)
        assert len(places) == len(set(places))

    def test_what_it_names_is_there_under_that_very_address(self, client):
        for path in locations(client.get("/sitemap.xml")):
            response = client.get(path)
            assert response.status_code == 200, path
            for link in Parsed(response.text).all("link", rel="canonical") if path != "/docs" else ():
                assert link.attributes["href"] == f"{BASE}{path}"

    def test_says_when_what_is_made_of_content_changed(self, client):
        for place in ET.fromstring(client.get("/sitemap.xml").data):
            changed = place.findtext(f"{SPACE}lastmod")
            of_content = re.match(rf"{BASE}/(films|scenes|themes|quotes)/", place.findtext(f"{SPACE}loc"))
            assert bool(changed) == bool(of_content)
            assert changed is None or W3C.fullmatch(changed)

    def test_a_large_one_is_an_index_of_parts_that_say_the_same(self, app, small_parts, monkeypatch):
        client = app.test_client()
        parts = locations(client.get("/sitemap.xml"))
        assert b"<sitemapindex" in client.get("/sitemap.xml").data
        in_parts = [path for part in parts for path in locations(client.get(part))]
        assert len(parts) > 5
        monkeypatch.undo()
        assert sorted(in_parts) == sorted(locations(client.get("/sitemap.xml")))

    def test_no_part_holds_more_than_it_may_or_reads_more_than_it_holds(self, app, client, small_parts):
        for part in locations(client.get("/sitemap.xml"))[1:]:
            with statements(app.extensions["database"].engine) as seen:
                assert 0 < len(locations(client.get(part))) <= 16
            assert len([text for text in seen if text.startswith("SELECT")]) == 2

    @each("path", ["quotes-0", "quotes-2", "quotes-99999999999", "people-1"])
    def test_there_is_no_other_part(self, client, path):
        assert client.get(f"/sitemaps/{path}.xml").status_code == 404

    def test_is_not_sent_twice(self, client):
        first = client.get("/sitemap.xml")
        again = client.get("/sitemap.xml", headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


class TestRobots:
    def test_names_the_map(self, client):
        response = client.get("/robots.txt")
        assert response.mimetype == "text/plain"
        assert response.text.splitlines()[-1] == f"Sitemap: {BASE}/sitemap.xml"
        assert response.text.startswith("User-agent: *\n")
