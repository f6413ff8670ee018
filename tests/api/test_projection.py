"""What SQL writes is what ``Schema.dump`` makes of the objects: every field, every include, byte for byte."""

import itertools

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from marshmallow import fields
from sqlalchemy import Boolean, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from api.app import create_app
from api.core.config import Settings
from api.core.resource_registry import get_schema_class
from api.query.json_projection import compile_item, object_fragments
from api.resources import blueprints
from api.resources.commentary.schemas import ClaimRelationSchema
from api.schemas.item_shape import Shape
from api.schemas.reference_fields import expandable_names
from api.schemas.shared_schemas import ResponseSchema
from models import MODELS_BY_TYPE, CommentaryRelation, Film, Quote
from models.database import Database
from tests.cases import each
from tests.generated import contents, worst
from tests.models.content import film
from tests.storing import empty, store

# Loads the schemas of every resource.
blueprints()

#: What is listed or shown, and the schema that shows it.
SHOWN = {name: (model, get_schema_class(name)) for name, model in MODELS_BY_TYPE.items()} | {
    "relation": (CommentaryRelation, ClaimRelationSchema),
}
BASE = "http://127.0.0.1:8000"
#: How often content is made up where there is time, other each time: PostgreSQL takes far longer to plan a statement.
MANY = {"sqlite": 30, "postgresql": 12}


def shapes(schema):
    """Every field alone, every include alone, and all of them under each ceiling."""
    yield Shape(schema)
    yield from (Shape(schema, only=(name,)) for name in schema().fields)
    includes = tuple(expandable_names(schema()))
    yield from (Shape(schema, include=(name,)) for name in includes)
    yield from (Shape(schema, include=includes, max_severity=most) for most in (None, 0, 1))


SHAPES = [(name, shape) for name, (_, schema) in SHOWN.items() for shape in shapes(schema)]


def projected(session, model, shape):
    """The objects that everyone may see, each with the JSON that SQL writes of it."""
    statement = model.select_where().add_columns(compile_item(shape, model, BASE))
    # Dumping what is included loads it object by object, and the whole shape has every field of every row.
    return session.execute(statement.limit(12 if shape.include or shape.only else 200)).all()


def assert_alike(session, model, shape):
    schema = shape.build_schema()
    rows = projected(session, model, shape)
    for thing, written in rows:
        assert written == orjson.dumps(schema.dump(thing)).decode(), shape
    return len(rows)


@pytest.fixture(scope="module")
def pack(engine):
    """A session over the pack that keeps all it has loaded: dumping loads much, and the same for every shape."""
    with engine.fresh("pack") as url:
        # No limit of time, which would end a transaction that stays open from test to test.
        database = Database(url)
        app = create_app(Settings(database_url=url))
        loaded = []
        with app.app_context(), database.read_session() as session:
            event.listen(session, "loaded_as_persistent", lambda _session, thing: loaded.append(thing))
            yield session
        database.close()


@pytest.fixture(scope="module")
def nasty(engine):
    """An empty database, to be filled, of an app inside whose context addresses can be written."""
    with engine.fresh() as url:
        app = create_app(Settings(database_url=url, statement_seconds=60))
        with app.app_context():
            yield app.extensions["database"]
        app.extensions["database"].close()


@pytest.mark.any_database
class TestThePack:
    @each(("name", "shape"), SHAPES, ids=lambda value: getattr(value, "only", None) and str(value.only))
    def test_is_written_as_it_is_dumped(self, pack, name, shape):
        assert assert_alike(pack, SHOWN[name][0], shape) > 0

    def test_of_cited_paragraphs_nothing_is_read_but_the_link(self, pack):
        shape = Shape(get_schema_class("quote"), only=("citations",))
        statement = select(compile_item(shape, Quote, BASE)).compile(pack.get_bind())
        assert "citation_paragraphs" in str(statement)
        assert " paragraphs" not in str(statement)

    def test_every_field_of_every_schema_is_compared(self):
        compared = {(shape.schema, name) for _, shape in SHAPES for name in shape.only or ()}
        assert compared == {(schema, name) for _, schema in SHOWN.values() for name in schema().fields}


class TestGeneratedContent:
    def test_the_worst_there_is_is_written_as_it_is_dumped(self, nasty):
        empty(nasty)
        with nasty.write_session() as session:
            store(session, worst())
        with nasty.read_session() as session:
            whole = [
                (SHOWN[name][0], shape)
                for name, shape in SHAPES
                if not shape.only and len(shape.include) != 1
            ]
            compared = [assert_alike(session, model, shape) for model, shape in whole]
        assert sum(compared) > 200

    @given(content=contents())
    @settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def test_whatever_it_is_it_is_written_as_it_is_dumped(self, nasty, content):
        self.compare(nasty, content)

    @pytest.mark.nightly
    def test_much_more_of_it_is(self, engine, nasty):
        @given(content=contents())
        @settings(max_examples=MANY[engine.name], deadline=None, suppress_health_check=list(HealthCheck))
        def is_written_as_it_is_dumped(content):
            self.compare(nasty, content)

        is_written_as_it_is_dumped()

    def compare(self, database, content):
        empty(database)
        with database.write_session() as session:
            store(session, content)
        with database.read_session() as session:
            for model, schema in SHOWN.values():
                includes = tuple(expandable_names(schema()))
                for most in (None, 1):
                    assert_alike(session, model, Shape(schema, include=includes, max_severity=most))


class Own(DeclarativeBase):
    """A table of its own, for kinds of columns that no noun has."""


class Flagged(Own):
    __tablename__ = "flagged"

    id: Mapped[int] = mapped_column(primary_key=True)
    is_so: Mapped[bool | None] = mapped_column(Boolean)


class FlaggedSchema(ResponseSchema):
    is_so = fields.Boolean(allow_none=True)


class FloatSchema(ResponseSchema):
    id = fields.Float()


class TestKinds:
    def test_booleans_are_written(self, database):
        Own.metadata.create_all(database.engine)
        with Session(database.engine) as session:
            session.add_all([Flagged(is_so=value) for value in (True, False, None)])
            session.flush()
            expression = compile_item(Shape(FlaggedSchema), Flagged, BASE)
            found = session.scalars(select(expression).select_from(Flagged).order_by(Flagged.id)).all()
        assert found == ['{"is_so":true}', '{"is_so":false}', '{"is_so":null}']

    def test_what_cannot_be_written_alike_is_refused(self):
        with pytest.raises(TypeError, match="Use a column, an SQL expression or a constant"):
            object_fragments(FloatSchema(), Flagged, BASE)

    @each("point", ["\x20", "\x7f", "\x80", "\u2028", "\ufeff", "\uffff", "\U0010ffff", '"', "\\", "%", "'"])
    def test_a_character_is_written_as_orjson_writes_it(self, nasty, point):
        text = f"a{point}b"
        empty(nasty)
        with nasty.write_session() as session:
            session.add(film(synopsis=text))
        with nasty.read_session() as session:
            written = [
                row[1]
                for row in projected(session, Film, Shape(get_schema_class("film"), only=("synopsis",)))
            ]
        assert set(written) == {orjson.dumps({"synopsis": text}).decode()}


def test_every_include_of_every_type_is_tested():
    counted = {name: len(expandable_names(schema())) for name, (_, schema) in SHOWN.items()}
    first_version = {
        "advisory": 2,
        "theme": 6,
        "film": 4,
        "source": 4,
        "character": 4,
        "scene": 6,
        "quote": 6,
        "commentary": 7,
        "paragraph": 1,
        "relation": 2,
    }
    assert {name: number for name, number in first_version.items() if counted[name] < number} == {}
    assert sum(1 for _ in itertools.chain(SHAPES)) > 200
