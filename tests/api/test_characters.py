"""Characters: their advisories and citations, as on other items, and characters inside other items."""

from html import unescape

import pytest

from models import Advisory, Character, Source
from tests.lists import get_json

pytestmark = pytest.mark.any_database

SLUG = "her-2013-catherine"
PATH = f"/v1/characters/{SLUG}"
SOURCE = "her-perfection-is-the-enemy-of-real"


@pytest.fixture
def flagged(packed, client_and_change):
    """A client over the pack, in which a character has an advisory and a citation."""
    with packed.write_session() as session:
        source = Source.by_slug(session, SOURCE)
        cited = [each for each in source.paragraphs if each.number in (51, 52)]
        link = {"advisory": Advisory.by_slug(session, "spoiler"), "severity": 2}
        character = Character.by_slug(session, SLUG)
        character.assign({"advisories": [link], "citations": [{"source": source, "cited": cited}]})
    return client_and_change[0]


def listed(client, query=""):
    return [item["id"] for item in get_json(client, f"/v1/characters?limit=100{query}")["data"]]


class TestItem:
    def test_it_has_advisories_and_citations(self, flagged, client):
        item = get_json(flagged, PATH)
        assert [(link["id"], link["severity"]) for link in item["advisories"]] == [("spoiler", 2)]
        assert [(one["source"]["id"], one["paragraphs"]) for one in item["citations"]] == [(SOURCE, [51, 52])]
        assert item["revision"] == get_json(client, PATH)["revision"] + 1

    def test_without_any_both_are_empty_lists(self, packed, client_and_change):
        with packed.write_session() as session:
            Character.by_slug(session, SLUG).assign({"advisories": [], "citations": []})
        item = get_json(client_and_change[0], PATH)
        assert (item["advisories"], item["citations"]) == ([], [])


class TestFilters:
    def test_lists_filter_by_advisory(self, flagged):
        everything = listed(flagged)
        assert SLUG in everything
        for query in ("&max_severity=1", "&exclude_advisory=spoiler"):
            rest = listed(flagged, query)
            assert SLUG not in rest
            assert rest == [slug for slug in everything if slug in rest]
        assert SLUG in listed(flagged, "&max_severity=2")
        assert SLUG in listed(flagged, "&advisory=spoiler")

    def test_lists_filter_by_source(self, flagged):
        assert SLUG in listed(flagged, f"&source={SOURCE}")

    def test_nested_lists_do_too(self, flagged):
        for path in ("/v1/films/her-2013/characters", "/v1/scenes/her-2013-lunch-with-catherine/characters"):
            ids = [item["id"] for item in get_json(flagged, f"{path}?limit=100&max_severity=0")["data"]]
            assert SLUG not in ids

    def test_facets_count_them(self, flagged):
        facets = get_json(flagged, "/v1/characters?facets=advisory,source&limit=1")["facets"]
        for name in ("advisory", "source"):
            for value in facets[name]["values"]:
                assert value["count"] == len(listed(flagged, f"&{name}={value['value']}"))
        assert "spoiler" in [value["value"] for value in facets["advisory"]["values"]]

    def test_search_leaves_out_what_is_above_the_severity(self, flagged):
        word = get_json(flagged, PATH)["description"].split()[0]
        path = f"/v1/search?q={word}&type=character&limit=100"
        hits = {hit["id"]: hit for hit in get_json(flagged, path)["data"]}
        assert [link["id"] for link in hits[SLUG]["advisories"]] == ["spoiler"]
        assert SLUG not in [hit["id"] for hit in get_json(flagged, f"{path}&max_severity=1")["data"]]


class TestIncluded:
    @pytest.mark.parametrize(
        ("path", "find"),
        [
            ("/v1/films/her-2013?include=characters", lambda body: body["characters"]),
            (
                "/v1/scenes/her-2013-lunch-with-catherine?include=characters",
                lambda body: [each["character"] for each in body["appearances"]],
            ),
            (
                "/v1/quotes/her-2013-a-wife-without-the-challenges?include=speaker",
                lambda body: [body["speaker"]],
            ),
            (
                "/v1/commentary/her-2013-perfection-opposes-reality?include=characters",
                lambda body: body["characters"],
            ),
        ],
    )
    def test_an_included_character_is_the_whole_character(self, client, path, find):
        characters = find(get_json(client, path))
        assert any(character["performer"] for character in characters)
        for character in characters:
            assert character == get_json(client, f"/v1/characters/{character['id']}")

    def test_a_flagged_one_is_not_expanded_above_the_severity(self, flagged):
        path = "/v1/films/her-2013?include=characters&max_severity=1"
        assert SLUG not in [character["id"] for character in get_json(flagged, path)["characters"]]


class TestPages:
    def test_a_flagged_description_is_folded_and_in_no_preview(self, flagged):
        description = get_json(flagged, PATH)["description"]
        head, _, body = unescape(flagged.get(f"/characters/{SLUG}").text).partition("</head>")
        assert description[:30] not in head
        assert body.index("Content note") < body.index(description[:30])
        assert "Described in" in body

    def test_lists_fold_it(self, flagged):
        html = flagged.get("/characters").text
        item = html[html.index(f'id="{SLUG}"') :].partition("</li>")[0]
        assert "<details" in item
