"""Change detection: how a process learns that content was committed, by itself or by others."""

import datetime as dt
import os
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from models import ApiKey, Theme
from models.commit_watcher import MAX_STALENESS_SECONDS, POLL_SECONDS
from models.database import Database
from tests.api_keys import NOW
from tests.databases import ROOT
from tests.waiting import until


def add(database, slug="loneliness", should_fail=False):
    with database.write_session() as session:
        session.add(Theme(slug=slug, label=slug, name=slug, definition="A theme."))
        session.flush()
        if should_fail:
            raise RuntimeError


def add_in_another_process(database, slug="loneliness"):
    """Commit as another process would: only the database notifies the watchers of this process."""
    with (
        pytest.MonkeyPatch.context() as monkeypatch,
        closing(Database(database.url.render_as_string(hide_password=False))) as other,
    ):
        monkeypatch.setattr("models.commit_watcher._watchers", ())
        add(other, slug)


def wait_for_token(database):
    """Wait until the watcher returns a version token; return the token."""
    return until(database.commit_watcher.version_token)


def use_key(database):
    """Commit what is not content: the last use of an API key."""
    with database.write_session() as session:
        key = session.query(ApiKey).first()
        if key is None:
            ApiKey.create(session, "desk", ["publish"], NOW)
        else:
            key.last_used_at = (key.last_used_at or NOW) + dt.timedelta(hours=1)


def open_files(database):
    """Return the names of the database's files that this process has open."""
    links = (Path(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd"))
    names = {link.readlink().name for link in links if link.is_symlink()}
    return {name for name in names if name.startswith(Path(database.url.database).name)}


class TestVersionToken:
    def test_it_is_the_same_while_nothing_is_committed(self, database):
        first = wait_for_token(database)
        with database.read_session() as session:
            session.execute(text("SELECT 1"))
        assert first is not None
        assert database.commit_watcher.version_token() == first

    def test_a_commit_of_this_process_counts_at_once(self, database):
        before = wait_for_token(database)
        add(database)
        assert database.commit_watcher.version_token() != before

    def test_a_commit_of_another_process_counts(self, database):
        before = wait_for_token(database)
        add_in_another_process(database)
        assert until(lambda: database.commit_watcher.version_token() not in (before, None))

    def test_a_rollback_does_not_count(self, database):
        before = wait_for_token(database)
        with pytest.raises(RuntimeError):
            add(database, should_fail=True)
        assert database.commit_watcher.version_token() == before

    def test_a_commit_of_anything_but_content_does_not_count(self, database):
        add(database, "first")
        before = wait_for_token(database)
        for _ in range(3):
            use_key(database)
            assert database.commit_watcher.version_token() == before
        add(database, "second")
        assert database.commit_watcher.version_token() != before

    def test_each_of_several_commits_counts(self, database):
        tokens = {wait_for_token(database)}
        for number in range(5):
            add(database, f"theme-{number}")
            tokens.add(database.commit_watcher.version_token())
        assert len(tokens - {None}) == 6

    def test_closing_the_database_closes_the_watcher(self, database):
        others = set(threading.enumerate())
        before = wait_for_token(database)
        threads = set(threading.enumerate()) - others
        assert len(threads) == (0 if database.is_sqlite else 1)
        database.close()
        assert not any(thread.is_alive() for thread in threads)
        if database.is_sqlite:
            assert not open_files(database)
            assert database.commit_watcher.version_token() == before


@pytest.mark.any_database
class TestSQLite:
    def test_without_a_file_it_is_none_and_no_file_is_created(self, tmp_path):
        database = Database(f"sqlite:///{tmp_path}/nothing")
        assert database.commit_watcher.version_token() is None
        assert not list(tmp_path.iterdir())

    def test_it_exists_once_the_file_exists(self, tmp_path):
        database = Database(f"sqlite:///{tmp_path}/later")
        assert database.commit_watcher.version_token() is None
        with database.engine.begin() as connection:
            connection.execute(text("CREATE TABLE t (x)"))
        assert database.commit_watcher.version_token() is not None
        database.close()

    def test_other_processes_commit_content_and_other_things(self, packed):
        def run(statement):
            code = (
                "import sys; from models.sqlite_driver import sqlite; connection = sqlite.connect(sys.argv[1]);"
                f" connection.execute({statement!r}); connection.commit()"
            )
            subprocess.run([sys.executable, "-c", code, packed.url.database], cwd=ROOT, check=True)

        use_key(packed)
        before = wait_for_token(packed)
        run("UPDATE api_keys SET last_used_at = '2026-01-01T00:00:00Z'")
        assert packed.commit_watcher.version_token() == before
        run("UPDATE content_generation SET number = number + 1")
        assert packed.commit_watcher.version_token() not in (before, None)

    def test_merging_the_log_into_the_file_does_not_count(self, packed, monkeypatch):
        monkeypatch.setattr("models.sqlite_file.CHECK_SECONDS", 0)
        before = wait_for_token(packed)
        use_key(packed)
        with packed.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        assert packed.commit_watcher.version_token() == before

    def test_another_file_in_its_place_counts(self, packed, tmp_path, monkeypatch):
        monkeypatch.setattr("models.sqlite_file.CHECK_SECONDS", 0)
        path, copy = packed.url.database, tmp_path / "copy"
        with closing(packed.file.connect()) as connection:
            connection.execute(f"VACUUM INTO '{copy}'")
        tokens = [wait_for_token(packed)]
        add(packed, "lost")
        tokens.append(packed.commit_watcher.version_token())
        # The last connection merges the log into the file; a log of the old file would count for the new one.
        packed.close()
        os.replace(copy, path)
        tokens.append(wait_for_token(packed))
        # The same number as that of the lost commit, in the same file: the time tells them apart.
        with packed.write_session() as session:
            session.execute(text("UPDATE content_generation SET changed_at = '2030-01-01T00:00:00Z'"))
        add(packed, "stored")
        tokens.append(packed.commit_watcher.version_token())
        assert len(set(tokens) - {None}) == 4

    @pytest.mark.parametrize("name", ["a b", "per%20cent", "quest?ion", "ha#sh", "ünï"])
    def test_a_path_may_have_any_characters(self, tmp_path, name):
        database = Database(f"sqlite:///{tmp_path}/plain")
        database.url = database.url.set(database=str(tmp_path / name))
        with database.engine.begin() as connection:
            connection.execute(text("CREATE TABLE t (x)"))
        assert database.commit_watcher.version_token() is not None
        database.close()


@pytest.fixture
def postgresql(postgresql_engine):
    with postgresql_engine.fresh() as url:
        database = Database(url)
        yield database
        database.close()


class TestPostgreSQL:
    def test_a_change_without_a_notification_is_found_by_polling(self, postgresql):
        before = wait_for_token(postgresql)
        with postgresql.engine.begin() as connection:
            connection.execute(text("INSERT INTO content_generation (id, number) VALUES (1, 7)"))
        assert until(lambda: postgresql.commit_watcher.version_token() not in (before, None))

    def test_a_commit_notifies_the_watchers_of_other_processes(self, postgresql, monkeypatch):
        monkeypatch.setattr("models.commit_watcher.POLL_SECONDS", 10)
        monkeypatch.setattr("models.commit_watcher.MAX_STALENESS_SECONDS", 60)
        before = wait_for_token(postgresql)
        add_in_another_process(postgresql)
        assert until(lambda: postgresql.commit_watcher.version_token() != before, seconds=5)
        monkeypatch.undo()
        # A second notification makes the watcher poll at the usual interval, so that it can be closed within a second.
        add_in_another_process(postgresql, "avoidance")

    def test_a_connection_that_was_cut_counts_as_a_change(self, postgresql):
        before = wait_for_token(postgresql)
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ~ 'content_generation'"
        cut += " AND datname = current_database() AND pid <> pg_backend_pid()"
        with postgresql.engine.connect() as connection:
            connection.execute(text(cut))
        assert until(lambda: postgresql.commit_watcher.version_token() != before)
        assert until(lambda: postgresql.commit_watcher.version_token() is not None)
        assert postgresql.commit_watcher.version_token() != before

    def test_an_unreachable_server_has_no_token(self):
        database = Database("postgresql://nobody@127.0.0.1:1/nothing")
        assert database.commit_watcher.version_token() is None
        database.close()

    def test_a_database_without_tables_has_no_token(self, postgresql):
        with postgresql.engine.begin() as connection:
            connection.execute(text("DROP TABLE content_generation"))
        assert postgresql.commit_watcher.version_token() is None

    def test_it_polls_more_often_than_tokens_expire(self):
        assert POLL_SECONDS * 2 < MAX_STALENESS_SECONDS
