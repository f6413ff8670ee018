"""The page of a quote: what it shows and offers, what stands behind a note, and what a link to it looks like."""

import datetime as dt
from functools import partial

import extruct
import pytest

from models import Quote, Status
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
    """Every quote of the pack, filled in."""
    return items(app.test_client(), "/v1/quotes", include="film,sources")


@pytest.fixture
def read(client):
    """Return what reads a page."""

    def get(path):
        response = client.get(path)
        assert response.status_code == 200, path
        return Parsed(response.text)

    return get


def said(page):
    """Return what the head says of a page, by property or name."""
    named = [meta.attributes for meta in page.all("meta")]
    return {meta.get("property") or meta.get("name"): meta.get("content") for meta in named}


class TestQuotePage:
    def test_shows_the_words_in_their_language_and_whose_they_are(self, read, quotes):
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

    def test_says_how_sure_the_speaker_is(self, read, quotes):
        unsure = [quote for quote in quotes if quote["speaker_certainty"] == "inferred"]
        for quote in unsure:
            assert "(inferred from the context)" in read(f"/quotes/{quote['id']}").behind("figcaption")

    def test_leads_to_film_scene_and_themes(self, read):
        links = set(read(PATH).links)
        assert {"/films/her-2013", "/scenes/her-2013-lunch-with-catherine", "/themes/avoidance"} <= links

    def test_shows_the_claims_that_rest_on_it(self, client, read, quotes):
        for quote in quotes:
            claims = items(client, "/v1/commentary", quote=quote["id"])
            page = read(f"/quotes/{quote['id']}")
            assert {claim["id"] for claim in claims} <= set(page.ids)
            assert all(claim["text"] in page.behind("article") for claim in claims)

    def test_offers_everything_to_copy(self, client, read):
        page, whole = read(PATH), client.get(f"{PATH}/snippet").get_json()
        copied = page.behind("pre")
        for form in ("apa", "mla", "chicago", "bibtex"):
            assert client.get(f"/v1{PATH}?format={form}").text.strip() in copied
        for form in ("text", "html", "markdown"):
            assert whole[form].strip() in copied
        assert len(page.all("button", hidden=None)) == 7

    def test_leads_to_its_data_in_every_form(self, client, read):
        page = read(PATH)
        data = [link for link in page.links if link.startswith(f"{BASE}/v1{PATH}") and "?" not in link]
        assert len(data) == 8
        assert all(client.get(link).status_code == 200 for link in data)

    def test_walks_through_the_film_in_its_order(self, client, read, quotes):
        ids = [quote["id"] for quote in quotes]
        walked, at = [], ids[0]
        while at:
            walked.append(at)
            following = read(f"/quotes/{at}").all("a", rel="next")
            at = following[0].attributes["href"].rpartition("/")[2] if following else None
        assert walked == ids
        back = [read(f"/quotes/{slug}").all("a", rel="prev") for slug in ids]
        assert [links[0].attributes["href"] for links in back[1:]] == [f"/quotes/{slug}" for slug in ids[:-1]]
        assert back[0] == []

    def test_names_no_performer(self, client, quotes):
        people = {person["performer"] for person in items(client, "/v1/characters")} - {None}
        assert people
        for quote in quotes:
            text = client.get(f"/quotes/{quote['id']}").text
            assert not [name for name in people if name in text]

    def test_runs_only_what_is_a_file_of_ours(self, client, read):
        scripts = read(PATH).all("script")
        assert [script.attributes for script in scripts] == [
            {"type": "application/ld+json"},
            {"src": "/static/copy.js", "defer": None},
        ]
        assert "unsafe" not in client.get(PATH).headers["Content-Security-Policy"]

    def test_may_be_kept_and_is_not_sent_twice(self, client):
        first = client.get(PATH)
        again = client.get(PATH, headers={"If-None-Match": first.headers["ETag"]})
        assert first.headers["Cache-Control"] == "public, max-age=60"
        assert (again.status_code, again.data) == (304, b"")
        assert "Set-Cookie" not in first.headers

    def test_takes_few_statements(self, app):
        assert len(reads(app, PATH)) == 3


class TestContentNotes:
    def test_flagged_words_stand_behind_their_note(self, read, quotes):
        flagged = [quote for quote in quotes if quote["advisories"]]
        assert len(flagged) >= 8
        for quote in flagged:
            page = read(f"/quotes/{quote['id']}")
            scripts = "".join(t.words for t in page.texts if t.within and t.within[-1].tag == "script")
            assert quote["text"] in page.behind("blockquote")
            assert quote["text"] not in page.before("details")
            assert quote["advisories"][0]["label"] in page.behind("summary")
            assert "Content note" in scripts

    def test_no_other_quote_is_hidden(self, read, quotes):
        for quote in (quote for quote in quotes if not quote["advisories"]):
            assert quote["text"] in read(f"/quotes/{quote['id']}").before("details")

    def test_a_link_to_a_flagged_quote_tells_of_the_note_alone(self, read, quotes):
        for quote in (quote for quote in quotes if quote["advisories"]):
            page = read(f"/quotes/{quote['id']}")
            head = said(page)
            title = "".join(t.words for t in page.texts if t.within and t.within[-1].tag == "title")
            assert head["og:title"] == f"{quote['label']} · Her (2013)"
            assert title == f"{quote['label']} · Her (2013) · Subtext"
            for key in ("description", "og:description", "og:image:alt"):
                assert "Content note: " in head[key]
                assert quote["text"] not in head[key]


class TestLinkPreview:
    def test_consumers_read_it_of_every_quote(self, client, quotes):
        for quote in quotes:
            html = client.get(f"/quotes/{quote['id']}").text
            found = extruct.extract(html, base_url=BASE, syntaxes=["opengraph", "json-ld"], uniform=True)
            [graph], [quotation] = found["opengraph"], found["json-ld"]
            assert graph["@type"] == "article"
            assert graph["og:url"] == quotation["url"] == quote["html_url"]
            assert graph["og:image"] == f"{quote['html_url']}/card.png"
            assert (graph["og:image:width"], graph["og:image:height"]) == ("1200", "630")
            assert quotation["@type"] == "Quotation"
            whole = client.get(f"/v1/quotes/{quote['id']}.jsonld").get_json(force=True)
            assert (whole["text"], whole["inLanguage"]) == (quote["text"], quote["language"])
            words = {} if quote["advisories"] else {"text": quote["text"]}
            assert quotation == {key: said for key, said in whole.items() if key != "text"} | words

    def test_fits_where_it_is_shown(self, read, quotes):
        for quote in quotes:
            head = said(read(f"/quotes/{quote['id']}"))
            assert len(head["og:title"]) <= 80
            assert len(head["og:description"]) <= 320
            assert len(head["og:image:alt"]) <= 420
            assert "as quoted in" in head["og:description"]

    def test_a_title_that_is_cut_ends_behind_a_word(self, read):
        title = said(read(PATH))["og:title"]
        assert title == "“You always wanted to have a wife without the challenges of…” · Her (2013)"

    def test_says_all_that_consumers_ask_for(self, read):
        head = said(read(PATH))
        assert head["twitter:card"] == "summary_large_image"
        assert (head["og:site_name"], head["author"]) == ("Subtext", "Catherine, in Her (2013)")
        assert (head["og:locale"], head["og:image:type"]) == ("en_US", "image/png")
        assert head["description"] == head["og:description"]
        assert QUOTE in read(PATH).all("link", rel="canonical")[0].attributes["href"]

    @pytest.mark.parametrize(
        "path",
        ["/films/her-2013", "/scenes/her-2013-lunch-with-catherine", "/themes/loneliness", "/", "/embed"],
    )
    def test_other_pages_have_one_too(self, read, path):
        page = read(path)
        head = said(page)
        assert (head["og:type"], head["og:url"]) == ("website", f"{BASE}{path}")
        assert head["og:description"] == head["description"]
        assert head["og:title"] + (" · Subtext" if path != "/" else "") in page.behind("title")

    def test_oembed_is_found_in_head_and_header(self, client, read):
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


class TestAddresses:
    @pytest.fixture
    def changed(self, client_and_change):
        """A client over the pack, and what changes the quote."""
        client, change = client_and_change
        return client, partial(change, Quote, QUOTE)

    def test_an_unknown_one_is_a_page_for_people(self, client):
        response = client.get("/quotes/no-such", headers=BROWSER)
        assert (response.status_code, response.mimetype) == (404, "text/html")

    def test_a_deleted_one_is_gone_and_nobody_leads_to_it(self, changed):
        client, change = changed
        change(deleted_at=dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
        assert client.get(PATH, headers=BROWSER).status_code == 410
        for path in ("/films/her-2013", "/themes/avoidance", "/feeds/quotes.atom", "/sitemap.xml", "/embed"):
            assert PATH not in client.get(path).text

    def test_a_draft_is_nowhere(self, changed):
        client, change = changed
        change(status=Status.DRAFT)
        assert client.get(PATH, headers=BROWSER).status_code == 404
        for quote in items(client, "/v1/quotes"):
            assert PATH not in client.get(f"/quotes/{quote['id']}").text
        for path in ("/feeds/quotes.json", "/feeds/daily.json?max_severity=3", "/sitemap.xml", "/embed"):
            assert QUOTE not in client.get(path).text

    def test_a_renamed_one_leads_on(self, changed):
        client, change = changed
        change(slug="her-2013-the-verdict")
        response = client.get(PATH, headers=BROWSER)
        assert (response.status_code, response.headers["Location"]) == (
            308,
            f"{BASE}/quotes/her-2013-the-verdict",
        )
        assert client.get(f"/embed?quote={QUOTE}").status_code == 200

    @pytest.mark.parametrize("path", ["/quotes/random", "/quotes/daily", "/quotes/daily/2026-11-23"])
    def test_chance_leads_to_a_quote_without_a_note(self, client, quotes, path):
        response = client.get(path)
        [led] = [quote for quote in quotes if quote["html_url"] == response.headers["Location"]]
        assert response.status_code == 302
        assert led["advisories"] == []

    def test_todays_is_what_the_api_says_and_is_kept_until_the_day_ends_at_most(self, client):
        response = client.get("/quotes/daily")
        assert response.headers["Location"].endswith(client.get("/v1/quotes/daily").get_json()["id"])
        kept = int(response.headers["Cache-Control"].removeprefix("public, max-age="))
        now = dt.datetime.now(dt.UTC)
        assert 0 <= kept <= 86_400 - (now.hour * 3600 + now.minute * 60 + now.second) + 5

    def test_any_is_never_kept(self, client):
        responses = [client.get("/quotes/random") for _ in range(20)]
        assert {response.headers["Cache-Control"] for response in responses} == {"no-store"}
        assert len({response.headers["Location"] for response in responses}) > 1

    def test_chance_can_be_narrowed(self, client):
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
    def test_what_cannot_be_chosen_is_refused(self, client, path, status):
        assert client.get(path).status_code == status
