"""A second version of one resource: the code that it needs, and that version 1 does not change."""

import json
import re
from pathlib import Path

import orjson
import pytest
from flask import Response
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.app import create_app
from api.core.config import Settings
from api.core.resource_registry import COLLECTION_PATHS, get_schema, get_schema_class, path_in_version
from api.core.urls import PLACEHOLDER_BASE_URL
from api.openapi_spec.spec import Api, spec_options
from api.query.json_projection import compile_item
from api.schemas.item_shape import Shape
from api.schemas.reference_fields import expandable_names
from models import Quote
from openapi import PATH, render_document
from tests import quotes_v2
from tests.cases import each
from tests.lists import get_json, items
from tests.quotes_v2 import QuoteV2Schema
from tests.statements import selects, statements

pytestmark = pytest.mark.any_database

ID = "her-2013-a-wife-without-the-challenges"
BASE = "http://127.0.0.1:8000"
V1_PATHS = [
    "/v1",
    f"/v1/quotes/{ID}",
    "/v1/quotes?limit=3&count=true&facets=kind&include=speaker,scene,commentary",
    "/v1/quotes/random?seed=x",
    "/v1/scenes/her-2013-lunch-with-catherine?include=quotes",
    "/v1/commentary/her-2013-perfection-opposes-reality?include=quotes",
    "/v1/search?q=perfect",
    "/v1/quotes?nothing=1",
    f"/v1/quotes/{ID}.bib",
]


def add_version_2(app):
    """Serve version 2 of quotes with a separate OpenAPI document, as a later release would in ``create_app``."""
    spec_options(app, "V2_", "2.0.0")
    api = Api(app, config_prefix="V2_")
    api.register_blueprint(quotes_v2.blp)

    @app.get("/v2/openapi.json")
    def openapi_2():
        body = render_document(app, "V2_").replace(PLACEHOLDER_BASE_URL.encode(), BASE.encode())
        return Response(body, mimetype="application/json")


@pytest.fixture(scope="module")
def app_with_both(engine, make_app):
    """An app that serves both versions."""
    with engine.fresh("pack") as url, make_app(url) as app:
        add_version_2(app)
        yield app


@pytest.fixture
def client_of_both(app_with_both):
    return app_with_both.test_client()


@pytest.fixture(scope="module")
def document(app_with_both):
    return app_with_both.test_client().get("/v2/openapi.json").get_json()


class TestVersion1:
    def test_its_document_is_unchanged(self, app_with_both):
        assert render_document(app_with_both) == PATH.read_bytes()

    @each("path", V1_PATHS)
    def test_its_responses_are_unchanged(self, client, client_of_both, path):
        v1_response, response = client.get(path), client_of_both.get(path)
        assert v1_response.status_code == response.status_code
        if v1_response.status_code == 200:
            assert (v1_response.data, v1_response.headers["ETag"]) == (
                response.data,
                response.headers["ETag"],
            )
            assert "/v2/" not in response.text

    def test_schemas_are_found_by_name_and_version(self):
        assert get_schema_class("quote").__name__ == "QuoteSchema"
        assert get_schema_class("quote", version=2) is QuoteV2Schema
        assert get_schema_class("scene", version=2) is get_schema_class("scene")


class TestVersion2:
    def test_only_the_changed_fields_differ(self, client_of_both):
        old, new = (get_json(client_of_both, f"/v{number}/quotes/{ID}") for number in (1, 2))
        assert new["speaker"] == {"character": old["speaker"], "certainty": "explicit"}
        assert new["url"] == f"{BASE}/v2/quotes/{ID}"
        changed_keys = {"speaker", "url"}
        assert {key: new[key] for key in new if key not in changed_keys} == {
            key: old[key] for key in old if key not in {*changed_keys, "speaker_certainty"}
        }
        assert [key for key in old if key != "speaker_certainty"] == list(new)

    def test_a_quote_without_a_speaker_has_null_certainty(self, client_of_both):
        speakers = [quote["speaker"] for quote in items(client_of_both, "/v2/quotes", voice="essay")]
        assert speakers
        assert all(speaker == {"character": None, "certainty": None} for speaker in speakers)

    def test_page_urls_are_of_version_2(self, client_of_both):
        page = client_of_both.get("/v2/quotes?limit=2")
        next_url = page.get_json()["page"]["next"]
        assert next_url.startswith(f"{BASE}/v2/quotes?")
        assert f'<{next_url}>; rel="next"' in page.headers["Link"]
        assert {quote["id"] for quote in items(client_of_both, "/v2/quotes")} == {
            quote["id"] for quote in items(client_of_both, "/v1/quotes")
        }

    def test_urls_are_of_version_2_if_the_resource_has_one(self, client_of_both):
        query = {"include": "scene,commentary,film", "limit": 30}
        text = orjson.dumps(get_json(client_of_both, "/v2/quotes", **query)).decode()
        paths = set(re.findall(rf"{BASE}(/v\d/\w+)", text))
        others = {path for path in paths if path != "/v2/quotes"}
        assert "/v2/quotes" in paths
        assert others <= set(COLLECTION_PATHS.values()) - {"/v1/quotes"}
        assert len(others) >= 7

    def test_filters_fields_and_includes_work(self, client_of_both):
        query = {"speaker": "her-2013-catherine", "fields": "speaker", "include": "speaker"}
        for quote in get_json(client_of_both, "/v2/quotes", **query)["data"]:
            assert list(quote) == ["type", "id", "speaker"]
            assert quote["speaker"]["character"]["performer"]
        assert get_json(client_of_both, "/v2/quotes", facets="kind")["facets"]["kind"]["values"]
        assert client_of_both.get("/v2/quotes?fields=speaker_certainty").status_code == 422

    def test_random_quotes_are_the_same(self, client_of_both):
        responses = [
            get_json(client_of_both, f"/v{number}/quotes/random?seed=x")["data"] for number in (1, 2)
        ]
        assert responses[0][0]["id"] == responses[1][0]["id"]

    def test_it_is_one_statement_for_any_include(self, app_with_both, client_of_both):
        app_with_both.extensions["response_cache"].clear()
        for path in (f"/v2/quotes/{ID}", "/v2/quotes?include=speaker,scene,commentary"):
            with statements(app_with_both.extensions["database"].engine) as recorded:
                get_json(client_of_both, path)
            assert len(selects(recorded)) == 1

    def test_the_json_from_sql_equals_the_json_from_the_schema(self, app_with_both):
        include = tuple(expandable_names(QuoteV2Schema()))
        with app_with_both.app_context(), app_with_both.extensions["database"].read_session() as session:
            for shape in (Shape(QuoteV2Schema), Shape(QuoteV2Schema, include=include, max_severity=1)):
                statement = Quote.select_where().add_columns(compile_item(shape, Quote, BASE)).limit(10)
                schema = shape.build_schema()
                for quote, sql_json in session.execute(statement):
                    assert sql_json == orjson.dumps(schema.dump(quote)).decode()

    def test_its_errors_are_problems(self, client_of_both):
        response = client_of_both.get("/v2/quotes/nothing", headers={"Accept": "text/html,*/*"})
        assert (response.status_code, response.mimetype) == (404, "application/problem+json")
        assert response.get_json()["instance"] == "/v2/quotes/nothing"

    def test_any_origin_may_read_it(self, client_of_both):
        headers = client_of_both.get("/v2/quotes", headers={"Origin": "https://site.example"}).headers
        assert headers["Access-Control-Allow-Origin"] == "*"

    def test_rate_limits_count_requests_to_both_versions(self, engine):
        with engine.fresh("pack") as url:
            app = create_app(Settings(database_url=url, rate_limits=("2/day",), cache_bytes=0))
            add_version_2(app)
            client = app.test_client()
            statuses = [client.get(path).status_code for path in ("/v1/quotes", "/v2/quotes", "/v2/quotes")]
            app.extensions["database"].close()
        assert statuses == [200, 200, 429]

    def test_it_returns_304(self, client_of_both):
        tag = client_of_both.get("/v2/quotes").headers["ETag"]
        assert client_of_both.get("/v2/quotes", headers={"If-None-Match": tag}).status_code == 304


class TestVersion2Document:
    def test_it_is_valid(self, document):
        OpenAPIV31SpecValidator(document).validate()

    def test_it_has_its_own_version_and_its_own_paths(self, document):
        assert document["info"]["version"] == "2.0.0"
        assert list(document["paths"]) == ["/v2/quotes", "/v2/quotes/random", "/v2/quotes/{quote_id}"]

    def test_schemas_have_the_names_of_version_1(self, document):
        schemas = document["components"]["schemas"]
        assert {"Quote", "QuoteList", "Speaker", "QuoteRef", "SceneRef"} <= set(schemas)
        names = [name for components in document["components"].values() for name in components]
        assert not [name for name in names if re.search(r"V2|\d$", name)]

    def test_only_the_changed_schemas_differ(self, document):
        old = json.loads(PATH.read_bytes())["components"]["schemas"]
        new = document["components"]["schemas"]
        assert new["Speaker"]["required"] == ["character", "certainty"]
        assert "speaker_certainty" not in new["Quote"]["properties"]
        assert new["Commentary"] == old["Commentary"]
        assert new["SceneRef"] == old["SceneRef"]
        assert "speaker_certainty" in old["QuoteRef"]["properties"]
        assert "speaker_certainty" not in new["QuoteRef"]["properties"]

    def test_its_examples_are_real_responses(self, document, client_of_both):
        for path in (item for item in document["paths"].values() if "get" in item):
            example = path["get"]["responses"]["200"]["content"]["application/json"]["examples"]["real"]
            assert get_json(client_of_both, example["summary"].removeprefix("GET ")) == example["value"]


class TestCode:
    def test_it_is_short(self):
        code = re.sub(r'""".*?"""', "", Path(quotes_v2.__file__).read_text("utf-8"), flags=re.DOTALL)
        lines = [
            line for line in code.splitlines() if line.strip() and not line.startswith(("from", "import"))
        ]
        assert len(lines) < 40

    def test_urls_follow_the_version_of_the_schema(self):
        assert path_in_version("/v1/quotes?scene=", 2) == "/v2/quotes?scene="
        assert path_in_version("/v1/quotes/", 3) == "/v2/quotes/"
        assert path_in_version("/v1/scenes/", 2) == "/v1/scenes/"
        assert path_in_version("/themes/", 2) == "/themes/"
        assert get_schema("scene", "", 2).api_version == 2
