"""The quotes of a film or theme in one frame and in one snippet."""

import re
from itertools import chain
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import pytest

from api.embeds.collection_metrics import MAX_HEIGHT
from models import Film, Quote, Theme
from tests.browser.parsed import Parsed
from tests.cases import each
from tests.embeds.conftest import FLAGGED
from tests.serving import ROOT

pytestmark = pytest.mark.any_database

BASE = "http://127.0.0.1:8000"
FILM = "/embed/films/her-2013"


@pytest.fixture
def listed(client):
    """A function that returns the ids of the API's list of quotes, with these parameters."""

    def get(**query):
        query = {"max_severity": 0, "limit": 100} | query
        return [item["id"] for item in client.get("/v1/quotes", query_string=query).json["data"]]

    return get


def listed_first(client):
    return quote_ids(client.get(f"{FILM}?limit=1").text)[0]


def quote_ids(markup):
    return re.findall(r'<cite><a href="[^"]*/quotes/([^"]+)"', markup)


def walk(client, url, rel="next"):
    """Return the bodies of the pages of a frame, from the one at ``url`` on."""
    pages = []
    while url:
        response = client.get(url)
        assert response.status_code == 200, response.text
        pages.append(response.text)
        link = re.search(rf'<a rel="{rel}" href="([^"]+)"', response.text)
        url = link and link.group(1).replace("&amp;", "&")
    return pages


class TestFrame:
    @each(
        ("path", "filters"),
        [(FILM, {"film": "her-2013"}), ("/embed/themes/human-connection", {"theme": "human-connection"})],
    )
    @each("limit", [1, 3, 20])
    def test_its_pages_show_every_unflagged_quote_once(self, client, listed, path, filters, limit):
        pages = walk(client, f"{path}?limit={limit}")
        shown = [quote_ids(page) for page in pages]
        assert list(chain(*shown)) == listed(**filters)
        assert len(listed(**filters)) > 3
        assert all(len(ids) <= limit for ids in shown)

    def test_the_way_back_leads_to_the_first_page(self, client):
        forth = walk(client, f"{FILM}?limit=4")
        last = re.search(r'<a rel="next" href="([^"]+)"', forth[-2]).group(1).replace("&amp;", "&")
        back = walk(client, last, "prev")
        assert [quote_ids(page) for page in back] == [quote_ids(page) for page in forth[::-1]]

    def test_links_to_pages_keep_the_parameters_and_no_others(self, client):
        query = "theme=dark&lang=de&about=loneliness,avoidance&max_severity=3&limit=2"
        link = re.search(r'rel="next" href="([^"]+)"', client.get(f"{FILM}?{query}&utm_source=x").text).group(
            1
        )
        kept = parse_qs(urlsplit(link.replace("&amp;", "&")).query)
        assert kept.pop("cursor")
        assert kept == parse_qs(query)

    def test_filters_select_quotes(self, client, listed):
        pages = walk(client, f"{FILM}?about=avoidance&max_severity=3")
        assert list(chain(*map(quote_ids, pages))) == listed(theme="avoidance", max_severity=3)

    def test_flagged_quotes_are_left_out_or_folded(self, client):
        assert FLAGGED not in list(chain(*map(quote_ids, walk(client, FILM))))
        flagged = next(page for page in walk(client, f"{FILM}?max_severity=3&limit=1") if FLAGGED in page)
        assert re.search(
            r"<details>\s*<summary>Content note: .* <b>Show the words</b></summary>\s*<blockquote", flagged
        )

    def test_it_counts_its_quotes_in_title_and_heading(self, client, listed):
        page = client.get(f"{FILM}?limit=2").text
        assert f"<title>Her (2013) · {len(listed())} quotes</title>" in page
        assert f"<p>{len(listed())} quotes</p>" in page

    def test_its_words_are_in_the_language_asked_for(self, client, listed):
        page = client.get(f"{FILM}?lang=de-CH&limit=1&max_severity=3").text
        assert '<html lang="de"' in page
        assert f"<p>{len(listed(max_severity=3))} Zitate</p>" in page
        assert ", zitiert nach „" in page
        assert ">Weiter</a>" in page
        assert "as quoted in" not in page

    @each(
        ("query", "named"),
        [
            ("limit=0", "limit: "),
            ("limit=21", "limit: "),
            ("cursor=x", "cursor: "),
            ("max_severity=4", "max_severity: "),
            ("about=-", "about: "),
        ],
    )
    def test_an_invalid_parameter_is_named_in_the_frame(self, client, query, named):
        response = client.get(f"{FILM}?{query}")
        assert response.status_code == 422
        assert named in Parsed(response.text).behind("main")
        assert response.headers["Cache-Control"] == "no-store"

    def test_a_cursor_of_another_collection_is_refused(self, client):
        link = re.search(r"cursor=([^&\"]+)", client.get(f"{FILM}?limit=2").text).group(1)
        assert client.get(f"/embed/themes/human-connection?cursor={link}").status_code == 422

    @each("path", ["/embed/films/no-such", "/embed/themes/no-such", "/embed/themes/no-such?lang=de"])
    def test_what_does_not_exist_is_said_in_the_frame(self, client, path):
        response = client.get(path)
        assert response.status_code == 404
        assert ("Diese Zitate" if "lang" in path else "These quotes") in response.text

    def test_a_theme_without_quotes_says_so(self, client_and_change):
        client, change = client_and_change
        for slug in quote_ids("".join(walk(client, "/embed/themes/human-connection?max_severity=3"))):
            change(Quote, slug, themes=[])
        response = client.get("/embed/themes/human-connection")
        assert response.status_code == 200
        assert "There are no quotes here yet." in response.text
        assert "<nav" not in response.text

    def test_an_unknown_theme_is_named(self, client):
        page = Parsed(client.get(f"{FILM}?about=no-such&lang=de").text).behind("main")
        assert "Hier gibt es noch keine Zitate." in page
        assert "No theme has the id “no-such”." in page
        assert "No theme" not in client.get("/embed/films/her-2013?about=no-such,loneliness").text

    def test_a_renamed_film_is_found(self, client_and_change):
        client, change = client_and_change
        change(Theme, "human-connection", slug="alone")
        response = client.get("/embed/themes/human-connection?limit=2")
        assert response.status_code == 308
        assert response.location.endswith("/embed/themes/alone?limit=2")
        assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"

    @each("path", [FILM, f"{FILM}?limit=2&theme=dark", "/embed/films/no-such"])
    def test_its_headers_are_those_of_a_frame(self, client, path):
        headers = client.get(path).headers
        slug = "no-such" if "no-such" in path else "her-2013-waste-my-time"
        single = client.get(f"/embed/quotes/{slug}").headers
        differ = (
            "Content-Length",
            "Content-Security-Policy",
            "Cache-Control",
            "ETag",
            "X-Request-Id",
            "Date",
        )
        assert {k: v for k, v in headers if k not in differ} == {k: v for k, v in single if k not in differ}
        assert "X-Frame-Options" not in headers
        assert "frame-ancestors" not in headers["Content-Security-Policy"]

    def test_hostile_quotes_are_text(self, hostile_client):
        for page in walk(hostile_client, "/embed/films/the-lamp-1950?limit=5&max_severity=3"):
            assert "<script>alert" not in page
            assert "<img" not in page
            assert set(re.findall(r"<(\w+)", page)) <= {
                "html", "head", "meta", "title", "link", "style", "script", "body", "main", "header", "h1", "a", "bdi",
                "p", "ol", "li", "figure", "blockquote", "figcaption", "cite", "nav", "details", "summary", "b",
            }  # fmt: skip


class TestTallScripts:
    """Lines of Burmese, Thai and others need more room than lines of Latin."""

    @pytest.fixture
    def tall(self, client_and_change):
        client, change = client_and_change
        burmese = "လူတိုင်းသည် တူညီလွတ်လပ်သော ဂုဏ်သိက္ခာဖြင့်"
        change(Quote, listed_first(client), text=burmese, language="my")
        change(Film, "her-2013", label=burmese)
        return client

    def test_title_words_and_credit_have_room(self, tall):
        page = tall.get(f"{FILM}?limit=1").text
        for pattern in (r"h1\{font-size:18px;line-height:(\d+)px", r'<p class="h(\d+)">'):
            assert int(re.search(pattern, page)[1]) >= 30
        for height in re.findall(r'<(?:p|figcaption) class="h(\d+)">', page):
            assert f".h{height}{{line-height:{height}px}}" in page
        assert int(re.search(r'<figcaption class="h(\d+)">', page)[1]) > 20

    def test_they_are_part_of_the_height(self, tall, client):
        urls = [one.get("/films/her-2013/snippet?limit=1").json["iframe"] for one in (client, tall)]
        latin, burmese = (int(re.search(r'height="(\d+)"', url)[1]) for url in urls)
        assert burmese > latin


class TestSnippet:
    @each("path", ["/films/her-2013/snippet", "/themes/human-connection/snippet"])
    def test_its_html_has_the_quotes_in_pages_and_is_well_formed(self, client, path):
        snippets = client.get(f"{path}?limit=20&max_severity=3").json
        section = ET.fromstring(snippets["xhtml"])
        names = [element.get("name") for element in section.iter() if element.tag.endswith("details")]
        figures = [element for element in section.iter() if element.tag.endswith("figure")]
        assert len(names) == -(-len(figures) // 3)
        assert len(set(names)) == 1
        assert snippets["xhtml"].count('open="open"') == 1

    @each(("lang", "label"), [("en", "Quote 4"), ("de", "Zitat 4")])
    def test_a_page_of_one_quote_has_its_number(self, client, lang, label):
        html = client.get(f"/films/her-2013/snippet?limit=4&lang={lang}").json["html"]
        assert html.count("<summary>") == 2
        assert f"<summary>{label}</summary>" in html

    def test_few_quotes_are_not_in_pages(self, client):
        html = client.get("/films/her-2013/snippet?limit=3").json["html"]
        assert html.count("<figure") == 3
        assert "<details" not in html

    def test_each_format_has_the_words_of_every_quote(self, client):
        snippets = client.get("/films/her-2013/snippet?limit=5").json
        quotes = client.get("/v1/quotes?film=her-2013&max_severity=0&limit=5").json["data"]
        for name in ("html", "xhtml", "markdown", "text"):
            text = Parsed(snippets[name]).text if "html" in name else snippets[name]
            assert all(quote["text"] in text for quote in quotes), name
            assert f"{BASE}/films/her-2013" in snippets[name]

    def test_its_frame_has_the_theme_and_language(self, client):
        iframe = client.get("/themes/human-connection/snippet?theme=dark&lang=de").json["iframe"]
        url = re.search(r'src="([^"]+)"', iframe).group(1).replace("&amp;", "&")
        assert url == f"{BASE}/embed/themes/human-connection?theme=dark&lang=de"
        assert client.get(url).status_code == 200
        assert 200 <= int(re.search(r'height="(\d+)"', iframe).group(1)) <= MAX_HEIGHT

    @each(
        "query",
        ["about=avoidance&max_severity=3", "limit=2", "max_severity=3&limit=20", "about=avoidance&limit=1"],
    )
    def test_its_frame_shows_the_quotes_asked_for_and_fits_them(self, client, query):
        snippets = client.get(f"/films/her-2013/snippet?{query}&lang=de-AT").json
        frame = Parsed(snippets["iframe"]).all("iframe")[0].attributes
        parameters = parse_qs(urlsplit(frame["src"]).query)
        assert parameters == parse_qs(query) | {"theme": ["light"], "lang": ["de"]}
        shown, copied = quote_ids(client.get(frame["src"]).text), quote_ids(snippets["html"])
        assert shown == copied[: len(shown)]
        assert len(shown) == min(len(copied), int(parameters.get("limit", ["5"])[0]))

    def test_its_frame_has_the_height_of_its_own_first_page(self, client):
        heights = {
            limit: int(
                re.search(
                    r'height="(\d+)"', client.get(f"/films/her-2013/snippet?limit={limit}").json["iframe"]
                )[1]
            )
            for limit in (1, 2, 5)
        }
        assert heights[1] < heights[2] <= heights[5] == MAX_HEIGHT

    @each(
        ("query", "allowed"),
        [
            ("lang=fr", "en, de"),
            ("lang=", "en, de"),
            ("theme=blue", "auto, light, dark"),
            ("limit=21", "1 and 20"),
            ("x=1", "Unknown"),
        ],
    )
    def test_an_invalid_parameter_names_what_is_allowed(self, client, query, allowed):
        response = client.get(f"/films/her-2013/snippet?{query}")
        assert response.status_code == 422
        assert allowed in response.json["errors"][0]["detail"]

    def test_what_does_not_exist_is_a_problem(self, client):
        response = client.get("/themes/no-such/snippet")
        assert (response.status_code, response.json["code"]) == (404, "not-found")


class TestOEmbed:
    @each(
        "path",
        [
            "/films/her-2013",
            "/themes/human-connection",
            "/v1/themes/human-connection",
            "/embed/films/her-2013",
        ],
    )
    def test_a_url_of_a_film_or_theme_embeds_its_quotes(self, client, path):
        embed = client.get("/oembed", query_string={"url": f"{BASE}{path}"}).json
        slug = path.rsplit("/", 1)[1]
        html = Parsed(embed["html"])
        frame = html.all("iframe")[0].attributes
        assert frame["src"] == f"{BASE}/embed/{'films' if 'films' in path else 'themes'}/{slug}?theme=light"
        assert (frame["width"], frame["height"]) == (str(embed["width"]), str(embed["height"]))
        frame_ids = quote_ids(client.get(frame["src"].removeprefix(BASE)).text)
        assert quote_ids(embed["html"]) == frame_ids
        assert all(embed[f"thumbnail_{name}"] for name in ("url", "width", "height"))
        assert embed["html"].startswith("<blockquote ")
        ET.fromstring(f"<x>{embed['html']}</x>")

    @each(("width", "height"), [(None, None), (320, None), (9999, 9999), (400, 150), (1, 1)])
    def test_sizes_stay_within_the_limits(self, client, width, height):
        limits = {"maxwidth": width, "maxheight": height}
        query = {"url": f"{BASE}/films/her-2013"} | {name: value for name, value in limits.items() if value}
        embed = client.get("/oembed", query_string=query).json
        assert embed["width"] == min(width or 600, 600)
        assert embed["height"] == min(height or 9999, MAX_HEIGHT)

    def test_theme_and_language_of_the_url_are_those_of_the_frame(self, client):
        url = f"{BASE}/themes/human-connection?theme=dark&lang=de-AT&x=1"
        embed = client.get("/oembed", query_string={"url": url}).json
        frame = Parsed(embed["html"]).all("iframe")[0].attributes["src"]
        assert parse_qs(urlsplit(frame).query) == {"theme": ["dark"], "lang": ["de"]}
        assert ", zitiert nach " in embed["html"]
        assert embed["title"] == "Human connection · 5 Zitate"

    def test_the_number_of_quotes_is_not_reordered_on_pages_from_right_to_left(self, client):
        embed = client.get("/oembed", query_string={"url": f"{BASE}/films/her-2013"}).json["html"]
        for html in (embed, client.get("/films/her-2013/snippet").json["html"]):
            assert re.search(r'<p dir="ltr"><a href="[^"]*/films/her-2013">.*</a> \(\d+ quotes\)</p>', html)

    @each("path", ["/quotes/her-2013-waste-my-time", "/films/her-2013", "/themes/human-connection"])
    def test_the_guides_rule_that_shows_it_once_selects_its_frame(self, client, path):
        guide = (ROOT / "docs" / "guides" / "embedding.md").read_text("utf-8")
        prefix = re.search(r'blockquote:has\(\+ iframe\[src\^="([^"]+)"\]\)', guide)[1]
        html = client.get("/oembed", query_string={"url": f"{BASE}{path}"}).json["html"]
        assert f'</blockquote> <iframe src="{prefix}' in html

    def test_a_former_id_is_resolved(self, client_and_change):
        client, change = client_and_change
        change(Theme, "human-connection", slug="alone")
        embed = client.get("/oembed", query_string={"url": f"{BASE}/themes/human-connection"}).json
        assert f'src="{BASE}/embed/themes/alone?theme=light"' in embed["html"]

    def test_hostile_quotes_are_text(self, hostile_client):
        url = f"{BASE}/films/the-lamp-1950"
        html = hostile_client.get("/oembed", query_string={"url": url}).json["html"]
        assert set(re.findall(r"<(\w+)", html)) == {"blockquote", "p", "bdi", "wbr", "cite", "a", "iframe"}
