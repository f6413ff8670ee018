"""A disk that is full while editors write: 507, nothing half-written, reads go on, and no restart is needed."""

import json
import os
import shutil
import subprocess
from collections import Counter
from contextlib import ExitStack, closing, contextmanager

import pytest

from models.database import Database
from tests.api.writing.conftest import add_key
from tests.drills.editors import Write, connect, read_again, send, theme
from tests.drills.stored_content import faults_of, faults_of_file
from tests.postgresql_clusters import ACCOUNT, running_cluster
from tests.serving import serving

pytestmark = [
    pytest.mark.drill,
    pytest.mark.skipif(os.geteuid() != 0, reason="because only root can mount a small disk."),
]

MEGABYTES, MAX_WRITES, REFUSALS = 64, 400, 10


@contextmanager
def small_disk(folder):
    """Mount a file system in memory on a folder."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder):
    """Take all space that is left, and return the file that does."""
    file = folder / "filler"
    with file.open("wb", buffering=0) as stream:
        for size in (1 << 20, 1 << 12):
            try:
                while True:
                    stream.write(bytes(size))
            except OSError:
                continue
    return file


@contextmanager
def database_on(name, disk, tmp_path):
    """Yield the URL of a database whose tables are on the disk."""
    if name == "sqlite":
        yield f"sqlite:///{disk}/content"
        return
    for folder in (disk, *tmp_path.parents[:2], tmp_path):
        folder.chmod(0o755)
    shutil.chown(disk, ACCOUNT, ACCOUNT)
    with running_cluster() as cluster:
        cluster.run(f"CREATE TABLESPACE small LOCATION '{disk}'")
        cluster.run("CREATE DATABASE content TABLESPACE small")
        yield cluster.url("content")


def write(number):
    body = theme(f"theme-{number}", id=f"theme-{number}", definition="Waiting" * 140)
    return Write("POST", "/v1/themes", json.dumps(body).encode(), {}, f"key-{number}")


def test_writes_are_refused_until_there_is_space(engine, tmp_path):
    with ExitStack() as stack:
        disk = stack.enter_context(small_disk(tmp_path / "disk"))
        url = stack.enter_context(database_on(engine.name, disk, tmp_path))
        settings = {"SUBTEXT_DATABASE_URL": url, "SUBTEXT_RATE_LIMIT": "off", "SUBTEXT_WORKERS": "2"}
        server = stack.enter_context(serving(tmp_path / "log", **settings))
        database = stack.enter_context(closing(Database(url)))
        token = add_key(database)
        connection = stack.enter_context(closing(connect(server.url)))
        stored, refused = [], []
        filler = fill(disk)
        for number in range(MAX_WRITES):
            one = write(number)
            one.reply = one.send(connection, token)
            (stored if one.reply.status == 201 else refused).append(one)
            if len(refused) == REFUSALS:
                break
        print(f"\n{engine.name}: {Counter(one.reply.status for one in stored + refused)}")
        assert len(refused) == REFUSALS
        for one in refused:
            assert (one.reply.status, json.loads(one.reply.body)["code"]) == (507, "storage-full"), one.reply
            assert one.reply.headers["retry-after"] == "60"
            assert send(connection, "GET", f"/v1/themes/theme-{one.key[4:]}").status == 404
        for path in ("/readyz", "/v1/themes?limit=3", "/v1/quotes/random"):
            assert send(connection, "GET", path).status == 200
        with database.read_session() as session:
            assert faults_of(session, stored) == []
        filler.unlink()
        for one in refused:
            one.reply = one.send(connection, token)
            assert (one.reply.status, one.reply.is_replay) == (201, False)
        with database.read_session() as session:
            assert faults_of(session, stored + refused) == []
        assert read_again(server.url, token, stored + refused, Counter()) == []
        if engine.name == "sqlite":
            assert faults_of_file(database.url.database) == []
        assert "Traceback" not in server.output
