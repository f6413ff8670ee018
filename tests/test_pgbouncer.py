"""PostgreSQL behind PgBouncer in transaction mode: settings, statements, change detection and a running server."""

import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from models.database import Database, as_unavailable
from models.errors import QueryTimeout
from tests.models.test_watching import add, add_in_another_process, wait_for_token
from tests.pgbouncer import pooling
from tests.serving import serving
from tests.waiting import until

pytestmark = pytest.mark.nightly

PATHS = ("/v1/films/her-2013", "/v1/quotes", "/v1/scenes", "/v1/themes", "/v1/quotes?include=scene")


@pytest.fixture
def pooler(postgresql_engine):
    with postgresql_engine.fresh() as url, pooling(url) as pooler:
        yield pooler


@contextmanager
def opened(pooler, **options):
    with closing(Database(pooler.url(), **options)) as database:
        yield database


class TestDatabase:
    def test_each_transaction_has_the_settings_of_its_client(self, postgresql_engine):
        with postgresql_engine.fresh() as url, pooling(url, size=1) as pooler:
            timeouts = {}
            with opened(pooler, statement_seconds=0.25) as worker, opened(pooler) as command:
                for database in (worker, command, worker, command):
                    with database.read_session() as session:
                        timeout = session.scalar(text("SHOW statement_timeout"))
                        assert session.scalar(text("SHOW transaction_isolation")) == "repeatable read"
                    with database.write_session() as session:
                        assert session.scalar(text("SHOW statement_timeout")) == timeout
                        assert session.scalar(text("SHOW transaction_isolation")) == "read committed"
                    timeouts.setdefault(database, set()).add(timeout)
            assert timeouts == {worker: {"250ms"}, command: {"0"}}

    def test_slow_statements_are_cancelled(self, pooler):
        with opened(pooler, statement_seconds=0.25) as database:
            with pytest.raises(DBAPIError) as raised, database.read_session() as session:
                session.execute(text("SELECT pg_sleep(60)"))
            assert type(as_unavailable(raised.value)) is QueryTimeout
            with database.read_session() as session:
                assert session.scalar(text("SELECT 1")) == 1

    def test_repeated_statements_are_not_prepared(self, pooler):
        def repeat(number):
            for _ in range(20):
                with database.read_session() as session:
                    session.execute(text(f"SELECT {number}")).all()
                    assert session.execute(text("SELECT name FROM pg_prepared_statements")).all() == []

        with opened(pooler) as database, ThreadPoolExecutor(8) as clients:
            list(clients.map(repeat, range(8)))

    def test_commits_are_noticed_by_polling(self, pooler):
        with opened(pooler) as database:
            before = wait_for_token(database)
            add(database)
            own = database.commit_watcher.version_token()
            assert own != before
            add_in_another_process(database, "avoidance")
            assert until(lambda: database.commit_watcher.version_token() not in (own, None))


class TestServer:
    def test_it_migrates_loads_and_serves(self, postgresql_engine, tmp_path):
        def get(path):
            with urllib.request.urlopen(f"{server.url}{path}", timeout=30) as response:
                return response.status

        with (
            postgresql_engine.fresh(None) as url,
            pooling(url) as pooler,
            serving(
                tmp_path / "log",
                SUBTEXT_DATABASE_URL=pooler.url(),
                SUBTEXT_CACHE_MB="0",
                SUBTEXT_RATE_LIMIT="off",
                SUBTEXT_STATEMENT_SECONDS="60",
            ) as server,
        ):
            with ThreadPoolExecutor(8) as clients:
                assert set(clients.map(get, PATHS * 40)) == {200}
            pooler.stop()
            pooler.start()
            assert until(lambda: get("/readyz") == 200)
            assert {get(path) for path in PATHS} == {200}
