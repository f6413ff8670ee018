"""Restarts, upgrades and failures behind a proxy, under load: no GET fails."""

import json
import os
import signal
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest

from models import migrations
from models.database import Database
from tests.deploy.load import load
from tests.deploy.origins import request
from tests.deploy.proxies import CACHES, nginx, store
from tests.postgresql_clusters import running_cluster
from tests.serving import ROOT, free_port, running, serving
from tests.test_serve import children
from tests.tree_copy import copy_tree
from tests.waiting import until

pytestmark = pytest.mark.drill

#: Half of them are never stored by a proxy.
PATHS = [
    "/v1/quotes/random",
    "/v1/quotes?limit=5",
    "/",
    "/v1/scenes?limit=3&include=quotes",
    "/v1/meta",
    "/readyz",
]
SHUTDOWN_SECONDS = 30
MIGRATION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "{number}", "{newest}"


def upgrade():
    op.add_column("films", sa.Column("colour", sa.String(20), nullable=True))


def downgrade():
    op.drop_column("films", "colour")
"""


@pytest.fixture
def folders(tmp_path):
    """Return a function that makes a new folder."""
    numbers = iter(range(1000))

    def create():
        folder = tmp_path / str(next(numbers))
        folder.mkdir()
        return folder

    return create


@pytest.fixture
def pack_url(engine):
    with engine.fresh("pack") as url:
        yield url


def port_of(server):
    return server.url.rpartition(":")[2]


def build_of(url):
    with urllib.request.urlopen(f"{url}/v1/meta", timeout=10) as response:
        return json.load(response)["build"]


@contextmanager
def stopped_at_end(command, cwd, log, **environment):
    """Run the server of another tree."""
    with running(command, f"http://127.0.0.1:{environment['PORT']}", log, cwd=cwd, env=environment) as server:
        yield server


class TestWorkers:
    def test_replacing_them_fails_no_request(self, pack_url, folders):
        """SIGHUP, three times."""
        with (
            serving(folders() / "log", SUBTEXT_DATABASE_URL=pack_url, SUBTEXT_WORKERS="2") as server,
            nginx(folders(), port_of(server)) as proxy,
            load(proxy.url, PATHS) as clients,
        ):
            for _ in range(3):
                before = set(children(server.process.pid))
                server.process.send_signal(signal.SIGHUP)
                assert until(lambda old=before: len(set(children(server.process.pid)) - old) == 2, 60)
                assert until(lambda old=before: not old & set(children(server.process.pid)), 60)
                time.sleep(0.5)
        assert clients.failures == []
        assert clients.count() > 300


class TestServers:
    def test_replacing_two_one_after_the_other_fails_no_request(self, pack_url, folders):
        """An upgrade: first both have the old build, then one, then none. Each stops while it has requests."""
        ports, exits = [str(free_port()), str(free_port())], []

        def start(port, build):
            settings = {"SUBTEXT_DATABASE_URL": pack_url, "SUBTEXT_WORKERS": "1", "SUBTEXT_BUILD": build}
            return serving(folders() / "log", PORT=port, **settings)

        with ExitStack() as stack:
            servers = [stack.enter_context(start(port, "old")) for port in ports]
            proxy = stack.enter_context(nginx(folders(), *ports))
            with load(proxy.url, PATHS) as clients:
                for number, port in enumerate(ports):
                    time.sleep(1)
                    began = time.monotonic()
                    servers[number].process.send_signal(signal.SIGTERM)
                    assert servers[number].process.wait(timeout=40) == 0
                    exits.append(time.monotonic() - began)
                    stack.enter_context(start(port, "new"))
                time.sleep(2)
            assert {build_of(f"http://127.0.0.1:{port}") for port in ports} == {"new"}
        print(f"exits after {', '.join(f'{seconds:.1f} s' for seconds in exits)}")
        assert clients.failures == []
        assert max(exits) < SHUTDOWN_SECONDS + 1

    def test_an_upgrade_with_a_migration_and_its_undoing_fail_no_request(self, pack_url, folders, tmp_path):
        """The new version migrates while the old one serves. The old one goes on, and starts again afterwards."""
        tree = copy_tree(tmp_path)
        newest = migrations.newest()
        number = f"{int(newest) + 1:04}"
        added = tree / "models/migrations/versions" / f"{number}_colour.py"
        added.write_text(MIGRATION.format(number=number, newest=newest))
        model = tree / "models/film.py"
        column = "    runtime_minutes: Mapped[int | None]"
        source = model.read_text("utf-8")
        assert column in source
        colour = "    colour: Mapped[str | None] = mapped_column(short_text(20))\n"
        model.write_text(source.replace(column, colour + column))
        ports = [str(free_port()), str(free_port())]
        old = {"SUBTEXT_DATABASE_URL": pack_url, "SUBTEXT_WORKERS": "1", "SUBTEXT_BUILD": "old"}
        new = old | {"SUBTEXT_BUILD": "new", "PORT": ports[1]}

        def migration():
            database = Database(pack_url)
            try:
                return migrations.current(database.engine)
            finally:
                database.close()

        with ExitStack() as stack:
            servers = [stack.enter_context(serving(folders() / "log", PORT=port, **old)) for port in ports]
            proxy = stack.enter_context(nginx(folders(), *ports))
            with load(proxy.url, PATHS) as clients:
                servers[1].stop()
                command = [tree / ".venv/bin/subtext", "serve"]
                upgraded = stack.enter_context(stopped_at_end(command, tmp_path, folders() / "log", **new))
                assert migration() == number
                for port, build in zip(ports, ("old", "new"), strict=True):
                    url = f"http://127.0.0.1:{port}"
                    assert (request(url, "/readyz")[0], build_of(url)) == (200, build)
                # The old version reads what the new one migrated, also after it was started again.
                servers[0].stop()
                again = stack.enter_context(serving(folders() / "log", PORT=ports[0], **old))
                assert f"migration {number} of a newer version" in again.output
                # Undo: the old version everywhere.
                upgraded.stop()
                stack.enter_context(serving(folders() / "log", PORT=ports[1], **old))
                time.sleep(1)
            assert migration() == number
        assert clients.failures == []


class TestOpenRequests:
    def test_they_are_finished_when_the_server_stops(self, pack_url, folders):
        port = str(free_port())
        environment = {"PATH": os.environ["PATH"], "SUBTEXT_DATABASE_URL": pack_url, "SUBTEXT_WORKERS": "1"}
        command = [sys.executable, "-m", "tests.deploy.slow_app"]
        with (
            stopped_at_end(command, ROOT, folders() / "log", PORT=port, **environment) as server,
            nginx(folders(), port) as proxy,
            ThreadPoolExecutor() as pool,
        ):
            answers = [pool.submit(request, proxy.url, f"/slow?{number}") for number in range(2)]
            time.sleep(1)
            began = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            assert [answer.result(timeout=30)[::2] for answer in answers] == [(200, b"done")] * 2
            answered = time.monotonic()
            assert server.process.wait(timeout=40) == 0
            print(f"exit {time.monotonic() - answered:.1f} s after the last response")
            assert time.monotonic() - began < SHUTDOWN_SECONDS + 1


class TestReadsDuringAnOutage:
    """R12: a shared cache goes on answering what it has while the service, or its database, is down."""

    WARM = ("/v1/quotes?limit=4", "/v1/films/her-2013", "/v1/quotes/her-2013-a-wife-without-the-challenges")
    #: Longer than max-age, so that every copy is stale.
    SECONDS = 65

    @pytest.mark.parametrize("name", CACHES)
    def test_of_the_service(self, name, engine, folders):
        with (
            engine.fresh("pack") as url,
            serving(folders() / "log", SUBTEXT_DATABASE_URL=url) as server,
            CACHES[name](folders(), port_of(server)) as proxy,
        ):
            self.warm(proxy)
            server.stop()
            self.assert_answered(proxy)
            assert request(proxy.url, "/v1/scenes?limit=9")[0] in (502, 503)

    @pytest.mark.parametrize("name", CACHES)
    def test_of_the_database(self, name, folders):
        with running_cluster() as cluster:
            url = cluster.create_database("subtext")
            with (
                serving(folders() / "log", SUBTEXT_DATABASE_URL=url, SUBTEXT_WORKERS="1") as server,
                CACHES[name](folders(), port_of(server)) as proxy,
            ):
                self.warm(proxy)
                cluster.stop("immediate")
                self.assert_answered(proxy)
                status, headers, _ = request(proxy.url, "/v1/scenes?limit=9")
                assert (status, headers["Retry-After"] is not None) == (503, True)
                cluster.start()
                assert until(lambda: request(proxy.url, "/v1/scenes?limit=9")[0] == 200)

    def warm(self, proxy):
        assert until(lambda: request(proxy.url, "/readyz")[0] == 200)
        # nginx has a copy for each Accept-Encoding.
        for path in self.WARM:
            store(proxy.url, path, ("Accept-Encoding", "identity"))

    def assert_answered(self, proxy):
        end = time.monotonic() + self.SECONDS
        with load(proxy.url, list(self.WARM), clients=2) as clients:
            while time.monotonic() < end and not clients.failures:
                time.sleep(0.2)
        assert clients.failures == []
        assert clients.count() > 100
