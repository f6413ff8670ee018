"""Limits of the document are those of what is stored and of what is accepted."""

import json
import re

import pytest

from api.schemas.reference_fields import MAX_EXPANDED_ITEMS
from models.advisory import AdvisoryLink
from openapi import PATH
from tests.openapi.test_parameter_examples import PARAMETERS, USES, example_url

pytestmark = pytest.mark.any_database

SCHEMAS = json.loads(PATH.read_bytes())["components"]["schemas"]
LIMITS = re.compile("m(in|ax)imum|m(in|ax)(Length|Items|Properties)")
SEVERITY = {"minimum": 1, "maximum": 3}
#: Properties of responses that have limits, other than lists of included items.
LIMITED = {
    "Advisory.severities": {"minProperties": 3, "maxProperties": 3},
    "AdvisoryLink.severity": SEVERITY,
    "SeverityLevel.severity": SEVERITY,
    # Pairs of start and end.
    "Snippet.highlights.items": {"minItems": 2, "maxItems": 2},
}


def limits(name, schema):
    """Yield each part of a schema that has limits, as its path and them."""
    if own := {key: value for key, value in schema.items() if LIMITS.fullmatch(key)}:
        yield name, own
    for key, value in schema.get("properties", {}).items():
        yield from limits(f"{name}.{key}", value)
    if "items" in schema:
        yield from limits(f"{name}.items", schema["items"])


def integers():
    """Yield each parameter for an integer with limits, and the schema of the integer."""
    for name, parameter in PARAMETERS.items():
        schema = parameter["schema"]
        schema = schema.get("items", schema)
        if {"minimum", "maximum"} & schema.keys():
            yield name, parameter, schema


class TestResponses:
    def test_only_these_properties_have_limits(self):
        found = {}
        for name, schema in SCHEMAS.items():
            is_request = schema.get("additionalProperties") is False
            if "properties" in schema and not name.startswith("Sparse") and not is_request:
                found |= limits(name, schema)
        included = {name for name, own in found.items() if own == {"maxItems": MAX_EXPANDED_ITEMS}}
        assert {name: own for name, own in found.items() if name not in included} == LIMITED

    def test_the_limits_of_a_severity_are_those_of_its_column(self):
        checks = [
            str(check.sqltext) for check in AdvisoryLink.__table__.constraints if "sqltext" in dir(check)
        ]
        assert "severity BETWEEN {minimum} AND {maximum}".format_map(SEVERITY) in checks

    def test_the_limits_of_a_severity_are_those_of_its_levels(self, client):
        for advisory in client.get("/v1/advisories?limit=100").get_json()["data"]:
            levels = [level["severity"] for level in advisory["severity_levels"]]
            assert levels == list(range(SEVERITY["minimum"], SEVERITY["maximum"] + 1))
            assert list(advisory["severities"]) == [str(level) for level in levels]


class TestParameters:
    @pytest.mark.parametrize("name", [name for name, *_ in integers() if name in USES])
    def test_its_limits_are_accepted_and_no_others(self, client, name):
        parameter, schema = next(rest for each, *rest in integers() if each == name)
        path = USES[name][0]
        required = {"q": "love"} if path == "/v1/search" else {}

        def status(value):
            query = required | {parameter["name"]: value}
            return client.get(example_url(path), query_string=query).status_code

        assert status(schema["minimum"]) == status(schema["maximum"]) == 200
        assert status(schema["minimum"] - 1) == status(schema["maximum"] + 1) == 422

    def test_a_number_in_a_path_has_the_limits_of_its_column(self, client):
        limited = {name for name, *_ in integers() if name not in USES}
        # The second is in the query of a POST.
        assert limited == {"NumberInSource", "ExpiresIn"}
        path = example_url("/v1/sources/{source_id}/paragraphs")
        statuses = [client.get(f"{path}/{number}").status_code for number in (0, 1)]
        assert (statuses, PARAMETERS["NumberInSource"]["schema"]["minimum"]) == ([404, 200], 1)
