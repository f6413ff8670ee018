"""Connections: their settings, their transactions, and the errors of an outage."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager

import psycopg
import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError

from models import ContentGeneration, Film, QueryTimeout, Revision, Theme, Unavailable
from models.database import Database, as_unavailable
from models.errors import ReadOnly, StorageFull
from models.sqlite_driver import sqlite as driver
from tests.models.content import FILM, film, theme

THREADS, CHANGES, MANY_CHANGES = 8, 20, 40
PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "trusted_schema": 0,
    "busy_timeout": 5000,
    "journal_size_limit": 64 * 1024 * 1024,
}
ENDLESS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "postgresql": "SELECT pg_sleep(600)",
}
ENDLESS_ROWS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0"


@contextmanager
def open_database(url, **settings):
    database = Database(url, **settings)
    yield database
    database.close()


@pytest.fixture
def limited(engine):
    """A database with a statement timeout of 50 ms."""
    with engine.fresh() as url, open_database(url, statement_seconds=0.05) as database:
        yield database


@pytest.fixture
def sqlite(sqlite_engine):
    with sqlite_engine.fresh() as url, open_database(url) as database:
        yield database


@pytest.fixture
def postgresql_url(postgresql_engine):
    with postgresql_engine.fresh() as url:
        yield url


@contextmanager
def connections(database, number):
    """Yield several connections of the pool at once."""
    with ExitStack() as stack:
        yield [stack.enter_context(database.engine.connect()) for _ in range(number)]


def can_write(database):
    """Whether another connection could begin to write to the SQLite file without waiting."""
    with closing(driver.connect(database.url.database, timeout=0, isolation_level=None)) as other:
        try:
            other.execute("BEGIN IMMEDIATE")
        except driver.OperationalError:
            return False
        return True


class TestEverySQLiteConnection:
    def test_has_the_safety_pragmas(self, sqlite):
        with connections(sqlite, 7) as all_:
            for connection in all_:
                pragmas = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in PRAGMAS}
                assert pragmas == PRAGMAS

    def test_keeps_the_pragmas_when_it_is_reused_from_the_pool(self, sqlite):
        for _ in range(3):
            with sqlite.write_session() as session:
                pragmas = {name: session.scalar(text(f"PRAGMA {name}")) for name in PRAGMAS}
            assert pragmas == PRAGMAS

    def test_a_server_has_a_smaller_page_cache(self, sqlite_engine):
        with (
            sqlite_engine.fresh() as url,
            open_database(url, statement_seconds=1) as database,
            database.engine.connect() as connection,
        ):
            assert connection.exec_driver_sql("PRAGMA cache_size").scalar() == -512

    def test_has_the_pragmas_in_a_read_session(self, sqlite):
        with sqlite.read_session() as session:
            assert session.scalar(text("PRAGMA synchronous")) == 2
            assert session.scalar(text("PRAGMA foreign_keys")) == 1


class TestEveryPostgreSQLConnection:
    def test_has_timeouts_if_statements_have_one(self, postgresql_url):
        expected = {"statement_timeout": "250ms", "lock_timeout": "500ms"}
        expected["idle_in_transaction_session_timeout"] = "5s"
        with (
            open_database(postgresql_url, statement_seconds=0.25) as database,
            connections(database, 7) as all_,
        ):
            for connection in all_:
                settings = {name: connection.exec_driver_sql(f"SHOW {name}").scalar() for name in expected}
                assert settings == expected

    def test_has_no_timeouts_if_statements_have_none(self, postgresql_url):
        with open_database(postgresql_url) as database, database.read_session() as session:
            assert session.scalar(text("SHOW statement_timeout")) == "0"
            assert session.scalar(text("SHOW lock_timeout")) == "0"


def add_and_fail(session, failing_sql="SELECT 1 FROM nowhere"):
    session.add(theme("light"))
    session.flush()
    session.execute(text(failing_sql))


class TestPlanning:
    def test_random_access_is_cheap_and_jit_is_off(self, postgresql_url):
        with open_database(postgresql_url) as database, database.read_session() as session:
            assert session.scalar(text("SHOW random_page_cost")) == "1.1"
            assert session.scalar(text("SHOW jit")) == "off"


class TestWriteSession:
    def test_locks_the_file_before_its_first_read(self, sqlite):
        assert can_write(sqlite)
        with sqlite.write_session() as session:
            session.connection()
            assert not can_write(sqlite)
        assert can_write(sqlite)

    def test_a_read_session_locks_nothing(self, sqlite):
        with sqlite.read_session() as session:
            session.scalars(select(Film)).all()
            assert can_write(sqlite)

    def test_commits_at_the_end_of_its_block(self, database):
        with database.write_session() as session:
            session.add(theme("light"))
        with database.read_session() as session:
            assert session.scalars(select(Theme.slug)).all() == ["light"]

    def test_rolls_back_a_block_that_fails(self, database):
        with pytest.raises(DBAPIError), database.write_session() as session:
            add_and_fail(session)
        with database.read_session() as session:
            assert session.scalars(select(Theme.slug)).all() == []

    def test_is_not_isolated_as_readers_are(self, postgresql_url):
        with open_database(postgresql_url) as database:
            for open_session, expected in [
                (database.write_session, "read committed"),
                (database.read_session, "repeatable read"),
            ] * 2:
                with open_session() as session:
                    assert session.scalar(text("SHOW transaction_isolation")) == expected

    def test_commits_after_another_that_began_later(self, postgresql_url):
        """Both raise the one generation: with a reader's isolation, the second could not."""
        with open_database(postgresql_url) as database:
            with database.write_session() as session:
                session.add_all([theme("first"), theme("second")])
            with database.write_session() as session:
                Theme.by_slug(session, "second").name = "Changed"
                with database.write_session() as other:
                    Theme.by_slug(other, "first").name = "Changed"
            with database.read_session() as session:
                generations = session.scalars(select(Revision.generation).order_by(Revision.generation))
                assert generations.all() == [1, 1, 2, 3]


class TestReadSession:
    def test_writes_nothing(self, database):
        with database.read_session() as session:
            session.add(theme("light"))
            session.scalars(select(Theme)).all()
        with database.read_session() as session:
            assert session.scalars(select(Theme.slug)).all() == []

    def test_reads_one_snapshot(self, database):
        with database.read_session() as session:
            assert session.scalars(select(Theme.slug)).all() == []
            with database.write_session() as other:
                other.add(theme("light"))
            assert session.scalars(select(Theme.slug)).all() == []


def change(database):
    """Raise the film's runtime by one; return whether the change was refused because another came first."""
    try:
        with database.write_session() as session:
            film_ = session.scalars(select(Film).where(Film.slug == FILM)).one()
            film_.runtime_minutes += 1
    except StaleDataError:
        return True
    return False


def work(database, changes):
    """Change the film until so many changes are committed; return how many were refused."""
    refused = committed = 0
    while committed < changes:
        try:
            if change(database):
                refused += 1
            else:
                committed += 1
        except OperationalError as error:
            # SQLite's queue is not fair: on a busy machine, a writer may wait too long for its turn.
            assert type(as_unavailable(error)) is Unavailable  # noqa: PT017 (any other error ends the test)
    return refused


class TestSimultaneousWriters:
    @pytest.fixture(params=[CHANGES, pytest.param(MANY_CHANGES, marks=pytest.mark.nightly)])
    def contended(self, database, request):
        """A database in which many threads have changed one film, and the numbers of changes and of refusals."""
        with database.write_session() as session:
            session.add(film(runtime_minutes=1))
        with ThreadPoolExecutor(THREADS) as pool:
            refused = list(pool.map(work, [database] * THREADS, [request.param] * THREADS))
        return database, THREADS * request.param, sum(refused)

    def test_no_change_is_lost(self, contended):
        database, changes, refused = contended
        with database.read_session() as session:
            film_ = session.scalars(select(Film)).one()
            numbers = session.scalars(select(Revision.number).order_by(Revision.number)).all()
            generation = ContentGeneration.current(session)
        assert (film_.runtime_minutes, film_.revision, generation) == (changes + 1,) * 3
        assert numbers == list(range(1, changes + 2))
        # SQLite queues writers; on PostgreSQL the version check refuses the second one.
        assert refused == 0 or not database.is_sqlite


class TestStatementTimeout:
    @pytest.mark.parametrize("rows", [False, True])
    def test_ends_a_slow_statement(self, engine, limited, rows):
        with pytest.raises(DBAPIError) as raised, limited.read_session() as session:
            session.execute(text(ENDLESS_ROWS if rows else ENDLESS[engine.name])).all()
        assert type(as_unavailable(raised.value)) is QueryTimeout

    def test_ends_a_slow_statement_of_a_writer_and_rolls_back(self, engine, limited):
        with pytest.raises(DBAPIError) as raised, limited.write_session() as session:
            add_and_fail(session, ENDLESS[engine.name])
        assert type(as_unavailable(raised.value)) is QueryTimeout
        with limited.read_session() as session:
            assert session.scalars(select(Theme)).all() == []

    def test_leaves_the_connection_usable(self, engine, limited):
        with limited.engine.connect() as connection:
            for _ in range(2):
                with pytest.raises(DBAPIError):
                    connection.execute(text(ENDLESS[engine.name]))
                connection.rollback()
                assert connection.scalar(text("SELECT 1")) == 1


def error_type(database):
    """Connect to a database that fails; return the type of the error."""
    with (
        open_database(database) as unreachable,
        pytest.raises(DBAPIError) as raised,
        unreachable.read_session() as session,
    ):
        session.scalar(text("SELECT 1"))
    return type(as_unavailable(raised.value))


class TestUnavailable:
    def test_an_unreachable_server_is_unavailable(self):
        assert error_type("postgresql://nobody@127.0.0.1:1/nothing") is Unavailable

    def test_a_missing_database_is_unavailable(self, postgresql_url):
        assert error_type(f"{postgresql_url}_not") is Unavailable

    def test_a_file_that_cannot_be_opened_is_unavailable(self, tmp_path):
        assert error_type(f"sqlite:///{tmp_path}") is Unavailable

    def test_a_file_that_stays_locked_is_unavailable(self, sqlite):
        with open_database(str(sqlite.url)) as second, sqlite.write_session() as session:
            event.listen(
                second.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=0")
            )
            session.connection()
            with pytest.raises(DBAPIError) as raised, second.write_session() as refused:
                refused.connection()
        assert type(as_unavailable(raised.value)) is Unavailable

    def test_a_table_that_stays_locked_is_unavailable(self, postgresql_url):
        with (
            open_database(postgresql_url, statement_seconds=60) as database,
            database.write_session() as session,
        ):
            session.execute(text("LOCK TABLE films"))
            with pytest.raises(DBAPIError) as raised, database.write_session() as second:
                second.execute(text("LOCK TABLE films"))
        assert type(as_unavailable(raised.value)) is Unavailable

    def test_a_cut_connection_is_unavailable_and_replaced(self, postgresql_url):
        with open_database(postgresql_url) as database:
            with database.read_session() as session, database.read_session() as other:
                pid = session.scalar(text("SELECT pg_backend_pid()"))
                other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
                with pytest.raises(DBAPIError) as raised:
                    session.scalar(text("SELECT 1"))
            with database.read_session() as session:
                assert session.scalar(text("SELECT 1")) == 1
        assert type(as_unavailable(raised.value)) is Unavailable

    def test_an_idle_connection_that_was_cut_is_replaced(self, postgresql_url):
        with open_database(postgresql_url) as database:
            with connections(database, 2) as (idle, other):
                pid = idle.scalar(text("SELECT pg_backend_pid()"))
                idle.close()
                other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
            with connections(database, 2) as all_:
                assert pid not in [connection.scalar(text("SELECT pg_backend_pid()")) for connection in all_]

    @pytest.mark.parametrize(
        "state",
        [
            *("08006", "57P01", "57P03", "53200", "53300", "55P03", "40001", "40P01"),
            *("58030", "XX001", "XX002", "42501"),
        ],
    )
    def test_an_error_of_the_server_itself_is_unavailable(self, state):
        error = OperationalError("SELECT 1", {}, psycopg.errors.lookup(state)())
        assert type(as_unavailable(error)) is Unavailable

    @pytest.mark.parametrize(("state", "kind"), [("53100", StorageFull), ("25006", ReadOnly)])
    def test_what_writes_alone_notice_has_its_own_kind(self, state, kind):
        error = OperationalError("SELECT 1", {}, psycopg.errors.lookup(state)())
        assert type(as_unavailable(error)) is kind
        assert issubclass(kind, Unavailable)

    def test_an_exhausted_pool_is_unavailable(self):
        assert type(as_unavailable(PoolTimeout())) is Unavailable

    def test_an_integrity_error_is_not(self, database):
        with pytest.raises(IntegrityError) as raised, database.write_session() as session:
            session.add(theme("Not-A-Slug"))
        assert as_unavailable(raised.value) is None

    def test_an_invalid_statement_is_not(self, database):
        with pytest.raises(DBAPIError) as raised, database.read_session() as session:
            session.execute(text("SELECT nothing FROM nowhere"))
        assert as_unavailable(raised.value) is None

    def test_a_bug_is_not(self):
        assert as_unavailable(ValueError("no database in it")) is None


class TestURL:
    @pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
    def test_a_postgresql_url_names_the_installed_driver(self, scheme):
        database = Database(f"{scheme}://ada@db.example:5433/subtext?sslmode=require")
        displayed = database.url.render_as_string()
        assert displayed == "postgresql+psycopg://ada@db.example:5433/subtext?sslmode=require"
        assert not database.is_sqlite

    def test_a_sqlite_url_is_unchanged(self, tmp_path):
        database = Database(f"sqlite:///{tmp_path}/a.sqlite3")
        assert (database.redacted_url, database.is_sqlite) == (f"sqlite:///{tmp_path}/a.sqlite3", True)

    @pytest.mark.parametrize(
        "url",
        [
            "postgresql://ada:s3cret@db.example/subtext",
            "postgres://ada:s3cret@db.example/subtext",
            "postgresql://db.example/subtext?user=ada&password=s3cret",
            "postgresql://ada:s3cret@db.example/subtext?sslpassword=s3cret",
        ],
    )
    def test_a_redacted_url_has_no_password(self, url):
        assert "s3cret" not in Database(url).redacted_url
        assert "ada" in Database(url).redacted_url
        assert "s3cret" in Database(url).url.render_as_string(hide_password=False)

    def test_the_folder_of_the_file_is_created(self, tmp_path):
        with (
            open_database(f"sqlite:///{tmp_path}/a/b/c.sqlite3") as database,
            database.read_session() as session,
        ):
            assert session.scalar(text("SELECT 1")) == 1
        assert (tmp_path / "a/b/c.sqlite3").exists()


class TestJSON:
    def test_is_stored_compact_and_in_utf_8(self, database):
        with database.write_session() as session:
            session.add(film(directors=["Agnès Voß", "李"], languages=[]))
        with database.read_session() as session:
            stored = session.execute(
                text("SELECT CAST(directors AS TEXT), CAST(languages AS TEXT) FROM films")
            )
            assert stored.all() == [('["Agnès Voß","李"]', "[]")]
            assert session.scalars(select(Film.directors)).all() == [["Agnès Voß", "李"]]

    def test_keeps_the_order_of_keys(self, database):
        with database.write_session() as session:
            session.add(film())
        with database.read_session() as session:
            record = session.scalar(select(Revision.record))
            stored = session.scalar(text("SELECT CAST(record AS TEXT) FROM revisions"))
        assert stored.startswith('{"id":"the-lamp-1950","status":"published","label":')
        assert list(record)[:2] == ["id", "status"]

    def test_null_is_refused(self, database):
        with pytest.raises(IntegrityError), database.write_session() as session:
            session.add(film(directors=None))


class TestTimestamp:
    def stored_time(self, database, at):
        with database.write_session() as session:
            session.add(theme("light", created_at=at, updated_at=at))
        with database.read_session() as session:
            return session.scalar(select(Theme.created_at))

    def test_without_a_zone_is_refused(self, database):
        with pytest.raises(StatementError, match="zone"):
            self.stored_time(database, dt.datetime(2026, 11, 23))

    def test_without_a_zone_is_refused_in_a_condition(self, database):
        with pytest.raises(StatementError, match="zone"), database.read_session() as session:
            session.scalars(select(Theme).where(Theme.created_at < dt.datetime(2026, 11, 23)))

    def test_is_read_back_in_utc_without_fractions_of_a_second(self, database):
        india = dt.timezone(dt.timedelta(hours=5, minutes=30))
        stored = self.stored_time(database, dt.datetime(2026, 11, 23, 1, 2, 3, 999_999, india))
        assert stored == dt.datetime(2026, 11, 22, 19, 32, 3, tzinfo=dt.UTC)
        assert stored.tzinfo is dt.UTC

    def test_is_text_with_a_z_in_sqlite(self, sqlite):
        self.stored_time(sqlite, dt.datetime(2026, 1, 2, 3, 4, 5, 6, dt.UTC))
        with sqlite.read_session() as session:
            assert session.scalar(text("SELECT created_at FROM themes")) == "2026-01-02T03:04:05Z"

    def test_none_stays_none(self, database):
        self.stored_time(database, dt.datetime(2026, 11, 23, tzinfo=dt.UTC))
        with database.read_session() as session:
            assert session.scalars(select(Theme.deleted_at)).all() == [None]


def named_theme(name, slug):
    theme_ = theme(slug)
    theme_.name = name
    return theme_


class TestText:
    def test_sorts_by_code_point(self, database):
        names = ["Zebra", "apple", "Äpfel", "Ähre", "b c", "bc", "_"]
        with database.write_session() as session:
            session.add_all([named_theme(name, f"t-{number}") for number, name in enumerate(names)])
        with database.read_session() as session:
            assert session.scalars(select(Theme.name).order_by(Theme.name)).all() == sorted(names)
