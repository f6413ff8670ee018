"""oEmbed discovery: pages link to their oEmbed responses in the head and the header."""

import re

import pytest

from api.embeds.frame import frame_title
from api.embeds.oembed_discovery import link_elements, link_header, oembed_urls
from api.embeds.quote_view_model import build_view_model
from api.query.internal_reader import read_item
from tests.browser.parsed import Parsed
from tests.cases import each
from tests.embeds.conftest import SLUG, hostile_id

BASE = "http://127.0.0.1:8000"


@pytest.fixture
def quote(app):
    with app.app_context():
        yield build_view_model(read_item("quote", SLUG, "film", "sources").json)


class TestElements:
    def test_each_format_has_a_link_to_its_response(self, client, quote):
        links = Parsed(str(link_elements(quote.page_url, frame_title(quote)))).all("link", rel="alternate")
        assert [link.attributes["type"] for link in links] == ["application/json+oembed", "text/xml+oembed"]
        for link in links:
            assert link.attributes["title"] == "Catherine's verdict · Her (2013)"
            assert client.get(link.attributes["href"].removeprefix(BASE)).status_code == 200

    def test_they_are_well_formed_whatever_the_title_is(self, hostile_app):
        with hostile_app.app_context():
            for name in ("attribute", "script", "reference"):
                item = read_item("quote", hostile_id(name), "film", "sources").json
                quote = build_view_model(item)
                parsed = Parsed(str(link_elements(quote.page_url, frame_title(quote))))
                assert [element.tag for element in parsed.elements] == ["link", "link"]
                assert set(parsed.elements[0].attributes) == {"rel", "type", "href", "title"}


class TestHeader:
    def test_it_has_the_links_of_the_elements(self, quote):
        links = re.findall(r'<([^>]*)>; rel="alternate"; type="([^"]*)"', link_header(quote.page_url))
        assert {type_: href for href, type_ in links} == oembed_urls(quote.page_url)


class TestPages:
    @each("path", [f"/quotes/{SLUG}", "/films/her-2013", "/themes/loneliness"])
    def test_pages_of_what_can_be_embedded_have_both(self, client, path):
        response = client.get(path)
        links = Parsed(response.text).all("link", type="application/json+oembed")
        assert len(links) == 1
        url = links[0].attributes["href"]
        assert f"<{url}>" in response.headers["Link"]
        embed = client.get(url.removeprefix(BASE)).json
        assert f'src="{BASE}/embed{path}?' in embed["html"]
