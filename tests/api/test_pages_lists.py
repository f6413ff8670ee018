"""Pages of lists, characters and sources: they show what the API lists, and nothing else."""

import datetime as dt
import json
import re
from urllib.parse import urlsplit

import pytest

from api.pages import lists
from models import Character, Quote, Source, Status
from tests.browser.parsed import Parsed
from tests.cases import each
from tests.lists import get_json, ids, items
from tests.statements import reads

pytestmark = pytest.mark.any_database

BASE = "http://127.0.0.1:8000"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
NAMES = ["films", "scenes", "characters", "quotes", "themes", "sources"]
CHARACTER = "her-2013-catherine"
SOURCE = "her-perfection-is-the-enemy-of-real"
FLAGGED = "her-2013-the-average-modern-woman"


def ids_in(page):
    """Return the ids of the items on a list page, in order."""
    return [
        element.attributes["id"]
        for element in page.all("li")
        if element.attributes.get("class") == "hit" and "id" in element.attributes
    ]


def walk(client, path):
    """Yield the pages of a list, from the first to the last."""
    while path:
        response = client.get(path)
        assert response.status_code == 200, path
        page = Parsed(response.text)
        yield path, page
        following = [a.attributes["href"] for a in page.all("a", rel="next")]
        path = following[0].removeprefix(BASE) if following else None


@pytest.fixture
def small_pages(monkeypatch):
    monkeypatch.setattr(lists, "PAGE_SIZE", 7)


class TestLists:
    @each("name", NAMES)
    def test_walking_forwards_shows_every_item_once_in_the_order_of_the_api(self, client, small_pages, name):
        shown = [slug for _, page in walk(client, f"/{name}") for slug in ids_in(page)]
        assert shown == [item["id"] for item in items(client, f"/v1/{name}")]
        assert len(shown) == len(set(shown)) > 0

    def test_walking_backwards_leads_to_the_first_page(self, client, small_pages):
        *_, (_, last) = walk(client, "/quotes")
        seen = [ids_in(last)]
        while previous := [a.attributes["href"] for a in last.all("a", rel="prev")]:
            last = Parsed(client.get(previous[0].removeprefix(BASE)).text)
            seen.insert(0, ids_in(last))
        assert [slug for page in seen for slug in page] == [
            item["id"] for item in items(client, "/v1/quotes")
        ]

    @each("query", ["", "?theme=human-connection&voice=film", "?film=her-2013&sort=-created_at", "?q=wife"])
    def test_a_page_names_itself_and_the_api_call_that_it_shows(self, client, small_pages, query):
        for path, page in walk(client, f"/quotes{query}"):
            [canonical] = page.all("link", rel="canonical")
            own = client.get(canonical.attributes["href"].removeprefix(BASE))
            assert ids_in(Parsed(own.text)) == ids_in(page)
            assert urlsplit(canonical.attributes["href"]).path == urlsplit(path).path
            [alternate] = page.all("link", rel="alternate", type="application/json")
            data = client.get(alternate.attributes["href"].removeprefix(BASE)).get_json()["data"]
            assert [item["id"] for item in data] == ids_in(page) != []
            assert bool(page.all("meta", name="robots", content="noindex")) == bool(query)

    @each("name", NAMES)
    def test_every_item_leads_to_its_page(self, client, name):
        page = Parsed(client.get(f"/{name}").text)
        links = [link for link in page.links if link.startswith(f"/{name}/")]
        assert {f"/{name}/{slug}" for slug in ids_in(page)} <= set(links)
        assert client.get(links[0]).status_code == 200

    def test_flagged_words_are_behind_their_content_note(self, client):
        texts = {quote["id"]: quote["text"] for quote in items(client, "/v1/quotes") if quote["advisories"]}
        before, behind = "", ""
        for _, page in walk(client, "/quotes"):
            before, behind = before + page.before("details"), behind + page.behind("details")
        assert texts
        assert [slug for slug, text in texts.items() if text in before] == []
        assert all(text in behind for text in texts.values())

    def test_an_empty_selection_says_so(self, client):
        response = client.get("/quotes?film=no-such-film")
        assert response.status_code == 200
        assert "Nothing here matches." in response.text
        assert "/quotes" in Parsed(response.text).links

    @each("query", ["cursor=x", "kind=nothing", "sort=size", "film=A", "q=%ff"])
    def test_an_invalid_parameter_is_an_error_page(self, client, query):
        response = client.get(f"/quotes?{query}", headers=BROWSER)
        assert response.status_code in (400, 422)
        assert response.mimetype == "text/html"

    def test_parameters_of_other_sites_are_ignored(self, client):
        assert ids_in(Parsed(client.get("/quotes?utm_source=x&fbclid=y").text))

    @each("name", NAMES)
    def test_it_takes_two_statements_on_any_page(self, app, small_pages, name):
        client = app.test_client()
        for path, _ in list(walk(client, f"/{name}"))[:3]:
            assert len(reads(app, path)) == 2

    @each("name", NAMES)
    def test_a_client_that_accepts_only_json_is_told_where_it_is(self, client, name):
        response = client.get(
            f"/{name}", headers={"Accept": "application/json", "Origin": "https://site.example"}
        )
        assert (response.status_code, response.get_json()["code"]) == (406, "not-acceptable")
        assert f"{BASE}/v1/{name}." in response.get_json()["detail"]
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        for accept in ("*/*", "text/html", "application/json, text/*;q=0.1"):
            response = client.get(f"/{name}", headers={"Accept": accept})
            assert (response.status_code, response.mimetype) == (200, "text/html")
            assert response.headers["Access-Control-Allow-Origin"] == "*"
            assert "Accept" in response.headers["Vary"]

    @each("name", NAMES)
    def test_a_trailing_slash_redirects(self, client, name):
        response = client.get(f"/{name}/?film=her-2013")
        assert (response.status_code, response.headers["Location"]) == (308, f"{BASE}/{name}?film=her-2013")


class TestNavigation:
    @each("path", ["/", "/quotes", "/embed", f"/characters/{CHARACTER}", "/docs"])
    def test_it_leads_to_the_gallery(self, client, path):
        page = Parsed(client.get(path).text)
        [link] = [
            a
            for a in page.all("a")
            if a.attributes["href"] == "/embed" and any(e.tag == "header" for e in a.within)
        ]
        assert ("aria-current" in link.attributes) == (path == "/embed")

    def test_the_home_page_leads_to_every_list(self, client):
        assert {f"/{name}" for name in NAMES} <= set(Parsed(client.get("/").text).links)

    @each(
        ("path", "link"),
        [
            ("/films/her-2013", "/quotes?film=her-2013"),
            ("/films/her-2013", "/characters?film=her-2013"),
            ("/films/her-2013", f"/sources/{SOURCE}"),
            ("/scenes/her-2013-lunch-with-catherine", f"/characters/{CHARACTER}"),
            ("/quotes/her-2013-a-wife-without-the-challenges", f"/characters/{CHARACTER}"),
            ("/quotes/her-2013-a-wife-without-the-challenges", f"/sources/{SOURCE}"),
            ("/search?q=catherine", f"/characters/{CHARACTER}"),
            ("/themes/loneliness", "/themes"),
        ],
    )
    def test_pages_lead_to_pages(self, client, path, link):
        assert link in Parsed(client.get(path).text).links


class TestCharacter:
    def test_it_shows_who_it_is_its_lines_scenes_and_commentary(self, client):
        character = get_json(client, f"/v1/characters/{CHARACTER}")
        page = Parsed(client.get(f"/characters/{CHARACTER}").text)
        assert character["description"] in page.text
        assert "/films/her-2013" in page.links
        quotes = items(client, "/v1/quotes", speaker=CHARACTER)
        assert quotes
        for quote in quotes:
            assert quote["text"] in page.behind("blockquote")
            assert f"/quotes/{quote['id']}" in page.links
        for scene in items(client, "/v1/scenes", character=CHARACTER):
            assert f"/scenes/{scene['id']}" in page.links
        for entry in items(client, "/v1/commentary", character=CHARACTER):
            assert entry["label"] in page.text

    def test_it_names_no_performer(self, client):
        for character in items(client, "/v1/characters"):
            if character["performer"]:
                assert character["performer"] not in client.get(f"/characters/{character['id']}").text

    def test_its_json_ld_is_about_the_character(self, client):
        page = client.get(f"/characters/{CHARACTER}").text
        node = json.loads(
            re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[1]
        )
        character = get_json(client, f"/v1/characters/{CHARACTER}")
        assert (node["@id"], node["url"]) == (character["url"], f"{BASE}/characters/{CHARACTER}")
        assert node["disambiguatingDescription"] == "A character in Her (2013)."

    def test_more_than_a_section_holds_leads_to_the_list(self, client, monkeypatch):
        monkeypatch.setattr("api.pages.page_data.MAX_SECTION_ITEMS", 1)
        page = Parsed(client.get(f"/sources/{SOURCE}").text)
        assert f"/quotes?source={SOURCE}" in page.links
        assert len(page.all("blockquote")) == 1
        assert f"/scenes?character={CHARACTER}" in Parsed(client.get(f"/characters/{CHARACTER}").text).links


class TestSource:
    def test_it_shows_facts_references_quotes_and_commentary(self, client):
        source = get_json(client, f"/v1/sources/{SOURCE}")
        page = Parsed(client.get(f"/sources/{SOURCE}").text)
        for text in (source["title"], source["subtitle"], source["publication"], source["rights"]):
            assert text in page.text
        for name in ("apa", "mla", "chicago", "bibtex"):
            expected = client.get(f"/v1/sources/{SOURCE}?format={name}").text.strip()
            assert expected in page.behind("code"), name
        assert "/films/her-2013" in page.links
        for quote in items(client, "/v1/quotes", source=SOURCE):
            assert f"/quotes/{quote['id']}" in page.links

    def test_its_alternates_are_formats_of_the_api(self, client):
        page = Parsed(client.get(f"/sources/{SOURCE}").text)
        alternates = page.all("link", rel="alternate")
        assert len(alternates) > 4
        for link in alternates:
            response = client.get(link.attributes["href"].removeprefix(BASE))
            assert response.mimetype == link.attributes["type"]

    def test_its_json_ld_is_that_of_the_api(self, client):
        page = client.get(f"/sources/{SOURCE}").text
        node = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[1]
        assert json.loads(node) == client.get(f"/v1/sources/{SOURCE}.jsonld").get_json(force=True)

    def test_a_former_id_redirects(self, client_and_change):
        client, change = client_and_change
        change(Source, SOURCE, slug="perfection")
        response = client.get(f"/sources/{SOURCE}?from=here", headers=BROWSER)
        assert (response.status_code, response.headers["Location"]) == (
            308,
            f"{BASE}/sources/perfection?from=here",
        )


class TestHidden:
    @each("name", NAMES)
    def test_lists_and_pages_show_public_items_only(self, hidden_app, name):
        client = hidden_app.test_client()
        public_ids = {each: ids(client, f"/v1/{each}") for each in NAMES}
        public = [item["id"] for item in items(client, f"/v1/{name}", fields="id")]
        assert [slug for _, page in walk(client, f"/{name}") for slug in ids_in(page)] == public
        for slug in public[:8]:
            response = client.get(f"/{name}/{slug}")
            assert response.status_code == 200
            for link in Parsed(response.text).links:
                if found := re.match(rf"/({'|'.join(NAMES)})/([a-z0-9-]+)", link):
                    assert found[2] in public_ids[found[1]], link

    @each(("model", "slug"), [(Character, CHARACTER), (Source, SOURCE), (Quote, FLAGGED)])
    def test_a_draft_is_not_found_and_a_deleted_item_gone(self, client_and_change, model, slug):
        client, change = client_and_change
        path = f"/{model.__tablename__}/{slug}"
        assert client.get(path).status_code == 200
        change(model, slug, status=Status.DRAFT)
        assert client.get(path, headers=BROWSER).status_code == 404
        assert slug not in ids_in(Parsed(client.get(f"/{model.__tablename__}").text))

    def test_a_deleted_character_is_gone(self, client_and_change):
        client, change = client_and_change
        change(Character, CHARACTER, deleted_at=dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
        response = client.get(f"/characters/{CHARACTER}", headers=BROWSER)
        assert (response.status_code, response.mimetype) == (410, "text/html")
        assert CHARACTER not in client.get("/characters").text
