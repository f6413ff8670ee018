"""Search over HTTP: typed hits, snippets, filters, facets, pagination and invalid queries."""

import html
import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import Theme
from tests.cases import each
from tests.statements import statements

TYPES = ["film", "character", "theme", "scene", "quote", "commentary"]
LISTS = {"film": "films", "character": "characters", "theme": "themes", "scene": "scenes"} | {
    "quote": "quotes",
    "commentary": "commentary",
}
each_type = each("name", TYPES)


def search(client, q, **query):
    response = client.get("/v1/search", query_string={"q": q, **query})
    assert response.status_code == 200, response.text
    return response.get_json()


def all_hits(client, q, **query):
    return search(client, q, limit=100, **query)["data"]


class TestPages:
    def test_the_cursors_are_those_of_the_urls(self, client):
        first = search(client, "love", limit=2)
        second = search(client, "love", limit=2, cursor=first["page"]["next_cursor"])
        assert second["data"] == client.get(first["page"]["next"]).get_json()["data"] != first["data"]
        assert first["page"]["previous_cursor"] is None
        previous = search(client, "love", limit=2, cursor=second["page"]["previous_cursor"])
        assert previous["data"] == first["data"]
        assert search(client, "love", limit=100)["page"]["next_cursor"] is None


class TestHits:
    def test_every_type_is_found(self, client):
        assert {hit["type"] for hit in all_hits(client, "her OR love her")} <= set(TYPES)
        assert {facet["value"] for facet in search(client, "perfection")["facets"]["type"]["values"]} >= {
            "theme"
        }

    @each_type
    def test_a_hit_has_the_values_of_its_item(self, client, name):
        hits = (
            all_hits(client, "love*", type=name)
            or all_hits(client, "theodore", type=name)
            or all_hits(client, "her", type=name)
        )
        assert hits
        for hit in hits[:5]:
            item = client.get(hit["url"]).get_json()
            assert hit["type"] == item["type"] == name
            for key in set(hit) - {"snippet"}:
                assert hit[key] == item[key]

    def test_a_snippet_highlights_the_matches(self, client):
        for hit in all_hits(client, "loneliness"):
            snippet = hit["snippet"]
            for start, end in snippet["highlights"]:
                assert snippet["text"][start:end].lower().startswith("lonel")
            unmarked = re.sub("</?mark>", "", snippet["html"])
            assert html.unescape(unmarked) == snippet["text"]
            assert snippet["html"].count("<mark>") == len(snippet["highlights"])

    def test_a_snippet_is_escaped_before_between_and_after_its_matches(self, client_and_change):
        client, change = client_and_change
        change(Theme, "loneliness", definition="<b>Zyzzyva</b> & <i title='x'>\"zyzzyva\"</i>")
        [hit] = all_hits(client, "zyzzyva")
        assert hit["snippet"]["html"] == (
            "&lt;b&gt;<mark>Zyzzyva</mark>&lt;/b&gt; &amp; "
            "&lt;i title=&#39;x&#39;&gt;&#34;<mark>zyzzyva</mark>&#34;&lt;/i&gt;"
        )

    def test_performers_and_notes_are_not_searched(self, client):
        characters = client.get("/v1/characters?limit=100").get_json()["data"]
        for performer in filter(None, (character["performer"] for character in characters)):
            assert not all_hits(client, f'"{performer}"')

    def test_lists_with_q_have_the_items_of_the_search(self, client):
        for name, path in LISTS.items():
            for q in ("love", '"real person"', "perfect*", "love -perfect"):
                list_items = client.get(f"/v1/{path}", query_string={"q": q, "limit": 100}).get_json()["data"]
                assert {item["id"] for item in list_items} == {
                    hit["id"] for hit in all_hits(client, q, type=name)
                }


class TestFilters:
    def test_type_filters_hits(self, client):
        hits = all_hits(client, "love", type="quote,theme")
        assert {hit["type"] for hit in hits} <= {"quote", "theme"} != set()

    @each("theme", ["loneliness", "perfection-versus-reality"])
    def test_a_theme_includes_its_subthemes(self, client, theme):
        for name in ("scene", "quote", "commentary"):
            list_items = client.get(f"/v1/{LISTS[name]}?theme={theme}&q=love&limit=100").get_json()["data"]
            hits = all_hits(client, "love", theme=theme, type=name)
            assert {hit["id"] for hit in hits} == {item["id"] for item in list_items}

    def test_kind_filters_quotes_and_commentary(self, client):
        hits = all_hits(client, "love", kind="thesis,aphorism")
        assert hits
        assert {hit["kind"] for hit in hits} <= {"thesis", "aphorism"}

    def test_film_filters_hits(self, client):
        assert all_hits(client, "love", film="her-2013")
        assert not all_hits(client, "love", film="casablanca-1942")

    def test_max_severity_excludes_flagged_hits(self, client):
        all_love_hits = all_hits(client, "love")
        unflagged = all_hits(client, "love", max_severity=0)
        flagged = [hit for hit in all_love_hits if hit.get("advisories")]
        assert flagged
        assert not [hit for hit in unflagged if hit.get("advisories")]
        assert len(unflagged) == len(all_love_hits) - len(flagged)


class TestFacets:
    @each("name", ["type", "film", "theme", "kind"])
    def test_a_count_is_the_total_of_the_filtered_search(self, client, name):
        values = search(client, "love")["facets"][name]["values"]
        assert values
        for value in values:
            filtered = search(client, "love", **{name: value["value"]})
            assert filtered["page"]["total"] == value["count"], value
            assert value["label"]

    def test_the_types_add_up_to_the_total(self, client):
        results = search(client, "love")
        assert (
            sum(value["count"] for value in results["facets"]["type"]["values"]) == results["page"]["total"]
        )
        assert results["page"]["total_relation"] == results["facets"]["type"]["relation"] == "exact"


class TestPagination:
    def test_pages_have_every_hit_once_and_link_back(self, client):
        all_keys = [(hit["type"], hit["id"]) for hit in all_hits(client, "love")]
        page, keys, pages = search(client, "love", limit=7), [], []
        while True:
            keys += [(hit["type"], hit["id"]) for hit in page["data"]]
            pages.append(page["data"])
            if page["page"]["next"] is None:
                break
            page = client.get(page["page"]["next"]).get_json()
        assert keys == all_keys
        while page["page"]["previous"]:
            assert page["data"] == pages.pop()
            page = client.get(page["page"]["previous"]).get_json()
        assert page["data"] == pages.pop()
        assert not pages

    @each("cursor", ["x", "WzFd", "W10", "%00"])
    def test_a_cursor_of_another_search_is_refused(self, client, cursor):
        assert client.get(f"/v1/search?q=love&cursor={cursor}").status_code == 422

    def test_a_cursor_is_only_valid_for_its_query(self, client):
        next_url = search(client, "love", limit=2)["page"]["next"]
        assert client.get(next_url.replace("q=love", "q=real")).status_code == 422


class TestQueries:
    def test_a_misspelt_word_gets_a_suggestion(self, client):
        results = search(client, "lonelness")
        assert (results["data"], results["suggestion"]) == ([], "loneliness")

    @each("q", ['"', "-", "-love", "*", "…", "\x00", "a*", "NEAR(", "💔", " "])
    def test_a_query_without_words_finds_nothing_and_has_a_notice(self, client, q):
        results = search(client, q)
        assert results["data"] == [] or q in ("NEAR(",)
        assert (results["notice"] is None) == bool(search(client, q)["suggestion"] or q == "NEAR(")
        assert client.get("/v1/quotes", query_string={"q": q}).status_code == 200

    @each("query", ["", f"?q={'love+' * 2000}", "?q=love&q=real", "?q=love&sort=id"])
    def test_an_invalid_search_is_refused(self, client, query):
        response = client.get(f"/v1/search{query}")
        assert (response.status_code, response.get_json()["code"]) == (422, "invalid-parameters")

    @each("path", ["/v1/search", *(f"/v1/{name}" for name in LISTS.values())])
    def test_a_query_has_at_most_200_characters(self, client, path):
        assert client.get(f"{path}?q={200 * 'a'}").status_code == 200
        response = client.get(f"{path}?q={201 * 'a'}")
        assert (response.status_code, response.get_json()["errors"][0]["pointer"]) == (422, "q")

    @given(q=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200))
    @settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def test_any_text_is_accepted(self, client, q):
        for path in ("/v1/search", "/v1/quotes", "/v1/commentary"):
            assert client.get(path, query_string={"q": q}).status_code == 200


class TestCost:
    @each("query", ["q=love", "q=love&theme=loneliness&kind=thesis&type=commentary", "q=lonelness"])
    def test_it_takes_at_most_two_statements(self, app, client, query):
        with statements(app.extensions["database"].engine) as recorded:
            assert client.get(f"/v1/search?{query}").status_code == 200
        assert (
            len([statement for statement in recorded if not statement.startswith(("BEGIN", "ROLLBACK"))]) <= 2
        )

    def test_it_has_a_validator(self, client):
        tag = client.get("/v1/search?q=love").headers["ETag"]
        assert client.get("/v1/search?q=love", headers={"If-None-Match": tag}).status_code == 304
