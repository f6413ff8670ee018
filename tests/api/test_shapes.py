"""``fields=`` and ``include=``: what they give, what they refuse, and what they cost."""

from api.schemas.item_shape import MAX_INCLUDES
from api.schemas.reference_fields import MAX_EXPANDED_ITEMS
from models import RESOURCES
from tests.cases import each
from tests.statements import statements

QUOTE = "her-2013-a-wife-without-the-challenges"
SCENE = "her-2013-lunch-with-catherine"
LISTS = [model.__tablename__ for model in RESOURCES]
#: What version 1.0 includes.
INCLUDES = {
    "/v1/films/her-2013": ["characters", "scenes", "quotes", "commentary"],
    "/v1/sources/her-perfection-is-the-enemy-of-real": ["films", "paragraphs", "quotes", "commentary"],
    "/v1/sources/her-perfection-is-the-enemy-of-real/paragraphs/35": ["cited_by"],
    "/v1/characters/her-2013-catherine": ["film", "scenes", "quotes", "commentary"],
    f"/v1/scenes/{SCENE}": ["film", "characters", "themes", "sources", "quotes", "commentary"],
    f"/v1/quotes/{QUOTE}": ["speaker", "film", "scene", "themes", "sources", "commentary"],
    "/v1/commentary/her-2013-perfection-opposes-reality": [
        *["film", "scenes", "characters", "themes", "quotes", "sources", "relations"]
    ],
    "/v1/themes/loneliness": ["broader", "narrower", "related", "scenes", "quotes", "commentary"],
    "/v1/advisories/spoiler": ["quotes", "commentary"],
}
EVERY = [(path, name) for path, names in INCLUDES.items() for name in names]


def get(client, path, **query):
    response = client.get(path, query_string=query)
    assert response.status_code == 200, response.text
    return response.get_json()


def refused(client, path, **query):
    response = client.get(path, query_string=query)
    assert (response.status_code, response.get_json()["code"]) == (422, "invalid-parameters")
    (fault,) = response.get_json()["errors"]
    return fault


class TestFields:
    @each("path", INCLUDES)
    def test_only_what_was_asked_for_is_served_in_the_order_of_the_item(self, client, path):
        whole = get(client, path)
        asked = list(whole)[-1:] + list(whole)[3:5]
        sparse = get(client, path, fields=",".join(asked))
        kept = [key for key in whole if key in ("type", "id", *asked)]
        assert list(sparse) == kept
        assert sparse == {key: whole[key] for key in kept}

    @each("name", LISTS)
    def test_a_list_is_thinned_alike(self, client, name):
        page = get(client, f"/v1/{name}", fields="label", limit=3)
        assert all(list(item) == ["type", "id", "label"] for item in page["data"])
        assert list(page["page"]) == [
            "limit",
            "next",
            "previous",
            "next_cursor",
            "previous_cursor",
            "total",
            "total_relation",
        ]

    def test_the_order_and_the_way_of_asking_make_no_difference(self, client):
        queries = ["fields=text,label", "fields=label,text", "fields=label&fields=text"]
        responses = [client.get(f"/v1/quotes?{query}").get_json()["data"] for query in queries]
        assert responses[0] == responses[1] == responses[2] != []

    def test_pages_go_on_in_the_same_shape(self, client):
        page = get(client, "/v1/quotes", fields="label", include="scene", limit=5)
        following = client.get(page["page"]["next"]).get_json()
        assert [list(item) for item in following["data"]] == [["type", "id", "label", "scene"]] * 5

    def test_the_shape_may_change_from_page_to_page(self, client):
        cursor = get(client, "/v1/quotes", limit=2)["page"]["next"]
        assert list(client.get(f"{cursor}&fields=label").get_json()["data"][0]) == ["type", "id", "label"]

    def test_an_unknown_field_is_refused_with_those_that_there_are(self, client):
        fault = refused(client, "/v1/quotes", fields="label,speakr")
        assert fault["pointer"] == "fields"
        assert "“speakr”" in fault["detail"]
        assert "Did you mean “speaker”?" in fault["detail"]
        assert fault["allowed"] == list(get(client, f"/v1/quotes/{QUOTE}"))

    @each("value", ["", "label,,text", ",", "speaker.label", "*"])
    def test_nonsense_is_refused(self, client, value):
        assert refused(client, f"/v1/quotes/{QUOTE}", fields=value)["pointer"] == "fields"


class TestInclude:
    @each("path", INCLUDES)
    def test_at_least_these_can_be_included(self, client, path):
        allowed = refused(client, path, include="nothing")["allowed"]
        assert [name for name in allowed if name in INCLUDES[path]] == INCLUDES[path]

    @each(("path", "name"), EVERY)
    def test_everything_else_stays_as_it_was(self, client, path, name):
        plain, filled = get(client, path), get(client, path, include=name)
        changed = [key for key in filled if filled[key] != plain.get(key)]
        assert [key for key in filled if key in plain] == list(plain)
        assert len(changed) <= 1

    @each("field", ["speaker", "film", "scene"])
    def test_a_reference_becomes_the_whole_item(self, client, field):
        filled = get(client, f"/v1/quotes/{QUOTE}", include=field)[field]
        assert filled == client.get(filled["url"]).get_json()

    @each(
        ("include", "inside"),
        [
            ("characters", lambda item: [one["character"] for one in item["appearances"]]),
            ("themes", lambda item: item["themes"]),
            ("sources", lambda item: [citation["source"] for citation in item["citations"]]),
        ],
    )
    def test_references_in_lists_and_parts_become_whole_items(self, client, include, inside):
        found = inside(get(client, f"/v1/scenes/{SCENE}", include=include))
        assert found
        for filled in found:
            assert filled == client.get(filled["url"]).get_json()

    def test_a_union_of_references_is_filled_by_type(self, client):
        path = "/v1/sources/her-perfection-is-the-enemy-of-real/paragraphs/35"
        found = get(client, path, include="cited_by")["cited_by"]
        assert {item["type"] for item in found} == {"commentary", "quote", "scene"}
        assert all(item == client.get(item["url"]).get_json() for item in found)

    @each("path", INCLUDES)
    def test_an_included_list_is_the_beginning_of_the_list_it_is_linked_to(self, client, path):
        item = get(client, path)
        # A list that is there anyway, such as the relations of a commentary entry, is not that of the link.
        for name in set(item.get("links", {})) & set(INCLUDES[path]) - set(item):
            url = item["links"][name]
            listed = client.get(f"{url}{'&' if '?' in url else '?'}limit=100").get_json()["data"]
            assert get(client, path, include=name)[name] == listed[:MAX_EXPANDED_ITEMS]

    def test_one_call_gives_a_films_scenes_with_everything_about_them(self, client):
        include = "characters,themes,quotes,commentary"
        page = get(client, "/v1/films/her-2013/scenes", include=include, limit=100)
        assert len(page["data"]) == 38
        assert page["page"]["next"] is None
        for scene in page["data"]:
            assert all("description" in appearance["character"] for appearance in scene["appearances"])
            assert all("definition" in theme for theme in scene["themes"])
            assert all(quote["scene"]["id"] == scene["id"] for quote in scene["quotes"])
            assert all(scene["id"] in [s["id"] for s in claim["scenes"]] for claim in scene["commentary"])
        assert any(scene["quotes"] for scene in page["data"])

    def test_what_is_included_is_served_whatever_the_fields(self, client):
        item = get(client, f"/v1/scenes/{SCENE}", fields="label", include="characters,quotes")
        assert list(item) == ["type", "id", "label", "appearances", "quotes"]

    def test_more_than_five_are_refused(self, client):
        every = ",".join(INCLUDES[f"/v1/quotes/{QUOTE}"])
        fault = refused(client, f"/v1/quotes/{QUOTE}", include=every)
        assert fault["detail"] == f"Must have at most {MAX_INCLUDES} values."

    @each("value", ["", "scene,", "scene.film", "links", "citations"])
    def test_nonsense_is_refused(self, client, value):
        assert refused(client, "/v1/quotes", include=value)["pointer"] == "include"


class TestCeiling:
    def flagged(self, client, name):
        return {item["id"] for item in get(client, f"/v1/{name}", limit=100)["data"] if item["advisories"]}

    @each("name", ["quotes", "commentary", "scenes"])
    def test_included_lists_leave_out_what_is_flagged(self, client, name):
        listed = get(client, "/v1/films/her-2013", include=name, max_severity=0)[name]
        assert listed
        assert not {item["id"] for item in listed} & self.flagged(client, name)

    def test_a_flagged_reference_is_not_filled(self, client):
        flagged = self.flagged(client, "scenes")
        quotes = get(client, "/v1/quotes", include="scene", max_severity=0, limit=100)["data"]
        scenes = [quote["scene"] for quote in quotes if quote["scene"]]
        assert any(scene["id"] in flagged for scene in scenes)
        for scene in scenes:
            assert ("summary" in scene) == (scene["id"] not in flagged)

    def test_a_list_and_what_it_includes_obey_the_same_ceiling(self, client):
        scenes = get(client, "/v1/scenes", include="quotes", max_severity=1, limit=100)["data"]
        severities = [
            advisory["severity"]
            for scene in scenes
            for owner in (scene, *scene["quotes"])
            for advisory in owner["advisories"]
        ]
        assert severities
        assert max(severities) == 1

    def test_without_one_everything_is_included(self, client):
        listed = get(client, "/v1/films/her-2013", include="quotes")["quotes"]
        assert {item["id"] for item in listed} >= self.flagged(client, "quotes")

    def test_it_is_no_parameter_where_nothing_can_be_included(self, client):
        assert client.get("/v1?max_severity=1").status_code == 422


class TestCost:
    def counted(self, app, client, path):
        with statements(app.extensions["database"].engine) as seen:
            assert client.get(path).status_code == 200
        return [statement for statement in seen if not statement.startswith(("BEGIN", "ROLLBACK"))]

    @each("path", INCLUDES)
    def test_an_item_takes_one_statement_in_every_shape(self, app, client, path):
        for query in ("", "?fields=type", f"?include={','.join(INCLUDES[path][:5])}"):
            assert len(self.counted(app, client, path + query)) == 1

    @each("name", [*LISTS, "sources/her-perfection-is-the-enemy-of-real/paragraphs"])
    def test_a_list_takes_one_statement_in_every_shape(self, app, client, name):
        allowed = refused(client, f"/v1/{name}", include="-")["allowed"]
        for query in ("", "&fields=type", f"&include={','.join(allowed[:5])}"):
            assert len(self.counted(app, client, f"/v1/{name}?limit=100{query}")) == 1

    def test_counting_takes_one_more(self, app, client):
        assert len(self.counted(app, client, "/v1/quotes?count=true&include=scene,film")) == 2

    def test_a_cursor_takes_none(self, app, client):
        following = get(client, "/v1/quotes", limit=3, include="scene")["page"]["next"]
        assert len(self.counted(app, client, following)) == 1
