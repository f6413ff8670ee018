"""Growth is measured for every operation of the OpenAPI document."""

import re

import pytest

from api.openapi_spec.components import has_public_get
from bench.operations import NAMED_PATHS, operations
from bench.sample_ids import sample_ids

pytestmark = pytest.mark.nightly


@pytest.fixture(scope="module")
def urls(catalogue, catalogue_app):
    """The URL of each operation."""
    with catalogue.read_session() as session:
        return operations(catalogue_app.test_client(), session, sample_ids(session))


def test_every_operation_succeeds(catalogue_app, urls):
    client = catalogue_app.test_client()
    errors = {
        name: response.text for name, url in urls.items() if (response := client.get(url)).status_code >= 400
    }
    assert errors == {}


def test_every_operation_of_the_document_is_measured(catalogue_app, urls):
    paths = catalogue_app.test_client().get("/v1/openapi.json").get_json()["paths"]
    requested = [url.partition("?")[0] for url in urls.values()]
    missing = [
        path
        for path, item in paths.items()
        if has_public_get(item)
        # Generated content has no history.
        and "/revisions" not in path
        and not any(re.fullmatch(re.sub(r"{[^}]+}", "[^/]+", path), one) for one in requested)
    ]
    assert missing == ["/v1"]
    assert set(paths) >= NAMED_PATHS


def test_no_measured_list_is_empty(catalogue_app, urls):
    client = catalogue_app.test_client()
    lists = {name: client.get(url).get_json() for name, url in urls.items() if name.startswith("/v1")}
    assert [name for name, response in lists.items() if response.get("data") == []] == []
