"""Every list alike: paging, order, filters, counts."""

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
    """Return the ids of every page from ``path`` on, and the path of the last page."""
    found = []
    while path:
        last, response = path, client.get(path)
        assert response.status_code == 200, response.text
        found.append(ids(response))
        path = response.get_json()["page"][relation]
    return found, last


def whole(client, path):
    """Return the ids of a list as its longest pages give them."""
    pages, _ = walk(client, path)
    return [id_ for page in pages for id_ in page]


@each("name", LISTS)
class TestEveryList:
    def test_it_has_data_and_page(self, client, name):
        body = client.get(f"/v1/{name}").get_json()
        assert list(body) == ["data", "page"]
        assert list(body["page"]) == ["limit", "next", "previous", "total", "total_relation"]

    def test_pages_together_are_the_whole_list(self, client, name):
        pages, _ = walk(client, f"/v1/{name}?limit=7")
        assert [id_ for page in pages for id_ in page] == whole(client, f"/v1/{name}?limit=100")

    def test_every_sort_key_orders_and_pages_both_ways(self, client, name):
        keys = client.get(f"/v1/{name}?sort=nonsense").get_json()["errors"][0]["allowed"]
        for key in keys:
            # Some of the claims are enough: the whole list is long.
            some = f"/v1/{name}?sort={key}" + ("&kind=psychology" if name == "commentary" else "")
            expected = whole(client, f"{some}&limit=100")
            forward, last = walk(client, f"{some}&limit=13")
            assert [id_ for page in forward for id_ in page] == expected
            backward, _ = walk(client, last, "previous")
            assert [id_ for page in reversed(backward) for id_ in page] == expected

    def test_a_count_is_exact_and_only_when_asked_for(self, client, name):
        page = client.get(f"/v1/{name}?limit=2&count=true").get_json()["page"]
        assert page["total"] == len(whole(client, f"/v1/{name}?limit=100"))
        assert page["total_relation"] == "exact"
        assert client.get(f"/v1/{name}").get_json()["page"]["total"] is None

    def test_ids_select(self, client, name):
        some = ids(client.get(f"/v1/{name}?limit=3"))
        wanted = ",".join([*some, "no-such-id"])
        assert set(ids(client.get(f"/v1/{name}?id={wanted}&limit=100"))) == set(some)


class TestPageLinks:
    def test_the_link_header_says_what_the_page_says(self, client):
        first = client.get("/v1/quotes?limit=5")
        assert first.headers["Link"] == f'<{first.get_json()["page"]["next"]}>; rel="next"'
        second = client.get(first.get_json()["page"]["next"])
        page = second.get_json()["page"]
        assert second.headers["Link"] == f'<{page["next"]}>; rel="next", <{page["previous"]}>; rel="prev"'

    def test_the_previous_page_is_the_page_before(self, client):
        first = client.get("/v1/quotes?limit=5")
        second = client.get(first.get_json()["page"]["next"])
        assert ids(client.get(second.get_json()["page"]["previous"])) == ids(first)

    def test_a_link_keeps_the_filters(self, client):
        following = client.get("/v1/quotes?theme=loneliness,avoidance&voice=essay&limit=1").get_json()["page"]
        assert "theme=loneliness,avoidance" in following["next"]
        assert "voice=essay" in following["next"]

    def test_the_limit_may_change_between_pages(self, client):
        following = client.get("/v1/quotes?limit=2").get_json()["page"]["next"]
        expected = ids(client.get("/v1/quotes?limit=100"))[2:9]
        assert ids(client.get(following.replace("limit=2", "limit=7"))) == expected


class TestCursor:
    @pytest.fixture
    def following(self, client):
        return client.get("/v1/quotes?limit=2").get_json()["page"]["next"].split("cursor=")[1].split("&")[0]

    def test_it_holds_no_integer_key(self, following):
        _fingerprint, direction, film, position, slug = json.loads(
            base64.urlsafe_b64decode(following + "=" * (-len(following) % 4))
        )
        assert (direction, film, position) == (0, "her-2013", 2)
        assert slug.startswith("her-2013-")

    @pytest.mark.parametrize("other", ["theme=loneliness", "sort=id", "max_severity=0"])
    def test_it_is_refused_by_another_list(self, client, following, other):
        response = client.get(f"/v1/quotes?cursor={following}&{other}")
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
    def test_what_is_made_up_is_refused(self, client, values):
        made_up = base64.urlsafe_b64encode(json.dumps(values).encode()).decode()
        assert client.get(f"/v1/quotes?cursor={made_up}").status_code == 422

    @pytest.mark.parametrize(
        "place",
        [
            ["her-2013", 2**40, "a"],
            ["her-2013", True, "a"],
            [7, 1, "a"],
            ["a\x00b", 1, "a"],
            ["her-2013", None, "a"],
            ["her-2013", 1, ["a"]],
        ],
    )
    def test_a_value_of_the_wrong_type_is_refused(self, client, following, place):
        fingerprint = json.loads(base64.urlsafe_b64decode(following + "=" * (-len(following) % 4)))[0]
        forged = base64.urlsafe_b64encode(json.dumps([fingerprint, 0, *place]).encode()).decode().rstrip("=")
        assert client.get(f"/v1/quotes?cursor={forged}").status_code == 422

    @each("instant", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-23T00:00:00"])
    def test_a_time_that_cannot_be_is_refused(self, client, instant):
        first = client.get("/v1/quotes?sort=created_at&limit=2").get_json()["page"]["next"]
        text = first.split("cursor=")[1].split("&")[0]
        place = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        forged = (
            base64.urlsafe_b64encode(json.dumps([*place[:2], instant, "a"]).encode()).decode().rstrip("=")
        )
        assert client.get(f"/v1/quotes?sort=created_at&cursor={forged}").status_code == 422

    @each("text", ["%00", "é", "a", "====", "💬", "x" * 4001])
    def test_noise_is_refused(self, client, text):
        assert client.get("/v1/quotes", query_string={"cursor": text}).status_code == 422


class TestSort:
    def test_descending_turns_the_order_round(self, client):
        up = client.get("/v1/quotes?sort=word_count,id&limit=100").get_json()["data"]
        down = client.get("/v1/quotes?sort=-word_count,-id&limit=100").get_json()["data"]
        assert [q["id"] for q in up] == [q["id"] for q in reversed(down)]
        assert [q["word_count"] for q in up] == sorted(q["word_count"] for q in up)

    def test_nulls_come_last_in_either_direction(self, client):
        for sort in ("name", "-name"):
            names = [
                c["name"] for c in client.get(f"/v1/characters?sort={sort}&limit=100").get_json()["data"]
            ]
            first_null = names.index(None)
            assert set(names[first_null:]) == {None}
            assert names[:first_null] == sorted(names[:first_null], reverse=sort == "-name")

    def test_scenes_come_in_narrated_order(self, client):
        scenes = client.get("/v1/scenes?limit=100").get_json()["data"]
        assert [scene["position"] for scene in scenes] == list(range(1, len(scenes) + 1))
        assert scenes[0]["links"]["previous"] is None
        assert scenes[0]["links"]["next"] == scenes[1]["url"]
        assert scenes[-1]["links"]["next"] is None

    def test_an_unknown_key_names_what_is_allowed_and_the_nearest(self, client):
        fault = client.get("/v1/quotes?sort=wordcount").get_json()["errors"][0]
        assert fault["detail"] == "Unknown sort key “wordcount”. Did you mean “word_count”?"
        assert "word_count" in fault["allowed"]


class TestFilters:
    def test_several_values_mean_any_by_comma_or_repetition(self, client):
        by_comma = ids(client.get("/v1/quotes?kind=dialogue,aphorism&limit=100"))
        by_repetition = ids(client.get("/v1/quotes?kind=dialogue&kind=aphorism&limit=100"))
        assert by_comma == by_repetition
        kinds = {
            q["kind"] for q in client.get("/v1/quotes?kind=dialogue,aphorism&limit=100").get_json()["data"]
        }
        assert kinds == {"dialogue", "aphorism"}

    def test_a_theme_means_itself_and_what_is_narrower(self, client):
        broad = set(ids(client.get("/v1/scenes?theme=loneliness&limit=100")))
        assert broad >= set(ids(client.get("/v1/scenes?theme=avoidance&limit=100"))) != set()

    def test_theme_all_means_all_of_them(self, client):
        both = client.get("/v1/quotes?theme_all=avoidance,perfection-versus-reality&limit=100").get_json()[
            "data"
        ]
        assert both
        for quote in both:
            assert {"avoidance", "perfection-versus-reality"} <= {theme["id"] for theme in quote["themes"]}

    def test_max_severity_0_admits_nothing_flagged(self, client):
        clean = client.get("/v1/quotes?max_severity=0&limit=100").get_json()["data"]
        every = client.get("/v1/quotes?limit=100").get_json()["data"]
        assert [q["id"] for q in clean] == [q["id"] for q in every if not q["advisories"]]
        assert len(clean) < len(every)

    @each("ceiling", [1, 2, 3])
    def test_max_severity_is_a_ceiling(self, client, ceiling):
        for quote in client.get(f"/v1/quotes?max_severity={ceiling}&limit=100").get_json()["data"]:
            assert all(link["severity"] <= ceiling for link in quote["advisories"])

    def test_an_advisory_and_its_exclusion_split_the_list(self, client):
        every = set(ids(client.get("/v1/scenes?limit=100")))
        flagged = set(ids(client.get("/v1/scenes?advisory=sexual-content&limit=100")))
        rest = set(ids(client.get("/v1/scenes?exclude_advisory=sexual-content&limit=100")))
        assert flagged
        assert flagged | rest == every
        assert not flagged & rest

    def test_character_and_presence_speak_of_one_appearance(self, client):
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
            ("/v1/themes?broader=loneliness", {"avoidance"}),
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

    def test_related_is_asked_from_either_side(self, client):
        for theme in ids(client.get("/v1/themes?related=loneliness&limit=100")):
            assert "loneliness" in ids(client.get(f"/v1/themes?related={theme}&limit=100"))

    @each(
        ("filter_", "field"),
        [
            ("voice=film", "voice"),
            ("speaker_certainty=inferred", "speaker_certainty"),
            ("language=en", "language"),
        ],
    )
    def test_a_filter_on_a_value_selects_that_value(self, client, filter_, field):
        found = client.get(f"/v1/quotes?{filter_}&limit=100").get_json()["data"]
        assert found
        assert {item[field] for item in found} == {filter_.split("=")[1]}


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
        inside, outside = client.get(nested).get_json(), client.get(filtered).get_json()
        assert inside["data"] == outside["data"]

    @each("sort", ["id", "-id", "-created_at,id", "updated_at"])
    def test_so_it_is_in_any_order(self, client, nested, filtered, sort):
        inside, outside = client.get(f"{nested}?sort={sort}"), client.get(f"{filtered}&sort={sort}")
        assert inside.status_code == 200
        assert inside.get_json()["data"] == outside.get_json()["data"]

    def test_its_pages_stay_below_the_parent(self, client, nested, filtered):
        following = client.get(f"{nested}?limit=1").get_json()["page"]["next"]
        assert following is None or f"{nested}?" in following

    def test_an_unknown_parent_is_not_found(self, client, nested, filtered):
        segments = nested.split("/")
        response = client.get("/".join([*segments[:3], "no-such-parent", segments[4]]))
        assert response.status_code == 404
        assert "no-such-parent" in response.get_json()["detail"]

    def test_what_the_path_has_fixed_is_no_parameter(self, client, nested, filtered):
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

    def test_kinds_select(self, client):
        body = client.get(f"/v1/sources/{ESSAY}/paragraphs?kind=title,heading").get_json()
        assert [p["number"] for p in body["data"]] == [3, 58]

    def test_it_names_what_cites_it_by_type_and_id(self, client):
        cited_by = client.get(f"/v1/sources/{ESSAY}/paragraphs/35").get_json()["cited_by"]
        assert [(c["type"], c["id"]) for c in cited_by] == sorted((c["type"], c["id"]) for c in cited_by)
        assert {"quote", "scene"} <= {c["type"] for c in cited_by}

    @each("number", ["0", "63", "99999"])
    def test_a_number_that_is_not_there_is_not_found(self, client, number):
        assert client.get(f"/v1/sources/{ESSAY}/paragraphs/{number}").status_code == 404
