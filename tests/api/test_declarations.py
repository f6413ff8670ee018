"""What a model, its schemas and the first pack say of each resource agrees."""

import pytest
from marshmallow import ValidationError, fields
from sqlalchemy import select
from sqlalchemy.dialects import sqlite

from api.core.resource_registry import COLLECTION_PATHS, find_schema_class, get_schema_class
from api.query.pagination import filters_from_args
from models import RESOURCES
from tests.cases import each

pytestmark = pytest.mark.any_database
#: Values for filters of any kind; each filter accepts one of them.
SAMPLES = ["her-2013", "1", "en", "perfection"]


def schema_of(model, kind=""):
    return find_schema_class(f"{model.type_name.title()}{kind}Schema")


@pytest.fixture
def example(app):
    """A function that returns the example of a resource."""
    with app.extensions["database"].read_session() as session:
        yield lambda model: session.scalars(select(model).where(model.slug == model.example_id)).one()


@each("model", RESOURCES)
class TestEveryResource:
    def test_a_record_has_every_field_of_a_pack_entry(self, example, model):
        record = example(model).to_record()
        assert sorted(schema_of(model, "Create")().fields.keys() - record.keys()) == []
        assert ("position" in record) == hasattr(model, "position")

    def test_its_items_have_its_type_and_url(self, client, model):
        path = f"{COLLECTION_PATHS[model.type_name]}/{model.example_id}"
        item = client.get(path).get_json()
        assert (item["type"], item["id"]) == (model.type_name, model.example_id)
        assert item["url"].endswith(path)

    def test_what_may_be_null_in_the_database_may_be_null_in_a_response(self, model):
        columns = model.__table__.columns
        for name, field in get_schema_class(model.type_name)().fields.items():
            column = columns.get(field.attribute or name)
            if column is not None and not isinstance(field, fields.Nested):
                assert bool(field.allow_none) >= bool(column.nullable), name

    def test_every_filter_changes_the_statement(self, model):
        query = schema_of(model, "Query")()
        everything = sql(model.select_where())
        for name in filters_from_args(model, query.fields):
            values = samples(query, model, name)
            assert any(sql(model.select_where(**{name: value})) != everything for value in values), name


def sql(statement):
    return str(statement.compile(dialect=sqlite.dialect()))


def samples(query, model, name):
    """Yield values of a filter, as a view gets them. A choice has all of its values: one may be the default."""
    field = query.fields[name]
    allowed = getattr(getattr(field, "inner", field), "allowed", None) or ()
    for text in [*map(str, allowed), *SAMPLES]:
        try:
            args = query.load({name: [text] if isinstance(field, fields.List) else text})
        except ValidationError:
            continue
        yield filters_from_args(model, args)[name]
