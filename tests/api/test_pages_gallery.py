"""The gallery without scripts: a form that selects a quote and shows its embed code."""

from urllib.parse import urlencode

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
    """A function that returns a parsed page."""

    def get(path):
        response = client.get(path)
        assert response.status_code == 200, path
        return Parsed(response.text)

    return get


def offered_ids(page):
    return {choice.attributes["value"] for choice in page.all("input", type="radio", name="quote")}


def selected_value(page, name):
    [selected] = [c for c in page.all("input", type="radio", name=name) if "checked" in c.attributes]
    return selected.attributes["value"]


def page_buttons(page):
    """Return the labels of the buttons that lead to other pages of quotes."""
    [pages] = page.all("div", id="pages")
    return [t.words.strip() for t in page.texts if pages in t.within and t.words.strip()]


def submit(read, page, label):
    """Return the page that the form leads to with the button of this label, as a browser would send it."""
    [cursor] = [t.within[-1].attributes["value"] for t in page.texts if t.words.strip() == label]
    checked = [one for one in page.all("input", type="radio") if "checked" in one.attributes]
    chosen = [one for one in page.all("option") if "selected" in one.attributes]
    fields = {
        one.attributes["name"]: one.attributes["value"]
        for one in (*checked, *page.all("input", type="search"))
    }
    fields |= {one.within[-1].attributes["name"]: one.attributes["value"] for one in chosen}
    return read(f"/embed?{urlencode(fields | {'cursor': cursor})}")


def code_text(page):
    return page.behind("pre")


def parse_code(page, element_id):
    """Return the parsed embed code with this element id."""
    texts = (t.words for t in page.texts if t.within and t.within[-1].attributes.get("id") == element_id)
    return Parsed("".join(texts))


class TestSelection:
    def test_offers_themes_and_unflagged_quotes(self, client, read):
        page = read("/embed")
        options = [
            o.attributes["value"] for o in page.all("option") if o.within[-1].attributes["name"] == "theme"
        ]
        assert options[0] == ""
        assert set(options[1:]) == ids(client, "/v1/themes")
        assert len(offered_ids(page)) == 12
        assert offered_ids(page) <= ids(client, "/v1/quotes", max_severity=0)

    @each("filters", ["max_severity=3", "q=perfect"])
    def test_pages_lead_to_every_quote_and_back(self, client, read, monkeypatch, filters):
        monkeypatch.setattr("api.pages.embed_generator.MAX_QUOTES", 4)
        first = read(f"/embed?{filters}&quote={QUOTE}&style=frame&scheme=dark")
        page, pages = first, [offered_ids(first) - {QUOTE}]
        while "Next quotes" in page_buttons(page):
            page = submit(read, page, "Next quotes")
            pages.append(offered_ids(page) - {QUOTE})
            assert [selected_value(page, name) for name in ("quote", "style", "scheme")] == [
                QUOTE,
                "frame",
                "dark",
            ]
        query = {"max_severity": "0"} | dict(pair.split("=") for pair in filters.split("&") if pair)
        assert set().union(*pages) | {QUOTE} == ids(client, "/v1/quotes", **query) | {QUOTE}
        while "Previous quotes" in page_buttons(page):
            page = submit(read, page, "Previous quotes")
            pages.pop()
            assert offered_ids(page) - {QUOTE} == pages[-1]
        assert len(pages) == 1
        assert "on this page" in page.text or "Next quotes" not in page_buttons(page)

    def test_a_change_of_filters_starts_at_the_first_page(self, read):
        second = submit(read, read("/embed?max_severity=3"), "Next quotes")
        [show] = second.all("button", id="show")
        cursor = show.attributes["value"]
        assert offered_ids(read(f"/embed?max_severity=3&cursor={cursor}")) < offered_ids(second)
        for cursor_ in (cursor, "x", "x" * 4000, "é"):
            assert offered_ids(read(f"/embed?q=wife&cursor={cursor_}")) == {QUOTE}

    def test_the_api_call_is_that_of_the_page(self, client, read):
        page = submit(read, read("/embed?max_severity=3"), "Next quotes")
        [call] = [link for link in page.links if "/v1/quotes?" in link]
        data = client.get(call.removeprefix(BASE)).get_json()["data"]
        assert {quote["id"] for quote in data} <= offered_ids(page)
        assert len(data) == 12

    def test_filters_by_words_theme_and_severity(self, client, read):
        assert offered_ids(read("/embed?q=wife")) == {QUOTE}
        filtered_ids = ids(client, "/v1/quotes", theme="avoidance", max_severity=0)
        assert offered_ids(read("/embed?theme=avoidance&q=&max_severity=0")) == filtered_ids
        assert offered_ids(read("/embed?theme=self-discovery&max_severity=3")) == ids(
            client, "/v1/quotes", theme="self-discovery"
        )

    def test_the_selected_quote_is_kept_when_the_filter_changes(self, read):
        page = read(f"/embed?theme=friendship&quote={QUOTE}")
        assert selected_value(page, "quote") == QUOTE
        assert QUOTE in code_text(page)

    @each("quote_and_words", [(QUOTE, "You always wanted"), (FLAGGED, "Content note: ")])
    def test_the_selected_quote_is_displayed_like_the_others(self, client, quote_and_words):
        quote, words = quote_and_words
        choices = client.get(f"/embed?theme=friendship&quote={quote}").text.partition('id="quote-list"')[2]
        assert words in choices.partition("</label>")[0]

    def test_says_when_nothing_matches(self, read):
        page = read("/embed?q=xylophone")
        assert "No quotes found" in page.text
        assert not page.all("iframe")

    def test_flagged_quotes_are_displayed_by_their_labels(self, client, read):
        page = read("/embed?max_severity=3&theme=self-discovery")
        flagged = [q for q in items(client, "/v1/quotes", theme="self-discovery") if q["advisories"]]
        assert flagged
        for quote in flagged:
            assert quote["label"] in page.text
            assert quote["text"] not in page.before("details")
            assert quote["text"] not in read(f"/embed?quote={quote['id']}").before("details")

    @each(
        "query",
        ["style=x", "scheme=blue", "cursor=" + "x" * 4001, "max_severity=4", "theme=A", "quote=A%20b"],
    )
    def test_refuses_invalid_parameters(self, client, query):
        response = client.get(f"/embed?{query}")
        assert response.status_code == 422
        assert response.get_json()["errors"][0]["pointer"] == query.partition("=")[0]

    def test_an_unknown_quote_is_not_found(self, client):
        assert client.get("/embed?quote=no-such").status_code == 404
        assert client.get("/embed/host?quote=no-such").status_code == 404
        assert client.get("/embed/host").status_code == 404

    def test_uses_few_statements(self, app):
        assert len(reads(app, "/embed")) == 5

    def test_the_number_of_themes_is_limited(self, app, client, monkeypatch):
        monkeypatch.setattr("api.pages.embed_generator.MAX_THEMES", 3)
        assert len(Parsed(client.get("/embed").text).all("option")) == 1 + 3 + 4
        assert Theme.type_name == "theme"


class TestEmbedCode:
    def test_offers_every_format(self, client, read):
        page, snippets = read(f"/embed?quote={QUOTE}"), client.get(f"/quotes/{QUOTE}/snippet").get_json()
        for format_name in ("html", "markdown", "wordpress", "text"):
            assert snippets[format_name].strip() in code_text(page)
        assert snippets["pinned"] in code_text(page)
        for which in ("daily", "random"):
            assert (
                f'<iframe src="{BASE}/embed/quotes/{which}?theme=light&amp;clamp=1" width="600"'
                in code_text(page)
            )

    @each("scheme", ["light", "dark"])
    def test_the_colour_scheme_is_in_the_embed_code(self, client, read, scheme):
        page = read(f"/embed?quote={QUOTE}&scheme={scheme}")
        assert client.get(f"/quotes/{QUOTE}/snippet?theme={scheme}").get_json()["html"] in code_text(page)
        assert f"/embed/quotes/daily?theme={scheme}&amp;clamp=1" in code_text(page)

    def test_a_frame_has_the_height_of_its_oembed_response(self, client, read):
        heights = set()
        for quote in items(client, "/v1/quotes"):
            frame = read(f"/embed/host?quote={quote['id']}&style=frame").all("iframe")[0].attributes
            oembed = client.get(f"/oembed?url={quote['html_url']}").get_json()
            assert (frame["width"], frame["height"]) == (str(oembed["width"]), str(oembed["height"]))
            heights.add(frame["height"])
        assert len(heights) > 3

    @each(("theme", "severity"), [("avoidance", 0), ("self-discovery", 3)])
    @each("which", ["daily", "random"])
    def test_random_and_daily_frames_have_the_filters_of_the_gallery(
        self, client, read, which, theme, severity
    ):
        page = read(f"/embed?theme={theme}&max_severity={severity}&scheme=dark")
        [frame] = parse_code(page, f"copy-{which}").all("iframe")
        allowed = ids(client, "/v1/quotes", theme=theme, max_severity=severity)
        response = client.get(frame.attributes["src"].removeprefix(BASE))
        [canonical] = Parsed(response.text).all("link", rel="canonical")
        assert canonical.attributes["href"].rpartition("/")[2] in allowed
        assert "color-scheme:dark" in response.text

    @each(("which", "filters"), [("films", {"film": "her-2013"}), ("themes", {"theme": "avoidance"})])
    def test_frames_of_a_film_or_theme_show_all_its_quotes(self, client, read, which, filters):
        page = read("/embed?theme=avoidance&max_severity=3&scheme=dark")
        [frame] = parse_code(page, f"copy-{which}").all("iframe")
        response = client.get(frame.attributes["src"].removeprefix(BASE) + "&limit=20")
        shown = Parsed(response.text).links
        expected = items(client, "/v1/quotes", **filters)[:20]
        assert {quote["html_url"] for quote in expected} <= set(shown)
        assert "color-scheme:dark" in response.text

    def test_random_frames_clamp_long_quotes(self, client, read):
        [frame] = parse_code(read("/embed"), "copy-random").all("iframe")
        assert frame.attributes["height"] == "320"
        assert "Read the rest" in client.get(frame.attributes["src"].removeprefix(BASE)).text

    def test_every_build_of_the_script_is_offered_with_its_hash(self, client, read):
        builds = client.get(f"/quotes/{QUOTE}/snippet").get_json()["script"]["builds"]
        page = read(f"/embed?quote={QUOTE}&style=frame")
        code_ids = [
            code.attributes["id"] for code in page.all("code") if "build-" in code.attributes.get("id", "")
        ]
        assert [parse_code(page, element_id).all("script")[0].attributes for element_id in code_ids] == [
            {"async": "async", **build, "crossorigin": "anonymous"} for build in builds
        ]

    def test_a_frame_is_sandboxed(self, read):
        frame = read(f"/embed/host?quote={QUOTE}&style=frame").all("iframe")[0].attributes
        assert frame["src"] == f"{BASE}/embed/quotes/{QUOTE}?theme=light"
        assert frame["sandbox"] == "allow-scripts allow-popups allow-popups-to-escape-sandbox"
        assert frame["title"]
        assert "style" not in frame


class TestHostPage:
    def test_is_sandboxed_in_the_gallery(self, client, read):
        [frame] = read(f"/embed?quote={QUOTE}&style=frame&scheme=dark").all("iframe")
        assert frame.attributes["sandbox"] == "allow-scripts allow-popups"
        assert frame.attributes["src"] == f"/embed/host?quote={QUOTE}&style=frame&scheme=dark"
        assert client.get(frame.attributes["src"]).status_code == 200

    def test_contains_exactly_the_snippet(self, client):
        body = client.get(f"/embed/host?quote={QUOTE}").text.partition("<main>")[2].partition("</main>")[0]
        assert body.strip() == client.get(f"/quotes/{QUOTE}/snippet").get_json()["html"]

    def test_may_only_be_framed_by_the_gallery(self, client):
        headers = client.get(f"/embed/host?quote={QUOTE}").headers
        assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "X-Frame-Options" not in headers
        policy = client.get("/embed").headers["Content-Security-Policy"]
        assert "frame-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
