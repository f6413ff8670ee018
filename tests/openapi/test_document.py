"""The OpenAPI document is valid, complete, correct, and what the code generates."""

import copy
import json
import re

import jsonschema
import pytest
import yaml
from apispec import APISpec
from openapi_spec_validator import OpenAPIV31SpecValidator
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

from api.core.urls import PLACEHOLDER_BASE_URL
from api.http.problem_types import PROBLEM_TYPES
from api.openapi_spec.components import has_public_get, operations, references
from api.openapi_spec.json_schema import SchemaPlugin
from api.openapi_spec.sparse_schemas import remove_fields_parameters
from api.resources.quotes.schemas import QuoteCreateSchema
from models import RESOURCES
from openapi import PATH, promise, render_document
from openapi.examples import PROBLEM_REQUESTS, with_example_epoch
from tests.cases import each

pytestmark = pytest.mark.any_database

BASE = "http://127.0.0.1:8000"
DOCUMENT = json.loads(PATH.read_text("utf-8"))
OPERATIONS = {operation["operationId"]: operation for operation in operations(DOCUMENT)}
#: Reads that need no API key, and changes of what is public. Drafts have responses and parameters of their own.
READS = {
    path["get"]["operationId"]: path["get"] for path in DOCUMENT["paths"].values() if has_public_get(path)
}
WRITES = {
    name: operation
    for name, operation in OPERATIONS.items()
    if name not in READS and "Draft" not in name and "Release" not in name
}
SCHEMAS = DOCUMENT["components"]["schemas"]
#: The properties of each problem type's schema, by its code.
CODES = {
    schema["properties"]["code"]["const"]: schema["properties"]
    for name, schema in SCHEMAS.items()
    if name.endswith("Problem") and "const" in schema.get("properties", {}).get("code", {})
}


@pytest.fixture
def served(client):
    """The document as the service of the ``client`` serves it."""
    return client.get("/v1/openapi.json").get_json()


def without_examples_of_responses(part):
    """Return a part of the document without the examples of a media type, or the samples of an operation."""
    removed = {"x-codeSamples"} | ({"examples"} if "schema" in part else set())
    return {key: value for key, value in part.items() if key not in removed}


class TestDocument:
    def test_it_is_valid(self):
        OpenAPIV31SpecValidator(DOCUMENT).validate()

    def test_validation_fails_for_an_invalid_document(self):
        broken = copy.deepcopy(DOCUMENT)
        broken["paths"]["/v1/quotes"]["get"]["responses"] = {"200": {}}
        with pytest.raises(OpenAPIValidationError):
            OpenAPIV31SpecValidator(broken).validate()

    def test_it_is_what_the_code_generates(self, app):
        assert render_document(app) == PATH.read_bytes(), "openapi/v1.json is stale: run `subtext openapi`"

    def test_it_names_no_host_but_one_that_cannot_exist(self):
        assert [server["url"] for server in DOCUMENT["servers"]] == ["{scheme}://{host}{base_path}", "/"]
        variables = DOCUMENT["servers"][0]["variables"].items()
        defaults = {name: variable["default"] for name, variable in variables}
        assert "{scheme}://{host}{base_path}".format_map(defaults) == PLACEHOLDER_BASE_URL
        text = PATH.read_text("utf-8")
        assert text.count(PLACEHOLDER_BASE_URL) > 600
        assert not [host for host in ("127.0.0.1", "localhost", ":8000") if host in text]
        assert DOCUMENT["openapi"].startswith("3.1")

    def test_it_is_served_with_the_urls_of_the_service(self, client, served):
        response = client.get("/v1/openapi.json")
        assert response.content_type == "application/json"
        assert response.get_json() == served
        assert [server["url"] for server in served["servers"]] == [BASE]
        assert f"[guides]({BASE}/docs/guides)" in served["info"]["description"]

    @each("public_url", ["https://example.org/subtext", "https://films.example:8443"])
    def test_it_names_the_service_that_serves_it(self, client_at, public_url):
        with client_at(public_url) as client:
            base_path = client.application.extensions["settings"].base_path
            document = client.get(f"{base_path}/v1/openapi.json").get_json()
            assert [server["url"] for server in document["servers"]] == [public_url]
            assert document["paths"].keys() == DOCUMENT["paths"].keys()
            assert not {PLACEHOLDER_BASE_URL, BASE} & set(re.findall('https?://[^/"]+', json.dumps(document)))
            if base_path:
                assert_examples_are_real(document, client)

    @each("path", ["/openapi.json", "/openapi.yaml", "/openapi.json?examples=false"])
    def test_tools_find_it_at_the_root(self, client, path):
        response = client.get(path)
        assert (response.status_code, response.headers["Location"]) == (308, f"{BASE}/v1{path}")

    @each("query", ["", "?examples=false&sparse=false"])
    def test_it_is_the_same_in_yaml_without_anchors(self, client, query):
        response = client.get(f"/v1/openapi.yaml{query}", headers={"Accept": "application/json"})
        assert response.content_type == "application/yaml"
        assert response.headers["Cache-Control"].startswith("public")
        document = client.get(f"/v1/openapi.json{query}").get_json()
        assert yaml.load(response.text, Loader=yaml.CSafeLoader) == document
        assert list(document)[:2] == ["openapi", "info"]
        assert response.text.startswith("openapi: 3.1.1\ninfo:\n  summary: ")
        events = yaml.parse(response.text, Loader=yaml.CSafeLoader)
        assert not any(getattr(event, "anchor", None) for event in events)
        again = client.get(f"/v1/openapi.yaml{query}", headers={"If-None-Match": response.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")

    def test_it_is_smaller_without_examples(self, client, served):
        small = client.get("/v1/openapi.json?examples=false")
        assert len(small.data) < 0.7 * len(client.get("/v1/openapi.json").data)
        without = json.loads(json.dumps(served), object_hook=without_examples_of_responses)
        assert small.get_json() == without

    @each("query", ["examples=no", "sparse=0", "examples=false&examples=true", "example=false"])
    def test_other_variants_are_refused(self, client, query):
        assert client.get(f"/v1/openapi.json?{query}").status_code == 422

    def test_every_component_is_used_and_every_reference_is_defined(self):
        defined = {
            f"#/components/{kind}/{name}"
            for kind, components in DOCUMENT["components"].items()
            for name in components
            # Operations name these without a reference.
            if kind != "securitySchemes"
        }
        assert set(references(DOCUMENT)) == defined

    def test_its_keys_are_in_reading_order(self):
        assert list(DOCUMENT) == ["openapi", "info", "servers", "security", "tags", "paths", "components"]
        collections = [model.__tablename__ for model in RESOURCES]
        others = [name for name in collections if name != "advisories"]
        assert [tag["name"] for tag in DOCUMENT["tags"]] == [
            "index",
            *others,
            "drafts",
            "search",
            "advisories",
            "changes",
            "snapshots",
            "bulk",
        ]

    def test_tags_are_in_the_order_of_the_guides_and_link_to_them(self, client):
        guides = re.findall(r"/docs/guides/([a-z-]+)\"", client.get("/docs/guides").text)
        linked = [tag["externalDocs"]["url"].rsplit("/", 1)[1] for tag in DOCUMENT["tags"]]
        assert linked == sorted(linked, key=guides.index)

    def test_operations_link_to_sections_of_guides(self, client):
        pages = {}
        for name, operation in OPERATIONS.items():
            path, _, anchor = (
                operation["externalDocs"]["url"].removeprefix(PLACEHOLDER_BASE_URL).partition("#")
            )
            pages.setdefault(path, client.get(path).text)
            assert f'id="{anchor}"' in pages[path], name
        assert len(pages) > 5

    def test_response_names_are_words(self):
        assert not [name for name in DOCUMENT["components"]["responses"] if name.isupper() or "_" in name]

    def test_no_two_operations_share_an_id(self):
        assert len(OPERATIONS) == len(operations(DOCUMENT))


class TestEveryOperation:
    def test_it_has_a_summary_a_description_and_one_tag(self):
        for name, operation in OPERATIONS.items():
            assert operation["summary"], name
            assert not operation["summary"].endswith("."), name
            assert operation["description"].endswith("."), name
            assert len(operation["tags"]) == 1, name

    def test_its_parameters_are_shared_and_described(self):
        for name, operation in OPERATIONS.items():
            for parameter in operation["parameters"]:
                assert component(parameter)["description"], f"{name}, {parameter}"

    def test_its_headers_are_described(self):
        for name, operation in READS.items():
            headers = operation["responses"]["200"]["headers"]
            assert {"ETag", "Cache-Control", "Vary"} <= set(headers), name
            assert all(component(header)["description"] for header in headers.values()), name

    def test_its_errors_are_problems_of_that_status_with_an_example(self):
        read = {"200", "304", "400", "406", "412", "414", "422", "429", "503", "default"}
        write = {"400", "401", "403", "409", "422", "429", "503", "507", "default"}
        private = {"400", "422", "429", "503", "default"}
        for name, operation in OPERATIONS.items():
            expected = read if name in READS else write if name in WRITES else private
            assert expected <= set(operation["responses"]), name
            for status, response in operation["responses"].items():
                if not status.startswith(("2", "3")):
                    assert_is_problem(status, component(response))

    def test_every_response_may_have_rate_limit_headers(self):
        for name, operation in OPERATIONS.items():
            for status, response in operation["responses"].items():
                headers = (component(response) if "$ref" in response else response)["headers"]
                assert {"RateLimit", "RateLimit-Policy"} <= set(headers), f"{name}, {status}"
                is_temporary = status in ("409", "429", "503", "507")
                assert ("Retry-After" in headers) == is_temporary, f"{name}, {status}"

    def test_its_examples_are_real_responses(self, client, served):
        assert_examples_are_real(served, client)

    def test_a_write_has_a_key_a_precondition_and_a_valid_example(self):
        for name, operation in WRITES.items():
            names = names_of_parameters(operation)
            assert {"note", "Idempotency-Key"} <= set(names), name
            assert ("If-Match" in names) == (not name.startswith(("create", "bulk"))), name
            assert operation["security"], name
            for content in operation.get("requestBody", {}).get("content", {}).values():
                schema = content["schema"] | {"components": DOCUMENT["components"]}
                value = content["examples"]["real"]["value"]
                assert not list(jsonschema.Draft202012Validator(schema).iter_errors(value)), name

    def test_its_links_lead_from_the_example_to_a_response(self, client):
        urls = {url for operation in READS.values() for url in linked_urls(operation) if url}
        assert urls
        statuses = {url: client.get(url).status_code for url in urls}
        assert {url: status for url, status in statuses.items() if status != 200} == {}


def assert_examples_are_real(document, client):
    """Assert that the examples of operations and problems are what their requests return."""
    reads = (path["get"] for path in document["paths"].values() if "get" in path)
    for operation in (read for read in reads if not read.get("security")):
        for media_type, content in operation["responses"]["200"]["content"].items():
            example = content["examples"]["real"]
            path = example["summary"].removeprefix("GET ")
            response = client.get(path, headers={"Accept": media_type})
            assert response.status_code == 200, path
            # Each database has an epoch of its own.
            text = with_example_epoch(client, response.text)
            body = json.loads(text) if response.is_json else text
            assert body == example["value"], f"{path} as {media_type}"
    for name, (path, headers) in PROBLEM_REQUESTS.items():
        problem = client.get(path, headers=headers).get_json()
        (content,) = document["components"]["responses"][name]["content"].values()
        example = content["examples"]["real"]["value"]
        assert problem | {"request_id": example["request_id"]} == example, name


def assert_is_problem(status, response):
    (media_type, content), *others = response["content"].items()
    assert (media_type, others) == ("application/problem+json", [])
    for example in content["examples"].values() if status != "default" else ():
        assert str(example["value"]["status"]) == status
        assert CODES[example["value"]["code"]]["status"]["const"] == int(status)


def linked_urls(operation):
    """Yield the URL to which each link leads from the example; None where the example has no value."""
    response = operation["responses"]["200"]
    example = response["content"]["application/json"]["examples"]["real"]["value"]
    for link in map(component, response.get("links", {}).values()):
        path = next(path for path, item in DOCUMENT["paths"].items() if is_target_of(item, link))
        ((parameter, expression),) = link["parameters"].items()
        value = resolve_pointer(example, expression.removeprefix("$response.body#"))
        yield None if value is None else path.replace(f"{{{parameter}}}", value)


def component(reference):
    """Return the component that a reference leads to."""
    _, kind, name = reference["$ref"].removeprefix("#/").split("/")
    return DOCUMENT["components"][kind][name]


def is_target_of(item, link):
    return item.get("get", {}).get("operationId") == link["operationId"]


def resolve_pointer(value, pointer):
    """Return the value at a JSON Pointer, or None where there is none."""
    for key in pointer.removeprefix("/").split("/"):
        if isinstance(value, list):
            value = value[int(key)] if int(key) < len(value) else None
        else:
            value = (value or {}).get(key)
    return value


class TestLinks:
    def test_most_examples_have_the_values_that_links_need(self):
        urls = [url for operation in READS.values() for url in linked_urls(operation)]
        assert len(urls) > 90
        assert urls.count(None) < len(urls) / 10

    def test_an_item_links_to_its_lists_and_references(self):
        links = OPERATIONS["getQuote"]["responses"]["200"]["links"]
        assert list(links) == [
            "quoteRevisions",
            "quoteCommentary",
            "quoteSource",
            "quoteSpeaker",
            "quoteFilm",
            "quoteScene",
            "quoteFirstTheme",
            "quoteFirstSource",
        ]
        assert component(OPERATIONS["listQuotes"]["responses"]["200"]["links"]["firstQuote"]) == {
            "operationId": "getQuote",
            "parameters": {"quote_id": "$response.body#/data/0/id"},
        }


def names_of_parameters(operation):
    return [component(reference)["name"] for reference in operation["parameters"]]


class TestSparseSchemas:
    def test_only_operations_with_fields_return_them(self):
        for name, operation in READS.items():
            schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
            is_union = "anyOf" in component(schema)
            assert is_union == ("fields" in names_of_parameters(operation)), name

    def test_the_complete_schema_comes_first(self):
        for name, schema in SCHEMAS.items():
            if name.startswith("Any"):
                complete, sparse = schema["anyOf"]
                assert complete["$ref"].endswith(f"/{name.removeprefix('Any')}")
                assert sparse["$ref"].endswith(f"/{name.replace('Any', 'Sparse')}")

    def test_a_sparse_schema_has_the_same_properties(self):
        for name, schema in SCHEMAS.items():
            if name.startswith("Sparse"):
                complete = SCHEMAS[name.removeprefix("Sparse")]
                assert list(schema["properties"]) == list(complete["properties"])
                assert schema["description"] != complete["description"]

    def test_without_the_parameter_the_schemas_are_those_of_complete_responses(self):
        document = copy.deepcopy(DOCUMENT)
        remove_fields_parameters(document)
        OpenAPIV31SpecValidator(document).validate()
        text = json.dumps(document)
        assert '"fields"' not in text
        assert "schemas/Any" not in text
        assert "schemas/Sparse" not in text
        released = json.loads((promise.RELEASED / "1.0.0.json").read_bytes())["components"]["schemas"]
        lost = {name for name in released if name not in document["components"]["schemas"]}
        assert {name for name in lost if not name.endswith("Field")} == set()


class TestProblems:
    def test_each_has_its_own_code(self):
        assert set(CODES) <= set(PROBLEM_TYPES)
        for code, properties in CODES.items():
            assert properties["status"]["const"] == PROBLEM_TYPES[code].status

    def test_unknown_codes_are_allowed(self):
        code = SCHEMAS["Problem"]["properties"]["code"]
        assert (code["type"], "enum" in code, "const" in code) == ("string", False, False)


def walk_mappings(node, path=()):
    """Yield every mapping inside a document, with its path."""
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            if key not in ("examples", "example"):
                yield from walk_mappings(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from walk_mappings(value, (*path, index))


class TestSchemas:
    def test_no_key_is_a_number(self):
        # Generators for Ruby and others make names of keys.
        assert [path for path, part in walk_mappings(SCHEMAS) if any(key.isdigit() for key in part)] == []

    def test_no_schema_is_empty(self):
        for path, part in walk_mappings(DOCUMENT):
            if path and (path[-1] in ("schema", "items") or path[-2:-1] == ("properties",)):
                assert {"$ref", "type", "anyOf", "oneOf", "const", "enum"} & set(part), path
        # Formats that others define, such as CSL-JSON, are objects without further description.
        for path, part in walk_mappings(SCHEMAS):
            if part.get("type") == "object":
                parts = {"properties", "additionalProperties", "anyOf"}
                assert any(part.get(key) for key in parts), path

    def test_no_property_has_the_name_of_its_schema(self):
        # Generated clients have a variable with each of both names in one function.
        for name, schema in SCHEMAS.items():
            words = re.findall("[A-Z][a-z0-9]*|[A-Z]+", name)
            assert "_".join(words).lower() not in schema.get("properties", {}), name

    def test_integers_have_a_format(self):
        integers = [part for _, part in walk_mappings(DOCUMENT) if "integer" in part.get("type", ())]
        assert len(integers) > 100
        assert {part.get("format") for part in integers} == {"int32"}

    def test_every_enumeration_has_a_name(self):
        assert [path for path, part in walk_mappings(DOCUMENT) if "enum" in part and len(path) != 3] == [
            ("servers", 0, "variables", "scheme")
        ]

    def test_every_value_of_an_enumeration_has_a_valid_name(self):
        for name, schema in SCHEMAS.items():
            if "enum" in schema:
                names = schema.get("x-enum-varnames", [value.upper() for value in schema["enum"]])
                assert len(set(names)) == len(schema["enum"]), name
                assert all(re.fullmatch("[A-Z][A-Z0-9_-]*", name_) for name_ in names), name

    def test_every_union_has_a_name_and_a_discriminator(self):
        unions = {path: part for path, part in walk_mappings(DOCUMENT) if "oneOf" in part}
        assert {path[-1] for path in unions} == {
            "SearchHit",
            "CitingResource",
            "TemporarilyUnavailableProblem",
            "MalformedRequestProblem",
            "ChangeConflictProblem",
            "DraftConflictProblem",
            "InvalidChangeProblem",
            "NotWritableProblem",
        }
        for union in unions.values():
            key = union["discriminator"]["propertyName"]
            for value, reference in union["discriminator"]["mapping"].items():
                member = component({"$ref": reference})
                assert member["properties"][key]["const"] == value
                assert key in member["required"]

    def test_null_is_the_only_alternative_without_a_name(self):
        for path, part in walk_mappings(DOCUMENT):
            if "anyOf" in part and not path[-1].startswith("Any"):
                reference, null = part["anyOf"]
                assert (list(reference), null) == (["$ref"], {"type": "null"}), path

    def test_request_and_response_schemas_differ(self):
        plugin = SchemaPlugin(schema_name_resolver=lambda schema: type(schema).__name__)
        spec = APISpec("Requests", "1", "3.1.1", plugins=[plugin])
        body = plugin.converter.schema2jsonschema(QuoteCreateSchema())
        assert spec.components.schemas.keys() >= {"QuoteKind"}
        assert body["additionalProperties"] is False
        assert {"text", "film", "citations"} <= set(body["required"]) < set(body["properties"])
        assert not {"url", "html_url", "revision", "word_count"} & set(body["properties"])

    def test_every_property_of_a_response_is_required_unless_it_is_included(self):
        for name, schema in DOCUMENT["components"]["schemas"].items():
            is_request = schema.get("additionalProperties") is False
            if name == "ProblemError" or "properties" not in schema or is_request:
                continue
            if name.startswith("Sparse") and not name.endswith("List"):
                assert set(schema["required"]) == {"type", "id"} & set(schema["properties"]), name
                continue
            properties = schema["properties"].items()
            included = {
                key for key, value in properties if re.search("Only (present )?with `", value["description"])
            }
            always = [key for key in schema["properties"] if key not in included]
            reference = ["type", "id", "label", "url"]
            assert schema.get("required", []) == (reference if name.endswith("Ref") else always), name

    def test_every_schema_and_property_is_described(self):
        for name, schema in DOCUMENT["components"]["schemas"].items():
            assert "oneOf" in schema or schema["description"], name
            for key, value in schema.get("properties", {}).items():
                assert value["description"], (name, key)

    def test_an_item_has_every_property(self, client):
        quote = client.get("/v1/quotes/her-2013-a-wife-without-the-challenges?include=commentary").get_json()
        assert list(DOCUMENT["components"]["schemas"]["Quote"]["properties"]) == list(quote)
