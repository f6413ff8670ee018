"""Databases that cannot be used: each command ends with one sentence that says what to do."""

import os
import resource
import socket
import threading
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from models.sqlite_driver import sqlite
from tests.cases import each

SERVER = os.environ.get("SUBTEXT_TEST_DATABASE_URL", "")
COMMANDS = ("migrate", "seed", "serve", "dev")


class TestSQLite:
    @pytest.mark.parametrize("command", COMMANDS)
    def test_every_command_refuses_it(self, refusal, tmp_path, command):
        message = refusal(command, SUBTEXT_DATABASE_URL=f"sqlite:///{tmp_path}/a b/x.db")
        assert message == (
            f"subtext: The folder {tmp_path}/a b does not exist. Create it (mkdir -p '{tmp_path}/a b'), or correct "
            "SUBTEXT_DATABASE_URL."
        )
        assert not (tmp_path / "a b").exists()

    @pytest.mark.parametrize("command", ["seed", "backup x", "export --format ndjson x", "keys list", "pull"])
    def test_only_what_begins_a_database_creates_its_file(self, refusal, tmp_path, command):
        file = tmp_path / "none.db"
        message = refusal(*command.split(), SUBTEXT_DATABASE_URL=f"sqlite:///{file}")
        assert message.startswith(f"subtext: There is no database {file}. Run `subtext migrate`")
        assert not file.exists()

    def test_a_file_that_cannot_grow_is_named(self, refusal, tmp_path):
        file, limit = tmp_path / "full.db", resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, limit[1]))
        try:
            message = refusal("migrate", SUBTEXT_DATABASE_URL=f"sqlite:///{file}")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        assert message in (
            f"subtext: The disk with {file} is full.",
            f"subtext: {file} cannot be read or written: disk I/O error.",
        )

    def test_the_path_must_be_that_of_a_file(self, refusal, tmp_path):
        message = refusal("migrate", SUBTEXT_DATABASE_URL=f"sqlite:///{tmp_path}")
        assert f"{tmp_path} is a folder. Name a file" in message
        (tmp_path / "file").write_text("")
        message = refusal("migrate", SUBTEXT_DATABASE_URL=f"sqlite:///{tmp_path}/file/x.db")
        assert f"{tmp_path}/file is not a folder." in message
        assert "is not a regular file" in refusal("migrate", SUBTEXT_DATABASE_URL="sqlite:////dev/null")
        long = "x" * 300
        message = refusal("migrate", SUBTEXT_DATABASE_URL=f"sqlite:///{tmp_path}/{long}")
        assert "File name too long" in message

    def test_the_file_must_be_a_database(self, refusal, tmp_path):
        (tmp_path / "notes.txt").write_text(
            "Notes about films, which are longer than the head of a database.\n" * 20
        )
        message = refusal("seed", SUBTEXT_DATABASE_URL=f"sqlite:///{tmp_path}/notes.txt")
        assert message.startswith(f"subtext: {tmp_path}/notes.txt is not an SQLite database. Name another")

    def test_tables_of_another_program_are_not_touched(self, refusal, tmp_path):
        with sqlite.connect(tmp_path / "other.db") as connection:
            connection.execute("CREATE TABLE films (name)")
        connection.close()
        message = refusal("migrate", SUBTEXT_DATABASE_URL=f"sqlite:///{tmp_path}/other.db")
        assert "has a table “films” that Subtext has not created" in message

    def test_a_database_of_a_newer_version_is_refused(self, refusal, tmp_path):
        with sqlite.connect(tmp_path / "newer.db") as connection:
            connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
            connection.execute("INSERT INTO alembic_version VALUES ('9999')")
        connection.close()
        message = refusal("migrate", SUBTEXT_DATABASE_URL=f"sqlite:///{tmp_path}/newer.db")
        assert "at migration 9999, which this version of Subtext does not have" in message

    def test_rights_are_named_with_the_path_that_lacks_them(self, refusal, as_nobody):
        with as_nobody() as folder:
            closed = folder / "closed"
            closed.mkdir()
            for path, mode, verb in ((closed, 0o500, "write to"), (closed, 0, "open")):
                path.chmod(mode)
                message = refusal("migrate", SUBTEXT_DATABASE_URL=f"sqlite:///{closed}/x.db")
                assert f" has no right to {verb} {closed}. Give it the right (chown " in message
            closed.chmod(0o700)
            # The log of a server that ran as another user.
            for name in ("x.db", "x.db-wal"):
                (closed / name).touch(0o400)
                message = refusal("migrate", SUBTEXT_DATABASE_URL=f"sqlite:///{closed}/x.db")
                assert f" has no right to write to {closed}/{name}." in message
                (closed / name).chmod(0o600)

    def test_an_incomplete_file_that_cannot_be_written_is_not_served(self, refusal, as_nobody, sqlite_engine):
        with sqlite_engine.fresh("empty") as url:
            migrated = Path(url.removeprefix("sqlite:///")).read_bytes()
        with as_nobody() as folder:
            file = folder / "x.db"
            url = f"sqlite:///{file}"
            for content, problem in ((b"", "is not migrated to this version"), (migrated, "has no content")):
                folder.chmod(0o755)
                file.write_bytes(content)
                folder.chmod(0o555)
                message = refusal("serve", SUBTEXT_DATABASE_URL=url)
                assert message.startswith(f"subtext: {file} {problem}, and ")
                assert "Prepare it with `subtext migrate` and `subtext seed`" in message
            folder.chmod(0o755)
            (folder / "x.db-wal").write_bytes(b"changes")
            folder.chmod(0o555)
            message = refusal("serve", SUBTEXT_DATABASE_URL=url)
            assert f"the changes in {file}-wal are not merged into it" in message
            folder.chmod(0o755)
            (folder / "x.db-wal").unlink()
            file.chmod(0)
            assert f"has no right to read {file}" in refusal("serve", SUBTEXT_DATABASE_URL=url)

    @each(
        ("content", "sentence"),
        [
            (b"SQLite format 3\0" + b"x" * 5000, "is not an SQLite database"),
            (b"PK\3\4" + b"x" * 5000, "is not an SQLite database"),
        ],
    )
    def test_other_formats_and_damage_are_named(self, refusal, tmp_path, content, sentence):
        (tmp_path / "bad.db").write_bytes(content)
        for command in COMMANDS:
            message = refusal(command, SUBTEXT_DATABASE_URL=f"sqlite:///{tmp_path}/bad.db")
            assert f"{tmp_path}/bad.db {sentence}" in message
        assert (tmp_path / "bad.db").read_bytes() == content
        assert [path.name for path in tmp_path.glob("bad*")] == ["bad.db"]

    @pytest.mark.parametrize("command", ["seed", "migrate"])
    def test_a_truncated_file_is_called_damaged(self, refusal, sqlite_engine, command):
        with sqlite_engine.fresh("pack") as url:
            file = url.removeprefix("sqlite:///")
            os.truncate(file, 40_960)
            message = refusal(command, SUBTEXT_DATABASE_URL=url)
            assert message.startswith(f"subtext: {file} is damaged. Restore it from a backup")
            assert os.path.getsize(file) == 40_960

    def test_a_file_that_another_program_writes_is_reported(self, refusal, tmp_path, monkeypatch):
        monkeypatch.setattr("models.sqlite_engine.SQLITE_PRAGMAS", ("busy_timeout=0",))
        writer = sqlite.connect(tmp_path / "busy.db", isolation_level=None)
        writer.execute("CREATE TABLE held (name)")
        writer.execute("BEGIN EXCLUSIVE")
        message = refusal("migrate", SUBTEXT_DATABASE_URL=f"sqlite:///{tmp_path}/busy.db")
        assert "Another program is writing to" in message
        writer.close()


@pytest.mark.usefixtures("postgresql_engine")
class TestPostgreSQL:
    @pytest.mark.parametrize("command", COMMANDS)
    def test_every_command_refuses_a_missing_database(self, refusal, command):
        url = make_url(SERVER).set(database="subtext missing")
        message = refusal(command, SUBTEXT_DATABASE_URL=url.render_as_string(hide_password=False))
        assert message.startswith(f"subtext: There is no database “subtext missing” at {url.host}")
        assert "Create it: createdb" in message

    @each(
        ("changes", "sentence"),
        [
            ({"username": "nobody-here", "password": "s3cret"}, "There is no role “nobody-here”"),
            ({"host": "nowhere.invalid", "password": "s3cret"}, "The host nowhere.invalid"),
            (
                {"host": "127.0.0.1", "port": 1, "password": "s3cret"},
                "No PostgreSQL server answers at 127.0.0.1:1.",
            ),
            ({"query": {"sslmode": "none"}, "password": "s3cret"}, 'invalid sslmode value: "none"'),
            ({"query": {"colour": "red"}, "password": "s3cret"}, 'invalid connection option "colour"'),
            ({"port": 99999, "password": "s3cret"}, "invalid port number"),
        ],
    )
    def test_what_is_wrong_is_named_without_the_password(self, refusal, changes, sentence):
        url = make_url(SERVER).set(**changes).render_as_string(hide_password=False)
        message = refusal("migrate", SUBTEXT_DATABASE_URL=url)
        assert sentence in message
        assert "SUBTEXT_DATABASE_URL" in message or "Create it" in message
        assert "s3cret" not in message

    @pytest.mark.parametrize("revoked", ["CREATE", "ALL"])
    def test_a_role_without_rights_learns_how_to_get_them(self, refusal, postgresql_engine, revoked):
        with postgresql_engine.fresh(None) as url:
            server = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
            role = f"poor_{os.getpid()}"
            with server.begin() as connection:
                connection.execute(text(f"CREATE ROLE {role} LOGIN PASSWORD 's3cret'"))
                connection.execute(text(f"REVOKE {revoked} ON SCHEMA public FROM public"))
            try:
                poor = make_url(url).set(username=role, password="s3cret")
                message = refusal("migrate", SUBTEXT_DATABASE_URL=poor.render_as_string(hide_password=False))
            finally:
                with server.begin() as connection:
                    connection.execute(text(f"DROP ROLE {role}"))
                server.dispose()
        assert f"The role “{role}” may not create tables in the database" in message
        assert f" OWNER TO {role}" in message

    def test_an_old_server_is_refused(self, refusal, monkeypatch):
        monkeypatch.setattr("subtext_cli.database_errors.OLDEST_POSTGRESQL", 999)
        message = refusal("migrate", SUBTEXT_DATABASE_URL=SERVER)
        assert message.endswith(". Subtext needs PostgreSQL 999 or newer.")

    def test_a_database_without_unicode_is_refused(self, refusal):
        name = f"subtext_latin_{os.getpid()}"
        server = create_engine(
            make_url(SERVER).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
        )
        with server.connect() as connection:
            connection.execute(
                text(
                    f"CREATE DATABASE {name} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
                )
            )
            try:
                url = make_url(SERVER).set(database=name).render_as_string(hide_password=False)
                message = refusal("migrate", SUBTEXT_DATABASE_URL=url)
            finally:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()
        assert "has the encoding LATIN1. Create one with UTF-8: createdb --encoding=UTF8" in message

    def test_a_server_that_is_not_postgresql_is_named(self, refusal):
        with socket.create_server(("127.0.0.1", 0)) as listener:

            def respond():
                connection, _ = listener.accept()
                with connection:
                    connection.recv(1024)
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

            threading.Thread(target=respond, daemon=True).start()
            port = listener.getsockname()[1]
            message = refusal("migrate", SUBTEXT_DATABASE_URL=f"postgresql://a:s3cret@127.0.0.1:{port}/b")
        assert f"What listens at 127.0.0.1:{port} is not PostgreSQL." in message


def test_a_password_with_an_at_sign_is_not_shown(refusal):
    message = refusal("migrate", SUBTEXT_DATABASE_URL="postgresql://a:b@s3cret@127.0.0.1/c")
    assert "%40" in message
    assert "s3cret" not in message
