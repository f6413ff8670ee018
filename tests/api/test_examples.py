"""The keys of every shape are the contract: which, in what order, and of what type."""

import json
import re

import pytest

from openapi import PATH
from seeds.pack import read_pack
from tests.cases import each
from tests.databases import SEEDS

pytestmark = pytest.mark.any_database

DOCUMENT = json.loads(PATH.read_text("utf-8"))

HEAD = ["type", "id", "label", "url", "html_url"]
TAIL = ["links", "revision", "created_at", "updated_at"]
REFERENCE = ["type", "id", "label", "url"]
#: The keys of version 1.0. Later keys stand in the OpenAPI document alone.
SHAPES = {
    "/v1/films/her-2013": [
        *HEAD,
        "title",
        "original_title",
        "release_year",
        "directors",
        "runtime_minutes",
        "languages",
        "identifiers",
        "synopsis",
        "editor_note",
        *TAIL,
    ],
    "/v1/sources/her-perfection-is-the-enemy-of-real": [
        *HEAD,
        "kind",
        "title",
        "subtitle",
        "publication",
        "section",
        "author",
        "published_on",
        "source_url",
        "language",
        "rights",
        "sha256",
        "paragraph_count",
        "word_count",
        "films",
        "editor_note",
        *TAIL,
    ],
    "/v1/sources/her-perfection-is-the-enemy-of-real/paragraphs/35": [
        "type",
        "number",
        "kind",
        "word_count",
        "sha256",
        "cited_by",
    ],
    "/v1/characters/her-2013-catherine": [
        *HEAD,
        "name",
        "description",
        "performer",
        "film",
        "editor_note",
        *TAIL,
    ],
    "/v1/scenes/her-2013-lunch-with-catherine": [
        *HEAD,
        "title",
        "film",
        "position",
        "summary",
        "starts_at",
        "ends_at",
        "appearances",
        "themes",
        "citations",
        "advisories",
        "editor_note",
        *TAIL,
    ],
    "/v1/quotes/her-2013-a-wife-without-the-challenges": [
        *HEAD,
        "text",
        "language",
        "word_count",
        "kind",
        "voice",
        "fidelity",
        "speaker",
        "speaker_certainty",
        "film",
        "scene",
        "themes",
        "advisories",
        "citations",
        "rights",
        "editor_note",
        *TAIL,
    ],
    "/v1/commentary/her-2013-perfection-opposes-reality": [
        *HEAD,
        "title",
        "text",
        "language",
        "kind",
        "scope",
        "weight",
        "film",
        "scenes",
        "characters",
        "themes",
        "quotes",
        "citations",
        "relations",
        "advisories",
        "editor_note",
        *TAIL,
    ],
    "/v1/themes/loneliness": [*HEAD, "name", "definition", "broader", "narrower", "related", *TAIL],
    "/v1/advisories/gender-generalisation": [
        *HEAD,
        "name",
        "description",
        "severities",
        "severity_levels",
        *TAIL,
    ],
}
LINKS = {
    "/v1/films/her-2013": ["characters", "scenes", "quotes", "commentary", "coverage"],
    "/v1/sources/her-perfection-is-the-enemy-of-real": ["paragraphs", "quotes", "commentary"],
    "/v1/characters/her-2013-catherine": ["scenes", "quotes", "commentary"],
    "/v1/scenes/her-2013-lunch-with-catherine": ["quotes", "commentary", "previous", "next"],
    "/v1/quotes/her-2013-a-wife-without-the-challenges": ["commentary"],
    "/v1/themes/loneliness": ["scenes", "quotes", "commentary"],
    "/v1/advisories/gender-generalisation": ["quotes", "commentary"],
}


def items_of(client, path):
    """Return every item of a list, page by page."""
    found = []
    while path:
        page = client.get(path).get_json()
        found += page["data"]
        path = page["page"]["next"]
    return found


def documented_keys(item, suffix=""):
    """Return the keys that the OpenAPI document requires of the type of an item, or of its links, in order."""
    schema = DOCUMENT["components"]["schemas"][f"{item['type'].title()}{suffix}"]
    return [name for name in schema["properties"] if name in schema["required"]]


@each("path", SHAPES)
class TestShape:
    def test_an_item_has_exactly_its_keys_in_their_order(self, client, path):
        item = client.get(path).get_json()
        assert list(item) == documented_keys(item)
        assert [key for key in item if key in SHAPES[path]] == SHAPES[path]

    def test_a_list_holds_the_same_shape(self, client, path):
        for item in items_of(client, f"{path.rsplit('/', 1)[0]}?limit=100"):
            assert list(item) == documented_keys(item)


@each("path", LINKS)
class TestLinks:
    def test_an_item_has_exactly_its_links(self, client, path):
        item = client.get(path).get_json()
        assert list(item["links"]) == documented_keys(item, "Links")
        assert [name for name in item["links"] if name in LINKS[path]] == LINKS[path]

    def test_every_link_leads_somewhere(self, client, path):
        for address in client.get(path).get_json()["links"].values():
            assert client.get(address).status_code == 200


class TestQuoteExample:
    """The quote that stands in the documentation, field by field."""

    @pytest.fixture
    def quote(self, client):
        return client.get("/v1/quotes/her-2013-a-wife-without-the-challenges").get_json()

    def test_the_words_are_the_essays(self, quote):
        assert quote["text"] == (
            "You always wanted to have a wife without the challenges of actually dealing with anything real; "
            "I am glad that you found someone. It is perfect."
        )
        assert quote["word_count"] == 26

    def test_catherine_says_them_at_lunch(self, quote):
        assert quote["speaker"]["id"] == "her-2013-catherine"
        assert quote["scene"]["id"] == "her-2013-lunch-with-catherine"
        assert quote["speaker_certainty"] == "explicit"

    def test_a_reference_has_four_keys(self, quote):
        for reference in (quote["speaker"], quote["film"], quote["scene"], *quote["themes"]):
            assert list(reference) == REFERENCE

    def test_it_cites_one_paragraph(self, quote):
        assert [citation["paragraphs"] for citation in quote["citations"]] == [[35]]
        assert list(quote["citations"][0]["source"]) == REFERENCE

    def test_it_has_the_revision_and_the_times_of_the_pack(self, quote):
        recorded = read_pack(SEEDS).revisions["quote", quote["id"]]
        assert quote["revision"] == recorded.number > 1
        assert quote["created_at"] == "2026-11-23T00:00:00Z"
        assert quote["updated_at"] == f"{recorded.updated_at:%Y-%m-%dT%H:%M:%SZ}"


class TestFlaggedQuote:
    def test_an_advisory_link_carries_its_severity(self, client):
        flagged = items_of(client, "/v1/quotes?advisory=gender-generalisation")
        link = flagged[0]["advisories"][0]
        assert list(link) == [*REFERENCE, "severity"]
        assert link["severity"] in (1, 2, 3)


class TestPerformers:
    def test_a_performer_is_named_on_character_items_alone(self, client):
        items = items_of(client, "/v1/characters?limit=100")
        for item in items:
            assert item["performer"] == next((each["name"] for each in item["performers"]), None)
        names = {each["name"] for item in items for each in item["performers"]}
        assert len(names) == 8
        for path in (
            "/v1/films",
            "/v1/scenes?limit=100",
            "/v1/quotes?limit=100",
            "/v1/commentary?limit=100",
            "/v1/themes?limit=100",
        ):
            text = client.get(path).text
            assert not [name for name in names if name in text]

    def test_a_description_never_names_who_performs(self, client):
        for item in items_of(client, "/v1/characters?limit=100"):
            if item["performer"]:
                surname = item["performer"].split()[-1]
                assert not re.search(rf"\b{surname}\b", item["description"] + item["label"])
