"""``facets=``: the numbers of a facet are those of the list, filtered further."""

from api.query.pagination import COUNT_CAP
from models import RESOURCES, facet_queries
from tests.cases import each
from tests.lists import get_json, ids, items, total
from tests.statements import selects, statements

ESSAY = "her-perfection-is-the-enemy-of-real"
#: The facets of version 1.0; those that came later are tested too.
RELEASED = {
    "films": ["release_year", "source"],
    "sources": ["film", "kind", "language"],
    "characters": ["film", "scene", "source", "advisory"],
    "scenes": ["film", "character", "presence", "theme", "source", "advisory"],
    "quotes": [
        *["film", "scene", "speaker", "speaker_certainty", "kind", "voice", "fidelity", "language"],
        *["theme", "source", "advisory"],
    ],
    "commentary": [
        *["film", "scene", "character", "kind", "scope", "weight", "relation", "theme", "source", "advisory"]
    ],
    "themes": ["broader", "related"],
}
DECLARED = {model.__tablename__: facets for model in RESOURCES if (facets := model.facets())}
EVERY = [(name, facet) for name, facets in DECLARED.items() for facet in facets]
#: Where the values of a facet are listed; those of the others are enumerated, or come as they are.
VALUES = {
    name: facet.model.__tablename__
    for facets in DECLARED.values()
    for name, facet in facets.items()
    if facet.model
}
FILTERED = [
    ("/v1/quotes", {"max_severity": "0"}, "theme"),
    ("/v1/quotes", {"q": "perfection"}, "theme"),
    ("/v1/commentary", {"q": "love", "scope": "film"}, "kind"),
    ("/v1/quotes", {"voice": "essay", "exclude_advisory": "spoiler"}, "kind"),
    ("/v1/commentary", {"theme": "loneliness,avoidance", "weight": "core"}, "scene"),
    ("/v1/commentary", {"relates_to": "her-2013-perfection-opposes-reality"}, "relation"),
    ("/v1/scenes", {"character": "her-2013-samantha"}, "presence"),
    ("/v1/scenes", {"presence": "mentioned"}, "character"),
    ("/v1/scenes", {"presence": "voice", "theme_all": "loneliness"}, "character"),
    ("/v1/characters/her-2013-samantha/scenes", {}, "presence"),
    ("/v1/characters/her-2013-samantha/scenes", {"presence": "voice"}, "theme"),
    ("/v1/themes/loneliness/commentary", {}, "theme"),
    ("/v1/themes/loneliness/quotes", {"kind": "fragment"}, "voice"),
    ("/v1/films/her-2013/characters", {}, "scene"),
    ("/v1/scenes/her-2013-lunch-with-catherine/commentary", {}, "character"),
    (f"/v1/sources/{ESSAY}/scenes", {"max_severity": "1"}, "theme"),
    (f"/v1/sources/{ESSAY}/films", {}, "release_year"),
]
#: Lists that a filter has narrowed already by what they are counted by.
NARROWED = [
    ("/v1/scenes", "character", "her-2013-samantha"),
    ("/v1/scenes", "presence", "voice,mentioned"),
    ("/v1/quotes", "theme", "loneliness"),
    ("/v1/quotes", "kind", "dialogue,aphorism"),
    ("/v1/quotes", "advisory", "spoiler"),
    ("/v1/commentary", "scene", "her-2013-lunch-with-catherine"),
    ("/v1/commentary", "relation", "disputes"),
    ("/v1/themes", "related", "loneliness"),
]


def counted(client, path, facet, **query):
    """Return the number of each value of a facet."""
    found = get_json(client, path, facets=facet, limit=1, **query)["facets"][facet]
    assert found["relation"] == "exact"
    return {one["value"]: one["count"] for one in found["values"]}


def candidates(client, path, facet, found):
    """Return every value that the facet may have."""
    if facet in VALUES:
        return ids(client, f"/v1/{VALUES[facet]}")
    fault = client.get(path, query_string={facet: "-"}).get_json()["errors"][0]
    return fault.get("allowed") or found


def filter_of(facet):
    return "theme_all" if facet == "theme" else facet


def assert_true(client, path, facet, query):
    """Every value that may be has the number that the list has with it."""
    found = counted(client, path, facet, **query)
    expected = {
        value: number
        for value in candidates(client, path, facet, found)
        if (number := total(client, path, **query | {filter_of(facet): value}))
    }
    assert found == expected


class TestNumbers:
    @each(("name", "facet"), EVERY)
    def test_each_is_what_the_filtered_list_counts(self, anyone, name, facet):
        assert_true(anyone, f"/v1/{name}", facet, {})

    @each(("path", "query", "facet"), FILTERED)
    def test_filters_and_paths_narrow_what_is_counted(self, client, path, query, facet):
        assert counted(client, path, facet, **query)
        assert_true(client, path, facet, query)

    @each("name", ["scenes", "quotes", "commentary"])
    def test_flags_narrow_what_is_counted_where_much_is_hidden(self, hidden_app, name):
        for facet in ("theme", "film"):
            assert_true(hidden_app.test_client(), f"/v1/{name}", facet, {"max_severity": 1})

    @each(("path", "facet", "given"), NARROWED)
    def test_a_value_is_counted_beside_those_of_its_filter(self, client, path, facet, given):
        found = counted(client, path, facet, **{facet: given})
        narrowed = ids(client, path, **{facet: given})
        assert found
        for value, number in found.items():
            assert number == len(narrowed & ids(client, path, **{filter_of(facet): value}))

    @each("name", RELEASED)
    def test_every_list_has_at_least_the_facets_of_the_first_version(self, name):
        assert [facet for facet in DECLARED[name] if facet in RELEASED[name]] == RELEASED[name]


class TestShape:
    def test_values_come_by_count_and_then_by_id(self, anyone):
        for name in ("quotes", "scenes"):
            values = get_json(anyone, f"/v1/{name}", facets="theme")["facets"]["theme"]["values"]
            order = [(-one["count"], one["value"]) for one in values]
            assert len(order) > 5
            assert order == sorted(order)

    def test_a_value_is_called_as_its_resource_is(self, client):
        labels = {theme["id"]: theme["label"] for theme in items(client, "/v1/themes")}
        for one in get_json(client, "/v1/quotes", facets="theme")["facets"]["theme"]["values"]:
            assert list(one) == ["value", "label", "count"]
            assert one["label"] == labels[one["value"]]

    def test_a_plain_value_is_called_by_its_words(self, client):
        found = get_json(client, "/v1/quotes", facets="fidelity,language")["facets"]
        (fidelity,), (language,) = found["fidelity"]["values"], found["language"]["values"]
        assert (fidelity["value"], fidelity["label"]) == ("as-quoted-by-source", "As quoted by source")
        assert (language["value"], language["label"]) == ("en", "en")

    def test_they_stand_beside_the_list_which_stays_as_it_was(self, client):
        shaped = {"fields": "label", "include": "scene", "limit": 3}
        plain = get_json(client, "/v1/quotes", **shaped)
        body = get_json(client, "/v1/quotes", facets="voice,kind", **shaped)
        assert list(body) == ["data", "page", "facets", "notice"]
        assert body["data"] == plain["data"]
        assert list(body["facets"]) == ["kind", "voice"]
        assert "facets" not in plain

    def test_pages_keep_them_and_have_the_same(self, client):
        first = get_json(client, "/v1/quotes", facets="kind,theme", limit=4)
        assert "facets=kind,theme" in first["page"]["next"]
        second = get_json(client, first["page"]["next"])
        assert second["facets"] == first["facets"]
        assert "facets=kind,theme" in second["page"]["previous"]

    def test_a_list_of_nothing_has_no_values(self, client):
        found = get_json(client, "/v1/quotes", facets="theme,kind", film="no-such-film")["facets"]
        assert found == {name: {"relation": "exact", "values": []} for name in ("kind", "theme")}

    def test_the_answer_is_conditional(self, client):
        first = client.get("/v1/quotes?facets=kind")
        again = client.get("/v1/quotes?facets=kind", headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        assert first.headers["ETag"] != client.get("/v1/quotes").headers["ETag"]

    def test_an_unknown_parent_is_not_found(self, client):
        assert client.get("/v1/films/no-such-film/quotes?facets=kind").status_code == 404


class TestRefusals:
    def diagnostic(self, client, address):
        response = client.get(address)
        assert (response.status_code, response.get_json()["code"]) == (422, "invalid-parameters")
        return response.get_json()["errors"][0]

    def test_an_unknown_facet_names_those_there_are_and_the_nearest(self, client):
        fault = self.diagnostic(client, "/v1/quotes?facets=kind,themes")
        assert fault["detail"] == "Unknown facet “themes”. Did you mean “theme”?"
        assert fault["allowed"] == list(DECLARED["quotes"])

    @each("value", ["", "kind,", "kind,,voice", "*", "kind%00", "id", "theme_all"])
    def test_nonsense_is_refused(self, client, value):
        assert client.get(f"/v1/quotes?facets={value}").status_code in (400, 422)

    def test_more_than_five_are_refused(self, client):
        fault = self.diagnostic(client, f"/v1/quotes?facets={','.join(list(DECLARED['quotes'])[:6])}")
        assert fault["detail"] == "Must have at most 5 values."

    def test_what_the_path_has_fixed_is_no_facet(self, client):
        fault = self.diagnostic(client, "/v1/films/her-2013/quotes?facets=film")
        assert fault["allowed"] == list(DECLARED["quotes"])[1:]

    @each("path", ["quotes/random", "quotes/daily", "commentary/random", "advisories", "films/her-2013"])
    def test_it_is_no_parameter_where_nothing_is_listed_by_filters(self, client, path):
        assert self.diagnostic(client, f"/v1/{path}?facets=kind")["pointer"] == "facets"


class TestCost:
    @each(("query", "number"), [("", 2), ("&count=true", 3)])
    def test_all_facets_take_one_statement_more(self, app, client, query, number):
        with statements(app.extensions["database"].engine) as seen:
            get_json(client, f"/v1/quotes?facets=theme,kind,scene,source,advisory{query}")
        assert len(selects(seen)) == number

    def test_no_more_is_counted_than_is_promised(self, client, monkeypatch):
        assert facet_queries.MAX_COUNTED == COUNT_CAP
        monkeypatch.setattr(facet_queries, "MAX_COUNTED", 10)
        found = get_json(client, "/v1/quotes?facets=kind,film")["facets"]
        assert [found[name]["relation"] for name in found] == ["at-least"] * 2
        assert [one["count"] for one in found["film"]["values"]] == [10]
        assert sum(one["count"] for one in found["kind"]["values"]) <= 11
