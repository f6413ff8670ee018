"""Migrations: up, down and up again, to exactly the tables that the models describe."""

from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Index, Integer, MetaData, Text, cast, inspect, select, text, update

import models.migrations.sqlite_indexes  # noqa: F401 (Alembic uses it once it is loaded)
from models import Base, Character, Revision, Source, migrations
from models.author import plain_author, plain_performer
from models.database import Database
from models.list_index_table import LISTED, ListIndexRow
from models.search.index_tables import SearchDocument
from models.searchable import DOCUMENT_ID_STRIDE
from tests.databases import seed
from tests.models.content import FILM
from tests.table_definitions import table_definitions

#: The keys that migrations since 0014 add to stored records, by type.
ADDED_KEYS = {
    "source": ["narration"],
    "quote": ["attributed_to"],
    "character": ["performers"],
    "commentary": ["films"],
}
TABLES = set(Base.metadata.tables)
#: Statements for the keys of a claim, its source and another source.
SLUG_KEYS = (
    f"SELECT id FROM commentary WHERE slug = '{FILM}-claim'",
    "SELECT id FROM sources WHERE slug = 'on-the-lamp'",
    "SELECT id FROM sources WHERE slug = 'a-review'",
)


def history(database):
    """Return each revision as it is stored, with its record as text, so that the order of keys counts."""
    with database.engine.connect() as connection:
        columns = (Revision.type_name, Revision.resource_id, Revision.number, cast(Revision.record, Text))
        return connection.execute(select(*columns).order_by(Revision.id)).all()


@pytest.fixture
def empty_engine(engine):
    """The engine of a database without tables."""
    with engine.fresh(None) as url, closing(Database(url)) as database:
        yield database.engine


@pytest.fixture
def database(engine):
    """A migrated, empty database of its own: these tests change its tables."""
    with engine.fresh() as url, closing(Database(url)) as database:
        yield database


def tables(engine):
    names = inspect(engine).get_table_names()
    return {name for name in names if migrations.is_modelled(name, "table", None)}


def differences(database, metadata=Base.metadata):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": migrations.is_modelled}
        )
        return compare_metadata(context, metadata)


def copy_of_models():
    metadata = MetaData(naming_convention=Base.metadata.naming_convention)
    for table in Base.metadata.sorted_tables:
        table.to_metadata(metadata)
    return metadata


def stored_records(database, type_name):
    """Return the stored records of a type by id, each with the order of its keys."""
    with database.read_session() as session:
        rows = session.scalars(select(Revision).where(Revision.type_name == type_name))
        return {row.id: list(row.record.items()) for row in rows}


def index_rows(database):
    """Return all rows of the list index, and the positions of search documents."""
    with database.read_session() as session:
        return [
            {tuple(row) for row in session.execute(select(*columns))}
            for columns in (ListIndexRow.__table__.columns, (SearchDocument.id, SearchDocument.position))
        ]


class TestUpgrade:
    def test_it_creates_every_table(self, empty_engine):
        assert tables(empty_engine) == set()
        migrations.upgrade(empty_engine)
        assert tables(empty_engine) == {*TABLES, "alembic_version"}

    def test_it_is_idempotent(self, database):
        migrations.upgrade(database.engine)
        assert tables(database.engine) == {*TABLES, "alembic_version"}

    def test_after_a_downgrade_it_creates_them_again(self, database):
        before = table_definitions(database.engine)
        migrations.downgrade(database.engine)
        migrations.upgrade(database.engine)
        assert table_definitions(database.engine) == before


class TestDowngrade:
    def test_it_drops_every_table(self, database):
        migrations.downgrade(database.engine)
        assert tables(database.engine) == {"alembic_version"}

    def test_it_drops_every_table_of_a_filled_database(self, packed):
        migrations.downgrade(packed.engine)
        assert tables(packed.engine) == {"alembic_version"}

    @pytest.mark.nightly
    def test_each_step_leaves_the_tables_of_the_revision_before(self, empty_engine):
        revisions = [script.revision for script in ScriptDirectory(migrations.__path__[0]).walk_revisions()]
        expected = {}
        for revision in reversed(revisions):
            migrations.upgrade(empty_engine, revision)
            expected[revision] = table_definitions(empty_engine)
        for revision in revisions[1:]:
            migrations.downgrade(empty_engine, revision)
            assert table_definitions(empty_engine) == expected[revision], revision


class TestListIndex:
    def test_existing_rows_are_indexed(self, older_pack):
        rows, documents = index_rows(older_pack)
        migrations.downgrade(older_pack.engine, "0003")
        migrations.upgrade(older_pack.engine)
        indexed_rows, indexed_documents = index_rows(older_pack)
        # The downgrade dropped the tables of resources that are newer than the list index.
        numbers = {LISTED[name].search_number for name in ("character", "scene", "quote", "commentary")}
        assert {row for row in rows if row[0] in numbers} == indexed_rows
        assert {
            row for row in documents if row[0] % DOCUMENT_ID_STRIDE in numbers | {1, 3}
        } == indexed_documents


class TestAuthors:
    def test_an_author_in_plain_text_is_kept_as_it_is(self, packed):
        migrations.downgrade(packed.engine, "0008")
        with packed.engine.begin() as connection:
            connection.execute(text("UPDATE sources SET author = :name"), {"name": "Ana de la Cruz, Jr."})
        migrations.upgrade(packed.engine)
        with packed.read_session() as session:
            source = session.scalars(select(Source)).one()
            assert source.author == "Ana de la Cruz, Jr."
            assert source.authors == [plain_author("Ana de la Cruz, Jr.")]

    def test_a_performer_in_plain_text_is_kept_as_it_is(self, packed):
        migrations.downgrade(packed.engine, "0017")
        plain = "Ana de la Cruz, Jr."
        with packed.engine.begin() as connection:
            connection.execute(text("UPDATE characters SET performer = NULL"))
            statement = "UPDATE characters SET performer = :name WHERE slug = 'her-2013-amy'"
            connection.execute(text(statement), {"name": plain})
        migrations.upgrade(packed.engine)
        with packed.read_session() as session:
            rows = session.scalars(select(Character)).all()
            performers = {row.slug: (row.performer, row.performers) for row in rows}
        assert performers.pop("her-2013-amy") == (plain, [plain_performer(plain)])
        assert set(map(repr, performers.values())) == {"(None, [])"}

    def test_a_long_name_of_a_performer_can_be_downgraded(self, packed):
        with packed.write_session() as session:
            long = {"given": "a" * 120, "family": "b" * 120}
            Character.by_slug(session, "her-2013-amy").assign({"performers": [long]})
        migrations.downgrade(packed.engine, "0017")
        with packed.engine.begin() as connection:
            names = connection.scalars(text("SELECT performer FROM characters WHERE slug = 'her-2013-amy'"))
            assert names.one() == "a" * 120

    def test_a_long_list_of_authors_can_be_downgraded(self, packed):
        with packed.write_session() as session:
            authors = [{"literal": f"Writer {number}"} for number in range(100)]
            session.scalars(select(Source)).one().assign({"authors": authors})
        migrations.downgrade(packed.engine, "0008")
        with packed.engine.connect() as connection:
            author = connection.scalar(text("SELECT author FROM sources"))
        assert author.startswith("Writer 0, Writer 1, ")
        assert len(author) == 300


class TestStoredRecords:
    @pytest.mark.parametrize("type_name", ADDED_KEYS)
    def test_past_records_gain_the_keys_that_new_ones_have(self, packed, type_name):
        """A database that was seeded before an upgrade has the same records as one seeded after it."""
        added = ADDED_KEYS[type_name]
        stored = stored_records(packed, type_name)
        # An older version could store no other values.
        expected = {
            id_: record for id_, record in stored.items() if not any(dict(record)[key] for key in added)
        }
        assert expected
        with packed.engine.begin() as connection:
            for id_, record in expected.items():
                old = {name: value for name, value in record if name not in added}
                connection.execute(update(Revision.__table__).where(Revision.id == id_).values(record=old))
        migrations.downgrade(packed.engine, "0014")
        migrations.upgrade(packed.engine)
        assert stored_records(packed, type_name) == stored


class TestSourceOfCommentary:
    """0017 gives each entry a source, whatever an older version stored, and the stored records as well."""

    @pytest.fixture
    def filled(self, engine, small_content):
        """The small content in a database of its own."""
        with engine.fresh(small_content) as url, closing(Database(url)) as database:
            yield database

    def sources(self, database):
        """Return the source of each entry, by id, as the column and as its newest record have it."""
        with database.engine.connect() as connection:
            entries = connection.execute(
                text("SELECT c.slug, s.slug FROM commentary c JOIN sources s ON s.id = c.source_id")
            )
            records = select(Revision.record).where(Revision.type_name == "commentary").order_by(Revision.id)
            return dict(entries.all()), {
                record["id"]: record["source"] for record in connection.scalars(records)
            }

    def test_entries_and_their_records_are_as_if_stored_now(self, filled):
        expected = self.sources(filled), history(filled)
        assert expected[0][0] == {f"{FILM}-claim": "on-the-lamp", f"{FILM}-doubt": "a-review"}
        assert expected[0][0] == expected[0][1]
        migrations.downgrade(filled.engine, "0016")
        self.forget_sources(filled)
        migrations.upgrade(filled.engine)
        assert (self.sources(filled), history(filled)) == expected

    def test_a_downgrade_leaves_a_database_that_can_be_upgraded(self, filled):
        expected = self.sources(filled), history(filled)
        migrations.downgrade(filled.engine, "0016")
        migrations.upgrade(filled.engine)
        assert (self.sources(filled), history(filled)) == expected

    def test_loading_the_pack_again_raises_no_revision(self, packed):
        """Else the ETags of a database would depend on when it was seeded."""
        expected = history(packed)
        migrations.downgrade(packed.engine, "0016")
        self.forget_sources(packed)
        migrations.upgrade(packed.engine)
        report = seed(packed)
        assert set(report["commentary"]) == {"unchanged"}
        assert history(packed) == expected

    def test_the_first_of_several_citations_decides(self, filled):
        migrations.downgrade(filled.engine, "0016")
        with filled.engine.begin() as connection:
            claim, essay, review = (connection.scalar(text(statement)) for statement in SLUG_KEYS)
            add = text(
                "INSERT INTO citations (commentary_id, source_id, position) VALUES (:claim, :source, 1)"
            )
            connection.execute(add, {"claim": claim, "source": review})
            assert essay != review
        migrations.upgrade(filled.engine)
        assert self.sources(filled)[0][f"{FILM}-claim"] == "on-the-lamp"

    @pytest.mark.parametrize(
        ("removed", "source"),
        [
            # The film's source; one that another entry of the film cites; any other.
            (["citations WHERE commentary_id IS NOT NULL"], "on-the-lamp"),
            (
                [
                    "citations WHERE source_id = (SELECT id FROM sources WHERE slug = 'on-the-lamp')",
                    "source_films",
                ],
                "a-review",
            ),
            (["citations", "source_films"], "on-the-lamp"),
        ],
    )
    def test_an_entry_without_citations_gets_a_source_of_its_film(self, filled, removed, source):
        migrations.downgrade(filled.engine, "0016")
        with filled.engine.begin() as connection:
            connection.execute(text("DELETE FROM citation_paragraphs"))
            for table in removed:
                connection.execute(text(f"DELETE FROM {table}"))
        self.forget_sources(filled)
        migrations.upgrade(filled.engine)
        entries, records = self.sources(filled)
        assert entries[f"{FILM}-claim"] == source
        # A record keeps what it cited at the time.
        assert records[f"{FILM}-claim"] == "on-the-lamp"

    def forget_sources(self, database):
        """Store the records as an older version did."""
        with database.engine.begin() as connection:
            rows = connection.execute(select(Revision.id, Revision.record)).all()
            for id_, record in rows:
                older = {name: value for name, value in record.items() if name != "source"}
                connection.execute(update(Revision.__table__).where(Revision.id == id_).values(record=older))


class TestCurrentRevision:
    def test_an_empty_database_has_none(self, empty_engine):
        assert migrations.current(empty_engine) is None

    def test_an_upgraded_database_has_the_latest(self, empty_engine):
        migrations.upgrade(empty_engine)
        assert migrations.current(empty_engine) == migrations.newest()

    def test_it_agrees_with_alembic(self, database):
        scripts = ScriptDirectory.from_config(migrations.configuration(database.engine))
        assert migrations.newest() == scripts.get_current_head()
        with database.engine.connect() as connection:
            alembic_revision = MigrationContext.configure(connection).get_current_revision()
        assert migrations.current(database.engine) == alembic_revision

    def test_a_downgraded_database_has_none(self, database):
        migrations.downgrade(database.engine)
        assert migrations.current(database.engine) is None


class TestModelsAndMigrations:
    def test_they_describe_the_same_tables(self, small):
        assert differences(small) == []

    def test_they_create_the_same_tables(self, small, empty_engine):
        # Alembic does not compare CHECK constraints and collations.
        Base.metadata.create_all(empty_engine)
        of_models, of_migrations = table_definitions(empty_engine), table_definitions(small.engine)
        # On PostgreSQL, migration 0002 makes it a GIN index; the model does not say so.
        for definitions in (of_models, of_migrations):
            del definitions["index ix_search_documents_terms"]
        assert of_migrations == of_models

    def test_copied_tables_are_the_same(self, sqlite_engine):
        # SQLite cannot alter a constraint: batch_alter_table copies the table.
        with sqlite_engine.fresh() as url, closing(Database(url)) as database:
            before = table_definitions(database.engine)
            with database.engine.connect() as connection:
                operations = Operations(MigrationContext.configure(connection))
                for table in TABLES:
                    with operations.batch_alter_table(table, recreate="always"):
                        pass
                connection.commit()
            assert table_definitions(database.engine) == before
        assert before["index ix_films_title_down"] == [
            "CREATE INDEX ix_films_title_down ON films (title DESC, slug)"
        ]


def add_column(metadata):
    metadata.tables["films"].append_column(Column("colour", Integer))


def change_type(metadata):
    metadata.tables["films"].c.release_year.type = Text()


def allow_null(metadata):
    metadata.tables["films"].c.title.nullable = True


def drop_table(metadata):
    metadata.remove(metadata.tables["aliases"])


def drop_index(metadata):
    metadata.tables["films"].indexes.clear()


def change_direction(metadata):
    table = metadata.tables["films"]
    table.indexes = {index for index in table.indexes if index.name != "ix_films_title_down"}
    Index("ix_films_title_down", table.c.title, table.c.slug)


def drop_unique_constraint(metadata):
    table = metadata.tables["films"]
    table.constraints = {constraint for constraint in table.constraints if constraint.name != "uq_films_slug"}


class TestComparison:
    """The comparison above can fail: it reports each of these differences."""

    @pytest.mark.nightly
    def test_it_reports_a_difference(self, small):
        assert differences(small, copy_of_models()) == []
        for change in (
            add_column,
            change_type,
            allow_null,
            drop_table,
            drop_index,
            change_direction,
            drop_unique_constraint,
        ):
            metadata = copy_of_models()
            change(metadata)
            assert differences(small, metadata), change.__name__
