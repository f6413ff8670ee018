"""The oEmbed endpoint: its specification, and what consumers do beyond it."""

import html
import xml.etree.ElementTree as ET

import pytest

from models import Source, Status
from tests.browser.parsed import Parsed
from tests.cases import each
from tests.embeds.conftest import FLAGGED, SLUG

pytestmark = pytest.mark.any_database

ESSAY = "her-perfection-is-the-enemy-of-real"
BASE = "http://127.0.0.1:8000"


def parse_markup(markup):
    """Return the elements of markup, parsed as XML."""
    return ET.fromstring(f"<all>{markup}</all>")  # our own


class TestResponse:
    def test_it_has_every_key_and_none_is_null(self, request_oembed):
        oembed = request_oembed().json
        assert (oembed["type"], oembed["version"]) == ("rich", "1.0")
        for name in ("width", "height", "cache_age", "thumbnail_width", "thumbnail_height"):
            assert type(oembed[name]) is int
        for name in (
            "html",
            "title",
            "author_name",
            "author_url",
            "provider_name",
            "provider_url",
            "thumbnail_url",
        ):
            assert oembed[name].strip()
        assert len(oembed) == 14

    def test_the_authors_are_those_of_the_source(self, client_and_change):
        client, change = client_and_change
        authors = [{"given": "Jane", "family": "Smith"}, {"literal": "Readers & Co."}]
        change(Source, ESSAY, authors=authors, source_url="https://paper.example/why")
        oembed = client.get(f"/oembed?url={BASE}/quotes/{SLUG}").json
        assert (oembed["author_name"], oembed["author_url"]) == (
            "Jane Smith and Readers & Co.",
            "https://paper.example/why",
        )
        page = Parsed(client.get(f"/quotes/{SLUG}").text)
        names = [meta.attributes["content"] for meta in page.all("meta", name="author")]
        assert names == ["Jane Smith", "Readers & Co."]
        change(Source, ESSAY, status=Status.DRAFT)
        assert "author_name" not in client.get(f"/oembed?url={BASE}/quotes/{SLUG}").json

    def test_it_is_cacheable_and_has_an_etag(self, client, request_oembed):
        response = request_oembed()
        assert response.content_type == "application/json"
        assert response.headers["Cache-Control"].startswith("public, max-age=300")
        assert not response.headers["ETag"].startswith("W/")
        second = client.get(
            "/oembed",
            query_string={"url": f"{BASE}/quotes/{SLUG}"},
            headers={"If-None-Match": response.headers["ETag"]},
        )
        assert (second.status_code, second.data) == (304, b"")

    def test_every_title_is_short_and_has_no_flagged_text(self, request_oembed, quotes):
        for quote in quotes:
            title = request_oembed(quote.id).json["title"]
            assert 0 < len(title) <= 80
            assert not (quote.advisories and quote.text in title)

    def test_the_accept_header_is_ignored(self, client):
        accepted = [None, "*/*", "application/json", "text/html, application/xhtml+xml", "image/png", "junk"]
        bodies = {
            client.get(f"/oembed?url={BASE}/quotes/{SLUG}", headers={"Accept": accept} if accept else {}).data
            for accept in accepted
        }
        assert len(bodies) == 1
        assert client.get(f"/oembed?url={BASE}/quotes/{SLUG}").headers["Vary"] == "Accept-Encoding"

    def test_any_origin_may_read_it_and_its_errors(self, client):
        for path in (
            f"/oembed?url={BASE}/quotes/{SLUG}",
            "/oembed",
            "/oembed.xml?url=x",
            "/oembed.yaml?url=x",
        ):
            headers = client.get(path, headers={"Origin": "https://site.example"}).headers
            assert headers["Access-Control-Allow-Origin"] == "*"
            assert "Access-Control-Allow-Credentials" not in headers
            assert "Origin" not in headers.get("Vary", "")
            assert "Set-Cookie" not in headers

    def test_unknown_parameters_are_ignored(self, request_oembed):
        assert request_oembed(dnt="1", omit_script="true", callback="x").data == request_oembed().data


class TestMarkup:
    def test_it_is_a_blockquote_and_a_frame_without_script(self, request_oembed, quotes):
        for quote in quotes:
            elements = parse_markup(request_oembed(quote.id).json["html"])
            assert [element.tag for element in elements] == ["blockquote", "iframe"]
            assert request_oembed(quote.id).json["html"].startswith("<blockquote")
            assert quote.text in "".join(elements[0].itertext())
            assert not list(elements.iter("script"))

    def test_paragraphs_are_separated_without_their_tags(self, request_oembed):
        text = "".join(parse_markup(request_oembed().json["html"])[0].itertext())
        assert "It is perfect.” — Catherine, Her (2013), as quoted in “" in text

    def test_the_frame_has_the_size_in_the_response(self, request_oembed):
        oembed = request_oembed(maxwidth="320").json
        frame = parse_markup(oembed["html"])[1].attrib
        assert (frame["width"], frame["height"]) == (str(oembed["width"]), str(oembed["height"]))
        assert frame["title"].strip()
        assert (frame["loading"], frame["referrerpolicy"], frame["scrolling"]) == (
            "lazy",
            "no-referrer",
            "no",
        )
        assert set(frame["sandbox"].split()) == {
            "allow-scripts",
            "allow-popups",
            "allow-popups-to-escape-sandbox",
        }
        assert "style" not in frame

    def test_the_content_note_precedes_flagged_text(self, request_oembed):
        paragraphs = [
            "".join(p.itertext()) for p in parse_markup(request_oembed(FLAGGED).json["html"])[0].iter("p")
        ]
        assert paragraphs[0].startswith("Content note: ")
        assert len(paragraphs) == 3

    def test_links_have_no_tracking_parameters(self, request_oembed):
        assert [a.attrib["href"] for a in parse_markup(request_oembed().json["html"]).iter("a")] == [
            f"{BASE}/quotes/{SLUG}"
        ]


class TestXml:
    def test_it_has_the_values_of_json(self, request_oembed, quotes):
        for quote in quotes:
            response = request_oembed(quote.id, format="xml", maxwidth="400")
            assert response.content_type == "text/xml; charset=utf-8"
            document = ET.fromstring(response.data)  # our own
            assert document.tag == "oembed"
            oembed = request_oembed(quote.id, maxwidth="400").json
            assert {child.tag: child.text for child in document} == {
                name: str(value) for name, value in oembed.items()
            }

    def test_each_format_has_an_extension(self, request_oembed):
        assert request_oembed(extension=".json").data == request_oembed().data
        assert request_oembed(extension=".xml").data == request_oembed(format="xml").data


class TestSize:
    @each(("maximum", "width"), [("600", 600), ("601", 600), ("99999999999", 600), ("320", 320), ("1", 1)])
    def test_the_width_is_within_maxwidth(self, request_oembed, maximum, width):
        assert request_oembed(maxwidth=maximum).json["width"] == width

    @each("junk", ["", "0", "-1", "abc", "1e3", "100%", "٣", "1.5", "NaN", "0x10"])
    def test_invalid_limits_are_ignored(self, request_oembed, junk):
        assert request_oembed(maxwidth=junk, maxheight=junk).data == request_oembed().data

    def test_a_narrower_frame_is_higher(self, request_oembed):
        heights = [request_oembed(maxwidth=str(width)).json["height"] for width in (600, 400, 280, 200)]
        assert heights == sorted(heights)
        assert heights[0] < heights[-1]

    @each("maximum", [1, 50, 150, 199, 250, 4000])
    def test_the_height_is_within_maxheight(self, request_oembed, quotes, maximum):
        for quote in quotes:
            oembed = request_oembed(quote.id, maxwidth="250", maxheight=str(maximum)).json
            assert oembed["height"] <= maximum
            assert ("clamp=1" in oembed["html"]) <= (oembed["height"] == maximum)
            assert ("clamp=1" in oembed["html"]) or maximum >= 150

    @each(
        ("limits", "size"),
        [
            ({}, (1200, 630)),
            ({"maxwidth": "600"}, (600, 315)),
            ({"maxwidth": "301"}, (300, 158)),
            ({"maxheight": "300"}, (570, 299)),
            ({"maxwidth": "4000", "maxheight": "4000"}, (1200, 630)),
        ],
    )
    def test_the_thumbnail_is_within_the_limits(self, request_oembed, limits, size):
        oembed = request_oembed(**limits).json
        assert (oembed["thumbnail_width"], oembed["thumbnail_height"]) == size
        assert oembed["thumbnail_url"] == f"{BASE}/quotes/{SLUG}/card.png?w={size[0]}"

    @each("limits", [{"maxwidth": "199"}, {"maxheight": "90"}])
    def test_a_thumbnail_that_would_be_too_small_is_omitted(self, request_oembed, limits):
        assert not [name for name in request_oembed(**limits).json if name.startswith("thumbnail")]

    def test_the_thumbnail_exists(self, client, request_oembed):
        path = request_oembed(maxwidth="300").json["thumbnail_url"].removeprefix(BASE)
        assert client.get(path).content_type == "image/png"


class TestErrors:
    @each("query", [{}, {"url": ""}, {"url": f"{BASE}/quotes/{SLUG}?{'x' * 2000}"}])
    def test_a_url_is_required(self, client, query):
        response = client.get("/oembed", query_string=query)
        assert response.status_code == 400
        assert response.json["errors"][0]["pointer"] == "url"

    @each("path", ["/oembed?format=yaml&url=x", "/oembed.yaml?url=x", "/oembed?format=JSON"])
    def test_other_formats_are_not_implemented(self, client, path):
        response = client.get(path)
        assert (response.status_code, response.json["code"]) == (501, "not-implemented")

    @each("extension", ["", ".json", ".xml"])
    def test_they_are_problems_for_any_accept_header(self, client, extension):
        response = client.get(
            f"/oembed{extension}?url=https://other.example/quotes/x", headers={"Accept": "text/html"}
        )
        assert (response.status_code, response.content_type) == (404, "application/problem+json")
        assert response.json["detail"]
        assert "Vary" not in response.headers

    def test_hidden_quotes_are_not_found(self, hostile_app, hostile_client):
        with hostile_app.extensions["database"].write_session() as session:
            add_hidden_quotes(session)
        for name in ("draft-of-it", "gone-by-now", "never-was"):
            response = hostile_client.get(f"/oembed?url={BASE}/quotes/the-lamp-1950-{name}")
            assert response.status_code == 404
            assert html.escape(name) in response.json["detail"]


def add_hidden_quotes(session):
    """Add a draft and a deleted quote."""
    from models import Film, Source, Status
    from models.revision import change_set
    from tests.models.content import RELEASED, cite, quote

    film, essay = Film.by_slug(session, "the-lamp-1950"), Source.by_slug(session, "on-the-lamp")
    with change_set(session, "maker", at=RELEASED):
        draft = quote(film, "draft-of-it", 90, status=Status.DRAFT)
        gone = quote(film, "gone-by-now", 91, deleted_at=RELEASED)
        draft.citations, gone.citations = [cite(essay, 2)], [cite(essay, 2)]
        session.add_all([draft, gone])
