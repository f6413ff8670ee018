"""The OpenAPI document: valid, complete, true, and what the code generates."""

import copy
import json

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

from openapi import PATH, operations, render

DOCUMENT = json.loads(PATH.read_text("utf-8"))
OPERATIONS = {operation["operationId"]: operation for operation in operations(DOCUMENT)}


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

    def test_every_component_is_used(self):
        text = json.dumps(DOCUMENT)
        for kind, components in DOCUMENT["components"].items():
            unused = [name for name in components if f'"#/components/{kind}/{name}"' not in text]
            assert not unused, (kind, unused)

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

    def test_every_parameter_is_described(self, name):
        for parameter in OPERATIONS[name].get("parameters", []):
            assert "$ref" in parameter or parameter["description"]

    def test_its_errors_are_problems(self, name):
        responses = OPERATIONS[name]["responses"]
        assert {"200", "304", "406", "default"} <= set(responses)
        for status, response in responses.items():
            if status not in ("200", "304"):
                component = DOCUMENT["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
                assert list(component["content"]) == ["application/problem+json"]

    def test_every_answer_may_tell_of_limits(self, name):
        responses = OPERATIONS[name]["responses"]
        assert responses["429"]["$ref"].endswith("/TOO_MANY_REQUESTS")
        for response in responses.values():
            component = response.get("$ref", "").rpartition("/")[2]
            headers = (DOCUMENT["components"]["responses"].get(component) or response)["headers"]
            assert {"RateLimit", "RateLimit-Policy"} <= set(headers)
            assert ("Retry-After" in headers) == (component in ("TOO_MANY_REQUESTS", "UNAVAILABLE"))

    def test_its_example_is_a_real_answer(self, client, name):
        examples = OPERATIONS[name]["responses"]["200"]["content"]["application/json"]["examples"]
        request = examples["real"]["summary"].removeprefix("GET ")
        answer = client.get(request)
        assert answer.status_code == 200
        assert answer.get_json() == examples["real"]["value"]


class TestSchemas:
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
