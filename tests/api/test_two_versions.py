"""``/v2`` of one resource beside ``/v1``: what it takes, and that version 1 does not notice."""

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
OF_V1 = [
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
    """Serve version 2 of quotes with a document of its own: what a later release would do in ``create_app``."""
    spec_options(app, "V2_", "2.0.0")
    api = Api(app, config_prefix="V2_")
    api.register_blueprint(quotes_v2.blp)
    app.add_url_rule(
        "/v2/openapi.json", "v2", lambda: Response(render_document(app, "V2_"), mimetype="application/json")
    )


@pytest.fixture(scope="module")
def both(engine, make_app):
    """An app that serves both versions."""
    with engine.fresh("pack") as url, make_app(url) as app:
        add_version_2(app)
        yield app


@pytest.fixture
def visitor(both):
    return both.test_client()


@pytest.fixture(scope="module")
def document(both):
    return both.test_client().get("/v2/openapi.json").get_json()


class TestVersion1:
    def test_its_document_is_the_same_to_the_byte(self, both):
        assert render_document(both) == PATH.read_bytes()

    @each("path", OF_V1)
    def test_its_answers_are_the_same_to_the_byte(self, client, visitor, path):
        before, beside = client.get(path), visitor.get(path)
        assert before.status_code == beside.status_code
        if before.status_code == 200:
            assert (before.data, before.headers["ETag"]) == (beside.data, beside.headers["ETag"])
            assert "/v2/" not in beside.text

    def test_names_are_found_as_before(self):
        assert get_schema_class("quote").__name__ == "QuoteSchema"
        assert get_schema_class("quote", version=2) is QuoteV2Schema
        assert get_schema_class("scene", version=2) is get_schema_class("scene")


class TestVersion2:
    def test_what_changed_is_changed_and_nothing_else(self, visitor):
        old, new = (get_json(visitor, f"/v{number}/quotes/{ID}") for number in (1, 2))
        assert new["speaker"] == {"character": old["speaker"], "certainty": "explicit"}
        assert new["url"] == f"{BASE}/v2/quotes/{ID}"
        changed = {"speaker", "url"}
        assert {key: new[key] for key in new if key not in changed} == {
            key: old[key] for key in old if key not in {*changed, "speaker_certainty"}
        }
        assert [key for key in old if key != "speaker_certainty"] == list(new)

    def test_nobody_speaks_with_no_certainty(self, visitor):
        found = [one["speaker"] for one in items(visitor, "/v2/quotes", voice="essay")]
        assert found
        assert all(speaker == {"character": None, "certainty": None} for speaker in found)

    def test_its_pages_lead_on_within_it(self, visitor):
        page = visitor.get("/v2/quotes?limit=2")
        following = page.get_json()["page"]["next"]
        assert following.startswith(f"{BASE}/v2/quotes?")
        assert f'<{following}>; rel="next"' in page.headers["Link"]
        assert {one["id"] for one in items(visitor, "/v2/quotes")} == {
            one["id"] for one in items(visitor, "/v1/quotes")
        }

    def test_what_it_leads_to_is_in_it_where_it_is_there(self, visitor):
        query = {"include": "scene,commentary,film", "limit": 30}
        text = orjson.dumps(get_json(visitor, "/v2/quotes", **query)).decode()
        paths = set(re.findall(rf"{BASE}(/v\d/\w+)", text))
        others = {path for path in paths if path != "/v2/quotes"}
        assert "/v2/quotes" in paths
        assert others <= set(COLLECTION_PATHS.values()) - {"/v1/quotes"}
        assert len(others) >= 7

    def test_every_filter_and_every_shape_is_there(self, visitor):
        query = {"speaker": "her-2013-catherine", "fields": "speaker", "include": "speaker"}
        for quote in get_json(visitor, "/v2/quotes", **query)["data"]:
            assert list(quote) == ["type", "id", "speaker"]
            assert quote["speaker"]["character"]["performer"]
        assert get_json(visitor, "/v2/quotes", facets="kind")["facets"]["kind"]["values"]
        assert visitor.get("/v2/quotes?fields=speaker_certainty").status_code == 422

    def test_chance_chooses_the_same(self, visitor):
        chosen = [get_json(visitor, f"/v{number}/quotes/random?seed=x")["data"] for number in (1, 2)]
        assert chosen[0][0]["id"] == chosen[1][0]["id"]

    def test_it_is_one_statement_whatever_is_included(self, both, visitor):
        both.extensions["response_cache"].clear()
        for path in (f"/v2/quotes/{ID}", "/v2/quotes?include=speaker,scene,commentary"):
            with statements(both.extensions["database"].engine) as seen:
                get_json(visitor, path)
            assert len(selects(seen)) == 1

    def test_it_is_written_as_it_is_dumped(self, both):
        include = tuple(expandable_names(QuoteV2Schema()))
        with both.app_context(), both.extensions["database"].read_session() as session:
            for shape in (Shape(QuoteV2Schema), Shape(QuoteV2Schema, include=include, max_severity=1)):
                selected = Quote.select_where().add_columns(compile_item(shape, Quote, BASE)).limit(10)
                schema = shape.build_schema()
                for quote, written in session.execute(selected):
                    assert written == orjson.dumps(schema.dump(quote)).decode()

    def test_its_errors_are_those_of_the_house(self, visitor):
        response = visitor.get("/v2/quotes/nothing", headers={"Accept": "text/html,*/*"})
        assert (response.status_code, response.mimetype) == (404, "application/problem+json")
        assert response.get_json()["instance"] == "/v2/quotes/nothing"

    def test_any_origin_may_read_it(self, visitor):
        headers = visitor.get("/v2/quotes", headers={"Origin": "https://site.example"}).headers
        assert headers["Access-Control-Allow-Origin"] == "*"

    def test_limits_count_requests_of_both(self, engine):
        with engine.fresh("pack") as url:
            app = create_app(Settings(database_url=url, rate_limits=("2/day",)))
            add_version_2(app)
            client = app.test_client()
            statuses = [client.get(path).status_code for path in ("/v1/quotes", "/v2/quotes", "/v2/quotes")]
            app.extensions["database"].close()
        assert statuses == [200, 200, 429]

    def test_it_answers_304(self, visitor):
        tag = visitor.get("/v2/quotes").headers["ETag"]
        assert visitor.get("/v2/quotes", headers={"If-None-Match": tag}).status_code == 304


class TestDocument2:
    def test_it_is_valid(self, document):
        OpenAPIV31SpecValidator(document).validate()

    def test_it_has_its_own_version_and_its_own_paths(self, document):
        assert document["info"]["version"] == "2.0.0"
        assert list(document["paths"]) == ["/v2/quotes", "/v2/quotes/random", "/v2/quotes/{quote_id}"]

    def test_shapes_are_called_as_in_version_1(self, document):
        schemas = document["components"]["schemas"]
        assert {"Quote", "QuoteList", "Speaker", "QuoteRef", "SceneRef"} <= set(schemas)
        names = [name for components in document["components"].values() for name in components]
        assert not [name for name in names if re.search(r"V2|\d$", name)]

    def test_the_changed_shape_is_described_and_the_rest_is_the_same(self, document):
        old = json.loads(PATH.read_bytes())["components"]["schemas"]
        new = document["components"]["schemas"]
        assert new["Speaker"]["required"] == ["character", "certainty"]
        assert "speaker_certainty" not in new["Quote"]["properties"]
        assert new["Commentary"] == old["Commentary"]
        assert new["SceneRef"] == old["SceneRef"]
        assert "speaker_certainty" in old["QuoteRef"]["properties"]
        assert "speaker_certainty" not in new["QuoteRef"]["properties"]

    def test_its_examples_are_real_answers(self, document, visitor):
        for path in document["paths"].values():
            example = path["get"]["responses"]["200"]["content"]["application/json"]["examples"]["real"]
            assert get_json(visitor, example["summary"].removeprefix("GET ")) == example["value"]


class TestWhatItTakes:
    def test_it_is_the_change_and_a_line_or_two_for_each_route(self):
        code = re.sub(r'""".*?"""', "", Path(quotes_v2.__file__).read_text("utf-8"), flags=re.DOTALL)
        lines = [
            line for line in code.splitlines() if line.strip() and not line.startswith(("from", "import"))
        ]
        assert len(lines) < 40

    def test_addresses_follow_the_schema(self):
        assert path_in_version("/v1/quotes?scene=", 2) == "/v2/quotes?scene="
        assert path_in_version("/v1/quotes/", 3) == "/v2/quotes/"
        assert path_in_version("/v1/scenes/", 2) == "/v1/scenes/"
        assert path_in_version("/themes/", 2) == "/themes/"
        assert get_schema("scene", "", 2).api_version == 2
