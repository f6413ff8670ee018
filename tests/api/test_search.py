"""Search over HTTP: typed hits, snippets, filters, facets, paging, and what cannot be looked for."""

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


def find(client, q, **query):
    response = client.get("/v1/search", query_string={"q": q, **query})
    assert response.status_code == 200, response.text
    return response.get_json()


def every(client, q, **query):
    return find(client, q, limit=100, **query)["data"]


class TestHits:
    def test_every_type_is_found(self, client):
        assert {hit["type"] for hit in every(client, "her OR love her")} <= set(TYPES)
        assert {facet["value"] for facet in find(client, "perfection")["facets"]["type"]["values"]} >= {
            "theme"
        }

    @each_type
    def test_a_hit_says_what_its_item_says(self, client, name):
        hits = (
            every(client, "love*", type=name)
            or every(client, "theodore", type=name)
            or every(client, "her", type=name)
        )
        assert hits
        for hit in hits[:5]:
            item = client.get(hit["url"]).get_json()
            assert hit["type"] == item["type"] == name
            for key in set(hit) - {"snippet"}:
                assert hit[key] == item[key]

    def test_a_snippet_shows_what_matched(self, client):
        for hit in every(client, "loneliness"):
            snippet = hit["snippet"]
            for start, end in snippet["highlights"]:
                assert snippet["text"][start:end].lower().startswith("lonel")
            plain = re.sub("</?mark>", "", snippet["html"])
            assert html.unescape(plain) == snippet["text"]
            assert snippet["html"].count("<mark>") == len(snippet["highlights"])

    def test_a_snippet_is_escaped_before_between_and_after_its_matches(self, client_and_change):
        client, change = client_and_change
        change(Theme, "loneliness", definition="<b>Zyzzyva</b> & <i title='x'>\"zyzzyva\"</i>")
        [hit] = every(client, "zyzzyva")
        assert hit["snippet"]["html"] == (
            "&lt;b&gt;<mark>Zyzzyva</mark>&lt;/b&gt; &amp; "
            "&lt;i title=&#39;x&#39;&gt;&#34;<mark>zyzzyva</mark>&#34;&lt;/i&gt;"
        )

    def test_no_performer_and_no_note_is_searched(self, client):
        characters = client.get("/v1/characters?limit=100").get_json()["data"]
        for performer in filter(None, (character["performer"] for character in characters)):
            assert not every(client, f'"{performer}"')

    def test_the_words_of_the_list_are_those_of_the_search(self, client):
        for name, path in LISTS.items():
            for q in ("love", '"real person"', "perfect*", "love -perfect"):
                listed = client.get(f"/v1/{path}", query_string={"q": q, "limit": 100}).get_json()["data"]
                assert {item["id"] for item in listed} == {hit["id"] for hit in every(client, q, type=name)}


class TestFilters:
    def test_types_narrow(self, client):
        hits = every(client, "love", type="quote,theme")
        assert {hit["type"] for hit in hits} <= {"quote", "theme"} != set()

    @each("theme", ["loneliness", "perfection-versus-reality"])
    def test_a_theme_means_itself_and_what_is_narrower(self, client, theme):
        for name in ("scene", "quote", "commentary"):
            listed = client.get(f"/v1/{LISTS[name]}?theme={theme}&q=love&limit=100").get_json()["data"]
            hits = every(client, "love", theme=theme, type=name)
            assert {hit["id"] for hit in hits} == {item["id"] for item in listed}

    def test_a_kind_narrows_quotes_and_commentary(self, client):
        hits = every(client, "love", kind="thesis,aphorism")
        assert hits
        assert {hit["kind"] for hit in hits} <= {"thesis", "aphorism"}

    def test_a_film_narrows(self, client):
        assert every(client, "love", film="her-2013")
        assert not every(client, "love", film="casablanca-1942")

    def test_the_severity_is_a_ceiling(self, client):
        every_hit = every(client, "love")
        clean = every(client, "love", max_severity=0)
        flagged = [hit for hit in every_hit if hit.get("advisories")]
        assert flagged
        assert not [hit for hit in clean if hit.get("advisories")]
        assert len(clean) == len(every_hit) - len(flagged)


class TestFacets:
    @each("name", ["type", "film", "theme", "kind"])
    def test_a_count_is_that_of_the_search_narrowed(self, client, name):
        values = find(client, "love")["facets"][name]["values"]
        assert values
        for value in values:
            narrowed = find(client, "love", **{name: value["value"]})
            assert narrowed["page"]["total"] == value["count"], value
            assert value["label"]

    def test_the_types_add_up_to_the_total(self, client):
        found = find(client, "love")
        assert sum(value["count"] for value in found["facets"]["type"]["values"]) == found["page"]["total"]
        assert found["page"]["total_relation"] == found["facets"]["type"]["relation"] == "exact"


class TestPaging:
    def test_pages_hold_every_hit_once_in_order_and_lead_back(self, client):
        whole = [(hit["type"], hit["id"]) for hit in every(client, "love")]
        page, walked, pages = find(client, "love", limit=7), [], []
        while True:
            walked += [(hit["type"], hit["id"]) for hit in page["data"]]
            pages.append(page["data"])
            if page["page"]["next"] is None:
                break
            page = client.get(page["page"]["next"]).get_json()
        assert walked == whole
        while page["page"]["previous"]:
            assert page["data"] == pages.pop()
            page = client.get(page["page"]["previous"]).get_json()
        assert page["data"] == pages.pop()
        assert not pages

    @each("cursor", ["x", "WzFd", "W10", "%00"])
    def test_a_cursor_of_another_search_is_refused(self, client, cursor):
        assert client.get(f"/v1/search?q=love&cursor={cursor}").status_code == 422

    def test_a_cursor_holds_for_its_query_alone(self, client):
        following = find(client, "love", limit=2)["page"]["next"]
        assert client.get(following.replace("q=love", "q=real")).status_code == 422


class TestAsking:
    def test_a_mistyped_word_is_mended(self, client):
        found = find(client, "lonelness")
        assert (found["data"], found["suggestion"]) == ([], "loneliness")

    @each("q", ['"', "-", "-love", "*", "…", "\x00", "a*", "NEAR(", "💔", " "])
    def test_what_asks_for_nothing_finds_nothing_and_says_why(self, client, q):
        found = find(client, q)
        assert found["data"] == [] or q in ("NEAR(",)
        assert (found["notice"] is None) == bool(find(client, q)["suggestion"] or q == "NEAR(")
        assert client.get("/v1/quotes", query_string={"q": q}).status_code == 200

    @each("query", ["", "?q=", f"?q={'love+' * 2000}", "?q=love&q=real", "?q=love&sort=id"])
    def test_what_is_no_search_is_refused(self, client, query):
        response = client.get(f"/v1/search{query}")
        assert (response.status_code, response.get_json()["code"]) == (422, "invalid-parameters")

    @each("path", ["/v1/search", *(f"/v1/{name}" for name in LISTS.values())])
    def test_a_text_has_at_most_two_hundred_characters(self, client, path):
        assert client.get(f"{path}?q={200 * 'a'}").status_code == 200
        for q in ("", 201 * "a"):
            response = client.get(f"{path}?q={q}")
            assert (response.status_code, response.get_json()["errors"][0]["pointer"]) == (422, "q")

    @given(q=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200))
    @settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def test_any_text_may_be_looked_for(self, client, q):
        for path in ("/v1/search", "/v1/quotes", "/v1/commentary"):
            assert client.get(path, query_string={"q": q}).status_code == 200


class TestCost:
    @each("query", ["q=love", "q=love&theme=loneliness&kind=thesis&type=commentary", "q=lonelness"])
    def test_it_takes_at_most_two_statements(self, app, client, query):
        with statements(app.extensions["database"].engine) as seen:
            assert client.get(f"/v1/search?{query}").status_code == 200
        assert len([one for one in seen if not one.startswith(("BEGIN", "ROLLBACK"))]) <= 2

    def test_it_has_a_validator(self, client):
        tag = client.get("/v1/search?q=love").headers["ETag"]
        assert client.get("/v1/search?q=love", headers={"If-None-Match": tag}).status_code == 304
