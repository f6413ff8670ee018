"""Databases that cannot be written: a problem says so, nothing is half-written, and reads go on (row 60)."""

import os
import shutil
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from api.app import create_app
from api.core.config import Settings
from models.database import Database
from models.sqlite_driver import sqlite
from tests.api.writing.conftest import Editor, add_key
from tests.databases import write_protected_file
from tests.waiting import until

THEME = {"id": "patience", "name": "Patience", "definition": "Waiting without complaint."}
#: Too long for the free pages of a file.
LONG = THEME | {"definition": "Waiting" * 140}
PATH, LONELINESS = "/v1/themes/patience", "/v1/themes/loneliness"
KEY = {"Idempotency-Key": "patience"}


@contextmanager
def editing(url, key, prepare=lambda _: None):
    """Yield an editor of an application that caches no response."""
    app = create_app(Settings(database_url=url, statement_seconds=5, cache_bytes=0))
    database = app.extensions["database"]
    prepare(database)
    yield Editor(app, database, key)
    database.close()


@pytest.fixture
def sqlite_file(sqlite_engine, tmp_path):
    """A file with the pack and a key in a folder of its own, and the key."""
    with sqlite_engine.fresh("pack") as url:
        with closing(Database(url)) as database:
            key = add_key(database)
        return Path(shutil.copy(url.removeprefix("sqlite:///"), tmp_path / "content")), key


def assert_refused(editor, status, code, retry_after, body=THEME):
    """Assert that a write is refused, leaves nothing behind, and that reads go on."""
    before = editor.counts()
    response = editor.post("/v1/themes", body, headers=KEY)
    assert (response.status_code, response.json["code"]) == (status, code), response.text
    assert response.headers["Retry-After"] == retry_after
    assert response.headers["Cache-Control"] == "no-store"
    assert editor.counts() == before
    assert editor.get(LONELINESS).status_code == 200
    assert editor.get(PATH).status_code == 404


def assert_executed(editor, body=THEME):
    """Assert that the same request succeeds: its failure was not recorded."""
    response = editor.post("/v1/themes", body, headers=KEY)
    assert (response.status_code, "Idempotency-Replayed" in response.headers) == (201, False), response.text
    assert editor.get(PATH).status_code == 200


class TestSQLite:
    def test_a_full_disk(self, sqlite_file):
        file, key = sqlite_file
        with closing(sqlite.connect(file)) as connection:
            # Leaves no free page.
            connection.execute("VACUUM")
        is_full = [True]

        def limit(database):
            @event.listens_for(database.engine, "checkout")
            def limit_pages(connection, *_):
                pages = connection.execute("PRAGMA page_count").fetchone()[0]
                connection.execute(f"PRAGMA max_page_count={pages if is_full[0] else 2**30}")

        with editing(f"sqlite:///{file}", key, limit) as editor:
            assert_refused(editor, 507, "storage-full", "60", LONG)
            is_full[0] = False
            assert_executed(editor, LONG)

    def test_a_lock_that_another_program_holds(self, sqlite_file, monkeypatch):
        monkeypatch.setattr("models.sqlite_engine.WRITER_SECONDS", 0.2)
        file, key = sqlite_file
        with editing(f"sqlite:///{file}", key) as editor:
            with closing(sqlite.connect(file, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                assert_refused(editor, 503, "unavailable", "2")
            assert_executed(editor)

    def test_a_file_that_cannot_be_written(self, sqlite_file, as_nobody):
        file, key = sqlite_file
        content = file.read_bytes()
        with as_nobody() as folder:
            served = write_protected_file(folder, "content", content)
            with editing(f"sqlite:///{served}", key) as editor:
                assert_refused(editor, 503, "read-only", "10")
                folder.chmod(0o755)
                served.chmod(0o644)
                assert until(lambda: editor.post("/v1/themes", THEME, headers=KEY).status_code == 201)

    def test_a_damaged_file(self, sqlite_file):
        file, key = sqlite_file
        good = file.read_bytes()
        with editing(f"sqlite:///{file}", key) as editor:
            assert editor.get(LONELINESS).status_code == 200
            with file.open("r+b") as stream:
                stream.seek(8192)
                stream.write(os.urandom(len(good) - 8192))
            assert until(lambda: editor.post("/v1/themes", THEME, headers=KEY).status_code == 503)
            response = editor.post("/v1/themes", THEME, headers=KEY)
            assert (response.json["code"], response.headers["Retry-After"]) == ("unavailable", "2")
            file.with_name("back").write_bytes(good)
            file.with_name("back").rename(file)
            assert until(lambda: editor.get(LONELINESS).status_code == 200)
            assert_executed(editor)


class TestPostgreSQL:
    @pytest.fixture
    def content(self, postgresql_engine):
        """A database with the pack and a key: its URL, itself and the key."""
        with postgresql_engine.fresh("pack") as url, closing(Database(url)) as database:
            yield url, database, add_key(database)

    def test_a_database_that_is_read_only(self, content):
        url, database, key = content
        name = database.url.database
        with database.engine.connect() as connection:
            connection.exec_driver_sql(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
            connection.commit()
        with editing(url, key) as editor:
            assert_refused(editor, 503, "read-only", "10")
            with database.engine.connect() as connection:
                connection.exec_driver_sql(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
                connection.exec_driver_sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    f" WHERE datname = '{name}' AND pid <> pg_backend_pid()"
                )
                connection.commit()
            assert_executed(editor)

    def test_a_lock_that_another_transaction_holds(self, content):
        url, database, key = content
        with editing(url, key) as editor:
            with database.engine.connect() as other:
                other.exec_driver_sql("LOCK TABLE content_generation IN SHARE ROW EXCLUSIVE MODE")
                assert_refused(editor, 503, "unavailable", "2")
            assert_executed(editor)
