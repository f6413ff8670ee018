"""Every parameter has an example for which the first pack has something to return."""

import json
import re

import pytest

from openapi import PATH
from openapi.examples import InvalidExample
from openapi.parameter_examples import add_parameter_examples

DOCUMENT = json.loads(PATH.read_bytes())
PARAMETERS = DOCUMENT["components"]["parameters"]
#: Lists below the example of a resource that have nothing to return for a parameter of the whole list.
EMPTY = {
    *(("Q", path) for path in ("/v1/scenes/{scene_id}/quotes", "/v1/characters/{character_id}/quotes")),
    ("Q", "/v1/themes"),
    ("Q", "/v1/themes/{theme_id}/quotes"),
    ("Advisory", "/v1/scenes/{scene_id}/characters"),
    ("Advisory", "/v1/scenes/{scene_id}/quotes"),
    ("Advisory", "/v1/characters/{character_id}/quotes"),
    ("Advisory", "/v1/themes/{theme_id}/quotes"),
    ("Advisory", "/v1/themes/{theme_id}/scenes"),
    ("Advisory", "/v1/themes/{theme_id}/commentary"),
    ("Advisory", "/v1/scenes/{scene_id}/commentary"),
    ("Advisory", "/v1/quotes/{quote_id}/commentary"),
}


def name_of(reference):
    return reference["$ref"].rsplit("/", 1)[1]


def uses():
    """Return the paths of the operations with each query parameter, by its component."""
    paths = {}
    for path, item in DOCUMENT["paths"].items():
        operation = item.get("get", {})
        # What needs a key returns drafts, which the pack has none of.
        for reference in operation.get("parameters", ()) if not operation.get("security") else ():
            paths.setdefault(name_of(reference), []).append(path)
    return {name: used for name, used in paths.items() if PARAMETERS[name]["in"] == "query"}


USES = uses()


def example_url(path, component=None):
    """Return the path with the examples of its own parameters, for the example of a query parameter."""
    if "{revision}" in path or component == "RevisionPin":
        # The example of a pin is that of a film.
        path = re.sub(r"/v1/\w+/{\w+}", "/v1/films/{film_id}", path)
    for reference in DOCUMENT["paths"][path].get("parameters", []):
        parameter = PARAMETERS[name_of(reference)]
        path = path.replace(f"{{{parameter['name']}}}", str(parameter["example"]))
    return path


def returns_nothing(client, component, path):
    """Return whether the response to an example is an error or an empty list."""
    parameter = PARAMETERS[component]
    required = {"q": "love"} if path == "/v1/search" else {}
    value = parameter["example"]
    text = ("false", "true")[value] if isinstance(value, bool) else value
    response = client.get(example_url(path, component), query_string=required | {parameter["name"]: text})
    assert response.status_code == 200, response.text
    return response.is_json and not response.get_json().get("data", True)


class TestEveryParameter:
    def test_it_has_an_example(self):
        without = {name for name, parameter in PARAMETERS.items() if "example" not in parameter}
        assert without == {"ChangeAfter", "Cursor", "SearchCursor"}

    def test_its_schema_has_none_that_swagger_ui_would_fill_in(self):
        assert [name for name, parameter in PARAMETERS.items() if "example" in parameter["schema"]] == []
        inline = [
            (path, method)
            for path, item in DOCUMENT["paths"].items()
            for method, part in item.items()
            for parameter in (part if method == "parameters" else part.get("parameters", ()))
            if "$ref" not in parameter
        ]
        # The script of Swagger UI changes the shared components only.
        assert inline == []

    def test_an_item_of_an_array_has_the_same(self):
        for name, parameter in PARAMETERS.items():
            if parameter["schema"].get("type") == "array":
                items = parameter["schema"]["items"]
                assert "$ref" in items or items["examples"] == parameter["example"], name

    def test_its_example_returns_something(self, client):
        # A sample: all of them take longer than the main tests have.
        pairs = [(name, paths[0]) for name, paths in USES.items() if "Cursor" not in name][::4]
        assert [pair for pair in pairs if returns_nothing(client, *pair)] == []

    @pytest.mark.nightly
    def test_its_example_returns_something_wherever_it_is(self, client):
        pairs = [(name, path) for name, paths in USES.items() for path in paths if "Cursor" not in name]
        assert len(pairs) > 500
        assert {pair for pair in pairs if returns_nothing(client, *pair)} == EMPTY

    def test_a_forgotten_one_is_named(self):
        document = {
            "components": {"schemas": {}, "parameters": {"QuoteMood": {"name": "mood", "schema": {}}}}
        }
        with pytest.raises(InvalidExample, match=r"parameter_examples.py: the parameter QuoteMood \(mood\)"):
            add_parameter_examples(document)
