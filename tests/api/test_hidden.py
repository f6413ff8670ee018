"""What is a draft or deleted is nowhere: not in lists, not behind references, not in what is included."""

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
    """An app over content of which much is hidden."""
    return hidden_app


@pytest.fixture
def hidden(app):
    """The type and id of everything that nobody may see."""
    with app.extensions["database"].read_session() as session:
        everything = [row for model in RESOURCES for row in session.query(model)]
        return {(row.type_name, row.slug) for row in everything if not row.is_visible}


def named(value):
    """Every type and id in an answer."""
    if isinstance(value, list):
        return set().union(*map(named, value))
    if not isinstance(value, dict):
        return set()
    own = {(value["type"], value["id"])} if {"type", "id"} <= value.keys() else set()
    return own.union(*map(named, value.values()))


def shapes(type_name):
    names = list(expandable_names(get_schema_class(type_name)()))
    yield ""
    for start in range(0, len(names), MAX_INCLUDES):
        yield f"&include={','.join(names[start : start + MAX_INCLUDES])}"


class TestHidden:
    def test_there_is_much_to_hide(self, hidden):
        assert {type_name for type_name, _ in hidden} == {model.type_name for model in RESOURCES}

    @pytest.mark.parametrize("name", LISTS)
    def test_no_list_names_it_in_any_shape(self, app, hidden, name):
        (model,) = [model for model in RESOURCES if model.__tablename__ == name]
        for shape in shapes(model.type_name):
            response = app.test_client().get(f"/v1/{name}?limit=100{shape}").get_json()
            assert response["data"]
            assert not named(response) & hidden

    def test_no_paragraph_is_cited_by_it(self, app, hidden):
        client = app.test_client()
        for source in client.get("/v1/sources").get_json()["data"]:
            cited = client.get(f"/v1/sources/{source['id']}/paragraphs?limit=100&include=cited_by").get_json()
            assert not named(cited) & hidden

    def test_a_condition_in_sql_means_what_the_object_says(self, app):
        with app.extensions["database"].read_session() as session:
            for model in MODELS_BY_TYPE.values():
                said = {row for row in session.query(model) if row.is_visible}
                assert said == set(session.query(model).filter(model.is_visible))
                assert said

    def test_nothing_is_listed_below_it(self, app, hidden):
        client = app.test_client()
        nested = [rule for rule in app.url_map.iter_rules() if NESTED.fullmatch(rule.rule)]
        assert len(nested) > 15
        for rule in nested:
            (name,) = rule.arguments
            for type_name, slug in hidden:
                if type_name == name:
                    path = rule.rule.replace(f"<slug:{name}>", slug)
                    response = client.get(path, headers={"Accept": "application/json"})
                    assert response.status_code in (404, 410), path
