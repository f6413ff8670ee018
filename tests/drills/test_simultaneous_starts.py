"""Servers and commands that start on one empty database at the same time: all succeed, content is loaded once."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from sqlalchemy import func, select

from models import ContentGeneration, Film, Revision
from models.database import Database
from tests.pgbouncer import pooling
from tests.postgresql_clusters import running_cluster
from tests.serving import SUBTEXT, serving

pytestmark = pytest.mark.drill

SERVERS, ROUNDS, COMMAND_ROUNDS = 3, 20, 5


def start_together(url, folder, *, by_hand=False):
    """Start servers at once, and maybe both commands; return the content once all are ready."""
    with ExitStack() as stack, ThreadPoolExecutor(SERVERS + 1) as threads:
        servers = [
            serving(folder / f"log{number}", SUBTEXT_DATABASE_URL=url, SUBTEXT_WORKERS="1")
            for number in range(SERVERS)
        ]
        commands = threads.submit(run_commands, url) if by_hand else None
        # Each waits until its server is ready, and fails if the server ends.
        list(threads.map(stack.enter_context, servers))
        if commands:
            commands.result()
    return content_of(url)


def run_commands(url):
    environment = os.environ | {"SUBTEXT_DATABASE_URL": url}
    for command in ("migrate", "seed"):
        ran = subprocess.run([SUBTEXT, command], env=environment, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr


def content_of(url):
    """Return what shows whether content was loaded more than once: films, revisions and the generation."""
    database = Database(url)
    with database.read_session() as session:
        counts = [session.scalar(select(func.count()).select_from(model)) for model in (Film, Revision)]
        content = (*counts, ContentGeneration.current(session))
    database.close()
    return content


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """The content after one server has loaded it."""
    folder = tmp_path_factory.mktemp("alone")
    url = f"sqlite:///{folder}/content"
    with serving(folder / "log", SUBTEXT_DATABASE_URL=url):
        pass
    assert content_of(url)[0] == 1
    return content_of(url)


@pytest.fixture(scope="module")
def cluster():
    with running_cluster() as cluster:
        yield cluster


class TestSimultaneousStarts:
    def test_on_postgresql(self, expected, cluster, tmp_path):
        for number in range(ROUNDS):
            assert start_together(cluster.create_database(f"round{number}"), tmp_path) == expected

    def test_on_sqlite(self, expected, tmp_path):
        for number in range(ROUNDS):
            folder = tmp_path / str(number)
            folder.mkdir()
            assert start_together(f"sqlite:///{folder}/content", folder) == expected
            assert not (folder / "content-lock").exists()


class TestCommands:
    """``subtext migrate`` and ``subtext seed`` by hand while servers start."""

    def test_on_postgresql(self, expected, cluster, tmp_path):
        for number in range(COMMAND_ROUNDS):
            url = cluster.create_database(f"commands{number}")
            assert start_together(url, tmp_path, by_hand=True) == expected

    def test_on_sqlite(self, expected, tmp_path):
        for number in range(COMMAND_ROUNDS):
            url = f"sqlite:///{tmp_path}/content{number}"
            assert start_together(url, tmp_path, by_hand=True) == expected


class TestPooler:
    def test_servers_start_together_behind_pgbouncer(self, expected, cluster, tmp_path):
        for number in range(COMMAND_ROUNDS):
            with pooling(cluster.create_database(f"pooled{number}"), size=3) as pooler:
                assert start_together(pooler.url(), tmp_path) == expected
