"""The OpenAPI document: valid, complete, true, and what the code generates."""

import copy
import json
import re

import pytest
from apispec import APISpec
from openapi_spec_validator import OpenAPIV31SpecValidator
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

from api.http.problem_types import PROBLEM_TYPES
from api.openapi_spec.json_schema import SchemaPlugin
from api.resources.quotes.schemas import QuoteCreateSchema
from openapi import PATH, render
from openapi.document_order import operations, references
from openapi.examples import REFUSED

DOCUMENT = json.loads(PATH.read_text("utf-8"))
OPERATIONS = {operation["operationId"]: operation for operation in operations(DOCUMENT)}
SCHEMAS = DOCUMENT["components"]["schemas"]
#: The properties of each kind of problem by itself, by its code.
CODES = {
    schema["properties"]["code"]["const"]: schema["properties"]
    for name, schema in SCHEMAS.items()
    if name.endswith("Problem") and "const" in schema.get("properties", {}).get("code", {})
}


class TestDocument:
    def test_it_is_valid(self):
        OpenAPIV31SpecValidator(DOCUMENT).validate()

    def test_the_validation_can_fail(self):
        broken = copy.deepcopy(DOCUMENT)
        broken["paths"]["/v1/quotes"]["get"]["responses"] = {"200": {}}
        with pytest.raises(OpenAPIValidationError):
            OpenAPIV31SpecValidator(broken).validate()

    def test_it_is_what_the_code_generates(self, app):
        assert render(app) == PATH.read_bytes(), "openapi/v1.json is stale: run `subtext openapi`"

    def test_it_is_served(self, client):
        answer = client.get("/v1/openapi.json")
        assert answer.content_type == "application/json"
        assert answer.get_json() == DOCUMENT

    def test_the_server_is_this_service(self):
        assert [server["url"] for server in DOCUMENT["servers"]] == ["/"]
        assert DOCUMENT["openapi"].startswith("3.1")

    def test_every_component_is_used_and_there(self):
        used = set(references(DOCUMENT))
        there = {f"#/components/{kind}/{name}" for kind, of in DOCUMENT["components"].items() for name in of}
        assert used == there

    def test_it_begins_with_what_a_reader_needs_first(self):
        assert list(DOCUMENT) == ["openapi", "info", "servers", "security", "tags", "paths", "components"]
        assert [tag["name"] for tag in DOCUMENT["tags"]][:4] == ["index", "search", "films", "sources"]

    def test_no_name_comes_from_python(self):
        assert not [name for name in DOCUMENT["components"]["responses"] if name.isupper() or "_" in name]

    def test_no_two_operations_share_an_id(self):
        assert len(OPERATIONS) == len(operations(DOCUMENT))


@pytest.mark.parametrize("name", OPERATIONS)
class TestEveryOperation:
    def test_it_says_what_it_does(self, name):
        operation = OPERATIONS[name]
        assert operation["summary"]
        assert not operation["summary"].endswith(".")
        assert operation["description"].endswith(".")
        assert len(operation["tags"]) == 1

    def test_every_parameter_is_shared_and_described(self, name):
        for parameter in OPERATIONS[name]["parameters"]:
            assert named(parameter)["description"]

    def test_its_headers_are_described(self, name):
        for header in OPERATIONS[name]["responses"]["200"]["headers"].values():
            assert named(header)["description"]
        assert {"ETag", "Cache-Control", "Vary"} <= set(OPERATIONS[name]["responses"]["200"]["headers"])

    def test_its_errors_are_problems_of_that_status_with_an_example(self, name):
        responses = OPERATIONS[name]["responses"]
        assert {"200", "304", "400", "406", "412", "414", "422", "429", "503", "default"} <= set(responses)
        for status, response in responses.items():
            if status in ("200", "304", "308"):
                continue
            (media_type, content), *others = named(response)["content"].items()
            assert (media_type, others) == ("application/problem+json", [])
            for example in content["examples"].values() if status != "default" else ():
                assert str(example["value"]["status"]) == status
                assert CODES[example["value"]["code"]]["status"]["const"] == int(status)

    def test_every_answer_may_tell_of_limits(self, name):
        for status, response in OPERATIONS[name]["responses"].items():
            headers = (named(response) if "$ref" in response else response)["headers"]
            assert {"RateLimit", "RateLimit-Policy"} <= set(headers)
            assert ("Retry-After" in headers) == (status in ("429", "503"))

    def test_its_examples_are_real_answers(self, client, name):
        for media_type, content in OPERATIONS[name]["responses"]["200"]["content"].items():
            example = content["examples"]["real"]
            request = example["summary"].removeprefix("GET ")
            answer = client.get(request, headers={"Accept": media_type})
            assert answer.status_code == 200
            assert (answer.get_json() if answer.is_json else answer.text) == example["value"]

    def test_its_links_lead_from_the_example_to_an_answer(self, client, name):
        answer = OPERATIONS[name]["responses"]["200"]
        shown = answer["content"]["application/json"]["examples"]["real"]["value"]
        for link in map(named, answer.get("links", {}).values()):
            path = next(path for path, item in DOCUMENT["paths"].items() if leads_to(item, link))
            ((parameter, expression),) = link["parameters"].items()
            value = pointed_at(shown, expression.removeprefix("$response.body#"))
            if value is not None:
                assert client.get(path.replace(f"{{{parameter}}}", value)).status_code == 200


def named(reference):
    """Return the component that a part of the document refers to."""
    _, kind, name = reference["$ref"].removeprefix("#/").split("/")
    return DOCUMENT["components"][kind][name]


def leads_to(item, link):
    return item.get("get", {}).get("operationId") == link["operationId"]


def pointed_at(value, pointer):
    """Return what a JSON Pointer finds; None where it finds nothing."""
    for key in pointer.removeprefix("/").split("/"):
        if isinstance(value, list):
            value = value[int(key)] if int(key) < len(value) else None
        else:
            value = (value or {}).get(key)
    return value


class TestLinks:
    def test_most_links_lead_somewhere_from_the_examples(self):
        found = [
            pointed_at(shown, expression.removeprefix("$response.body#"))
            for operation in OPERATIONS.values()
            for answer in [operation["responses"]["200"]]
            for shown in [answer["content"]["application/json"]["examples"]["real"]["value"]]
            for link in map(named, answer.get("links", {}).values())
            for expression in link["parameters"].values()
        ]
        assert len(found) > 90
        assert found.count(None) < len(found) / 10

    def test_every_item_leads_to_its_lists_and_what_it_names(self):
        links = OPERATIONS["getQuote"]["responses"]["200"]["links"]
        assert list(links) == [
            "quoteCommentary",
            "quoteSpeaker",
            "quoteFilm",
            "quoteScene",
            "quoteFirstTheme",
            "quoteFirstSource",
        ]
        assert named(OPERATIONS["listQuotes"]["responses"]["200"]["links"]["firstQuote"]) == {
            "operationId": "getQuote",
            "parameters": {"quote_id": "$response.body#/data/0/id"},
        }


class TestProblems:
    @pytest.mark.parametrize("name", REFUSED)
    def test_the_example_is_a_real_answer(self, client, name):
        path, headers = REFUSED[name]
        answer = client.get(path, headers=headers).get_json()
        (content,) = DOCUMENT["components"]["responses"][name]["content"].values()
        shown = content["examples"]["real"]["value"]
        assert answer | {"request_id": shown["request_id"]} == shown

    def test_each_is_told_apart_by_its_code(self):
        assert set(CODES) <= set(PROBLEM_TYPES)
        for code, properties in CODES.items():
            assert properties["status"]["const"] == PROBLEM_TYPES[code].status

    def test_an_unknown_one_may_come(self):
        code = SCHEMAS["Problem"]["properties"]["code"]
        assert (code["type"], "enum" in code, "const" in code) == ("string", False, False)


def inner(node, path=()):
    """Yield every part of the schemas that stands inside a component, with its path."""
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            if key not in ("examples", "example"):
                yield from inner(value, (*path, key))
    elif isinstance(node, list):
        for place, value in enumerate(node):
            yield from inner(value, (*path, place))


class TestSchemas:
    def test_every_enumeration_has_a_name(self):
        assert [path for path, part in inner(DOCUMENT) if "enum" in part and len(path) != 3] == []

    def test_every_value_of_an_enumeration_has_a_good_name(self):
        for name, schema in SCHEMAS.items():
            if "enum" in schema:
                names = schema.get("x-enum-varnames", [value.upper() for value in schema["enum"]])
                assert len(set(names)) == len(schema["enum"]), name
                assert all(re.fullmatch("[A-Z][A-Z0-9_-]*", made) for made in names), name

    def test_every_union_has_a_name_and_tells_its_members_apart(self):
        unions = {path: part for path, part in inner(DOCUMENT) if "oneOf" in part}
        assert {path[-1] for path in unions} == {
            "SearchHit",
            "CitingResource",
            "TemporarilyUnavailableProblem",
        }
        for union in unions.values():
            key = union["discriminator"]["propertyName"]
            for value, reference in union["discriminator"]["mapping"].items():
                member = named({"$ref": reference})
                assert member["properties"][key]["const"] == value
                assert key in member["required"]

    def test_null_is_the_only_alternative_that_has_no_name(self):
        for path, part in inner(DOCUMENT):
            if "anyOf" in part:
                reference, null = part["anyOf"]
                assert (list(reference), null) == (["$ref"], {"type": "null"}), path

    def test_what_is_taken_and_what_is_served_are_shapes_of_their_own(self):
        plugin = SchemaPlugin(schema_name_resolver=lambda schema: type(schema).__name__)
        spec = APISpec("Taken", "1", "3.1.1", plugins=[plugin])
        taken = plugin.converter.schema2jsonschema(QuoteCreateSchema())
        assert spec.components.schemas.keys() >= {"QuoteKind"}
        assert taken["additionalProperties"] is False
        assert {"text", "film", "citations"} <= set(taken["required"]) < set(taken["properties"])
        assert not {"url", "html_url", "revision", "word_count"} & set(taken["properties"])

    def test_every_property_of_what_is_served_is_required_unless_it_is_included(self):
        for name, schema in DOCUMENT["components"]["schemas"].items():
            if name == "ProblemError" or "properties" not in schema:
                continue
            properties = schema["properties"].items()
            included = {key for key, value in properties if value["description"].startswith("Only with ")}
            always = [key for key in schema["properties"] if key not in included]
            reference = ["type", "id", "label", "url"]
            assert schema.get("required", []) == (reference if name.endswith("Ref") else always), name

    def test_every_schema_and_property_is_described(self):
        for name, schema in DOCUMENT["components"]["schemas"].items():
            assert "oneOf" in schema or schema["description"], name
            for key, value in schema.get("properties", {}).items():
                assert value["description"], (name, key)

    def test_every_property_of_an_item_is_served(self, client):
        quote = client.get("/v1/quotes/her-2013-a-wife-without-the-challenges?include=commentary").get_json()
        assert list(DOCUMENT["components"]["schemas"]["Quote"]["properties"]) == list(quote)
