"""What is measured of growth: every operation that the document has, each with an answer."""

import re

import pytest

from bench.growth.paths import LEFT_OUT
from bench.operations import operations
from bench.sample_ids import places


@pytest.fixture(scope="module")
def asked(catalogue, over_catalogue):
    """The address of each operation."""
    with catalogue.read_session() as session:
        return operations(over_catalogue.test_client(), session, places(session))


def test_every_operation_answers(over_catalogue, asked):
    client = over_catalogue.test_client()
    refused = {
        name: answer.text for name, url in asked.items() if (answer := client.get(url)).status_code >= 400
    }
    assert refused == {}


def test_every_operation_of_the_document_is_asked(over_catalogue, asked):
    paths = over_catalogue.test_client().get("/v1/openapi.json").get_json()["paths"]
    told = [url.partition("?")[0] for url in asked.values()]
    forgotten = [
        path
        for path, item in paths.items()
        if "get" in item and not any(re.fullmatch(re.sub(r"{[^}]+}", "[^/]+", path), one) for one in told)
    ]
    assert forgotten == ["/v1"]
    assert set(LEFT_OUT) <= set(paths)


def test_lists_that_are_asked_for_have_something(over_catalogue, asked):
    client = over_catalogue.test_client()
    lists = {name: client.get(url).get_json() for name, url in asked.items() if name.startswith("/v1")}
    assert [name for name, answer in lists.items() if answer.get("data") == []] == []
