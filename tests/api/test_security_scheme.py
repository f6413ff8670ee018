"""How the OpenAPI document describes operations that need an API key."""

import json
import re

import pytest

from api.openapi_spec.components import remove_unused_components
from api.views.blueprint import Blueprint
from openapi import PATH
from tests.api_keys import add_key

WRITE_METHODS = ("post", "put", "patch", "delete")

pytestmark = pytest.mark.any_database


@pytest.fixture
def app(packed, make_app):
    """An app with documented operations that need a key."""
    blp = Blueprint("keyed", __name__, url_prefix="/v1/keyed")

    @blp.route("/publish", methods=["POST"])
    @blp.requires_scopes("write:quotes", "publish")
    @blp.response(204)
    def publish():
        """Publish something

        It becomes public.
        """

    @blp.route("/any", methods=["POST"])
    @blp.requires_scopes()
    @blp.response(204)
    def any_key():
        """Use a key"""

    with make_app(packed.url.render_as_string(hide_password=False)) as app:
        app.extensions["flask-smorest"]["apis"][""]["ext_obj"].register_blueprint(blp)
        yield app


@pytest.fixture
def document(app):
    document = app.extensions["flask-smorest"]["apis"][""]["ext_obj"].document()
    remove_unused_components(document)
    return document


def test_operations_say_which_scopes_they_need(document):
    publish = document["paths"]["/v1/keyed/publish"]["post"]
    assert publish["security"] == [{"bearer": ["write:quotes", "publish"]}]
    assert publish["summary"] == "Publish something"
    assert publish["description"].endswith(
        "It becomes public.\n\nNeeds an API key with the scopes `write:quotes` and `publish`."
    )
    other = document["paths"]["/v1/keyed/any"]["post"]
    assert (other["security"], other["description"]) == ([{"bearer": []}], "Needs an API key.")
    for operation in (publish, other):
        for status, name in (("401", "Unauthorized"), ("403", "Forbidden")):
            assert operation["responses"][status] == {"$ref": f"#/components/responses/{name}"}
            assert "WWW-Authenticate" in document["components"]["responses"][name]["headers"]


def test_every_write_needs_the_key_that_its_documentation_says(packed, make_app):
    """401 without a key and 403 without a scope come before everything else: even before 404, 411 and 428."""
    body = {"Content-Type": "application/json"}
    writes = [
        (
            method,
            re.sub(r"{\w+}", "no-such", path.replace("{revision}", "1")),
            operation["security"][0]["bearer"],
        )
        for path, item in json.loads(PATH.read_bytes())["paths"].items()
        for method, operation in item.items()
        # To strangers, there are no drafts: links to their previews are 404.
        if method in WRITE_METHODS and not path.endswith("/preview-link")
    ]
    assert len(writes) >= 40
    with make_app(packed.url.render_as_string(hide_password=False)) as app:
        client, reader = app.test_client(), add_key(packed, "read:drafts")
        for method, path, scopes in writes:
            response = client.open(path, method=method, headers=body, data=b"{")
            assert (response.status_code, response.json["code"]) == (401, "unauthorized"), (method, path)
            if not scopes:
                # Those of a bulk request follow from its lines.
                continue
            response = client.open(path, method=method, headers=body | reader, data=b"{")
            assert (response.status_code, response.json["code"]) == (403, "forbidden"), (method, path)
            missing = [error["detail"] for error in response.json["errors"]]
            assert missing == [f"Missing scope: {scope}." for scope in scopes], (method, path)


def test_the_scheme_is_a_component_and_reads_need_none(document):
    scheme = document["components"]["securitySchemes"]["bearer"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    assert document["security"] == []
    assert "security" not in document["paths"]["/v1/quotes"]["get"]


def test_the_decorator_requires_what_it_documents(packed, app):
    client = app.test_client()
    assert client.post("/v1/keyed/publish").status_code == 401
    assert client.post("/v1/keyed/publish", headers=add_key(packed, "publish")).status_code == 403
    assert (
        client.post("/v1/keyed/publish", headers=add_key(packed, "publish", "write:quotes")).status_code
        == 204
    )
    assert client.post("/v1/keyed/any").status_code == 401
    assert client.post("/v1/keyed/any", headers=add_key(packed, "read:drafts")).status_code == 204
