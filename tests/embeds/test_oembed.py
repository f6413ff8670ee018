"""oEmbed as consumers find it: what its specification says, and what they do beyond it."""

import html
import xml.etree.ElementTree as ET

from tests.cases import each
from tests.embeds.conftest import FLAGGED, SLUG

BASE = "http://127.0.0.1:8000"


def parsed(markup):
    """Return markup as an XML parser reads it."""
    return ET.fromstring(f"<all>{markup}</all>")  # our own


class TestAnswer:
    def test_it_has_every_key_and_none_is_null(self, ask):
        told = ask().json
        assert (told["type"], told["version"]) == ("rich", "1.0")
        for name in ("width", "height", "cache_age", "thumbnail_width", "thumbnail_height"):
            assert type(told[name]) is int
        for name in (
            "html",
            "title",
            "author_name",
            "author_url",
            "provider_name",
            "provider_url",
            "thumbnail_url",
        ):
            assert told[name].strip()
        assert len(told) == 14

    def test_it_can_be_kept_and_asked_about_again(self, client, ask):
        answer = ask()
        assert answer.content_type == "application/json"
        assert answer.headers["Cache-Control"].startswith("public, max-age=300")
        assert not answer.headers["ETag"].startswith("W/")
        again = client.get(
            "/oembed",
            query_string={"url": f"{BASE}/quotes/{SLUG}"},
            headers={"If-None-Match": answer.headers["ETag"]},
        )
        assert (again.status_code, again.data) == (304, b"")

    def test_every_title_is_short_and_says_nothing_flagged(self, ask, quotes):
        for quote in quotes:
            title = ask(quote.id).json["title"]
            assert 0 < len(title) <= 80
            assert not (quote.advisories and quote.text in title)

    def test_what_is_accepted_changes_nothing(self, client):
        accepted = [None, "*/*", "application/json", "text/html, application/xhtml+xml", "image/png", "junk"]
        answers = {
            client.get(f"/oembed?url={BASE}/quotes/{SLUG}", headers={"Accept": accept} if accept else {}).data
            for accept in accepted
        }
        assert len(answers) == 1
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

    def test_unknown_parameters_are_ignored(self, ask):
        assert ask(dnt="1", omit_script="true", callback="x").data == ask().data


class TestMarkup:
    def test_a_plain_blockquote_and_then_a_frame_and_no_script(self, ask, quotes):
        for quote in quotes:
            found = parsed(ask(quote.id).json["html"])
            assert [element.tag for element in found] == ["blockquote", "iframe"]
            assert ask(quote.id).json["html"].startswith("<blockquote")
            assert quote.text in "".join(found[0].itertext())
            assert not list(found.iter("script"))

    def test_paragraphs_stay_apart_without_their_tags(self, ask):
        text = "".join(parsed(ask().json["html"])[0].itertext())
        assert "It is perfect. — Catherine, Her (2013), as quoted in “" in text

    def test_the_frame_is_of_the_size_that_is_told(self, ask):
        told = ask(maxwidth="320").json
        frame = parsed(told["html"])[1].attrib
        assert (frame["width"], frame["height"]) == (str(told["width"]), str(told["height"]))
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

    def test_the_note_comes_before_flagged_words(self, ask):
        paragraphs = ["".join(p.itertext()) for p in parsed(ask(FLAGGED).json["html"])[0].iter("p")]
        assert paragraphs[0].startswith("Content note: ")
        assert len(paragraphs) == 3

    def test_links_carry_nothing_but_the_address(self, ask):
        assert [a.attrib["href"] for a in parsed(ask().json["html"]).iter("a")] == [f"{BASE}/quotes/{SLUG}"]


class TestXml:
    def test_it_says_what_json_says(self, ask, quotes):
        for quote in quotes:
            answer = ask(quote.id, format="xml", maxwidth="400")
            assert answer.content_type == "text/xml; charset=utf-8"
            found = ET.fromstring(answer.data)  # our own
            assert found.tag == "oembed"
            told = ask(quote.id, maxwidth="400").json
            assert {child.tag: child.text for child in found} == {
                name: str(value) for name, value in told.items()
            }

    def test_there_are_addresses_for_both(self, ask):
        assert ask(form=".json").data == ask().data
        assert ask(form=".xml").data == ask(format="xml").data


class TestSize:
    @each(("most", "width"), [("600", 600), ("601", 600), ("99999999999", 600), ("320", 320), ("1", 1)])
    def test_the_width_is_within_what_is_asked_for(self, ask, most, width):
        assert ask(maxwidth=most).json["width"] == width

    @each("junk", ["", "0", "-1", "abc", "1e3", "100%", "٣", "1.5", "NaN", "0x10"])
    def test_junk_is_ignored(self, ask, junk):
        assert ask(maxwidth=junk, maxheight=junk).data == ask().data

    def test_a_narrower_frame_is_higher(self, ask):
        heights = [ask(maxwidth=str(width)).json["height"] for width in (600, 400, 280, 200)]
        assert heights == sorted(heights)
        assert heights[0] < heights[-1]

    @each("most", [1, 50, 150, 199, 250, 4000])
    def test_no_frame_is_higher_than_is_asked_for(self, ask, quotes, most):
        for quote in quotes:
            told = ask(quote.id, maxwidth="250", maxheight=str(most)).json
            assert told["height"] <= most
            assert ("clamp=1" in told["html"]) <= (told["height"] == most)
            assert ("clamp=1" in told["html"]) or most >= 150

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
    def test_the_thumbnail_is_within_the_limits_too(self, ask, limits, size):
        told = ask(**limits).json
        assert (told["thumbnail_width"], told["thumbnail_height"]) == size
        assert told["thumbnail_url"] == f"{BASE}/quotes/{SLUG}/card.png?w={size[0]}"

    @each("limits", [{"maxwidth": "199"}, {"maxheight": "90"}])
    def test_where_none_is_so_small_there_is_none(self, ask, limits):
        assert not [name for name in ask(**limits).json if name.startswith("thumbnail")]

    def test_the_thumbnail_is_there(self, client, ask):
        path = ask(maxwidth="300").json["thumbnail_url"].removeprefix(BASE)
        assert client.get(path).content_type == "image/png"


class TestErrors:
    @each("query", [{}, {"url": ""}, {"url": f"{BASE}/quotes/{SLUG}?{'x' * 2000}"}])
    def test_an_address_is_needed(self, client, query):
        answer = client.get("/oembed", query_string=query)
        assert answer.status_code == 400
        assert answer.json["errors"][0]["pointer"] == "url"

    @each("path", ["/oembed?format=yaml&url=x", "/oembed.yaml?url=x", "/oembed?format=JSON"])
    def test_other_formats_are_not_implemented(self, client, path):
        answer = client.get(path)
        assert (answer.status_code, answer.json["code"]) == (501, "not-implemented")

    @each("form", ["", ".json", ".xml"])
    def test_they_are_problems_whatever_is_accepted(self, client, form):
        answer = client.get(
            f"/oembed{form}?url=https://other.example/quotes/x", headers={"Accept": "text/html"}
        )
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
        assert answer.json["detail"]
        assert "Vary" not in answer.headers

    def test_what_nobody_may_see_is_404(self, hostile_app, hostile_client):
        with hostile_app.extensions["database"].write_session() as session:
            hide(session)
        for name in ("draft-of-it", "gone-by-now", "never-was"):
            answer = hostile_client.get(f"/oembed?url={BASE}/quotes/the-lamp-1950-{name}")
            assert answer.status_code == 404
            assert html.escape(name) in answer.json["detail"]


def hide(session):
    """Add a draft and a deleted quote, if they are not there."""
    from models import Film, Source, Status
    from models.revision import change_set
    from tests.models.content import RELEASED, cite, quote

    film, essay = Film.by_slug(session, "the-lamp-1950"), Source.by_slug(session, "on-the-lamp")
    with change_set(session, "maker", at=RELEASED):
        draft = quote(film, "draft-of-it", 90, status=Status.DRAFT)
        gone = quote(film, "gone-by-now", 91, deleted_at=RELEASED)
        draft.citations, gone.citations = [cite(essay, 2)], [cite(essay, 2)]
        session.add_all([draft, gone])
