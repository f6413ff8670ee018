"""Responses to random legal requests are what the document describes, with every parameter and combination."""

import json
import os
import random
from collections import Counter

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from api.openapi_spec.components import has_public_get
from api.schemas.random_queries import time_zone_names
from openapi import PATH

DOCUMENT = json.loads(PATH.read_bytes())
COMPONENTS = DOCUMENT["components"]
REGISTRY = Registry().with_resource("urn:v1", Resource(contents=DOCUMENT, specification=DRAFT202012))
#: Set it to repeat a failure, which names it.
SEED = os.environ.get("RESPONSES_SEED") or str(random.SystemRandom().randrange(10**6))
#: The share of requests that have an optional parameter.
SHARE = 0.12
#: Parameters whose values a request cannot choose freely.
FIXED = {"cursor", "If-None-Match", "q"}
WORDS = [
    "love",
    "loneliness",
    "her",
    "“real”",
    "perfect*",
    "愛",
    "samantha -theodore",
    "challenges",
    "",
    "xyzzy",
]


def resolve(node):
    """Return the component that a reference leads to, or the node itself."""
    if "$ref" not in node:
        return node
    _, _, kind, name = node["$ref"].split("/")
    return COMPONENTS[kind][name] | {key: value for key, value in node.items() if key != "$ref"}


def validator(name):
    """Return a validator of the component of a schema."""
    return Draft202012Validator({"$ref": f"urn:v1#/components/schemas/{name}"}, registry=REGISTRY)


VALIDATORS = {}


class RequestGenerator:
    """Generates legal requests to operations of the document."""

    def __init__(self, seed, client):
        self.random, self.client = random.Random(seed), client
        self.ids = {}

    def request(self, path):
        """Return the URL path and the query parameters of a request to an operation."""
        item = DOCUMENT["paths"][path]
        parameters = [resolve(one) for one in item.get("parameters", []) + item["get"]["parameters"]]
        for parameter in parameters:
            if parameter["in"] == "path":
                name = f"{{{parameter['name']}}}"
                path = path.replace(name, str(self.path_value(parameter)))
        query = {
            parameter["name"]: self.value(parameter)
            for parameter in parameters
            if parameter["in"] == "query" and (parameter.get("required") or self.is_chosen(parameter["name"]))
        }
        return path, query

    def is_chosen(self, name):
        share = {"fields": 0.5, "include": 0.3, "cursor": 0, "as_of": 0, "revision": 0}.get(name, SHARE)
        return self.random.random() < share

    def path_value(self, parameter):
        name = parameter["name"]
        if not name.endswith("_id"):
            # Few items have more than two revisions.
            most = 2 if name in ("revision", "other") else 60
            return parameter["example"] if name == "date" else self.random.randint(1, most)
        return self.random.choice(self.known_ids(name.removesuffix("_id")))

    def known_ids(self, type_name):
        """Return the ids of a type."""
        collection = {"advisory": "advisories", "commentary": "commentary"}.get(type_name, f"{type_name}s")
        if type_name not in self.ids:
            page = self.client.get(f"/v1/{collection}?limit=100&fields=type").get_json()
            self.ids[type_name] = [item["id"] for item in page["data"]]
        return self.ids[type_name]

    def value(self, parameter):
        """Return a legal value, as text."""
        if parameter["name"] == "q":
            return self.random.choice(WORDS)
        schema = resolve(parameter["schema"])
        if schema.get("type") != "array":
            return self.text(parameter, schema)
        items = resolve(schema["items"])
        most = min(schema["maxItems"], 4)
        count = self.random.choice([1, 1, 1, *range(1, most + 1)])
        return ",".join(dict.fromkeys(self.text(parameter, items) for _ in range(count)))

    def text(self, parameter, schema):
        if "enum" in schema:
            return self.random.choice(schema["enum"])
        if schema["type"] == "integer":
            least, most = schema.get("minimum", 0), min(schema.get("maximum", 100), 3_000)
            return str(self.random.choice([least, most, self.random.randint(least, most)]))
        if schema["type"] == "boolean":
            return self.random.choice(["true", "false"])
        if parameter["name"] == "tz":
            return self.random.choice(time_zone_names())
        example = parameter["example"]
        if parameter["name"] in ("date", "seed", "language"):
            return "".join(example)
        return self.id(example[0]) if self.random.random() < 0.8 else "there-is-no-such-id"

    def id(self, example):
        """Return an id of the type that an example has."""
        types = [name for name in self.types() if example in self.known_ids(name)]
        return self.random.choice(self.known_ids(types[0]))

    @staticmethod
    def types():
        return ("film", "source", "character", "scene", "quote", "commentary", "theme", "advisory")


#: Without those that need a key: they read drafts, of which there are none.
READ_PATHS = [path for path, item in DOCUMENT["paths"].items() if has_public_get(item)]


def check(client, generator, path):
    """Send a request and assert that the document describes its response; return status and schema."""
    address, query = generator.request(path)
    response = client.get(address, query_string=query)
    responses = DOCUMENT["paths"][path]["get"]["responses"]
    message = f"RESPONSES_SEED={SEED}: {address} {query} returns {response.status_code}"
    assert str(response.status_code) in responses, message
    assert response.status_code < 400 or response.status_code == 404, f"{message}: {response.text}"
    content = resolve(responses[str(response.status_code)])["content"]
    assert response.mimetype in content, message
    schema = content[response.mimetype]["schema"]
    if not response.is_json or "$ref" not in schema:
        return response.status_code, response.mimetype
    name = schema["$ref"].rsplit("/", 1)[1]
    body = response.get_json()
    if name.startswith("Any") and "fields" not in query:
        # A response without `fields` is complete: the sparse alternative would accept anything.
        name = name.removeprefix("Any")
    VALIDATORS.setdefault(name, validator(name))
    errors = [
        f"{'/'.join(map(str, one.path))}: {one.message[:200]}" for one in VALIDATORS[name].iter_errors(body)
    ]
    assert errors == [], message
    return response.status_code, name


def check_all(client, paths, seed):
    generator = RequestGenerator(seed, client)
    return Counter(check(client, generator, path) for path in paths)


def test_a_few_requests_are_answered_as_described(client):
    # Each request takes a new statement, and more of them the time that all tests have.
    assert check_all(client, READ_PATHS[::4], "the same every day")


@pytest.mark.nightly
def test_hundreds_of_requests_are_answered_as_described(client):
    counts = check_all(client, 20 * READ_PATHS, SEED)
    assert sum(counts.values()) > 900
    statuses = Counter(status for status, _ in counts.elements())
    assert statuses[200] > 700
    unions = {name for _, name in counts if name.startswith("Any")}
    assert unions == {name for name in COMPONENTS["schemas"] if name.startswith("Any")}


def test_an_incomplete_item_is_no_complete_one(client):
    sparse = client.get("/v1/quotes?fields=text&limit=2").get_json()
    assert list(validator("QuoteList").iter_errors(sparse))
    assert not list(validator("AnyQuoteList").iter_errors(sparse))
    del sparse["data"][0]["id"]
    assert list(validator("AnyQuoteList").iter_errors(sparse))
