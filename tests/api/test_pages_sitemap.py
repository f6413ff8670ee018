"""The sitemap, as a single file and as an index of several files."""

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
NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
W3C = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")


def paths_in(response):
    """Return the paths in a sitemap or a sitemap index."""
    assert (response.status_code, response.mimetype) == (200, "application/xml")
    return [
        element.findtext(f"{NAMESPACE}loc").removeprefix(BASE) for element in ET.fromstring(response.data)
    ]


@pytest.fixture
def small_parts(monkeypatch):
    """Lower the number of URLs in a file, so that the pack needs several files."""
    monkeypatch.setattr(sitemap, "MAX_URLS", 16)


class TestSitemap:
    def test_lists_every_page(self, client):
        paths = paths_in(client.get("/sitemap.xml"))
        for model in ("films", "scenes", "characters", "quotes", "themes", "sources"):
            assert {f"/{model}/{slug}" for slug in ids(client, f"/v1/{model}")} <= set(paths)
        assert {
            "/",
            "/embed",
            "/films",
            "/themes",
            "/quotes",
            "/sources",
            "/docs/guides/quickstart",
            "/docs/problems/not-found",
        } <= set(paths)
        assert len(paths) == len(set(paths))

    def test_every_url_exists_and_is_canonical(self, client):
        for path in paths_in(client.get("/sitemap.xml")):
            response = client.get(path)
            assert response.status_code == 200, path
            for link in Parsed(response.text).all("link", rel="canonical") if path != "/docs" else ():
                assert link.attributes["href"] == f"{BASE}{path}"

    def test_pages_of_content_have_a_modification_time(self, client):
        for element in ET.fromstring(client.get("/sitemap.xml").data):
            last_modified = element.findtext(f"{NAMESPACE}lastmod")
            of_content = re.match(
                rf"{BASE}/(films|scenes|characters|quotes|themes|sources)/[a-z]",
                element.findtext(f"{NAMESPACE}loc"),
            )
            assert bool(last_modified) == bool(of_content)
            assert last_modified is None or W3C.fullmatch(last_modified)

    def test_a_large_sitemap_is_an_index_of_files_with_the_same_urls(self, app, small_parts, monkeypatch):
        client = app.test_client()
        parts = paths_in(client.get("/sitemap.xml"))
        assert b"<sitemapindex" in client.get("/sitemap.xml").data
        paths_in_parts = [path for part in parts for path in paths_in(client.get(part))]
        assert len(parts) > 5
        monkeypatch.undo()
        assert sorted(paths_in_parts) == sorted(paths_in(client.get("/sitemap.xml")))

    def test_each_file_is_limited_and_reads_only_its_rows(self, app, client, small_parts):
        for part in paths_in(client.get("/sitemap.xml"))[1:]:
            with statements(app.extensions["database"].engine) as recorded:
                assert 0 < len(paths_in(client.get(part))) <= 16
            assert len([text for text in recorded if text.startswith("SELECT")]) == 3

    @each("path", ["quotes-0", "quotes-2", "quotes-99999999999", "people-1"])
    def test_other_files_are_not_found(self, client, path):
        assert client.get(f"/sitemaps/{path}.xml").status_code == 404

    def test_returns_304(self, client):
        first = client.get("/sitemap.xml")
        second = client.get("/sitemap.xml", headers={"If-None-Match": first.headers["ETag"]})
        assert (second.status_code, second.data) == (304, b"")


class TestRobots:
    def test_links_to_the_sitemap(self, client):
        response = client.get("/robots.txt")
        assert response.mimetype == "text/plain"
        assert response.text.splitlines()[-1] == f"Sitemap: {BASE}/sitemap.xml"
        assert response.text.startswith("User-agent: *\n")
