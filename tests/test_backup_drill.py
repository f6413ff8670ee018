"""Backups and restores while others write and read, and PostgreSQL's recovery to a point in time."""

import os
import shutil
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import func, select

from models import Theme
from models.database import Database
from subtext_cli.backups.commands import restore
from tests.postgresql_clusters import ACCOUNT, Cluster
from tests.serving import ROOT, SUBTEXT, serving
from tests.test_backups import change, make, run, title_of
from tests.waiting import until

pytestmark = pytest.mark.drill

#: Commits themes for as long as it is allowed to, and prints how many are committed after each commit.
WRITER = """
import sys
from models import Theme
from models.database import Database
database, number = Database(sys.argv[1]), 0
while True:
    with database.write_session() as session:
        slug = f"written-{number}"
        session.add(Theme(slug=slug, label=slug, name=slug, definition="Written."))
    number += 1
    print(number, flush=True)
"""
BACKUPS = 5
#: An upper bound that RELIABILITY states for what clients may notice, in seconds.
MAX_SECONDS = 3


class Writer:
    """A process that writes; ``acknowledged`` is the number of its commits."""

    def __init__(self, url):
        self.acknowledged = 0
        self.process = subprocess.Popen(
            [sys.executable, "-c", WRITER, url], stdout=subprocess.PIPE, text=True
        )
        self.thread = threading.Thread(target=self._count, daemon=True)
        self.thread.start()

    def _count(self):
        with self.process.stdout as lines:
            for line in lines:
                self.acknowledged = int(line)

    def stop(self):
        self.process.terminate()
        self.process.wait(30)
        self.thread.join(30)


@contextmanager
def writing(url):
    writer = Writer(url)
    try:
        assert until(lambda: writer.acknowledged > 5)
        yield writer
    finally:
        writer.stop()


def written(url):
    with closing(Database(url)) as database, database.read_session() as session:
        return session.scalar(select(func.count()).select_from(Theme).where(Theme.slug.like("written-%")))


class TestBackup:
    def test_it_has_every_commit_that_was_acknowledged_before_it_began(self, engine, tmp_path, capsys):
        with engine.fresh("pack") as url:
            figures = []
            with writing(url) as writer:
                for _ in range(BACKUPS):
                    before, start = writer.acknowledged, time.monotonic()
                    data = make(url, tmp_path)
                    figures.append((data, before, writer.acknowledged, time.monotonic() - start))
            for number, (data, before, after, seconds) in enumerate(figures):
                with engine.fresh(None) as restored:
                    start = time.monotonic()
                    assert run(restore, data, url=restored)[0] == 0
                    took = time.monotonic() - start
                    # Writers went on meanwhile, and their later commits may be in it or not.
                    assert before <= written(restored) <= after + 1
                    assert after > before
                with capsys.disabled():
                    print(
                        f"\n{engine.name} backup {number}: {before} commits before, {after - before} meanwhile, "
                        f"{seconds:.2f} s; restored in {took:.2f} s"
                    )


class TestRestoreWhileServing:
    def test_readers_see_the_old_content_and_then_the_new(self, engine, tmp_path, capsys):
        with engine.fresh("pack") as url, serving(tmp_path / "log", SUBTEXT_DATABASE_URL=url) as server:
            data = make(url, tmp_path / "backups")
            change(url, "Changed")
            seen = []
            stopped = threading.Event()

            def read():
                while not stopped.is_set():
                    start = time.monotonic()
                    try:
                        with urllib.request.urlopen(
                            f"{server.url}/v1/films/her-2013?fields=title"
                        ) as response:
                            seen.append((response.status, response.read(), start, time.monotonic() - start))
                    except urllib.error.HTTPError as error:
                        seen.append((error.code, error.read(), start, time.monotonic() - start))

            assert until(lambda: b"Changed" in body(server))
            threads = [threading.Thread(target=read) for _ in range(4)]
            for thread in threads:
                thread.start()
            time.sleep(0.3)
            start = time.monotonic()
            assert run(restore, "--force", data, url=url)[0] == 0
            restored_at = time.monotonic()
            assert until(lambda: b'"Her"' in body(server))
            noticed = time.monotonic() - restored_at
            time.sleep(0.5)
            stopped.set()
            for thread in threads:
                thread.join()
            assert {status for status, *_ in seen} <= {200, 503}
            assert not [
                when
                for _, content, when, _ in seen
                if b"Changed" in content and when > restored_at + MAX_SECONDS
            ]
            assert max(seconds for *_, seconds in seen) < MAX_SECONDS
            assert noticed < MAX_SECONDS
        with capsys.disabled():
            failures = sum(status == 503 for status, *_ in seen)
            print(
                f"\n{engine.name} restore while serving: {restored_at - start:.2f} s, noticed {noticed:.2f} s later; "
                f"{len(seen)} reads, {failures} of them 503, longest {max(s for *_, s in seen):.2f} s"
            )


def body(server):
    try:
        with urllib.request.urlopen(f"{server.url}/v1/films/her-2013?fields=title") as response:
            return response.read()
    except urllib.error.HTTPError:
        return b""


class TestRecoveryToAPointInTime:
    def test_it_ends_before_the_mistake(self, tmp_path):
        page = (ROOT / "docs" / "operations.md").read_text("utf-8")
        cluster = Cluster()
        archive, base = cluster.folder / "archive", cluster.folder / "base"
        places = {"ARCHIVE": str(archive), "BASE": str(base)}

        def documented(text):
            """Return a text of the page with the places of this test."""
            assert f"`{text}`" in page
            for name, place in places.items():
                text = text.replace(name, place)
            return text

        archiving = documented("archive_command = 'test ! -f ARCHIVE/%f && cp %p ARCHIVE/%f'")
        cluster.settings |= {"archive_mode": "on", "archive_command": quoted(archiving)}
        try:
            cluster.create()
            archive.mkdir()
            shutil.chown(archive, ACCOUNT, ACCOUNT)
            cluster.start()
            url = cluster.create_database("content")
            assert subprocess.run([SUBTEXT, "migrate"], env=env(url), check=False).returncode == 0
            assert subprocess.run([SUBTEXT, "seed"], env=env(url), check=False).returncode == 0
            command = documented("pg_basebackup --pgdata BASE --checkpoint fast --wal-method stream").split()
            cluster._run(*command, "--host", cluster.host, "--port", str(cluster.port), "--username=postgres")
            change(url, "Wanted")
            ((moment,),) = cluster.run("SELECT clock_timestamp()")
            time.sleep(0.1)
            change(url, "A mistake")
            cluster.run("SELECT pg_switch_wal()")
            assert until(lambda: cluster.run("SELECT last_archived_wal FROM pg_stat_archiver")[0][0])
            # The archive is complete once the server has stopped.
            cluster.stop()
            recover(cluster.data, base, documented("restore_command = 'cp ARCHIVE/%f %p'"), moment)
            cluster.settings.pop("archive_mode")
            cluster.start()
            assert until(lambda: cluster.run("SELECT pg_is_in_recovery()") == [(False,)])
            assert title_of(url) == "Wanted"
        finally:
            if cluster.process and cluster.process.poll() is None:
                cluster.stop("immediate")
            shutil.rmtree(cluster.folder)


def quoted(setting):
    """Return the value of a setting without its quotation marks."""
    return setting.partition(" = ")[2].strip("'")


def env(url):
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SUBTEXT_")}
    return inherited | {"SUBTEXT_DATABASE_URL": url}


def recover(data, base, restore_command, moment):
    """Put a base backup in the place of the data, with settings to recover until ``moment``."""
    shutil.rmtree(data)
    shutil.copytree(base, data)
    (data / "recovery.signal").touch()
    with (data / "postgresql.auto.conf").open("a") as settings:
        settings.write(
            f"{restore_command}\nrecovery_target_time = '{moment}'\nrecovery_target_action = promote\n"
        )
    for path in (data, *data.rglob("*")):
        shutil.chown(path, ACCOUNT, ACCOUNT)
    data.chmod(0o700)
