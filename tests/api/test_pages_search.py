"""The search page, with results that the tests define."""

import pytest

from api.http.errors import ProblemException
from api.pages import search_page
from tests.browser.parsed import Parsed
from tests.cases import each
from tests.statements import reads

pytestmark = pytest.mark.any_database

QUOTE = "her-2013-a-wife-without-the-challenges"
SCENE = "her-2013-lunch-with-catherine"
TEXT = "a <b>wife</b> & the challenges"
NOTE = {"type": "advisory", "id": "sexual-content", "label": "Sexual content", "severity": 2}
FILM = {"type": "film", "id": "her-2013", "label": "Her (2013)"}


def hit(type_name, slug, text=TEXT, highlights=((5, 9),), **extra):
    snippet = {
        "field": "text",
        "text": text,
        "highlights": [list(pair) for pair in highlights],
        "html": "<i>",
    }
    url = f"http://127.0.0.1:8000/v1/{type_name}s/{slug}"
    return {"type": type_name, "id": slug, "label": f"The {slug}", "url": url, "snippet": snippet} | extra


def search_results(*hits, suggestion=None, kinds=(), **page):
    values = [{"value": kind, "label": kind.title(), "count": count} for kind, count in kinds]
    page_ = {"limit": 20, "next": None, "previous": None, "total": None, "total_relation": None} | page
    return {
        "data": list(hits),
        "page": page_,
        "facets": {"type": {"values": values}},
        "suggestion": suggestion,
    }


@pytest.fixture
def search(client, monkeypatch):
    """A function that requests the page with these search results; it returns the page and the queries."""

    def run(results, query="q=wife"):
        queries = []
        monkeypatch.setattr(search_page, "run_search", lambda query: queries.append(query) or results)
        response = client.get(f"/search?{query}")
        return Parsed(response.text), queries

    return run


class TestSearchPage:
    def test_without_a_query_it_is_a_form_and_does_not_search(self, search):
        for query in ("", "q=", "q=%20", "type=quote"):
            page, queries = search(None, query)
            assert page.all("input", name="q", type="search")
            assert queries == []

    def test_the_query_is_in_the_form_and_in_the_api_call(self, search):
        page, queries = search(search_results(), 'q="><script>&type=quote&utm=x')
        [words] = page.all("input", name="q")
        assert words.attributes["value"] == '"><script>'
        assert queries[:1] == [{"q": '"><script>', "type": "quote"}]
        assert page.links[-1] == "http://127.0.0.1:8000/v1/search?q=%22%3E%3Cscript%3E&type=quote"

    def test_hits_link_to_their_pages(self, search):
        hits = [hit("quote", QUOTE), hit("scene", SCENE), hit("theme", "loneliness"), hit("film", "her-2013")]
        page, _ = search(search_results(*hits))
        expected = [f"/quotes/{QUOTE}", f"/scenes/{SCENE}", "/themes/loneliness", "/films/her-2013"]
        assert [link for link in page.links if link in expected] == expected

    def test_a_character_links_to_its_page(self, search):
        page, _ = search(search_results(hit("character", "her-2013-amy", film=FILM)))
        assert "/characters/her-2013-amy" in page.links

    def test_matches_are_highlighted_and_text_is_escaped(self, search):
        page, _ = search(search_results(hit("scene", SCENE)))
        assert page.behind("mark") == "wife"
        assert TEXT in page.text
        assert not page.all("i")

    @pytest.mark.parametrize("highlights", [((9, 5),), ((-1, 3),), ((0, 999),), ((0, 4), (2, 6))])
    def test_invalid_highlights_lose_no_text(self, search, highlights):
        page, _ = search(search_results(hit("scene", SCENE, highlights=highlights)))
        assert TEXT in page.text

    def test_the_text_of_a_flagged_hit_is_behind_its_content_note(self, search):
        page, _ = search(search_results(hit("scene", SCENE, advisories=[NOTE])))
        assert "Sexual content (2 of 3)" in page.behind("summary")
        assert TEXT in page.behind("details")
        assert TEXT not in page.before("details")
        assert f"The {SCENE}" in page.before("details")

    def test_types_are_counted_and_link_to_filtered_results(self, search):
        page, _ = search(search_results(kinds=[("quote", 3), ("scene", 12)]), "q=a+b&type=scene")
        assert {"/search?q=a+b", "/search?q=a+b&type=quote"} <= {
            link.replace("%20", "+") for link in page.links
        }
        [current_link] = page.all("a", **{"aria-current": "true"})
        assert "type=scene" in current_link.attributes["href"]
        assert "12" in page.behind("b")

    def test_a_suggestion_is_displayed(self, search):
        page, _ = search(search_results(suggestion="loneliness <i>"), "q=lonelines")
        assert "Did you mean loneliness <i>?" in " ".join(page.text.split())

    def test_pages_link_to_the_next_one(self, search):
        next_url = "http://127.0.0.1:8000/v1/search?q=wife&cursor=abc"
        page, _ = search(search_results(hit("scene", SCENE), next=next_url))
        assert "/search?q=wife&cursor=abc" in page.links

    def test_without_results_themes_are_linked(self, search):
        page, _ = search(search_results())
        assert "No results" in page.behind("h2")
        assert "/#themes" in page.links

    def test_errors_are_displayed_on_the_page(self, client, monkeypatch):
        def refuse(_query):
            raise ProblemException(
                "invalid-parameters", "1 parameter is not valid.", [{"detail": "“q” is <too> long."}]
            )

        monkeypatch.setattr(search_page, "run_search", refuse)
        response = client.get("/search?q=wife")
        assert response.status_code == 422
        assert response.headers["Cache-Control"] == "no-store"
        assert "“q” is <too> long." in Parsed(response.text).text
        assert Parsed(response.text).all("input", name="q", value="wife")


class TestExcerpts:
    @each(
        ("text", "label", "expected"),
        [
            ("Perfection opposes reality", "Perfection opposes reality", True),
            ("her", "Her (2013)", True),
            ("“Perfection”, opposes!", "Perfection opposes reality", True),
            ("الذاكرة", "الذاكرة والانتظار", True),
            ("He", "Her (2013)", False),
            ("Perfection reality", "Perfection opposes reality", False),
            ("Perfection opposes reality, says the essay", "Perfection opposes reality", False),
        ],
    )
    def test_a_text_repeats_a_label_that_has_its_words(self, text, label, expected):
        assert search_page.repeats_label(text, label) is expected

    @each(
        ("text", "start"),
        [("short", "short"), ("a bc " * 50, ("a bc " * 31).strip() + "…"), ("港" * 300, "港" * 155 + "…")],
    )
    def test_a_long_text_is_cut_between_words(self, text, start):
        assert search_page.start_of(text) == start

    def test_a_repeated_label_is_highlighted_and_followed_by_the_text(self, client, search):
        theme = client.get("/v1/themes/loneliness").get_json()
        page, _ = search(
            search_results(hit("theme", "loneliness", "Loneliness", [[0, 10]], label="On Loneliness"))
        )
        assert page.behind("mark") == "Loneliness"
        assert page.behind("h3").endswith("On Loneliness")
        assert theme["definition"] in page.behind("li")
        assert page.behind("main").count("Loneliness") == 1

    def test_the_text_of_a_flagged_hit_that_repeats_its_label_is_folded(self, client, search):
        scene = client.get(f"/v1/scenes/{SCENE}").get_json()
        text = search_page.start_of(scene["summary"])
        page, _ = search(search_results(hit("scene", SCENE, "Lunch", [], label="Lunch", advisories=[NOTE])))
        assert text in page.behind("details")
        assert text not in page.before("details")


class TestRealSearch:
    @each("query", ["perfection", "loneliness", "her", "samantha", "catherine", "letter", "love", "essay"])
    def test_no_result_shows_its_label_twice(self, client, query):
        page = Parsed(client.get(f"/search?q={query}").text)
        for result in page.all("li", **{"class": "hit"}):
            texts = [t for t in page.texts if result in t.within]
            label = "".join(t.words for t in texts if any(e.tag == "h3" for e in t.within))
            excerpt = "".join(t.words for t in texts if any("dir" in e.attributes for e in t.within))
            assert excerpt, label
            assert not search_page.repeats_label(excerpt, label), label

    @each("query", ["perfection", "love", "her", "samantha"])
    def test_takes_a_statement_more_for_each_type_at_most(self, app, query):
        more = len(reads(app, f"/search?q={query}")) - len(reads(app, f"/v1/search?q={query}"))
        assert more <= len(search_page.TEXT_FIELDS) + 1

    def test_it_shows_the_results_of_the_api(self, client):
        results = client.get("/v1/search?q=loneliness").get_json()
        page = Parsed(client.get("/search?q=loneliness").text)
        for hit in results["data"]:
            assert hit["label"] in page.text
        assert "Lonel" in page.text

    @each(
        ("query", "status", "expected"),
        [
            ("q=lonelness", 200, "Did you mean"),
            ("q=-love", 200, "only excludes words"),
            ("q=love&type=nothing", 422, "Unknown type"),
            ("q=love&cursor=x", 422, "Invalid cursor"),
            (f"q={'love+' * 100}", 422, "1 to 200 characters"),
        ],
    )
    def test_queries_without_results_are_explained(self, client, query, status, expected):
        response = client.get(f"/search?{query}", headers={"Accept": "text/html"})
        assert response.status_code == status
        assert expected in Parsed(response.text).text
