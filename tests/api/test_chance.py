"""Random items: which ones are selected, and the headers of responses. ``test_lots`` tests the distribution."""

import re
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.query.random_selection import draw_hash
from tests.api.test_lists import ESSAY, all_ids, ids
from tests.cases import each
from tests.statements import statements

NAMES = ["quotes", "commentary"]
#: An unflagged quote in a scene that is flagged with severity 1.
IN_A_FLAGGED_SCENE = "her-2013-felt-everything-that-one-can-feel"
hypothesis_settings = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
UNUSUAL_SEEDS = [" a b ", "a&count=2", "%41", "%FF", "a#b?c=d", ">; rel=next", "u\u0308", "👩🏽" * 50]
UNUSUAL_SEEDS += [*"+%&,\\'\"ü愛\x00\n\ufeff\u2028\uffff"]


def bookmark(response):
    """Return the permanent URL in the ``Link`` header of a response."""
    return re.fullmatch(r'<([^<>]+)>; rel="bookmark"', response.headers["Link"])[1]


def unflagged_ids(client, name="quotes"):
    """Return the ids of all unflagged items."""
    return all_ids(client, f"/v1/{name}?max_severity=0&limit=100")


def sort_by_draw_hash(slugs, seed):
    return sorted(slugs, key=lambda slug: draw_hash(seed, slug))


@each("name", NAMES)
class TestRandomItems:
    @each(
        "filters",
        [
            "theme=avoidance",
            "theme_all=avoidance,modern-dating",
            f"source={ESSAY}",
            "theme=avoidance&id=her-2013-a",
            "film=x",
        ],
    )
    def test_the_filters_of_the_list_apply(self, client, name, filters):
        list_ids = all_ids(client, f"/v1/{name}?{filters}&max_severity=3&limit=100")
        random_ids = ids(client.get(f"/v1/{name}/random?{filters}&max_severity=3&count=50"))
        assert set(random_ids) <= set(list_ids)
        assert len(set(random_ids)) == len(random_ids) == min(50, len(list_ids))

    @each("count", [1, 2, 21, 22, 23, 49, 50])
    def test_count_distinct_items_are_returned_if_there_are_enough(self, client, name, count):
        body = client.get(f"/v1/{name}/random?count={count}").get_json()
        random_ids = [item["id"] for item in body["data"]]
        assert len(set(random_ids)) == len(random_ids) == min(count, len(unflagged_ids(client, name)))
        assert {key: value for key, value in body["page"].items() if value is not None} == {"limit": count}
        assert len(body["page"]) == 7

    def test_the_default_count_is_one(self, client, name):
        assert len(ids(client.get(f"/v1/{name}/random"))) == 1

    def test_an_item_is_the_same_as_in_the_list(self, client, name):
        [item] = client.get(f"/v1/{name}/random?seed=a").get_json()["data"]
        assert [item] == client.get(f"/v1/{name}?id={item['id']}").get_json()["data"]

    @each("count", ["0", "51", "-1", "1.5", "", "true", "१", "1,2", "1&count=2"])
    def test_an_invalid_count_is_refused(self, client, name, count):
        response = client.get(f"/v1/{name}/random?count={count}")
        assert response.status_code == 422
        assert response.get_json()["errors"][0]["pointer"] == "count"

    @each("other", ["limit=5", "cursor=a", "sort=id", "tz=UTC", "format=text", "x=1"])
    def test_an_unknown_parameter_is_refused_with_the_allowed_ones(self, client, name, other):
        response = client.get(f"/v1/{name}/random?{other}")
        assert response.status_code == 422
        [error] = response.get_json()["errors"]
        assert {"count", "seed", "exclude", "theme", "fields", "include"} <= set(error["allowed"])
        assert error["pointer"] == other.split("=", maxsplit=1)[0] not in error["allowed"]

    def test_fields_and_include_apply(self, client, name):
        response = client.get(f"/v1/{name}/random?fields=text&include=film&count=3")
        for item in response.get_json()["data"]:
            assert list(item) == ["type", "id", "text", "film"]
            assert item["film"]["title"] == "Her"

    @each("query", ["count=1", "count=50", "count=50&include=film,themes,sources"])
    def test_it_takes_two_statements_for_any_count(self, app, client, name, query):
        with statements(app.extensions["database"].engine) as recorded:
            client.get(f"/v1/{name}/random?{query}")
        assert len([statement for statement in recorded if statement.startswith(("SELECT", "WITH"))]) == 2


@each("name", NAMES)
class TestFlagged:
    @each("filters", ["", "&exclude_advisory=spoiler"])
    def test_flagged_items_are_excluded_by_default(self, client, name, filters):
        list_ids = unflagged_ids(client, name)
        assert sort_by_draw_hash(list_ids, "a")[:50] == ids(
            client.get(f"/v1/{name}/random?count=50&seed=a{filters}")
        )

    @each("query", ["max_severity=0", "max_severity=1", "max_severity=3"])
    def test_max_severity_includes_flagged_items(self, client, name, query):
        list_ids = all_ids(client, f"/v1/{name}?{query}&limit=100")
        assert sort_by_draw_hash(list_ids, "a")[:50] == ids(
            client.get(f"/v1/{name}/random?count=50&seed=a&{query}")
        )

    def test_advisory_includes_flagged_items(self, client, name):
        query = "advisory=gender-generalisation"
        list_ids = all_ids(client, f"/v1/{name}?{query}&limit=100")
        assert list_ids
        assert sort_by_draw_hash(list_ids, "a")[:50] == ids(
            client.get(f"/v1/{name}/random?count=50&seed=a&{query}")
        )


class TestFlaggedIncludes:
    @each(("query", "is_expanded"), [("", False), ("&max_severity=1", True)])
    def test_max_severity_applies_to_included_scenes(self, client, query, is_expanded):
        response = client.get(f"/v1/quotes/random?id={IN_A_FLAGGED_SCENE}&include=scene{query}")
        [quote] = response.get_json()["data"]
        assert quote["scene"]["id"] == "her-2013-after-the-date"
        assert ("summary" in quote["scene"]) == is_expanded


@each("name", NAMES)
class TestSeed:
    def test_the_same_seed_returns_the_same_cacheable_bytes(self, client, name):
        first, second = (client.get(f"/v1/{name}/random?seed=a&count=9") for _ in range(2))
        assert first.data == second.data
        assert first.headers["ETag"] == second.headers["ETag"]
        assert first.headers["Cache-Control"].startswith("public, max-age=60")
        assert bookmark(first).endswith(f"/v1/{name}/random?count=9&seed=a")

    def test_the_current_etag_returns_304(self, client, name):
        path = f"/v1/{name}/random?seed=a&count=9"
        tag = client.get(path).headers["ETag"]
        second_response = client.get(path, headers={"If-None-Match": tag})
        assert (second_response.status_code, second_response.data, second_response.headers["ETag"]) == (
            304,
            b"",
            tag,
        )

    def test_other_seeds_select_other_items(self, client, name):
        orders = {tuple(ids(client.get(f"/v1/{name}/random?seed={n}&count=5"))) for n in range(30)}
        assert len(orders) == 30

    def test_without_a_seed_responses_are_not_cached(self, client, name):
        responses = [client.get(f"/v1/{name}/random?count=5") for _ in range(3)]
        assert {response.headers["Cache-Control"] for response in responses} == {"no-store"}
        assert not any("ETag" in response.headers for response in responses)
        assert len({bookmark(response) for response in responses}) == 3

    @each("seed", ["", "a" * 101, "a&seed=b"])
    def test_it_must_be_a_single_value_of_1_to_100_characters(self, client, name, seed):
        response = client.get(f"/v1/{name}/random?seed={seed}")
        assert (response.status_code, response.get_json()["errors"][0]["pointer"]) == (422, "seed")


@each("name", NAMES)
class TestBookmark:
    @each(
        "query",
        [
            "",
            "count=50",
            "theme=avoidance,loneliness&theme=modern-dating&count=4",
            "exclude=her-2013-waste-my-time,no-such-id&count=22",
            "fields=text,label&count=3",
            "fields=id&include=film,themes,sources&count=3",
            "max_severity=3&count=50",
            "advisory=gender-generalisation&include=film&count=2",
            "film=no-such-film",
        ],
    )
    def test_it_returns_the_same_response(self, client, name, query):
        response = client.get(f"/v1/{name}/random?{query}")
        bookmarked = client.get(bookmark(response))
        assert response.status_code == bookmarked.status_code == 200
        assert bookmarked.data == response.data
        assert bookmarked.headers["ETag"]

    @each("seed", UNUSUAL_SEEDS, ids=lambda seed: ascii(seed)[1:13])
    def test_an_unusual_seed_is_used_and_preserved_unchanged(self, client, name, seed):
        response = client.get(f"/v1/{name}/random", query_string={"seed": seed, "count": 6})
        assert ids(response) == sort_by_draw_hash(unflagged_ids(client, name), seed)[:6]
        assert client.get(bookmark(response)).data == response.data


@each("name", NAMES)
class TestExclude:
    @pytest.mark.parametrize("join", [",".join, "&exclude=".join], ids=["comma", "repetition"])
    def test_excluding_ids_does_not_change_the_order_of_the_others(self, client, name, join):
        order = sort_by_draw_hash(unflagged_ids(client, name), "a")
        response = client.get(
            f"/v1/{name}/random?seed=a&count=5&exclude={join([order[0], order[2], order[9]])}"
        )
        assert ids(response) == [order[1], *order[3:7]]

    def test_an_unknown_id_is_ignored(self, client, name):
        response = client.get(f"/v1/{name}/random?seed=a&exclude=no-such-id")
        assert ids(response) == sort_by_draw_hash(unflagged_ids(client, name), "a")[:1]

    def test_excluding_all_ids_returns_nothing(self, client, name):
        ids_to_exclude = ",".join(unflagged_ids(client, name)[:22])
        assert ids(client.get(f"/v1/{name}/random?id={ids_to_exclude}&exclude={ids_to_exclude}")) == []

    @each(("number", "status"), [(100, 200), (101, 422)])
    def test_it_accepts_at_most_100_ids(self, client, name, number, status):
        excluded = ",".join(f"{'a' * 76}-{n}" for n in range(number))
        response = client.get(f"/v1/{name}/random?exclude={excluded}")
        assert response.status_code == status

    @each("excluded", ["", "a,,b", "A", "a b", "'"])
    def test_an_invalid_id_is_refused(self, client, name, excluded):
        response = client.get(f"/v1/{name}/random?exclude={excluded}")
        assert (response.status_code, response.get_json()["errors"][0]["pointer"]) == (422, "exclude")


class TestHostileInput:
    @given(seed=st.text(max_size=110), exclude=st.text(max_size=30), count=st.text(max_size=4))
    @hypothesis_settings
    def test_any_text_is_accepted_or_refused(self, client, seed, exclude, count):
        query = {"seed": seed, "exclude": exclude, "count": count}
        assert client.get("/v1/quotes/random", query_string=query).status_code in (200, 422)
        assert client.get("/v1/quotes/random", query_string={"seed": seed}).status_code in (200, 422)

    @given(
        name=st.sampled_from(["seed", "exclude", "tz"]),
        raw_bytes=st.binary(max_size=40),
        is_unquoted=st.booleans(),
    )
    @hypothesis_settings
    def test_any_bytes_are_accepted_or_refused(self, client, name, raw_bytes, is_unquoted):
        text = raw_bytes.decode("latin-1").replace("#", "") if is_unquoted else quote(raw_bytes)
        path = "daily" if name == "tz" else "random"
        assert client.get(f"/v1/quotes/{path}?{name}={text}").status_code in (200, 400, 422)

    @given(
        text=st.one_of(
            st.text(max_size=12),
            st.dates().map(str),
            st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", fullmatch=True),
            st.binary(max_size=12),
        )
    )
    @hypothesis_settings
    def test_any_date_is_served_or_not_found(self, client, text):
        path = f"/v1/quotes/daily/{quote(text, safe='')}"
        response = client.get(path)
        if path.endswith(("/", "%2F")):
            # A trailing slash redirects to what is before it, if that exists.
            assert response.status_code in (308, 404)
        else:
            assert response.status_code in (200, 404)
