"""Lists: pagination, sorting, filters and counts, which all list endpoints share."""

import base64
import json

import pytest

from models import RESOURCES
from tests.cases import each

LISTS = [model.__tablename__ for model in RESOURCES]
ESSAY = "her-perfection-is-the-enemy-of-real"


def ids(response):
    return [item["id"] for item in response.get_json()["data"]]


def walk(client, path, relation="next"):
    """Return the ids on every page from ``path`` on, page by page, and the URL of the last page."""
    pages = []
    while path:
        last, response = path, client.get(path)
        assert response.status_code == 200, response.text
        pages.append(ids(response))
        path = response.get_json()["page"][relation]
    return pages, last


def all_ids(client, path):
    """Return the ids on all pages of a list."""
    pages, _ = walk(client, path)
    return [id_ for page in pages for id_ in page]


@each("name", LISTS)
class TestEveryList:
    def test_it_has_data_and_page(self, client, name):
        body = client.get(f"/v1/{name}").get_json()
        assert list(body) == ["data", "page", "notice"]
        assert list(body["page"]) == [
            "limit",
            "next",
            "previous",
            "next_cursor",
            "previous_cursor",
            "total",
            "total_relation",
        ]

    def test_pages_together_are_the_complete_list(self, client, name):
        pages, _ = walk(client, f"/v1/{name}?limit=7")
        assert [id_ for page in pages for id_ in page] == all_ids(client, f"/v1/{name}?limit=100")

    def test_every_sort_key_can_be_paginated_in_both_directions(self, client, name):
        keys = client.get(f"/v1/{name}?sort=nonsense").get_json()["errors"][0]["allowed"]
        for key in keys:
            # One kind of commentary is enough, because the complete list is long.
            path = f"/v1/{name}?sort={key}" + ("&kind=psychology" if name == "commentary" else "")
            expected = all_ids(client, f"{path}&limit=100")
            forward, last = walk(client, f"{path}&limit=13")
            assert [id_ for page in forward for id_ in page] == expected
            backward, _ = walk(client, last, "previous")
            assert [id_ for page in reversed(backward) for id_ in page] == expected

    def test_the_first_of_two_directions_of_a_sort_key_counts(self, client, name):
        path = f"/v1/{name}?limit=2&sort="
        first, last = ids(client.get(f"{path}id,-id,id")), ids(client.get(f"{path}-id,id"))
        assert first == all_ids(client, f"/v1/{name}?sort=id&limit=100")[:2]
        assert last == all_ids(client, f"/v1/{name}?sort=-id&limit=100")[:2]

    def test_a_cursor_is_that_of_the_url(self, client, name):
        first = client.get(f"/v1/{name}?limit=1&count=true").get_json()
        assert first["page"]["previous_cursor"] is None
        if first["page"]["total"] == 1:
            assert first["page"]["next_cursor"] is None
            return
        path = f"/v1/{name}?limit=1&cursor="
        second = client.get(path + first["page"]["next_cursor"]).get_json()
        assert second["data"] == client.get(first["page"]["next"]).get_json()["data"] != first["data"]
        assert client.get(path + second["page"]["previous_cursor"]).get_json()["data"] == first["data"]

    def test_a_count_is_exact_and_optional(self, client, name):
        page = client.get(f"/v1/{name}?limit=2&count=true").get_json()["page"]
        assert page["total"] == len(all_ids(client, f"/v1/{name}?limit=100"))
        assert page["total_relation"] == "exact"
        assert client.get(f"/v1/{name}").get_json()["page"]["total"] is None

    def test_id_selects_items(self, client, name):
        first_ids = ids(client.get(f"/v1/{name}?limit=3"))
        requested = ",".join([*first_ids, "no-such-id"])
        assert set(ids(client.get(f"/v1/{name}?id={requested}&limit=100"))) == set(first_ids)


class TestPageLinks:
    def test_the_link_header_has_the_urls_of_the_page(self, client):
        first = client.get("/v1/quotes?limit=5")
        assert first.headers["Link"] == f'<{first.get_json()["page"]["next"]}>; rel="next"'
        second = client.get(first.get_json()["page"]["next"])
        page = second.get_json()["page"]
        assert second.headers["Link"] == f'<{page["next"]}>; rel="next", <{page["previous"]}>; rel="prev"'

    def test_the_previous_page_is_the_page_before(self, client):
        first = client.get("/v1/quotes?limit=5")
        second = client.get(first.get_json()["page"]["next"])
        assert ids(client.get(second.get_json()["page"]["previous"])) == ids(first)

    def test_page_urls_keep_the_filters(self, client):
        next_page = client.get("/v1/quotes?theme=loneliness,avoidance&voice=essay&limit=1").get_json()["page"]
        assert "theme=loneliness,avoidance" in next_page["next"]
        assert "voice=essay" in next_page["next"]

    def test_the_limit_may_change_between_pages(self, client):
        next_page = client.get("/v1/quotes?limit=2").get_json()["page"]["next"]
        expected = ids(client.get("/v1/quotes?limit=100"))[2:9]
        assert ids(client.get(next_page.replace("limit=2", "limit=7"))) == expected


class TestCursor:
    @pytest.fixture
    def cursor(self, client):
        return client.get("/v1/quotes?limit=2").get_json()["page"]["next"].split("cursor=")[1].split("&")[0]

    def test_it_holds_no_integer_key(self, cursor):
        _fingerprint, direction, film, position, slug = json.loads(
            base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        )
        assert (direction, film, position) == (0, "her-2013", 2)
        assert slug.startswith("her-2013-")

    @pytest.mark.parametrize("other", ["theme=loneliness", "sort=id", "max_severity=0"])
    def test_it_is_refused_by_another_list(self, client, cursor, other):
        response = client.get(f"/v1/quotes?cursor={cursor}&{other}")
        assert response.status_code == 422
        assert response.get_json()["errors"][0]["pointer"] == "cursor"

    @each(
        "values",
        [
            [],
            ["x"],
            ["x", 0],
            {"a": 1},
            None,
            [1, 2, 3, 4, 5],
            [None, 0, "her-2013", 1, "a"],
        ],
    )
    def test_an_invented_cursor_is_refused(self, client, values):
        invalid_cursor = base64.urlsafe_b64encode(json.dumps(values).encode()).decode()
        assert client.get(f"/v1/quotes?cursor={invalid_cursor}").status_code == 422

    @pytest.mark.parametrize(
        "position",
        [
            ["her-2013", 2**40, "a"],
            ["her-2013", True, "a"],
            [7, 1, "a"],
            ["a\x00b", 1, "a"],
            ["her-2013", None, "a"],
            ["her-2013", 1, ["a"]],
        ],
    )
    def test_a_value_of_the_wrong_type_is_refused(self, client, cursor, position):
        fingerprint = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))[0]
        forged_cursor = (
            base64.urlsafe_b64encode(json.dumps([fingerprint, 0, *position]).encode()).decode().rstrip("=")
        )
        assert client.get(f"/v1/quotes?cursor={forged_cursor}").status_code == 422

    @each("instant", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-23T00:00:00"])
    def test_an_impossible_time_is_refused(self, client, instant):
        first = client.get("/v1/quotes?sort=created_at&limit=2").get_json()["page"]["next"]
        text = first.split("cursor=")[1].split("&")[0]
        cursor_values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        forged_cursor = (
            base64.urlsafe_b64encode(json.dumps([*cursor_values[:2], instant, "a"]).encode())
            .decode()
            .rstrip("=")
        )
        assert client.get(f"/v1/quotes?sort=created_at&cursor={forged_cursor}").status_code == 422

    @each("text", ["%00", "é", "a", "====", "💬", "x" * 4001])
    def test_an_undecodable_cursor_is_refused(self, client, text):
        assert client.get("/v1/quotes", query_string={"cursor": text}).status_code == 422


class TestSort:
    def test_descending_reverses_the_order(self, client):
        ascending = client.get("/v1/quotes?sort=word_count,id&limit=100").get_json()["data"]
        descending = client.get("/v1/quotes?sort=-word_count,-id&limit=100").get_json()["data"]
        assert [q["id"] for q in ascending] == [q["id"] for q in reversed(descending)]
        assert [q["word_count"] for q in ascending] == sorted(q["word_count"] for q in ascending)

    def test_nulls_come_last_in_either_direction(self, client):
        for sort in ("name", "-name"):
            names = [
                c["name"] for c in client.get(f"/v1/characters?sort={sort}&limit=100").get_json()["data"]
            ]
            first_null = names.index(None)
            assert set(names[first_null:]) == {None}
            assert names[:first_null] == sorted(names[:first_null], reverse=sort == "-name")

    def test_scenes_come_in_the_films_order(self, client):
        scenes = client.get("/v1/scenes?limit=100").get_json()["data"]
        assert [scene["position"] for scene in scenes] == list(range(1, len(scenes) + 1))
        assert scenes[0]["links"]["previous"] is None
        assert scenes[0]["links"]["next"] == scenes[1]["url"]
        assert scenes[-1]["links"]["next"] is None

    def test_an_unknown_key_names_what_is_allowed_and_the_nearest(self, client):
        error = client.get("/v1/quotes?sort=wordcount").get_json()["errors"][0]
        assert error["detail"] == "Unknown sort key “wordcount”. Did you mean “word_count”?"
        assert "word_count" in error["allowed"]


class TestFilters:
    def test_several_values_select_any_by_comma_or_repetition(self, client):
        by_comma = ids(client.get("/v1/quotes?kind=dialogue,aphorism&limit=100"))
        by_repetition = ids(client.get("/v1/quotes?kind=dialogue&kind=aphorism&limit=100"))
        assert by_comma == by_repetition
        kinds = {
            q["kind"] for q in client.get("/v1/quotes?kind=dialogue,aphorism&limit=100").get_json()["data"]
        }
        assert kinds == {"dialogue", "aphorism"}

    def test_a_theme_includes_its_subthemes(self, client):
        broad_ids = set(ids(client.get("/v1/scenes?theme=human-connection&limit=100")))
        assert broad_ids >= set(ids(client.get("/v1/scenes?theme=avoidance&limit=100"))) != set()

    def test_theme_all_selects_items_with_all_themes(self, client):
        quotes = client.get("/v1/quotes?theme_all=avoidance,conflict-and-authenticity&limit=100").get_json()[
            "data"
        ]
        assert quotes
        for quote in quotes:
            assert {"avoidance", "conflict-and-authenticity"} <= {theme["id"] for theme in quote["themes"]}

    def test_max_severity_0_excludes_flagged_items(self, client):
        unflagged = client.get("/v1/quotes?max_severity=0&limit=100").get_json()["data"]
        all_quotes = client.get("/v1/quotes?limit=100").get_json()["data"]
        assert [q["id"] for q in unflagged] == [q["id"] for q in all_quotes if not q["advisories"]]
        assert len(unflagged) < len(all_quotes)

    @each("ceiling", [1, 2, 3])
    def test_max_severity_excludes_higher_severities(self, client, ceiling):
        for quote in client.get(f"/v1/quotes?max_severity={ceiling}&limit=100").get_json()["data"]:
            assert all(link["severity"] <= ceiling for link in quote["advisories"])

    def test_an_advisory_and_its_exclusion_split_the_list(self, client):
        all_quotes = set(ids(client.get("/v1/scenes?limit=100")))
        flagged = set(ids(client.get("/v1/scenes?advisory=sexual-content&limit=100")))
        rest = set(ids(client.get("/v1/scenes?exclude_advisory=sexual-content&limit=100")))
        assert flagged
        assert flagged | rest == all_quotes
        assert not flagged & rest

    def test_character_and_presence_match_the_same_appearance(self, client):
        scenes = client.get("/v1/scenes?character=her-2013-samantha&presence=mentioned&limit=100").get_json()[
            "data"
        ]
        assert scenes
        for scene in scenes:
            assert {"presence": "mentioned", "id": "her-2013-samantha"} in [
                {"presence": a["presence"], "id": a["character"]["id"]} for a in scene["appearances"]
            ]

    @each(
        ("path", "expected"),
        [
            ("/v1/quotes?speaker=her-2013-catherine", {"her-2013-a-wife-without-the-challenges"}),
            ("/v1/themes?broader=technological-society", {"dependence-on-technology", "echo-chambers"}),
            (f"/v1/films?source={ESSAY}", {"her-2013"}),
            ("/v1/films?release_year=2013,1999", {"her-2013"}),
            ("/v1/films?release_year=1999", set()),
            ("/v1/sources?film=her-2013&kind=essay&language=en", {ESSAY}),
            ("/v1/sources?kind=book", set()),
            ("/v1/quotes?film=no-such-film", set()),
        ],
    )
    def test_each_filter_selects(self, client, path, expected):
        assert set(ids(client.get(path))) == expected

    def test_related_is_symmetric(self, client):
        for theme in ids(client.get("/v1/themes?related=loneliness&limit=100")):
            assert "loneliness" in ids(client.get(f"/v1/themes?related={theme}&limit=100"))

    @each(
        ("filter_", "field"),
        [
            ("voice=film", "voice"),
            ("speaker_certainty=explicit", "speaker_certainty"),
            ("language=en", "language"),
        ],
    )
    def test_a_filter_on_a_value_selects_that_value(self, client, filter_, field):
        items = client.get(f"/v1/quotes?{filter_}&limit=100").get_json()["data"]
        assert items
        assert {item[field] for item in items} == {filter_.split("=")[1]}


NESTED = [
    ("/v1/films/her-2013/characters", "/v1/characters?film=her-2013"),
    ("/v1/films/her-2013/scenes", "/v1/scenes?film=her-2013"),
    ("/v1/films/her-2013/quotes", "/v1/quotes?film=her-2013"),
    ("/v1/films/her-2013/commentary", "/v1/commentary?film=her-2013"),
    ("/v1/films/her-2013/sources", "/v1/sources?film=her-2013"),
    (
        "/v1/scenes/her-2013-lunch-with-catherine/characters",
        "/v1/characters?scene=her-2013-lunch-with-catherine",
    ),
    ("/v1/scenes/her-2013-lunch-with-catherine/quotes", "/v1/quotes?scene=her-2013-lunch-with-catherine"),
    ("/v1/characters/her-2013-catherine/scenes", "/v1/scenes?character=her-2013-catherine"),
    ("/v1/characters/her-2013-catherine/quotes", "/v1/quotes?speaker=her-2013-catherine"),
    ("/v1/themes/avoidance/scenes", "/v1/scenes?theme=avoidance"),
    ("/v1/themes/avoidance/quotes", "/v1/quotes?theme=avoidance"),
    (f"/v1/sources/{ESSAY}/scenes", f"/v1/scenes?source={ESSAY}"),
    (f"/v1/sources/{ESSAY}/quotes", f"/v1/quotes?source={ESSAY}"),
    (f"/v1/sources/{ESSAY}/films", f"/v1/films?source={ESSAY}"),
]


@each(("nested", "filtered"), NESTED)
class TestNestedLists:
    def test_a_nested_list_is_the_filtered_list(self, client, nested, filtered):
        nested_response, filtered_response = client.get(nested).get_json(), client.get(filtered).get_json()
        assert nested_response["data"] == filtered_response["data"]

    @each("sort", ["id", "-id", "-created_at,id", "updated_at"])
    def test_a_nested_list_is_the_filtered_list_in_any_order(self, client, nested, filtered, sort):
        nested_response, filtered_response = (
            client.get(f"{nested}?sort={sort}"),
            client.get(f"{filtered}&sort={sort}"),
        )
        assert nested_response.status_code == 200
        assert nested_response.get_json()["data"] == filtered_response.get_json()["data"]

    def test_its_page_urls_are_below_the_parent(self, client, nested, filtered):
        next_url = client.get(f"{nested}?limit=1").get_json()["page"]["next"]
        assert next_url is None or f"{nested}?" in next_url

    def test_an_unknown_parent_is_not_found(self, client, nested, filtered):
        segments = nested.split("/")
        response = client.get("/".join([*segments[:3], "no-such-parent", segments[4]]))
        assert response.status_code == 404
        assert "no-such-parent" in response.get_json()["detail"]

    def test_the_filter_in_the_path_is_not_a_parameter(self, client, nested, filtered):
        parameter = filtered.split("?")[1]
        assert client.get(f"{nested}?{parameter}").status_code == 422


class TestParagraphs:
    def test_every_paragraph_is_listed_in_order(self, client):
        body = client.get(f"/v1/sources/{ESSAY}/paragraphs?limit=100&count=true").get_json()
        assert [p["number"] for p in body["data"]] == list(range(1, 63))
        assert body["page"]["total"] == 62

    def test_pages_follow_the_numbers(self, client):
        following = client.get(f"/v1/sources/{ESSAY}/paragraphs?limit=30").get_json()["page"]["next"]
        assert client.get(following).get_json()["data"][0]["number"] == 31

    def test_kind_selects_paragraphs(self, client):
        body = client.get(f"/v1/sources/{ESSAY}/paragraphs?kind=title,heading").get_json()
        assert [p["number"] for p in body["data"]] == [3, 58]

    def test_it_lists_the_entries_that_cite_it_by_type_and_id(self, client):
        cited_by = client.get(f"/v1/sources/{ESSAY}/paragraphs/35").get_json()["cited_by"]
        assert [(c["type"], c["id"]) for c in cited_by] == sorted((c["type"], c["id"]) for c in cited_by)
        assert {"quote", "scene"} <= {c["type"] for c in cited_by}

    @each("number", ["0", "63", "99999"])
    def test_a_missing_number_is_not_found(self, client, number):
        assert client.get(f"/v1/sources/{ESSAY}/paragraphs/{number}").status_code == 404
