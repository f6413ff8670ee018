"""Alembic's own commands with ``alembic.ini``, as developers and ``make migration`` run them."""

import shutil
from io import StringIO

import pytest
from alembic import command
from alembic.config import CommandLine, Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from api.core.config import Settings
from models import Alias, Base, Revision, migrations
from models.database import Database
from models.search.index_tables import IndexStatistics
from models.search.text_analysis import ANALYSIS_VERSION
from tests.serving import ROOT
from tests.table_definitions import table_definitions

INI = ROOT / "alembic.ini"
VERSIONS = ROOT / "models" / "migrations" / "versions"


@pytest.fixture
def url(tmp_path, monkeypatch):
    """The URL of a migrated SQLite database, which SUBTEXT_DATABASE_URL contains."""
    url = f"sqlite:///{tmp_path / 'migrated.sqlite3'}"
    monkeypatch.setenv("SUBTEXT_DATABASE_URL", url)
    database = Database(url)
    migrations.upgrade(database.engine)
    yield url
    database.close()


@pytest.fixture
def generate(url, tmp_path, monkeypatch):
    """Return a function that runs autogenerate and returns the names and texts of new files."""
    versions = shutil.copytree(VERSIONS, tmp_path / "versions", ignore=shutil.ignore_patterns("__pycache__"))
    before = set(versions.iterdir())

    def run(message):
        words = ["revision", "--autogenerate", "-m", message]
        options = CommandLine().parser.parse_args(words)
        config = Config(INI, cmd_opts=options)
        config.set_main_option("version_locations", str(versions))
        command.revision(config, message=message, autogenerate=True, version_path=str(versions))
        return {file.name: file.read_text() for file in set(versions.glob("*.py")) - before}

    return run


class TestCurrent:
    def test_it_reads_the_database_in_the_environment(self, url):
        output = StringIO()
        command.current(Config(INI, stdout=output))
        assert output.getvalue() == f"{migrations.newest()} (head)\n"

    def test_without_the_variable_it_reads_the_default_database(self):
        config = Config(INI)
        assert config.get_main_option("sqlalchemy.url") == Settings().database_url


class TestRevision:
    def test_models_that_match_the_database_need_no_migration(self, generate):
        assert generate("Change nothing") == {}

    def test_a_new_migration_has_the_next_number_and_our_types(self, generate, url):
        database = Database(url)
        with database.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE films DROP COLUMN deleted_at")
            connection.exec_driver_sql("ALTER TABLE films DROP COLUMN imdb")
        database.close()
        [(name, text)] = generate("Add what is missing").items()
        assert name == f"{int(migrations.newest()) + 1:04}_add_what_is_missing.py"
        assert f'down_revision = "{migrations.newest()}"' in text
        assert "from models.types import UTCTimestamp\n" in text
        assert 'sa.Column("deleted_at", UTCTimestamp(), nullable=True)' in text
        assert 'sa.String(length=20, collation="C"), "postgresql"' in text

    def test_enumerations_are_written_as_strings(self, generate, url):
        database = Database(url)
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.exec_driver_sql("DROP TABLE sources")
            connection.commit()
        database.close()
        [text] = generate("Add sources").values()
        compile(text, "migration", "exec")
        assert '"draft"' in text

    def test_it_restores_a_descending_index_of_a_table_that_it_copies(self, generate, url, tmp_path):
        database = Database(url)
        modelled = table_definitions(database.engine)
        with database.engine.connect() as connection:
            operations = Operations(MigrationContext.configure(connection))
            with operations.batch_alter_table("scenes") as batch:
                batch.drop_constraint("fk_scenes_film_id", type_="foreignkey")
            operations.drop_index("ix_scenes_title_down", "scenes")
            operations.create_index("ix_scenes_title_down", "scenes", ["title", "slug"])
            connection.commit()
        changed = table_definitions(database.engine)
        assert generate("Refer to films")
        config = Config(INI)
        config.set_main_option("version_locations", str(tmp_path / "versions"))
        command.upgrade(config, "head")
        assert table_definitions(database.engine) == modelled
        command.downgrade(config, migrations.newest())
        assert table_definitions(database.engine) == changed
        database.close()


@pytest.fixture
def configure(tmp_path):
    """Return a function that adds a migration and returns Alembic's configuration for an engine."""

    def add(migration, engine):
        versions = shutil.copytree(
            VERSIONS, tmp_path / "versions", ignore=shutil.ignore_patterns("__pycache__")
        )
        (versions / "9999_added.py").write_text(migration.format(newest=migrations.newest()))
        config = migrations.configuration(engine)
        config.set_main_option("version_locations", str(versions))
        return config

    return add


class TestCopiedTables:
    """SQLite alters a table by copying it and dropping the old one."""

    MIGRATION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "9999", "{newest}"


def upgrade():
    with op.batch_alter_table("scenes") as batch:
        batch.add_column(sa.Column("sequel_id", sa.Integer(), nullable=True))
        batch.create_foreign_key("fk_scenes_sequel_id_films", "films", ["sequel_id"], ["id"])


def downgrade():
    with op.batch_alter_table("scenes") as batch:
        batch.drop_constraint("fk_scenes_sequel_id_films", type_="foreignkey")
        batch.drop_column("sequel_id")
"""

    def test_their_definition_and_the_rows_that_refer_to_them_are_preserved(self, packed, configure):
        config = configure(self.MIGRATION, packed.engine)

        def row_counts():
            with packed.engine.connect() as connection:
                return {
                    table.name: connection.scalar(select(func.count()).select_from(table))
                    for table in Base.metadata.sorted_tables
                }

        before, definitions = row_counts(), table_definitions(packed.engine)
        assert before["appearances"] > 0
        command.upgrade(config, "head")
        assert row_counts() == before
        command.downgrade(config, migrations.newest())
        assert row_counts() == before
        assert table_definitions(packed.engine) == definitions
        appearance = Base.metadata.tables["appearances"]
        with packed.engine.connect() as connection, pytest.raises(IntegrityError):
            connection.execute(insert(appearance).values(scene_id=999, character_id=999, position=1))


class TestDroppedResources:
    MIGRATION = """
from alembic import op

revision, down_revision = "9999", "{newest}"


def upgrade():
    op.drop_table("advisory_links")
    op.drop_table("advisories")
"""

    @staticmethod
    def types_of(model, database):
        with database.read_session() as session:
            return set(session.scalars(select(model.type_name)))

    @staticmethod
    def index_version(database):
        with database.read_session() as session:
            return session.scalar(select(IndexStatistics.version))

    def test_their_revisions_and_aliases_are_deleted(self, packed, configure):
        with packed.write_session() as session:
            session.add_all(
                Alias(type_name=name, slug="old", resource_id=1) for name in ("advisory", "theme")
            )
        types = self.types_of(Revision, packed)
        assert "advisory" in types
        command.upgrade(configure(self.MIGRATION, packed.engine), "head")
        assert self.types_of(Revision, packed) == types - {"advisory"}
        assert self.types_of(Alias, packed) == {"theme"}

    def test_the_search_index_is_outdated(self, packed, configure):
        command.upgrade(configure(self.MIGRATION, packed.engine), "head")
        assert self.index_version(packed) == ""

    def test_so_it_is_without_the_model(self, packed, configure):
        with packed.write_session() as session:
            session.connection().exec_driver_sql("CREATE TABLE places (id INTEGER)")
        migration = self.MIGRATION.replace("advisories", "places")
        command.upgrade(configure(migration, packed.engine), "head")
        assert self.index_version(packed) == ""

    def test_other_tables_leave_it_as_it_is(self, packed, configure):
        migration = self.MIGRATION.replace('    op.drop_table("advisories")\n', "")
        command.upgrade(configure(migration, packed.engine), "head")
        assert self.index_version(packed) == ANALYSIS_VERSION
