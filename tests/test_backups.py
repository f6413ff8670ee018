"""``subtext backup`` and ``subtext restore``, on both databases."""

import os
import re
import shutil
import subprocess
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner
from sqlalchemy import make_url, select, text

from api.core.config import ROOT
from models import ContentGeneration, Film, migrations
from models.database import Database
from models.sqlite_driver import sqlite
from subtext_cli.backups import manifest as files
from subtext_cli.backups.commands import backup, restore
from tests.api_keys import add_key
from tests.conftest import skip_test


def run(command, *words, url):
    """Run a command in this process; return its exit status and output."""
    result = CliRunner().invoke(command, [str(word) for word in words], env={"SUBTEXT_DATABASE_URL": url})
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code if isinstance(result.exit_code, int) else 1, result.output or str(
        result.exception
    )


def make(url, folder, *options):
    """Make a backup; return the path of its data."""
    status, output = run(backup, folder, *options, url=url)
    assert status == 0, output
    return files.finished_backups(folder)[-1]


def refuse(command, *words, url):
    status, output = run(command, *words, url=url)
    assert status == 1
    return output


def title_of(url):
    with closing(Database(url)) as database, database.read_session() as session:
        return session.scalar(select(Film.title).where(Film.slug == "her-2013"))


def change(url, title):
    with closing(Database(url)) as database, database.write_session() as session:
        Film.by_slug(session, "her-2013").assign({"title": title})


def generation_of(url):
    with closing(Database(url)) as database, database.read_session() as session:
        return ContentGeneration.current(session)


def epoch_of(url):
    with closing(Database(url)) as database, database.read_session() as session:
        return session.scalar(select(ContentGeneration.epoch))


@pytest.fixture
def packed_url(engine):
    if engine.name == "postgresql" and not shutil.which("pg_dump"):
        skip_test("because there is no pg_dump (Debian: apt-get install postgresql-client).")
    with engine.fresh("pack") as url:
        yield url


@pytest.fixture
def new_url(engine):
    """The URL of a database without tables: a file that does not exist, or an empty database."""
    with engine.fresh(None) as url:
        yield url


class TestBackup:
    def test_it_has_everything_and_says_what(self, packed_url, new_url, tmp_path):
        data = make(packed_url, tmp_path / "new" / "folder")
        manifest = orjson.loads(files.manifest_path(data).read_bytes())
        assert manifest["sha256"] == files.sha256_of(data)
        assert manifest["content"]["rows"]["quotes"] == 29
        assert manifest["content"]["migration"] == migrations.newest()
        assert sorted(path.name for path in data.parent.iterdir()) == [
            data.name,
            files.manifest_path(data).name,
        ]
        status, output = run(restore, data, url=new_url)
        assert (status, output.startswith(f"Restored {data}: ")) == (0, True)
        assert title_of(new_url) == "Her"
        # The same rows, whatever the file: but the generation is a new one.
        again = files.read_manifest(make(new_url, tmp_path / "again"))
        expected = manifest["content"]["generation"] + 1
        assert (again.content.rows, again.content.generation) == (manifest["content"]["rows"], expected)

    @pytest.mark.any_database
    def test_keys_that_work_again_after_a_restore_are_mentioned(self, packed_url, new_url, tmp_path):
        with closing(Database(packed_url)) as database:
            add_key(database, "publish")
        _, output = run(restore, make(packed_url, tmp_path), url=new_url)
        assert "those revoked or rotated since work again" in output

    @pytest.mark.any_database
    def test_the_newest_are_kept_and_nothing_else_is_deleted(self, packed_url, tmp_path):
        other = tmp_path / "subtext-notes.sqlite3"
        other.write_text("mine")
        unfinished = tmp_path / "subtext-20000101T000000.000000Z.sqlite3"
        unfinished.write_text("mine")
        all_made = [make(packed_url, tmp_path, "--keep", "2") for _ in range(4)]
        assert files.finished_backups(tmp_path) == all_made[2:]
        assert other.exists()
        assert unfinished.exists()
        assert not all_made[0].exists()

    def test_a_database_without_tables_is_refused(self, new_url, tmp_path):
        if new_url.startswith("sqlite"):
            Path(make_url(new_url).database).touch()
        assert "nothing to back up" in refuse(backup, tmp_path / "x", url=new_url)
        assert not (tmp_path / "x").exists()


class TestRestore:
    def test_content_is_only_replaced_if_that_is_wanted(self, packed_url, tmp_path):
        data = make(packed_url, tmp_path)
        change(packed_url, "Changed")
        before = generation_of(packed_url)
        assert "has content (generation" in refuse(restore, data, url=packed_url)
        assert title_of(packed_url) == "Changed"
        status, output = run(restore, "--force", data, url=packed_url)
        assert status == 0, output
        assert title_of(packed_url) == "Her"
        # No number may stand for two contents: clients compare it.
        assert generation_of(packed_url) == before + 1

    def test_each_begins_another_epoch(self, packed_url, new_url, tmp_path):
        data = make(packed_url, tmp_path)
        epochs = [epoch_of(packed_url)]
        for url in (packed_url, new_url, new_url):
            assert run(restore, "--force", data, url=url)[0] == 0
            epochs.append(epoch_of(url))
        assert [len(epoch) for epoch in epochs] == [16] * 4
        assert len(set(epochs)) == 4

    @pytest.mark.parametrize("migration", ["0019", "0020"])
    def test_that_of_an_older_version_does_too(self, packed_url, tmp_path, migration):
        before = epoch_of(packed_url)
        with closing(Database(packed_url)) as database:
            migrations.downgrade(database.engine, migration)
            data = make(packed_url, tmp_path)
            assert run(restore, "--force", data, url=packed_url)[0] == 0
            migrations.upgrade(database.engine)
        assert len(epoch_of(packed_url)) == 16
        assert epoch_of(packed_url) != before

    def test_so_does_the_statement_for_other_ways_to_restore(self, engine):
        name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[engine.name]
        page = (ROOT / "docs" / "operations.md").read_text("utf-8")
        [statement] = re.findall(rf"^\| {name} \| `(UPDATE .+)` \|$", page, re.MULTILINE)
        with engine.fresh("pack") as url:
            before, generation = epoch_of(url), generation_of(url)
            with closing(Database(url)) as database, database.engine.begin() as connection:
                connection.exec_driver_sql(statement)
            assert generation_of(url) == generation + 1000
            assert re.fullmatch("[0-9a-f]{16}", epoch_of(url))
            assert epoch_of(url) != before

    @pytest.mark.any_database
    def test_a_flipped_bit_is_found(self, packed_url, new_url, tmp_path):
        data = make(packed_url, tmp_path)
        content = bytearray(data.read_bytes())
        content[len(content) // 2] ^= 1
        data.write_bytes(content)
        assert "is damaged: its SHA-256" in refuse(restore, data, url=new_url)

    @pytest.mark.any_database
    def test_a_manifest_of_other_content_is_found(self, packed_url, new_url, tmp_path):
        data = make(packed_url, tmp_path)
        path = files.manifest_path(data)
        path.write_bytes(path.read_bytes().replace(b'"quotes": 29', b'"quotes": 30'))
        assert "does not have the content that its manifest names" in refuse(restore, data, url=new_url)

    @pytest.mark.any_database
    def test_wrong_files_are_named(self, packed_url, new_url, tmp_path):
        data = make(packed_url, tmp_path)
        assert "There is no file" in refuse(restore, tmp_path / "none", url=new_url)
        assert "has no manifest" in refuse(restore, files.manifest_path(data), url=new_url)
        path = files.manifest_path(data)
        good = path.read_bytes()
        path.write_bytes(good.replace(files.FORMAT.encode(), b"other/1"))
        assert "has the format “other/1”" in refuse(restore, data, url=new_url)
        path.write_bytes(good[:50])
        assert "is damaged or is not a manifest" in refuse(restore, data, url=new_url)
        path.write_bytes(
            good.replace(f'"migration": "{migrations.newest()}"'.encode(), b'"migration": "9999"')
        )
        assert "is at migration 9999, which this version" in refuse(restore, data, url=new_url)
        path.write_bytes(good)
        url = "postgresql://nobody@127.0.0.1:1/x"
        assert "moves between them with `subtext export`" in refuse(restore, data, url=url)


class TestSQLite:
    @pytest.fixture
    def url(self, sqlite_engine):
        with sqlite_engine.fresh("pack") as url:
            yield url

    def test_the_replaced_database_is_kept(self, url, tmp_path):
        data = make(url, tmp_path)
        change(url, "Changed")
        path = Path(url.removeprefix("sqlite:///"))
        with closing(sqlite.connect(path)) as reader:
            reader.execute("SELECT 1 FROM films").fetchall()
            run(restore, "--force", data, url=url)
        (kept,) = path.parent.glob(f"{path.name}.replaced-*Z")
        assert (title_of(url), title_of(f"sqlite:///{kept}")) == ("Her", "Changed")
        assert not list(path.parent.glob(".*tmp*"))

    def test_a_damaged_database_is_replaced_too(self, url, tmp_path):
        data = make(url, tmp_path)
        path = Path(url.removeprefix("sqlite:///"))
        path.write_bytes(os.urandom(100_000))
        assert "is not empty" in refuse(restore, data, url=url)
        assert run(restore, "--force", data, url=url)[0] == 0
        assert title_of(url) == "Her"

    def test_a_log_without_its_database_is_not_applied(self, url, tmp_path):
        data, path = make(url, tmp_path), tmp_path / "x.sqlite3"
        Path(f"{path}-wal").write_bytes(b"left behind")
        assert run(restore, data, url=f"sqlite:///{path}")[0] == 0
        assert title_of(f"sqlite:///{path}") == "Her"

    def test_changed_rows_are_found_even_if_the_digest_of_the_file_fits(self, url, tmp_path):
        data = make(url, tmp_path)
        with closing(sqlite.connect(data)) as changed, changed:
            changed.execute("UPDATE films SET title = 'Him'")
        manifest = replace(files.read_manifest(data), size=data.stat().st_size, sha256=files.sha256_of(data))
        files.save_manifest(data, manifest)
        new_url = f"sqlite:///{tmp_path}/new.sqlite3"
        assert "does not have the content that its manifest names" in refuse(restore, data, url=new_url)

    def test_a_writer_is_waited_for(self, url, tmp_path, monkeypatch):
        monkeypatch.setattr("subtext_cli.backups.sqlite_file.LOCK_SECONDS", 0.1)
        data = make(url, tmp_path)
        with closing(sqlite.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            assert "Another program is writing to" in refuse(restore, "--force", data, url=url)

    def test_damage_is_not_backed_up(self, url, tmp_path):
        path = Path(url.removeprefix("sqlite:///"))
        with path.open("r+b") as stream:
            stream.seek(path.stat().st_size // 2)
            stream.write(os.urandom(200_000))
        message = refuse(backup, tmp_path / "b", url=url)
        assert "cannot be copied: database disk image is malformed" in message or "is damaged" in message
        assert list((tmp_path / "b").iterdir()) == []

    @pytest.mark.nightly
    def test_a_full_disk_is_named_and_leaves_nothing(self, url, tmp_path):
        full = tmp_path / "full"
        full.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "none", full], check=False).returncode:
            skip_test("because only root may mount a small file system.")
        try:
            assert f"The disk with {full} is full" in refuse(backup, full, url=url)
            assert list(full.iterdir()) == []
            data = make(url, tmp_path / "elsewhere")
            message = refuse(restore, data, url=f"sqlite:///{full}/x.sqlite3")
            assert f"The disk with {full}" in message
            assert list(full.iterdir()) == []
        finally:
            subprocess.run(["umount", full], check=True)

    def test_a_read_only_database_is_backed_up(self, as_nobody, url):
        content = Path(url.removeprefix("sqlite:///")).read_bytes()
        with as_nobody() as folder:
            (folder / "x.sqlite3").write_bytes(content)
            (folder / "x.sqlite3").chmod(0o444)
            assert make(f"sqlite:///{folder}/x.sqlite3", folder / "backups").exists()


@pytest.mark.usefixtures("postgresql_engine")
class TestPostgreSQL:
    @pytest.fixture
    def url(self, postgresql_engine):
        with postgresql_engine.fresh("pack") as url:
            yield url

    def test_missing_and_old_programs_are_named(self, url, monkeypatch, tmp_path):
        monkeypatch.setenv("PATH", str(tmp_path))
        assert "There is no pg_dump on the PATH" in refuse(backup, tmp_path / "backups", url=url)
        program = tmp_path / "pg_dump"
        program.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.1'\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
        message = refuse(backup, tmp_path / "backups", url=url)
        assert "pg_dump is version 9, but the server is PostgreSQL" in message

    def test_a_reader_that_waits_for_a_restore_gets_the_new_content(self, url, tmp_path):
        data = make(url, tmp_path)
        change(url, "Changed")
        with closing(Database(url)) as database, database.read_session() as session:
            # Takes the snapshot.
            session.execute(text("SELECT 1"))
            assert run(restore, "--force", data, url=url)[0] == 0
            assert session.scalars(select(Film.title)).all() == ["Her"]

    def test_a_restore_that_fails_changes_nothing(self, url, tmp_path):
        data = make(url, tmp_path)
        change(url, "Changed")
        with closing(Database(url)) as database, database.write_session() as session:
            session.execute(text("CREATE VIEW titles AS SELECT title FROM films"))
        message = refuse(restore, "--force", data, url=url)
        assert "cannot drop table public.films because other objects depend on it" in message
        assert title_of(url) == "Changed"

    def test_the_password_is_no_argument(self, monkeypatch):
        from subtext_cli.backups import postgresql

        ran = []
        monkeypatch.setattr(
            postgresql.subprocess,
            "run",
            lambda words, **options: (
                ran.append((words, options["env"])) or subprocess.CompletedProcess(words, 0)
            ),
        )
        database = Database("postgresql://a:s3cret@/b?host=h1:5&host=h2:6")
        postgresql._run("pg_dump", database, "--format=custom")
        ((words, environment),) = ran
        assert "s3cret" not in " ".join(words)
        assert environment["PGPASSWORD"] == "s3cret"
        assert "host=h1,h2" in words[1]
