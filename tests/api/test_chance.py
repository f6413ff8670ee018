"""Choosing at random: what comes, and what an answer promises. How lots fall is in ``test_lots``."""

import re
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.query.random_selection import draw_hash
from tests.api.test_lists import ESSAY, ids, whole
from tests.cases import each
from tests.statements import statements

NAMES = ["quotes", "commentary"]
#: Nothing in its words is flagged; its scene is, with severity 1.
IN_A_FLAGGED_SCENE = "her-2013-felt-everything-that-one-can-feel"
few = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
ODD = [" a b ", "a&count=2", "%41", "%FF", "a#b?c=d", ">; rel=next", "u\u0308", "👩🏽" * 50]
ODD += [*"+%&,\\'\"ü愛\x00\n\ufeff\u2028\uffff"]


def bookmark(response):
    """Return the lasting address that an answer names."""
    return re.fullmatch(r'<([^<>]+)>; rel="bookmark"', response.headers["Link"])[1]


def clean(client, name="quotes"):
    """Return the ids of all that carries no advisory."""
    return whole(client, f"/v1/{name}?max_severity=0&limit=100")


def by_lot(slugs, seed):
    return sorted(slugs, key=lambda slug: draw_hash(seed, slug))


@each("name", NAMES)
class TestWhatIsChosen:
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
        listed = whole(client, f"/v1/{name}?{filters}&max_severity=3&limit=100")
        chosen = ids(client.get(f"/v1/{name}/random?{filters}&max_severity=3&count=50"))
        assert set(chosen) <= set(listed)
        assert len(set(chosen)) == len(chosen) == min(50, len(listed))

    @each("count", [1, 2, 21, 22, 23, 49, 50])
    def test_as_many_come_as_are_asked_for_or_as_there_are_and_none_twice(self, client, name, count):
        body = client.get(f"/v1/{name}/random?count={count}").get_json()
        chosen = [item["id"] for item in body["data"]]
        assert len(set(chosen)) == len(chosen) == min(count, len(clean(client, name)))
        place = {"limit": count, "next": None, "previous": None, "total": None, "total_relation": None}
        assert body["page"] == place

    def test_one_comes_unless_more_are_asked_for(self, client, name):
        assert len(ids(client.get(f"/v1/{name}/random"))) == 1

    def test_an_item_is_as_the_list_shows_it(self, client, name):
        [item] = client.get(f"/v1/{name}/random?seed=a").get_json()["data"]
        assert [item] == client.get(f"/v1/{name}?id={item['id']}").get_json()["data"]

    @each("count", ["0", "51", "-1", "1.5", "", "true", "१", "1,2", "1&count=2"])
    def test_another_count_is_refused(self, client, name, count):
        response = client.get(f"/v1/{name}/random?count={count}")
        assert response.status_code == 422
        assert response.get_json()["errors"][0]["pointer"] == "count"

    @each("other", ["limit=5", "cursor=a", "sort=id", "tz=UTC", "format=text", "x=1"])
    def test_another_parameter_is_refused_with_those_there_are(self, client, name, other):
        response = client.get(f"/v1/{name}/random?{other}")
        assert response.status_code == 422
        [fault] = response.get_json()["errors"]
        assert {"count", "seed", "exclude", "theme", "fields", "include"} <= set(fault["allowed"])
        assert fault["pointer"] == other.split("=", maxsplit=1)[0] not in fault["allowed"]

    def test_fields_and_includes_shape_it(self, client, name):
        response = client.get(f"/v1/{name}/random?fields=text&include=film&count=3")
        for item in response.get_json()["data"]:
            assert list(item) == ["type", "id", "text", "film"]
            assert item["film"]["title"] == "Her"

    @each("query", ["count=1", "count=50", "count=50&include=film,themes,sources"])
    def test_it_takes_two_statements_however_many_come(self, app, client, name, query):
        with statements(app.extensions["database"].engine) as seen:
            client.get(f"/v1/{name}/random?{query}")
        assert len([statement for statement in seen if statement.startswith(("SELECT", "WITH"))]) == 2


@each("name", NAMES)
class TestFlagged:
    @each("filters", ["", "&exclude_advisory=spoiler"])
    def test_what_is_flagged_stays_out(self, client, name, filters):
        listed = clean(client, name)
        assert by_lot(listed, "a")[:50] == ids(client.get(f"/v1/{name}/random?count=50&seed=a{filters}"))

    @each("asked", ["max_severity=0", "max_severity=1", "max_severity=3"])
    def test_up_to_a_severity_it_comes_when_asked_for(self, client, name, asked):
        listed = whole(client, f"/v1/{name}?{asked}&limit=100")
        assert by_lot(listed, "a")[:50] == ids(client.get(f"/v1/{name}/random?count=50&seed=a&{asked}"))

    def test_an_advisory_asks_for_it_too(self, client, name):
        query = "advisory=gender-generalisation"
        listed = whole(client, f"/v1/{name}?{query}&limit=100")
        assert listed
        assert by_lot(listed, "a")[:50] == ids(client.get(f"/v1/{name}/random?count=50&seed=a&{query}"))


class TestFlaggedIncludes:
    @each(("asked", "filled"), [("", False), ("&max_severity=1", True)])
    def test_an_included_scene_obeys_the_same_ceiling(self, client, asked, filled):
        response = client.get(f"/v1/quotes/random?id={IN_A_FLAGGED_SCENE}&include=scene{asked}")
        [quote] = response.get_json()["data"]
        assert quote["scene"]["id"] == "her-2013-after-the-date"
        assert ("summary" in quote["scene"]) == filled


@each("name", NAMES)
class TestSeed:
    def test_the_same_seed_gives_the_same_bytes_to_keep(self, client, name):
        one, other = (client.get(f"/v1/{name}/random?seed=a&count=9") for _ in range(2))
        assert one.data == other.data
        assert one.headers["ETag"] == other.headers["ETag"]
        assert one.headers["Cache-Control"].startswith("public, max-age=60")
        assert bookmark(one).endswith(f"/v1/{name}/random?count=9&seed=a")

    def test_its_tag_is_304(self, client, name):
        path = f"/v1/{name}/random?seed=a&count=9"
        tag = client.get(path).headers["ETag"]
        again = client.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)

    def test_other_seeds_give_others(self, client, name):
        orders = {tuple(ids(client.get(f"/v1/{name}/random?seed={n}&count=5"))) for n in range(30)}
        assert len(orders) == 30

    def test_without_one_nobody_may_keep_the_answer(self, client, name):
        responses = [client.get(f"/v1/{name}/random?count=5") for _ in range(3)]
        assert {response.headers["Cache-Control"] for response in responses} == {"no-store"}
        assert not any("ETag" in response.headers for response in responses)
        assert len({bookmark(response) for response in responses}) == 3

    @each("seed", ["", "a" * 101, "a&seed=b"])
    def test_it_has_1_to_100_characters_and_is_one(self, client, name, seed):
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
    def test_it_leads_back_to_the_very_answer(self, client, name, query):
        response = client.get(f"/v1/{name}/random?{query}")
        again = client.get(bookmark(response))
        assert response.status_code == again.status_code == 200
        assert again.data == response.data
        assert again.headers["ETag"]

    @each("seed", ODD, ids=lambda seed: ascii(seed)[1:13])
    def test_a_seed_is_taken_and_led_back_to_as_it_is(self, client, name, seed):
        response = client.get(f"/v1/{name}/random", query_string={"seed": seed, "count": 6})
        assert ids(response) == by_lot(clean(client, name), seed)[:6]
        assert client.get(bookmark(response)).data == response.data


@each("name", NAMES)
class TestExclude:
    @pytest.mark.parametrize("write", [",".join, "&exclude=".join], ids=["comma", "repetition"])
    def test_the_others_come_in_the_order_they_had(self, client, name, write):
        order = by_lot(clean(client, name), "a")
        response = client.get(
            f"/v1/{name}/random?seed=a&count=5&exclude={write([order[0], order[2], order[9]])}"
        )
        assert ids(response) == [order[1], *order[3:7]]

    def test_an_id_that_is_not_there_does_no_harm(self, client, name):
        response = client.get(f"/v1/{name}/random?seed=a&exclude=no-such-id")
        assert ids(response) == by_lot(clean(client, name), "a")[:1]

    def test_when_all_are_excluded_none_come(self, client, name):
        some = ",".join(clean(client, name)[:22])
        assert ids(client.get(f"/v1/{name}/random?id={some}&exclude={some}")) == []

    @each(("number", "status"), [(100, 200), (101, 422)])
    def test_it_takes_a_hundred_ids(self, client, name, number, status):
        excluded = ",".join(f"{'a' * 76}-{n}" for n in range(number))
        response = client.get(f"/v1/{name}/random?exclude={excluded}")
        assert response.status_code == status

    @each("excluded", ["", "a,,b", "A", "a b", "'"])
    def test_what_is_no_id_is_refused(self, client, name, excluded):
        response = client.get(f"/v1/{name}/random?exclude={excluded}")
        assert (response.status_code, response.get_json()["errors"][0]["pointer"]) == (422, "exclude")


class TestHostileInput:
    @given(seed=st.text(max_size=110), exclude=st.text(max_size=30), count=st.text(max_size=4))
    @few
    def test_any_text_is_taken_or_refused(self, client, seed, exclude, count):
        query = {"seed": seed, "exclude": exclude, "count": count}
        assert client.get("/v1/quotes/random", query_string=query).status_code in (200, 422)
        assert client.get("/v1/quotes/random", query_string={"seed": seed}).status_code in (200, 422)

    @given(name=st.sampled_from(["seed", "exclude", "tz"]), sent=st.binary(max_size=40), raw=st.booleans())
    @few
    def test_any_bytes_are(self, client, name, sent, raw):
        text = sent.decode("latin-1").replace("#", "") if raw else quote(sent)
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
    @few
    def test_any_date_is_served_or_not_found(self, client, text):
        response = client.get(f"/v1/quotes/daily/{quote(text, safe='')}")
        assert response.status_code in (200, 404)
