"""The gallery without a script: a form whose answer shows the chosen quote and what to copy."""

import pytest

from models import Theme
from tests.browser.parsed import Parsed
from tests.cases import each
from tests.lists import ids, items
from tests.statements import reads

pytestmark = pytest.mark.any_database

BASE = "http://127.0.0.1:8000"
FLAGGED = "her-2013-the-average-modern-woman"
QUOTE = "her-2013-a-wife-without-the-challenges"


@pytest.fixture
def read(client):
    """Return what reads a page."""

    def get(path):
        response = client.get(path)
        assert response.status_code == 200, path
        return Parsed(response.text)

    return get


def offered(page):
    return {choice.attributes["value"] for choice in page.all("input", type="radio", name="quote")}


def chosen(page, name):
    [one] = [c for c in page.all("input", type="radio", name=name) if "checked" in c.attributes]
    return one.attributes["value"]


def copied(page):
    return page.behind("pre")


def copy(page, of):
    """Return what is to be copied under an id, taken apart."""
    texts = (t.words for t in page.texts if t.within and t.within[-1].attributes.get("id") == of)
    return Parsed("".join(texts))


class TestChoosing:
    def test_offers_themes_and_quotes_without_a_note(self, client, read):
        page = read("/embed")
        options = [
            o.attributes["value"] for o in page.all("option") if o.within[-1].attributes["name"] == "theme"
        ]
        assert options[0] == ""
        assert set(options[1:]) == ids(client, "/v1/themes")
        assert len(offered(page)) == 12
        assert offered(page) <= ids(client, "/v1/quotes", max_severity=0)

    def test_filters_by_words_theme_and_notes(self, client, read):
        assert offered(read("/embed?q=wife")) == {QUOTE}
        narrowed = ids(client, "/v1/quotes", theme="avoidance", max_severity=0)
        assert offered(read("/embed?theme=avoidance&q=&max_severity=0")) == narrowed
        assert offered(read("/embed?theme=self-discovery&max_severity=3")) == ids(
            client, "/v1/quotes", theme="self-discovery"
        )

    def test_the_chosen_one_stays_whatever_is_offered(self, read):
        page = read(f"/embed?theme=friendship&quote={QUOTE}")
        assert chosen(page, "quote") == QUOTE
        assert QUOTE in copied(page)

    @each("named", [(QUOTE, "You always wanted"), (FLAGGED, "Content note: ")])
    def test_the_chosen_one_is_named_as_others_are(self, client, named):
        quote, words = named
        choices = client.get(f"/embed?theme=friendship&quote={quote}").text.partition('id="quote-list"')[2]
        assert words in choices.partition("</label>")[0]

    def test_says_when_nothing_matches(self, read):
        page = read("/embed?q=xylophone")
        assert "No quotes found" in page.text
        assert not page.all("iframe")

    def test_flagged_quotes_are_offered_by_their_labels(self, client, read):
        page = read("/embed?max_severity=3&theme=self-discovery")
        flagged = [q for q in items(client, "/v1/quotes", theme="self-discovery") if q["advisories"]]
        assert flagged
        for quote in flagged:
            assert quote["label"] in page.text
            assert quote["text"] not in page.before("details")
            assert quote["text"] not in read(f"/embed?quote={quote['id']}").before("details")

    @each("query", ["style=x", "scheme=blue", "max_severity=4", "theme=A", "quote=A%20b"])
    def test_names_what_it_cannot_take(self, client, query):
        response = client.get(f"/embed?{query}")
        assert response.status_code == 422
        assert response.get_json()["errors"][0]["pointer"] == query.partition("=")[0]

    def test_an_unknown_quote_is_not_found(self, client):
        assert client.get("/embed?quote=no-such").status_code == 404
        assert client.get("/embed/host?quote=no-such").status_code == 404
        assert client.get("/embed/host").status_code == 404

    def test_takes_few_statements(self, app):
        assert len(reads(app, "/embed")) == 3

    def test_names_no_more_themes_than_a_form_can_hold(self, app, client, monkeypatch):
        monkeypatch.setattr("api.pages.gallery.MAX_THEMES", 3)
        assert len(Parsed(client.get("/embed").text).all("option")) == 1 + 3 + 4
        assert Theme.type_name == "theme"


class TestCopying:
    def test_offers_every_form(self, client, read):
        page, forms = read(f"/embed?quote={QUOTE}"), client.get(f"/quotes/{QUOTE}/snippet").get_json()
        for form in ("html", "markdown", "wordpress", "text"):
            assert forms[form].strip() in copied(page)
        assert forms["pinned"] in copied(page)
        for which in ("daily", "random"):
            assert f'<iframe src="{BASE}/embed/quotes/{which}?clamp=1" width="600"' in copied(page)

    @each("scheme", ["light", "dark"])
    def test_colours_are_in_what_is_copied(self, client, read, scheme):
        page = read(f"/embed?quote={QUOTE}&scheme={scheme}")
        assert client.get(f"/quotes/{QUOTE}/snippet?theme={scheme}").get_json()["html"] in copied(page)
        assert f"/embed/quotes/daily?theme={scheme}&amp;clamp=1" in copied(page)

    def test_a_frame_that_is_copied_is_as_high_as_its_quote(self, client, read):
        heights = set()
        for quote in items(client, "/v1/quotes"):
            frame = read(f"/embed/host?quote={quote['id']}&style=frame").all("iframe")[0].attributes
            told = client.get(f"/oembed?url={quote['html_url']}").get_json()
            assert (frame["width"], frame["height"]) == (str(told["width"]), str(told["height"]))
            heights.add(frame["height"])
        assert len(heights) > 3

    @each(("theme", "severity"), [("avoidance", 0), ("self-discovery", 3)])
    @each("which", ["daily", "random"])
    def test_a_frame_that_chooses_chooses_as_the_gallery_did(self, client, read, which, theme, severity):
        page = read(f"/embed?theme={theme}&max_severity={severity}&scheme=dark")
        [frame] = copy(page, f"copy-{which}").all("iframe")
        allowed = ids(client, "/v1/quotes", theme=theme, max_severity=severity)
        response = client.get(frame.attributes["src"].removeprefix(BASE))
        [canonical] = Parsed(response.text).all("link", rel="canonical")
        assert canonical.attributes["href"].rpartition("/")[2] in allowed
        assert "color-scheme:dark" in response.text

    def test_a_frame_that_chooses_cuts_what_is_higher_than_it_is(self, client, read):
        [frame] = copy(read("/embed"), "copy-random").all("iframe")
        assert frame.attributes["height"] == "320"
        assert "Read the rest" in client.get(frame.attributes["src"].removeprefix(BASE)).text

    def test_every_build_of_the_script_is_offered_with_its_hash(self, client, read):
        builds = client.get(f"/quotes/{QUOTE}/snippet").get_json()["script"]["builds"]
        page = read(f"/embed?quote={QUOTE}&style=frame")
        offered = [
            code.attributes["id"] for code in page.all("code") if "build-" in code.attributes.get("id", "")
        ]
        assert [copy(page, of).all("script")[0].attributes for of in offered] == [
            {"async": "async", **build, "crossorigin": "anonymous"} for build in builds
        ]

    def test_a_frame_may_do_what_it_needs_and_no_more(self, read):
        frame = read(f"/embed/host?quote={QUOTE}&style=frame").all("iframe")[0].attributes
        assert frame["src"] == f"{BASE}/embed/quotes/{QUOTE}"
        assert frame["sandbox"] == "allow-scripts allow-popups allow-popups-to-escape-sandbox"
        assert frame["title"]
        assert "style" not in frame


class TestHostPage:
    def test_stands_in_a_sandbox_of_the_gallery(self, client, read):
        [frame] = read(f"/embed?quote={QUOTE}&style=frame&scheme=dark").all("iframe")
        assert frame.attributes["sandbox"] == "allow-scripts allow-popups"
        assert frame.attributes["src"] == f"/embed/host?quote={QUOTE}&style=frame&scheme=dark"
        assert client.get(frame.attributes["src"]).status_code == 200

    def test_holds_exactly_the_snippet(self, client):
        body = client.get(f"/embed/host?quote={QUOTE}").text.partition("<main>")[2].partition("</main>")[0]
        assert body.strip() == client.get(f"/quotes/{QUOTE}/snippet").get_json()["html"]

    def test_may_be_framed_by_us_alone_and_loads_from_us_alone(self, client):
        host = client.get(f"/embed/host?quote={QUOTE}").headers
        assert "frame-ancestors 'self'" in host["Content-Security-Policy"]
        assert "unsafe" not in host["Content-Security-Policy"]
        assert "X-Frame-Options" not in host
        gallery = client.get("/embed").headers["Content-Security-Policy"]
        assert "frame-src 'self'" in gallery
        assert "frame-ancestors 'none'" in gallery
