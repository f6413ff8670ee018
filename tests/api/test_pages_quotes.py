"""The page of a quote: its content, its content note, its link preview and its URLs."""

import datetime as dt
from functools import partial

import extruct
import pytest

from models import Certainty, Quote, Status
from tests.browser.parsed import Parsed
from tests.cases import each
from tests.lists import items
from tests.statements import reads

pytestmark = pytest.mark.any_database

BASE = "http://127.0.0.1:8000"
QUOTE = "her-2013-a-wife-without-the-challenges"
PATH = f"/quotes/{QUOTE}"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture(scope="module")
def quotes(app):
    """Every quote of the pack, with its film and its sources expanded."""
    return items(app.test_client(), "/v1/quotes", include="film,sources")


@pytest.fixture
def read(client):
    """A function that returns a parsed page."""

    def get(path):
        response = client.get(path)
        assert response.status_code == 200, path
        return Parsed(response.text)

    return get


def page_metadata(page):
    """Return the metadata in the head of a page, by property or name."""
    attributes = [meta.attributes for meta in page.all("meta")]
    return {meta.get("property") or meta.get("name"): meta.get("content") for meta in attributes}


class TestQuotePage:
    def test_shows_the_text_with_its_language_and_credit(self, read, quotes):
        for quote in quotes:
            page = read(f"/quotes/{quote['id']}")
            [words] = page.all("blockquote")
            assert words.attributes["lang"] == quote["language"]
            assert words.attributes["cite"] == quote["html_url"] == f"{BASE}/quotes/{quote['id']}"
            assert quote["text"] in page.behind("blockquote")
            assert "as quoted in" in page.behind("figcaption")
            assert quote["film"]["label"] in page.behind("figcaption")
            assert quote["rights"] in page.text
            assert quote["editor_note"] is None or quote["editor_note"] in page.text
            if quote["speaker"]:
                assert quote["speaker"]["label"] in page.behind("figcaption")

    def test_links_to_film_scene_and_themes(self, read):
        links = set(read(PATH).links)
        assert {"/films/her-2013", "/scenes/her-2013-lunch-with-catherine", "/themes/avoidance"} <= links

    def test_shows_the_commentary_that_cites_it(self, client, read, quotes):
        for quote in quotes:
            claims = items(client, "/v1/commentary", quote=quote["id"])
            page = read(f"/quotes/{quote['id']}")
            assert {claim["id"] for claim in claims} <= set(page.ids)
            assert all(claim["text"] in page.behind("article") for claim in claims)

    def test_offers_everything_to_copy(self, client, read):
        page, snippets = read(PATH), client.get(f"{PATH}/snippet").get_json()
        code_text = page.behind("pre")
        for format_name in ("apa", "mla", "chicago", "bibtex"):
            assert client.get(f"/v1{PATH}?format={format_name}").text.strip() in code_text
        for format_name in ("text", "html", "markdown"):
            assert snippets[format_name].strip() in code_text
        assert len(page.all("button", hidden=None)) == 7

    def test_links_to_its_data_in_every_format(self, client, read):
        page = read(PATH)
        data = [link for link in page.links if link.startswith(f"{BASE}/v1{PATH}") and "?" not in link]
        assert len(data) == 8
        assert all(client.get(link).status_code == 200 for link in data)

    def test_links_to_the_next_and_previous_quotes(self, client, read, quotes):
        ids = [quote["id"] for quote in quotes]
        visited, quote_id = [], ids[0]
        while quote_id:
            visited.append(quote_id)
            next_links = read(f"/quotes/{quote_id}").all("a", rel="next")
            quote_id = next_links[0].attributes["href"].rpartition("/")[2] if next_links else None
        assert visited == ids
        previous_links = [read(f"/quotes/{slug}").all("a", rel="prev") for slug in ids]
        assert [links[0].attributes["href"] for links in previous_links[1:]] == [
            f"/quotes/{slug}" for slug in ids[:-1]
        ]
        assert previous_links[0] == []

    def test_names_no_performer(self, client, quotes):
        performers = {person["performer"] for person in items(client, "/v1/characters")} - {None}
        assert performers
        for quote in quotes:
            text = client.get(f"/quotes/{quote['id']}").text
            assert not [name for name in performers if name in text]

    def test_has_only_our_scripts(self, client, read):
        scripts = read(PATH).all("script")
        data, script = (script.attributes for script in scripts)
        assert data == {"type": "application/ld+json"}
        assert script["src"].startswith("/static/copy.js?v=")
        assert "unsafe" not in client.get(PATH).headers["Content-Security-Policy"]

    def test_is_cacheable_and_returns_304(self, client):
        first = client.get(PATH)
        second = client.get(PATH, headers={"If-None-Match": first.headers["ETag"]})
        assert first.headers["Cache-Control"] == "public, max-age=60, stale-if-error=86400"
        assert (second.status_code, second.data) == (304, b"")
        assert "Set-Cookie" not in first.headers

    def test_uses_few_statements(self, app):
        assert len(reads(app, PATH)) == 6


class TestContentNotes:
    def test_flagged_text_is_behind_its_content_note(self, read, quotes):
        flagged = [quote for quote in quotes if quote["advisories"]]
        assert len(flagged) >= 8
        for quote in flagged:
            page = read(f"/quotes/{quote['id']}")
            scripts = "".join(t.words for t in page.texts if t.within and t.within[-1].tag == "script")
            assert quote["text"] in page.behind("blockquote")
            assert quote["text"] not in page.before("details")
            assert quote["advisories"][0]["label"] in page.behind("summary")
            assert "Content note" in scripts

    def test_unflagged_text_is_not_hidden(self, read, quotes):
        for quote in (quote for quote in quotes if not quote["advisories"]):
            assert quote["text"] in read(f"/quotes/{quote['id']}").before("details")

    def test_the_metadata_of_a_flagged_quote_has_only_the_note(self, read, quotes):
        for quote in (quote for quote in quotes if quote["advisories"]):
            page = read(f"/quotes/{quote['id']}")
            metadata = page_metadata(page)
            title = "".join(t.words for t in page.texts if t.within and t.within[-1].tag == "title")
            assert metadata["og:title"] == f"{quote['label']} · Her (2013)"
            assert title == f"{quote['label']} · Her (2013) · Subtext"
            for key in ("description", "og:description", "og:image:alt"):
                assert "Content note: " in metadata[key]
                assert quote["text"] not in metadata[key]


class TestLinkPreview:
    def test_it_can_be_parsed_for_every_quote(self, client, quotes):
        for quote in quotes:
            html = client.get(f"/quotes/{quote['id']}").text
            extracted = extruct.extract(html, base_url=BASE, syntaxes=["opengraph", "json-ld"], uniform=True)
            [graph], [quotation] = extracted["opengraph"], extracted["json-ld"]
            assert graph["@type"] == "article"
            assert graph["og:url"] == quotation["url"] == quote["html_url"]
            assert graph["og:image"] == f"{quote['html_url']}/card.png"
            assert (graph["og:image:width"], graph["og:image:height"]) == ("1200", "630")
            assert quotation["@type"] == "Quotation"
            json_ld = client.get(f"/v1/quotes/{quote['id']}.jsonld").get_json(force=True)
            assert (json_ld["text"], json_ld["inLanguage"]) == (quote["text"], quote["language"])
            words = {} if quote["advisories"] else {"text": quote["text"]}
            assert quotation == {key: value for key, value in json_ld.items() if key != "text"} | words

    def test_its_texts_are_short(self, read, quotes):
        for quote in quotes:
            metadata = page_metadata(read(f"/quotes/{quote['id']}"))
            assert len(metadata["og:title"]) <= 80
            assert len(metadata["og:description"]) <= 320
            assert len(metadata["og:image:alt"]) <= 420

    def test_the_words_are_whole_in_the_title_or_at_the_start_of_the_description(self, read, quotes):
        unflagged = [quote for quote in quotes if not quote["advisories"]]
        assert unflagged
        for quote in unflagged:
            metadata = page_metadata(read(f"/quotes/{quote['id']}"))
            before, after = ("…" if quote[f"omitted_{side}"] else "" for side in ("before", "after"))
            words = f"“{before}{quote['text']}{after}”"
            texts = [metadata["og:title"], metadata["og:description"]]
            assert [text.startswith(words) for text in texts].count(True) == 1, quote["id"]

    def test_the_credit_names_who_film_and_publication(self, read, quotes):
        for quote in quotes:
            credit = page_metadata(read(f"/quotes/{quote['id']}"))["og:description"]
            assert "para." not in credit
            assert "n.d." not in credit
            if quote["voice"] == "film":
                assert quote["speaker"]["label"] in credit
                assert credit.endswith(" in Her (2013), as quoted in The Wall of Wisdom.")
            else:
                assert credit.endswith("The Wall of Wisdom, on Her (2013).")

    def test_a_long_quote_has_its_label_as_the_title(self, read):
        metadata = page_metadata(read(PATH))
        assert metadata["og:title"] == "Catherine's verdict · Her (2013)"
        assert metadata["og:description"] == (
            "“You always wanted to have a wife without the challenges of actually dealing with anything real; "
            "I am glad that you found someone. It is perfect.” — Catherine, in Her (2013), as quoted in "
            "The Wall of Wisdom."
        )

    def test_has_the_metadata_that_consumers_need(self, read):
        metadata = page_metadata(read(PATH))
        assert metadata["twitter:card"] == "summary_large_image"
        assert (metadata["og:site_name"], metadata["author"]) == ("Subtext", "The Wall of Wisdom")
        assert (metadata["og:locale"], metadata["og:image:type"]) == ("en_US", "image/png")
        assert metadata["description"] == metadata["og:description"]
        assert QUOTE in read(PATH).all("link", rel="canonical")[0].attributes["href"]

    @pytest.mark.parametrize(
        "path",
        [
            "/films/her-2013",
            "/scenes/her-2013-lunch-with-catherine",
            "/themes/loneliness",
            "/characters/her-2013-amy",
            "/sources/her-perfection-is-the-enemy-of-real",
            "/quotes",
            "/search",
            "/docs/guides/embedding",
            "/",
            "/embed",
        ],
    )
    def test_other_pages_have_a_preview_too(self, read, path):
        page = read(path)
        metadata = page_metadata(page)
        assert (metadata["og:type"], metadata["og:url"]) == ("website", f"{BASE}{path}")
        assert metadata["og:description"] == metadata["description"]
        assert metadata["og:title"] + (" · Subtext" if path != "/" else "") in page.behind("title")
        assert metadata["og:image"] == f"{BASE}/apple-touch-icon.png"
        assert metadata["twitter:card"] == "summary"

    def test_oembed_is_linked_in_head_and_header(self, client, read):
        kinds = ("application/json+oembed", "text/xml+oembed")
        links = [read(PATH).all("link", rel="alternate", type=kind)[0].attributes for kind in kinds]
        header = client.get(PATH).headers["Link"]
        for link, kind in zip(links, kinds, strict=True):
            assert link["href"].startswith(
                f"{BASE}/oembed?url=http%3A%2F%2F127.0.0.1%3A8000%2Fquotes%2F{QUOTE}&"
            )
            assert link["title"]
            assert f'<{link["href"]}>; rel="alternate"; type="{kind}"' in header
        assert client.get(PATH).text.index("text/xml+oembed") < 150_000


class TestURLs:
    @pytest.fixture
    def client_and_change_quote(self, client_and_change):
        """A client over the pack, and a function that changes the quote."""
        client, change = client_and_change
        return client, partial(change, Quote, QUOTE)

    def test_an_unknown_quote_is_an_html_error(self, client):
        response = client.get("/quotes/no-such", headers=BROWSER)
        assert (response.status_code, response.mimetype) == (404, "text/html")

    def test_a_deleted_quote_is_gone_and_not_linked(self, client_and_change_quote):
        client, change = client_and_change_quote
        change(deleted_at=dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
        assert client.get(PATH, headers=BROWSER).status_code == 410
        for path in ("/films/her-2013", "/themes/avoidance", "/feeds/quotes.atom", "/sitemap.xml", "/embed"):
            assert PATH not in client.get(path).text

    def test_a_draft_is_not_found_and_not_linked(self, client_and_change_quote):
        client, change = client_and_change_quote
        change(status=Status.DRAFT)
        assert client.get(PATH, headers=BROWSER).status_code == 404
        for quote in items(client, "/v1/quotes"):
            assert PATH not in client.get(f"/quotes/{quote['id']}").text
        for path in ("/feeds/quotes.json", "/feeds/daily.json?max_severity=3", "/sitemap.xml", "/embed"):
            assert QUOTE not in client.get(path).text

    def test_an_inferred_speaker_is_said_to_be_inferred(self, client_and_change_quote):
        client, change = client_and_change_quote
        scene = client.get(f"/v1{PATH}").get_json()["scene"]["id"]
        for path in (PATH, f"/scenes/{scene}"):
            assert "(inferred from the context)" not in client.get(path).text
        change(speaker_certainty=Certainty.INFERRED)
        assert "(inferred from the context)" in Parsed(client.get(PATH).text).behind("figcaption")
        assert "(inferred from the context)" in client.get(f"/scenes/{scene}").text

    def test_a_renamed_quote_redirects(self, client_and_change_quote):
        client, change = client_and_change_quote
        change(slug="her-2013-the-verdict")
        response = client.get(PATH, headers=BROWSER)
        assert (response.status_code, response.headers["Location"]) == (
            308,
            f"{BASE}/quotes/her-2013-the-verdict",
        )
        assert client.get(f"/embed?quote={QUOTE}").status_code == 200

    @pytest.mark.parametrize("path", ["/quotes/random", "/quotes/daily", "/quotes/daily/2026-11-23"])
    def test_random_and_daily_redirect_to_an_unflagged_quote(self, client, quotes, path):
        response = client.get(path)
        [target_quote] = [quote for quote in quotes if quote["html_url"] == response.headers["Location"]]
        assert response.status_code == 302
        assert target_quote["advisories"] == []

    def test_the_daily_redirect_is_that_of_the_api_and_expires_with_the_day(self, client):
        response = client.get("/quotes/daily")
        assert response.headers["Location"].endswith(client.get("/v1/quotes/daily").get_json()["id"])
        max_age = response.cache_control.max_age
        now = dt.datetime.now(dt.UTC)
        assert 0 <= max_age <= 86_400 - (now.hour * 3600 + now.minute * 60 + now.second) + 5

    def test_the_random_redirect_is_not_cached(self, client):
        responses = [client.get("/quotes/random") for _ in range(20)]
        assert {response.headers["Cache-Control"] for response in responses} == {"no-store"}
        assert len({response.headers["Location"] for response in responses}) > 1

    def test_the_random_redirect_accepts_filters(self, client):
        response = client.get("/quotes/random?theme=self-discovery&max_severity=3&utm=x")
        slug = response.headers["Location"].rpartition("/")[2]
        assert slug in {quote["id"] for quote in items(client, "/v1/quotes", theme="self-discovery")}

    @each(
        ("path", "status"),
        [
            ("/quotes/random?theme=no-such", 404),
            ("/quotes/daily/1900-01-01", 404),
            ("/quotes/daily/2999-01-01", 404),
            ("/quotes/daily/2026-02-30", 404),
            ("/quotes/random?max_severity=4", 422),
            ("/quotes/random?film=A", 422),
        ],
    )
    def test_an_impossible_selection_is_refused(self, client, path, status):
        assert client.get(path).status_code == status
