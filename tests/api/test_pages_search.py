"""The search page, over hits that are given to it."""

import pytest

from api.http.errors import ProblemException
from api.pages import search_view
from tests.browser.parsed import Parsed
from tests.cases import each

pytestmark = pytest.mark.any_database

QUOTE = "her-2013-a-wife-without-the-challenges"
SCENE = "her-2013-lunch-with-catherine"
TEXT = "a <b>wife</b> & the challenges"
NOTE = {"type": "advisory", "id": "sexual-content", "label": "Sexual content", "severity": 2}
FILM = {"type": "film", "id": "her-2013", "label": "Her (2013)"}


def hit(type_name, slug, text=TEXT, highlights=((5, 9),), **more):
    snippet = {
        "field": "text",
        "text": text,
        "highlights": [list(pair) for pair in highlights],
        "html": "<i>",
    }
    url = f"http://127.0.0.1:8000/v1/{type_name}s/{slug}"
    return {"type": type_name, "id": slug, "label": f"The {slug}", "url": url, "snippet": snippet} | more


def response(*hits, suggestion=None, kinds=(), **page):
    values = [{"value": kind, "label": kind.title(), "count": count} for kind, count in kinds]
    place = {"limit": 20, "next": None, "previous": None, "total": None, "total_relation": None} | page
    return {
        "data": list(hits),
        "page": place,
        "facets": {"type": {"values": values}},
        "suggestion": suggestion,
    }


@pytest.fixture
def search(client, monkeypatch):
    """Return what searches for words, where a given answer is what is found."""

    def run(found, query="q=wife"):
        asked = []
        monkeypatch.setattr(search_view, "search", lambda query: asked.append(query) or found)
        answered = client.get(f"/search?{query}")
        return Parsed(answered.text), asked

    return run


class TestSearchPage:
    def test_without_words_it_is_a_form_and_nothing_is_looked_for(self, search):
        for query in ("", "q=", "q=%20", "type=quote"):
            page, asked = search(None, query)
            assert page.all("input", name="q", type="search")
            assert asked == []

    def test_what_was_asked_stands_in_the_form_and_in_the_call(self, search):
        page, asked = search(response(), 'q="><script>&type=quote&utm=x')
        [words] = page.all("input", name="q")
        assert words.attributes["value"] == '"><script>'
        assert asked[:1] == [{"q": '"><script>', "type": "quote"}]
        assert page.links[-1] == "http://127.0.0.1:8000/v1/search?q=%22%3E%3Cscript%3E&type=quote"

    def test_hits_lead_to_where_they_stand(self, search):
        hits = [hit("quote", QUOTE), hit("scene", SCENE), hit("theme", "loneliness"), hit("film", "her-2013")]
        page, _ = search(response(*hits))
        expected = [f"/quotes/{QUOTE}", f"/scenes/{SCENE}", "/themes/loneliness", "/films/her-2013"]
        assert [link for link in page.links if link in expected] == expected

    def test_what_has_no_place_leads_to_its_json(self, search):
        page, _ = search(response(hit("character", "her-2013-amy", film=FILM)))
        assert "http://127.0.0.1:8000/v1/characters/her-2013-amy" in page.links

    def test_what_matched_is_marked_and_all_of_it_escaped(self, search):
        page, _ = search(response(hit("scene", SCENE)))
        assert page.behind("mark") == "wife"
        assert TEXT in page.text
        assert not page.all("i")

    @pytest.mark.parametrize("wrong", [((9, 5),), ((-1, 3),), ((0, 999),), ((0, 4), (2, 6))])
    def test_highlights_that_make_no_sense_lose_no_text(self, search, wrong):
        page, _ = search(response(hit("scene", SCENE, highlights=wrong)))
        assert TEXT in page.text

    def test_a_flagged_hit_shows_its_label_and_note_and_text_behind_it(self, search):
        page, _ = search(response(hit("scene", SCENE, advisories=[NOTE])))
        assert "Sexual content (2 of 3)" in page.behind("summary")
        assert TEXT in page.behind("details")
        assert TEXT not in page.before("details")
        assert f"The {SCENE}" in page.before("details")

    def test_kinds_are_counted_and_lead_to_themselves(self, search):
        page, _ = search(response(kinds=[("quote", 3), ("scene", 12)]), "q=a+b&type=scene")
        assert {"/search?q=a+b", "/search?q=a+b&type=quote"} <= {
            link.replace("%20", "+") for link in page.links
        }
        [here] = page.all("a", **{"aria-current": "true"})
        assert "type=scene" in here.attributes["href"]
        assert "12" in page.behind("b")

    def test_another_spelling_is_offered(self, search):
        page, _ = search(response(suggestion="loneliness <i>"), "q=lonelines")
        assert "Did you mean loneliness <i>?" in " ".join(page.text.split())

    def test_pages_lead_to_each_other(self, search):
        following = "http://127.0.0.1:8000/v1/search?q=wife&cursor=abc"
        page, _ = search(response(hit("scene", SCENE), next=following))
        assert "/search?q=wife&cursor=abc" in page.links

    def test_nothing_found_offers_a_way_on(self, search):
        page, _ = search(response())
        assert "No results" in page.behind("h2")
        assert "/#themes" in page.links

    def test_what_is_refused_is_explained_in_place(self, client, monkeypatch):
        def refuse(_query):
            raise ProblemException(
                "invalid-parameters", "1 parameter is not valid.", [{"detail": "“q” is <too> long."}]
            )

        monkeypatch.setattr(search_view, "search", refuse)
        answered = client.get("/search?q=wife")
        assert answered.status_code == 422
        assert answered.headers["Cache-Control"] == "no-store"
        assert "“q” is <too> long." in Parsed(answered.text).text
        assert Parsed(answered.text).all("input", name="q", value="wife")


class TestInEarnest:
    def test_it_shows_what_the_call_finds(self, client):
        found = client.get("/v1/search?q=loneliness").get_json()
        page = Parsed(client.get("/search?q=loneliness").text)
        for hit in found["data"]:
            assert hit["label"] in page.text
        assert "Lonel" in page.text

    @each(
        ("query", "status", "said"),
        [
            ("q=lonelness", 200, "Did you mean"),
            ("q=-love", 200, "only excludes words"),
            ("q=love&type=nothing", 422, "Unknown type"),
            ("q=love&cursor=x", 422, "Invalid cursor"),
            (f"q={'love+' * 100}", 422, "1 to 200 characters"),
        ],
    )
    def test_what_finds_nothing_is_explained(self, client, query, status, said):
        response = client.get(f"/search?{query}", headers={"Accept": "text/html"})
        assert response.status_code == status
        assert said in Parsed(response.text).text
