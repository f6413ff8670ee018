"""The lock under which a process migrates a database or loads content."""

import os
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from models.database import Database
from subtext_cli.preparation_lock import preparation_lock
from tests.pgbouncer import pooling
from tests.waiting import until


@pytest.fixture
def url(engine):
    with engine.fresh() as url:
        yield url


@contextmanager
def locking(url):
    """Hold the lock as another process would: with connections and a descriptor of its own."""
    with closing(Database(url)) as database, preparation_lock(database):
        yield database


def lock_in_thread(url, entered):
    def lock():
        with locking(url):
            entered.set()

    thread = threading.Thread(target=lock)
    thread.start()
    return thread


class TestLock:
    def test_a_second_process_waits(self, url, capsys):
        entered = threading.Event()
        with locking(url):
            thread = lock_in_thread(url, entered)
            assert until(lambda: "Waiting for another process" in capsys.readouterr().err)
            assert not entered.is_set()
        thread.join()
        assert entered.is_set()

    def test_the_wait_ends_with_one_line(self, url, monkeypatch):
        monkeypatch.setattr("subtext_cli.preparation_lock.WAIT_SECONDS", 0.1)
        with (
            locking(url),
            pytest.raises(SystemExit, match="Another process has been migrating"),
            locking(url),
        ):
            pass

    def test_an_error_gives_it_back(self, url):
        with pytest.raises(KeyError), locking(url):
            raise KeyError
        with locking(url):
            pass


class TestSQLite:
    def test_it_works_before_the_database_exists_and_leaves_no_file(self, tmp_path):
        with locking(f"sqlite:///{tmp_path}/content"):
            assert os.listdir(tmp_path) == ["content-lock"]
        assert os.listdir(tmp_path) == []

    def test_all_names_of_a_file_have_one_lock(self, tmp_path):
        (tmp_path / "real").mkdir()
        (tmp_path / "link").symlink_to("real")
        with locking(f"sqlite:///{tmp_path}/link/content"):
            assert os.listdir(tmp_path / "real") == ["content-lock"]

    def test_a_file_that_a_killed_process_left_is_no_lock(self, tmp_path):
        Path(tmp_path / "content-lock").touch()
        with locking(f"sqlite:///{tmp_path}/content"):
            pass
        assert os.listdir(tmp_path) == []

    def test_one_of_many_has_it_at_a_time(self, tmp_path, monkeypatch):
        """Files that are deleted by one and opened by others meanwhile are no lock."""
        monkeypatch.setattr("subtext_cli.preparation_lock.POLL_SECONDS", 0.0001)
        inside, most = [], []

        def repeat():
            for _ in range(50):
                with locking(f"sqlite:///{tmp_path}/content"):
                    inside.append(1)
                    most.append(len(inside))
                    time.sleep(0)
                    inside.pop()

        threads = [threading.Thread(target=repeat) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (set(most), len(most)) == ({1}, 200)


@pytest.mark.nightly
class TestPostgreSQL:
    def test_it_outlasts_the_timeout_of_idle_transactions(self, postgresql_engine, monkeypatch):
        monkeypatch.setattr("subtext_cli.preparation_lock.WAIT_SECONDS", 0.1)
        with postgresql_engine.fresh() as url:
            with closing(Database(url)) as database, database.engine.begin() as connection:
                name = connection.scalar(text("SELECT current_database()"))
                statement = f'ALTER DATABASE "{name}" SET idle_in_transaction_session_timeout = 100'
                connection.execute(text(statement))
            with locking(url):
                time.sleep(0.5)
                with pytest.raises(SystemExit), locking(url):
                    pass

    def test_a_pooler_keeps_it(self, postgresql_engine, monkeypatch):
        """Others use each server connection of the pooler meanwhile, but for that of the lock."""
        monkeypatch.setattr("subtext_cli.preparation_lock.WAIT_SECONDS", 0.1)
        with postgresql_engine.fresh() as url, pooling(url, size=2) as pooler:
            with locking(pooler.url()) as database:
                for _ in range(10):
                    with database.read_session() as session:
                        session.scalar(text("SELECT 1"))
                    with pytest.raises(SystemExit), locking(pooler.url()):
                        pass
            with locking(pooler.url()):
                pass
