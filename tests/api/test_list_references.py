"""Lists as references: BibTeX, RIS and CSL-JSON of every list whose items have them."""

import json
from urllib.parse import urlsplit

import pytest
import rispy
from pybtex.database import parse_string

from api.representations import formats_for, list_formats
from models import Source, Status
from openapi import PATH
from tests.cases import each
from tests.forms import OWN_WORDS, QUOTE, expanded_item, with_source
from tests.lists import get_json

pytestmark = pytest.mark.any_database

DOCUMENT = json.loads(PATH.read_text("utf-8"))
ESSAY = "her-perfection-is-the-enemy-of-real"
#: Every list of quotes, commentary and sources.
LISTS = [
    "/v1/quotes",
    "/v1/films/her-2013/quotes",
    "/v1/scenes/her-2013-lunch-with-catherine/quotes",
    "/v1/characters/her-2013-catherine/quotes",
    "/v1/themes/avoidance/quotes",
    f"/v1/sources/{ESSAY}/quotes",
    "/v1/commentary",
    "/v1/films/her-2013/commentary",
    "/v1/themes/avoidance/commentary",
    "/v1/sources",
    "/v1/films/her-2013/sources",
]
LIST_FORMATS = {format_.name: format_ for format_ in list_formats()[1:]}
FORMATS = {name: format_ for name, format_ in LIST_FORMATS.items() if format_.write_references}


def keys(name, body):
    """Return the keys of references, as an independent parser reads them."""
    if name == "bibtex":
        return list(parse_string(body, "bibtex").entries)
    if name == "ris":
        return [record["id"] for record in rispy.loads(body)]
    return [entry["id"] for entry in json.loads(body)]


def link(response, relation):
    """Return the path and query of a link of the response; None without one."""
    found = response.headers.get("Link", "")
    for part in found.split(", "):
        url, _, rel = part.partition(">; ")
        if rel == f'rel="{relation}"':
            parts = urlsplit(url.removeprefix("<"))
            return f"{parts.path}?{parts.query}"
    return None


class TestEveryList:
    @each("path", LISTS)
    def test_cites_each_source_once(self, client, path):
        for name in FORMATS:
            assert keys(name, client.get(f"{path}?format={name}&limit=100").text) == [ESSAY]

    @each("path", LISTS)
    def test_format_accept_and_extension_select_the_same(self, client, path):
        for format_ in LIST_FORMATS.values():
            by_name = client.get(f"{path}?format={format_.name}")
            by_type = client.get(path, headers={"Accept": f"{format_.full_type}, */*;q=0.1"})
            by_extension = client.get(f"{path}.{format_.extension}")
            assert by_name.data == by_type.data == by_extension.data
            for response in (by_name, by_type, by_extension):
                assert (response.status_code, response.content_type) == (200, format_.content_type)
                assert response.headers["Vary"] == "Accept, Accept-Encoding, Authorization"
        assert client.get(f"{path}.json").json["data"] == client.get(path).json["data"]

    def test_the_document_names_the_formats_of_each(self):
        operations = [path["get"] for path in DOCUMENT["paths"].values() if "get" in path]
        media_types = {"application/json", *(format_.media_type for format_ in LIST_FORMATS.values())}
        lists = [
            operation
            for operation in operations
            if {"$ref": "#/components/parameters/ListFormat"} in operation["parameters"]
        ]
        assert all(set(operation["responses"]["200"]["content"]) == media_types for operation in lists)
        assert {operation["operationId"] for operation in lists} == {
            operation["operationId"]
            for operation in operations
            if operation["responses"]["200"]["content"]["application/json"]["schema"].get("$ref", "")
            in {f"#/components/schemas/Any{name}List" for name in ("Quote", "Commentary", "Source")}
            and "random" not in operation["operationId"]
        }
        assert len(lists) > len(LISTS)


class TestReferences:
    @each("name", FORMATS)
    def test_a_reference_is_that_of_its_source(self, client, name):
        alone = client.get(f"/v1/sources/{ESSAY}?format={name}")
        assert client.get(f"/v1/quotes?format={name}&limit=2").data == alone.data
        assert client.get(f"/v1/commentary?format={name}&kind=thesis").data == alone.data

    @each(("name", "body"), [("bibtex", b""), ("ris", b""), ("csl-json", b"[]")])
    def test_an_empty_list_has_none(self, client, name, body):
        response = client.get(f"/v1/quotes?theme=no-such&format={name}")
        assert (response.status_code, response.data.strip()) == (200, body)
        assert response.content_type == FORMATS[name].content_type

    def test_several_sources_are_several_references_with_stable_keys(self, client):
        quotes = [expanded_item(client, path) for path in (QUOTE, OWN_WORDS)]
        other = with_source(quotes[0], id="a-review", title="A Review")
        items = [*quotes, other, quotes[0] | {"citations": quotes[0]["citations"] + other["citations"]}]
        for name, format_ in FORMATS.items():
            assert keys(name, format_.list_body(items).decode()) == [ESSAY, "a-review"]
            assert keys(name, format_.list_body(items[::-1]).decode()) == [ESSAY, "a-review"]

    def test_an_item_without_a_public_source_is_cited_itself(self, client_and_change):
        client, change = client_and_change
        change(Source, ESSAY, status=Status.DRAFT)
        quotes = [quote["id"] for quote in get_json(client, "/v1/quotes?limit=3")["data"]]
        for name in FORMATS:
            assert keys(name, client.get(f"/v1/quotes?format={name}&limit=3").text) == quotes


class TestTexts:
    @each("path", LISTS)
    def test_a_list_is_its_items_each_as_it_is_alone(self, client, path):
        items = get_json(client, f"{path}?limit=3")["data"]
        for extension, between in (("txt", "\n\n"), ("md", "\n---\n\n")):
            alone = [client.get(f"{urlsplit(item['url']).path}.{extension}").text for item in items]
            assert client.get(f"{path}.{extension}?limit=3").text == between.join(alone)

    def test_an_empty_list_is_empty(self, client):
        for extension in ("txt", "md"):
            response = client.get(f"/v1/quotes.{extension}?theme=no-such")
            assert (response.status_code, response.data) == (200, b"")


class TestPages:
    @each("suffix", ["?format=bibtex&", ".bib?", "?"])
    def test_link_leads_through_the_list(self, client, suffix):
        headers = {"Accept": "application/x-bibtex"}
        path, pages = f"/v1/quotes{suffix}limit=2&theme=avoidance,loneliness&sort=-id", []
        while path:
            response = client.get(path, headers=headers)
            assert keys("bibtex", response.text) == [ESSAY]
            pages.append(path)
            path = link(response, "next")
            assert not path or "theme=avoidance,loneliness" in path
        total = get_json(client, "/v1/quotes?theme=avoidance,loneliness&count=true")["page"]["total"]
        assert len(pages) == -(-total // 2) > 1

    def test_the_next_page_is_linked_even_if_the_previous_one_does_not_fit(self, client):
        themes = ",".join(
            ["human-connection", "self-discovery", *(f"no-such-theme-{number:060}" for number in range(25))]
        )
        first = client.get(f"/v1/quotes.bib?limit=2&theme={themes}")
        assert link(first, "next")
        second = client.get(link(first, "next"))
        assert (link(second, "next") is not None, link(second, "prev")) == (True, None)

    def test_cursors_of_json_are_valid(self, client):
        cursor = get_json(client, "/v1/quotes?limit=2")["page"]["next"].partition("cursor=")[2]
        for path in ("/v1/quotes.bib?", "/v1/quotes?format=ris&"):
            assert client.get(f"{path}limit=2&cursor={cursor}").status_code == 200

    @each("query", ["limit=101", "limit=0", "theme=A", "sort=nothing", "cursor=x", "film=her"])
    def test_parameters_are_checked_as_in_json(self, client, query):
        as_json = client.get(f"/v1/quotes?{query}")
        for path in (f"/v1/quotes.bib?{query}", f"/v1/quotes?format=csl-json&{query}"):
            response = client.get(path)
            assert response.status_code == as_json.status_code
            if as_json.status_code == 422:
                assert response.json["errors"][0]["pointer"] == as_json.json["errors"][0]["pointer"]

    def test_what_only_applies_to_json_is_ignored(self, client):
        plain = client.get("/v1/quotes?format=ris&limit=3")
        other = client.get("/v1/quotes?format=ris&limit=3&fields=id&include=scene&count=true&facets=theme")
        assert plain.data == other.data

    def test_a_response_has_an_etag(self, client):
        response = client.get("/v1/quotes.bib")
        repeated = client.get("/v1/quotes.bib", headers={"If-None-Match": response.headers["ETag"]})
        assert (repeated.status_code, repeated.data) == (304, b"")


class TestRefusals:
    @each(
        "name",
        [format_.name for format_ in formats_for("quote") if format_.name not in {"json", *LIST_FORMATS}],
    )
    def test_formats_of_a_single_item_are_not_those_of_a_list(self, client, name):
        response = client.get(f"/v1/quotes?format={name}")
        assert (response.status_code, response.json["errors"][0]["pointer"]) == (422, "format")
        assert response.json["errors"][0]["allowed"] == ["json", *LIST_FORMATS]

    @each("path", ["/v1/films", "/v1/scenes", "/v1/themes", "/v1/characters"])
    def test_lists_without_references_are_told_where_they_are(self, client, path):
        response = client.get(f"{path}?format=bibtex")
        assert response.status_code == 422
        assert (
            "Quotes, commentary entries and sources, and lists of them"
            in response.json["errors"][0]["detail"]
        )
        assert client.get(path, headers={"Accept": "application/x-bibtex"}).status_code == 406

    def test_an_unknown_extension_is_told_the_known_ones(self, client):
        response = client.get("/v1/quotes.pdf")
        assert response.status_code == 404
        assert "Available formats: .json, .txt, .md, .bib, .ris, .csl.json." in response.json["detail"]

    def test_none_acceptable(self, client):
        response = client.get("/v1/quotes", headers={"Accept": "text/turtle"})
        assert response.status_code == 406
        assert "application/x-bibtex" in response.json["detail"]

    @each("accept", ["text/html,application/xhtml+xml,*/*;q=0.8", "application/*", "application/json;q=0.9"])
    def test_json_stays_the_default(self, client, accept):
        response = client.get("/v1/quotes", headers={"Accept": accept})
        assert (response.status_code, response.content_type) == (200, "application/json")

    def test_a_missing_parent_is_not_found(self, client):
        assert client.get("/v1/films/no-such/quotes.bib").status_code == 404
