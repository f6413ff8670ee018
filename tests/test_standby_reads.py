"""Reads from a streaming replica: which server is read, what is read, and what happens when one fails."""

import json
import time
import urllib.request
from contextlib import closing, contextmanager, suppress

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from models import Theme, migrations
from models.database import Database
from models.errors import Unavailable
from tests.databases import seed
from tests.models.test_watching import add, add_in_another_process, wait_for_token
from tests.postgresql_clusters import running_cluster, running_replica
from tests.serving import serving
from tests.waiting import until

pytestmark = pytest.mark.drill

#: The longest that a read may take when a server fails, in seconds (R4).
MAX_SECONDS = 3


@contextmanager
def replicated():
    """Yield a primary, a streaming replica and the URL of their migrated database."""
    with running_cluster() as primary:
        with closing(Database(primary.create_database("subtext"))) as database:
            migrations.upgrade(database.engine)
        with running_replica(primary) as standby:
            hosts = "&".join(f"host=127.0.0.1:{cluster.port}" for cluster in (primary, standby))
            yield primary, standby, f"postgresql://postgres@/subtext?{hosts}"


@pytest.fixture
def servers():
    with replicated() as (primary, standby, url), closing(opened(url)) as database:
        wait_for_token(database)
        yield primary, standby, database


def opened(url):
    return Database(url, statement_seconds=1, prefer_standby=True)


def is_on_standby(database):
    with database.read_session() as session:
        return session.scalar(text("SELECT pg_is_in_recovery()"))


def themes(database):
    """Read in one snapshot; return the ids of all themes, and whether a standby was read."""
    with database.read_session() as session:
        slugs = set(session.scalars(select(Theme.slug)))
        return slugs, session.scalar(text("SELECT pg_is_in_recovery()"))


def hold(standby):
    """Stop the replay, as a standby that lags does."""
    standby.run("SELECT pg_wal_replay_pause()", "subtext")


class TestHealthyReplica:
    def test_reads_prefer_the_standby_and_writes_go_to_the_primary(self, servers):
        _, _, database = servers
        assert is_on_standby(database)
        add(database)
        assert until(lambda: themes(database) == ({"loneliness"}, True))

    def test_without_the_option_only_the_primary_is_used(self):
        with replicated() as (_, _, url), closing(Database(url)) as database:
            assert not is_on_standby(database)
            add(database)
            assert themes(database) == ({"loneliness"}, False)

    def test_the_url_may_say_which_server_to_use(self):
        with replicated() as (_, _, url), closing(opened(f"{url}&target_session_attrs=primary")) as database:
            assert not is_on_standby(database)


class TestLaggingReplica:
    def test_a_process_reads_its_own_commits(self, servers):
        _, standby, database = servers
        hold(standby)
        for number in range(3):
            add(database, f"theme-{number}")
            assert themes(database) == ({f"theme-{each}" for each in range(number + 1)}, False)
        standby.run("SELECT pg_wal_replay_resume()", "subtext")
        assert until(lambda: is_on_standby(database))

    def test_the_first_write_of_a_process_counts(self):
        with replicated() as (_, standby, url), closing(opened(url)) as database:
            hold(standby)
            add(database)
            assert themes(database) == ({"loneliness"}, False)

    def test_commits_of_others_are_read_once_they_are_known(self, servers):
        _, standby, database = servers
        before = database.commit_watcher.version_token()
        hold(standby)
        assert is_on_standby(database)
        add_in_another_process(database)
        assert until(lambda: database.commit_watcher.version_token() not in (before, None))
        assert themes(database) == ({"loneliness"}, False)

    def test_it_is_read_when_the_primary_fails(self, servers):
        primary, standby, database = servers
        add(database, "first")
        assert until(lambda: themes(database) == ({"first"}, True))
        hold(standby)
        add(database, "second")
        primary.kill()
        assert until(lambda: database.commit_watcher.version_token() is None)
        assert themes(database) == ({"first"}, True)

    def test_it_is_not_if_it_lacks_what_has_been_known_for_long(self, servers, monkeypatch):
        monkeypatch.setattr("models.commit_watcher.MAX_STALENESS_SECONDS", 0.5)
        monkeypatch.setattr("models.commit_watcher.POLL_SECONDS", 0.1)
        primary, standby, database = servers
        hold(standby)
        add(database)
        watcher = database.commit_watcher
        assert until(lambda: watcher.settled_generation == watcher.required_generation > 0)
        primary.kill()
        assert until(lambda: watcher.version_token() is None)
        with pytest.raises((DBAPIError, Unavailable)):
            themes(database)

        def has_caught_up():
            with suppress(DBAPIError, Unavailable):
                return themes(database) == ({"loneliness"}, True)

        standby.run("SELECT pg_wal_replay_resume()", "subtext")
        assert until(has_caught_up)


class TestFailures:
    @pytest.mark.parametrize("failure", ["kill", "freeze"])
    def test_without_the_standby_the_primary_is_read(self, servers, failure):
        _, standby, database = servers
        add(database)
        assert until(lambda: themes(database) == ({"loneliness"}, True))
        getattr(standby, failure)()
        for _ in range(3):
            started = time.monotonic()
            assert themes(database) == ({"loneliness"}, False)
            assert time.monotonic() - started < MAX_SECONDS

    def test_a_standby_that_is_back_is_read_again(self, monkeypatch):
        monkeypatch.setattr("models.postgresql_engine.STANDBY_RECYCLE_SECONDS", 1)
        with replicated() as (_, standby, url), closing(opened(url)) as database:
            assert is_on_standby(database)
            standby.kill()
            assert not is_on_standby(database)
            standby.start()
            assert until(lambda: is_on_standby(database))

    @pytest.mark.parametrize("failure", ["kill", "freeze"])
    def test_without_the_primary_the_standby_is_read_and_writes_fail(self, servers, failure):
        primary, _, database = servers
        add(database)
        assert until(lambda: themes(database) == ({"loneliness"}, True))
        getattr(primary, failure)()
        for _ in range(3):
            started = time.monotonic()
            assert themes(database) == ({"loneliness"}, True)
            assert time.monotonic() - started < MAX_SECONDS
        with pytest.raises((DBAPIError, Unavailable)):
            add(database, "avoidance")

    def test_a_promoted_standby_takes_writes(self, servers):
        primary, standby, database = servers
        add(database)
        assert until(lambda: themes(database) == ({"loneliness"}, True))
        primary.kill()
        standby.promote()

        def can_write():
            try:
                add(database, "avoidance")
            except (DBAPIError, Unavailable):
                return False
            return True

        assert until(can_write)
        assert themes(database) == ({"loneliness", "avoidance"}, False)


class TestServer:
    def test_cached_responses_are_never_older_than_commits_that_are_known(self, tmp_path):
        def runtime():
            with urllib.request.urlopen(f"{server.url}/v1/films/her-2013", timeout=30) as response:
                return json.load(response)["runtime_minutes"]

        with replicated() as (primary, standby, url):
            with closing(Database(url)) as database:
                seed(database)
            with (
                serving(tmp_path / "log", SUBTEXT_DATABASE_URL=url, SUBTEXT_RATE_LIMIT="off") as server,
                closing(Database(url)) as editor,
            ):
                assert until(lambda: runtime() == 126)
                for held, minutes in ((True, 1), (True, 2), (False, 3)):
                    if held:
                        hold(standby)
                    with editor.write_session() as session:
                        session.execute(text("SELECT 1"))
                        change_runtime(session, minutes)
                    assert until(lambda expected=minutes: runtime() == expected, MAX_SECONDS)
                    # No worker goes back.
                    assert {runtime() for _ in range(50)} == {minutes}
                    standby.run("SELECT pg_wal_replay_resume()", "subtext")
                    assert {runtime() for _ in range(50)} == {minutes}
                primary.kill()
                assert {runtime() for _ in range(50)} == {3}


def change_runtime(session, minutes):
    from models import Film

    session.scalars(select(Film)).one().runtime_minutes = minutes
