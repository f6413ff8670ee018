"""Which copy of SQLite a process uses."""

import sys
from types import SimpleNamespace

import pytest
from sqlalchemy import bindparam, select

from models import Quote, sqlite_driver
from models.database import Database
from tests.cases import each


@each(
    ("version", "is_fixed"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 3), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
        ((4, 0, 0), True),
    ],
)
def test_the_releases_with_the_wal_reset_bug_are_known(version, is_fixed):
    assert sqlite_driver.has_wal_reset_fix(version) is is_fixed


def module(*version):
    return SimpleNamespace(sqlite_version_info=version, sqlite_version=".".join(map(str, version)))


class TestChoice:
    @each(
        ("standard", "alternative", "chosen"),
        [
            ((3, 51, 3), (3, 53, 4), (3, 51, 3)),
            ((3, 40, 1), (3, 53, 4), (3, 53, 4)),
            ((3, 40, 1), (3, 51, 1), (3, 40, 1)),
            ((3, 40, 1), None, (3, 40, 1)),
        ],
    )
    def test_the_standard_library_is_preferred_where_it_is_safe(
        self, monkeypatch, standard, alternative, chosen
    ):
        monkeypatch.setattr(sqlite_driver, "standard", module(*standard))
        # None makes an import fail.
        monkeypatch.setitem(sys.modules, "pysqlite3", alternative and module(*alternative))
        assert sqlite_driver.choose_driver().sqlite_version_info == chosen

    def test_an_unsafe_release_has_a_warning(self, monkeypatch):
        monkeypatch.setattr(sqlite_driver, "sqlite", module(3, 40, 1))
        monkeypatch.setattr(sqlite_driver, "SQLITE_VERSION", "3.40.1")
        assert "SQLite 3.40.1 can corrupt a database" in sqlite_driver.version_warning()
        monkeypatch.setattr(sqlite_driver, "sqlite", module(3, 51, 3))
        assert sqlite_driver.version_warning() is None


class TestEngine:
    @pytest.fixture
    def database(self, sqlite_engine):
        with sqlite_engine.opened("pack") as database:
            yield database

    def test_every_connection_has_the_same_copy_of_sqlite(self, database):
        assert database.commit_watcher.version_token() is not None
        assert isinstance(database.commit_watcher._connection, sqlite_driver.sqlite.Connection)
        with database.engine.connect() as connection:
            assert isinstance(connection.connection.driver_connection, sqlite_driver.sqlite.Connection)
        assert database.server_version() == sqlite_driver.SQLITE_VERSION

    def test_a_limit_is_hidden_from_the_planner(self, database):
        prepared = []

        def note(*_):
            prepared.append(None)
            return sqlite_driver.sqlite.SQLITE_OK

        with database.engine.connect() as connection:
            driver, counts = connection.connection.driver_connection, []
            driver.set_authorizer(note)
            for number in (1, 2, 3):
                rows = connection.execute(select(Quote.slug).limit(bindparam("rows")), {"rows": number}).all()
                assert len(rows) == number
                counts.append(len(prepared))
            driver.set_authorizer(None)
        # SQLite calls the authorizer when it prepares a statement: it did, once.
        assert counts[0] > 0
        assert counts == [counts[0]] * 3

    def test_deleted_text_leaves_the_file(self, database):
        with database.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA secure_delete").scalar() == 1


def test_the_start_warns_of_an_unsafe_release(monkeypatch, capsys, tmp_path):
    from api.core.config import Settings
    from subtext_cli import preparation

    monkeypatch.setattr(sqlite_driver, "version_warning", lambda: "SQLite 3.40.1 can corrupt")
    monkeypatch.setattr(preparation, "prepare", preparation.migrate_schema)
    preparation.prepare_for_serving(Settings(database_url=f"sqlite:///{tmp_path}/x.sqlite3"))
    output = capsys.readouterr()
    assert f"(SQLite {Database('sqlite://').server_version()})" in output.out
    assert output.err == "subtext: SQLite 3.40.1 can corrupt\n"
