"""Drafts and deleted items appear nowhere: not in lists, not as references and not in included items."""

import re

import pytest

from api.core.resource_registry import get_schema_class
from api.schemas.item_shape import MAX_INCLUDES
from api.schemas.reference_fields import expandable_names
from models import MODELS_BY_TYPE, RESOURCES

#: A list below an item's path.
NESTED = re.compile(r"/v1/\w+/<slug:\w+>/[\w-]+")
LISTS = [model.__tablename__ for model in RESOURCES]


@pytest.fixture(scope="module")
def app(hidden_app):
    """An app over content with many hidden items."""
    return hidden_app


@pytest.fixture
def hidden_items(app):
    """The type and id of every hidden item."""
    with app.extensions["database"].read_session() as session:
        rows = [row for model in RESOURCES for row in session.query(model)]
        return {(row.type_name, row.slug) for row in rows if not row.is_visible}


def referenced_items(value):
    """Return the type and id of every item and reference in a response."""
    if isinstance(value, list):
        return set().union(*map(referenced_items, value))
    if not isinstance(value, dict):
        return set()
    own_key = {(value["type"], value["id"])} if {"type", "id"} <= value.keys() else set()
    return own_key.union(*map(referenced_items, value.values()))


def include_queries(type_name):
    names = list(expandable_names(get_schema_class(type_name)()))
    yield ""
    for start in range(0, len(names), MAX_INCLUDES):
        yield f"&include={','.join(names[start : start + MAX_INCLUDES])}"


class TestHidden:
    def test_every_type_has_hidden_items(self, hidden_items):
        assert {type_name for type_name, _ in hidden_items} == {model.type_name for model in RESOURCES}

    @pytest.mark.parametrize("name", LISTS)
    def test_no_list_contains_them_with_any_include(self, app, hidden_items, name):
        (model,) = [model for model in RESOURCES if model.__tablename__ == name]
        for query in include_queries(model.type_name):
            response = app.test_client().get(f"/v1/{name}?limit=100{query}").get_json()
            assert response["data"]
            assert not referenced_items(response) & hidden_items

    def test_paragraphs_are_not_cited_by_them(self, app, hidden_items):
        client = app.test_client()
        for source in client.get("/v1/sources").get_json()["data"]:
            response = client.get(
                f"/v1/sources/{source['id']}/paragraphs?limit=100&include=cited_by"
            ).get_json()
            assert not referenced_items(response) & hidden_items

    def test_visibility_in_sql_equals_visibility_in_python(self, app):
        with app.extensions["database"].read_session() as session:
            for model in MODELS_BY_TYPE.values():
                visible = {row for row in session.query(model) if row.is_visible}
                assert visible == set(session.query(model).filter(model.is_visible))
                assert visible

    def test_lists_below_them_are_not_found(self, app, hidden_items):
        client = app.test_client()
        rules = app.url_map.iter_rules()
        nested_rules = [rule for rule in rules if NESTED.fullmatch(rule.rule) and "GET" in rule.methods]
        assert len(nested_rules) > 15
        for rule in nested_rules:
            (name,) = rule.arguments
            for type_name, slug in hidden_items:
                if type_name == name:
                    path = rule.rule.replace(f"<slug:{name}>", slug)
                    response = client.get(path, headers={"Accept": "application/json"})
                    # The history of what was deleted stays.
                    allowed = (200, 404) if path.endswith("/revisions") else (404, 410)
                    assert response.status_code in allowed, path
