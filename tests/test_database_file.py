"""An SQLite file that is damaged, replaced, deleted or locked while it is served, and that is read-only."""

import os
import shutil
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import structlog
from sqlalchemy import text

from api.app import create_app
from api.core.config import Settings
from models import Film
from models.database import Database
from models.sqlite_driver import sqlite
from tests.cases import each
from tests.databases import write_protected_file
from tests.waiting import until

READ = "/v1/films/her-2013?fields=title"


@pytest.fixture(autouse=True)
def frequent_checks(monkeypatch):
    monkeypatch.setattr("models.sqlite_file.CHECK_SECONDS", 0.01)


@pytest.fixture
def template(sqlite_engine, tmp_path):
    """A file with the pack and without a write-ahead log, in a folder of its own."""
    with sqlite_engine.fresh("pack") as url:
        folder = tmp_path / "database"
        folder.mkdir()
        return Path(shutil.copy(url.removeprefix("sqlite:///"), folder / "good.sqlite3"))


@pytest.fixture
def file(template):
    return Path(shutil.copy(template, template.with_name("served.sqlite3")))


@contextmanager
def serving(file, **settings):
    """Yield a client of an app that serves the file, with 0.2 s for a statement."""
    app = create_app(Settings(database_url=f"sqlite:///{file}", statement_seconds=0.2, **settings))
    yield app.test_client()
    app.extensions["database"].close()


@pytest.fixture
def client(file):
    with serving(file, cache_bytes=0) as client:
        assert client.get("/readyz").status_code == 200
        assert client.get(READ).status_code == 200
        yield client


def statuses(client):
    return client.get("/readyz").status_code, client.get(READ).status_code, client.get("/livez").status_code


def truncate(file):
    os.truncate(file, 40_000)


def empty(file):
    os.truncate(file, 0)


def overwrite(file):
    with file.open("r+b") as stream:
        stream.write(os.urandom(file.stat().st_size))


def overwrite_head(file):
    with file.open("r+b") as stream:
        stream.write(b"no database" * 10)


def replace_by_text(file):
    new = file.with_name("new")
    new.write_text("Notes about films.\n" * 1000)
    new.rename(file)


def replace_by_another_database(file):
    new = file.with_name("new")
    with closing(sqlite.connect(new)) as connection:
        connection.execute("CREATE TABLE films (name)")
    new.rename(file)


def replace_by_an_older_schema(file):
    replace_by_an_incomplete_schema(file, "UPDATE alembic_version SET version_num = '0001'")


def replace_by_an_incomplete_schema(file, *statements):
    new = Path(shutil.copy(file, file.with_name("new")))
    with closing(sqlite.connect(new, isolation_level=None)) as connection:
        connection.execute("ALTER TABLE films RENAME COLUMN title TO heading")
        for statement in statements:
            connection.execute(statement)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    new.rename(file)


def replace_by_a_folder(file):
    file.unlink()
    file.mkdir()


FAULTS = [
    Path.unlink,
    truncate,
    empty,
    overwrite,
    overwrite_head,
    replace_by_text,
    replace_by_another_database,
    replace_by_an_older_schema,
    replace_by_an_incomplete_schema,
    replace_by_a_folder,
]


def listing(folder):
    return {path.name: path.stat().st_ino for path in folder.iterdir() if not path.name.endswith("-shm")}


@each("fault", FAULTS)
class TestFaults:
    def test_it_is_reported_and_over_when_a_good_file_is_back(self, client, file, template, fault):
        fault(file)
        assert until(lambda: statuses(client) == (503, 503, 200))
        response = client.get(READ)
        assert response.content_type == "application/problem+json"
        assert response.headers["Retry-After"] == "2"
        # Nothing is created in place of the file, or removed beside it.
        before = listing(file.parent)
        assert statuses(client) == (503, 503, 200)
        assert listing(file.parent) == before
        if file.is_dir():
            file.rmdir()
        shutil.copy(template, file.with_name("back")).rename(file)
        assert until(lambda: statuses(client) == (200, 200, 200))

    def test_it_is_over_when_the_content_is_copied_into_the_same_file(self, client, file, template, fault):
        fault(file)
        assert until(lambda: statuses(client) == (503, 503, 200))
        if file.is_dir():
            file.rmdir()
        shutil.copyfile(template, file)
        assert until(lambda: statuses(client) == (200, 200, 200))


class TestReports:
    def test_a_fault_is_logged_once_and_so_is_its_end(self, client, file, template):
        with structlog.testing.capture_logs() as logs:
            overwrite(file)
            assert until(lambda: statuses(client) == (503, 503, 200))
            for _ in range(10):
                client.get(READ)
            shutil.copy(template, file.with_name("back")).rename(file)
            assert until(lambda: statuses(client) == (200, 200, 200))
        events = [entry for entry in logs if entry["event"].startswith("database file")]
        assert [entry["event"] for entry in events] == [
            "database file unusable",
            "database file usable again",
        ]
        assert "malformed" in events[0]["reason"] or "not a database" in events[0]["reason"]

    def test_readiness_says_that_pages_are_damaged_that_most_requests_do_not_read(
        self, client, file, template
    ):
        with file.open("r+b") as stream:
            stream.seek(8192)
            stream.write(os.urandom(file.stat().st_size - 8192))
        assert until(lambda: client.get("/v1/quotes").status_code == 503)
        assert "malformed" in client.get("/readyz").get_json()["detail"]
        assert client.get("/readyz").status_code == 503
        shutil.copyfile(template, file)
        assert until(lambda: client.get("/readyz").status_code == 200)


class TestLocks:
    def test_a_locked_file_is_reported_in_time_and_used_again_after_it(self, file):
        with serving(file) as client:
            with closing(sqlite.connect(file, isolation_level=None)) as other:
                other.execute("PRAGMA locking_mode=EXCLUSIVE")
                other.execute("BEGIN IMMEDIATE")
                assert statuses(client) == (503, 503, 200)
            assert statuses(client) == (200, 200, 200)


class TestCache:
    def test_it_is_discarded_when_the_file_is_replaced(self, file, template):
        with closing(Database(f"sqlite:///{template}")) as database, database.write_session() as session:
            Film.by_slug(session, "her-2013").assign({"title": "Another"})
        with serving(file) as client:
            for _ in range(2):
                assert client.get(READ).get_json()["title"] == "Her"
            template.rename(file)
            assert until(lambda: client.get(READ).get_json()["title"] == "Another")

    @each("fault", [Path.unlink, overwrite, overwrite_head, replace_by_text, replace_by_a_folder])
    def test_it_replaces_errors_while_the_file_is_missing_or_unusable(self, file, template, fault):
        shutil.copy(template, file)
        with serving(file) as client:
            fresh = client.get(READ)
            assert "Age" not in fresh.headers
            fault(file)
            assert until(lambda: "Age" in client.get(READ).headers)
            stale = client.get(READ)
            assert (stale.status_code, stale.data) == (200, fresh.data)
            assert client.get("/v1/films/her-2013/scenes").status_code == 503
            assert client.get("/readyz").status_code == 503
            if file.is_dir():
                file.rmdir()
            shutil.copy(template, file.with_name("back")).rename(file)
            assert until(lambda: "Age" not in client.get(READ).headers)
            assert client.get(READ).status_code == 200


class TestReadOnly:
    def test_it_is_served_without_a_log(self, as_nobody, file):
        content = file.read_bytes()
        with as_nobody() as folder:
            served = write_protected_file(folder, "served.sqlite3", content)
            with serving(served) as client:
                assert statuses(client) == (200, 200, 200)
                assert client.get("/v1/search?q=loneliness").status_code == 200
                assert [path.name for path in folder.iterdir()] == ["served.sqlite3"]
            folder.chmod(0o755)


def test_a_bug_is_still_an_internal_error(file):
    with serving(file, cache_bytes=0) as client:
        app = client.application

        @app.get("/bug")
        def bug():
            with app.extensions["database"].read_session() as session:
                session.execute(text("SELECT 1 FROM nowhere"))

        assert client.get("/bug").status_code == 500
