"""The fixtures everyone knows (``app``, ``client``, ``runner``), over both databases."""

import gc
import os
from collections import Counter
from dataclasses import replace

import pytest
from coverage import Coverage

from api.app import create_app
from api.core.config import Settings
from models import Alias
from models import database as databases
from models.database import Database
from tests.cached import compared
from tests.databases import POSTGRESQL, Engine, PostgreSQL, SQLite
from tests.serving import serving

#: Seconds for a statement: a busy machine is no reason for a test to fail.
PATIENT = 60
#: Where lines are that only PostgreSQL reaches, and the tests that reach them.
MEASURED_ON_BOTH = ("tests/models/", "tests/api/test_examples.py")
#: Of a test with many cases, so many are measured by each worker: coverage is a little more than it says.
MOST_CASES = 2
measured = Counter()
# A worker keeps few compiled statements; tests ask in every way there is, and would compile each again and again.
databases.MAX_COMPILED_STATEMENTS = 2_000


def not_run(reason: str) -> None:
    """Leave a test out for want of something on this machine; the end of the run says so in one line."""
    pytest.skip(reason)


def pytest_terminal_summary(terminalreporter):
    skipped = Counter(report.longrepr[2] for report in terminalreporter.stats.get("skipped", []))
    for reason, count in skipped.items():
        terminalreporter.write_line(f"Not run: {count} tests, {reason.removeprefix('Skipped: ')}")


def pytest_sessionfinish(session, exitstatus):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    # On CI's machine everything is there: what is skipped there is a hole in the tests.
    if os.environ.get("CI") and reporter and reporter.stats.get("skipped") and exitstatus == 0:
        reporter.write_line("CI runs every test: something was skipped.")
        session.exitstatus = 1


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Keep what is collected out of the garbage collector's sight: going through thousands of tests is slow."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Begin with what takes longest: begun last, it would go on alone when all else has ended."""
    items.sort(key=lambda item: not is_slow(item))


def is_slow(item):
    return item.get_closest_marker("slow") is not None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Measure no coverage where another test runs the same lines: it doubles the time of a test."""
    measuring = Coverage.current()
    if not measuring or not (is_slow(item) or is_repeated(item)):
        return (yield)
    measuring.stop()
    try:
        return (yield)
    finally:
        measuring.start()


def is_repeated(item):
    """Whether a test runs on SQLite too, or with other values, and there through the same lines."""
    given = item.callspec.params if hasattr(item, "callspec") else {}
    engine = given.get("engine")
    if engine == "postgresql" and not item.nodeid.startswith(MEASURED_ON_BOTH):
        return True
    test = item.nodeid.partition("[")[0], engine
    measured[test] += 1
    return measured[test] > MOST_CASES


@pytest.fixture(scope="session")
def sqlite_engine(tmp_path_factory):
    engine = Engine(SQLite(tmp_path_factory.mktemp("sqlite")))
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def postgresql_engine():
    if not POSTGRESQL:
        not_run("because SUBTEXT_TEST_DATABASE_URL names no PostgreSQL server.")
    engine = Engine(PostgreSQL(POSTGRESQL))
    yield engine
    engine.close()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def engine(request):
    """Each kind of database in turn."""
    return request.getfixturevalue(f"{request.param}_engine")


@pytest.fixture
def database(engine):
    """A migrated, empty database."""
    with engine.fresh() as url:
        opened = Database(url)
        yield opened
        opened.close()


@pytest.fixture
def packed(engine):
    """A database of its own that holds the pack."""
    with engine.fresh("pack") as url:
        opened = Database(url)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def app(engine):
    """The app over the pack; tests that write take ``packed`` instead."""
    with engine.fresh("pack") as url:
        made = create_app(Settings(database_url=url, statement_seconds=PATIENT, cache_bytes=0))
        yield made
        made.extensions["database"].close()


@pytest.fixture
def changing(packed):
    """A client over a pack of its own, and what changes an item of it, by its noun and id; renamed it has an alias."""
    made = create_app(Settings(database_url=packed.url, statement_seconds=PATIENT))

    def change(model, slug, /, **values):
        with packed.write_session() as session:
            found = model.by_slug(session, slug)
            if "slug" in values:
                session.add(Alias(type_name=model.type_name, slug=slug, resource_id=found.id))
            found.assign(values)

    yield made.test_client(), change
    made.extensions["database"].close()


@pytest.fixture(scope="session")
def served(sqlite_engine, tmp_path_factory):
    """A running server over SQLite, as a new user starts it."""
    log = tmp_path_factory.mktemp("served") / "log"
    with (
        sqlite_engine.fresh(None) as url,
        serving(log, SUBTEXT_DATABASE_URL=url, SUBTEXT_STATEMENT_SECONDS=str(PATIENT)) as server,
    ):
        yield server


@pytest.fixture(scope="session")
def served_by_postgresql(postgresql_engine, tmp_path_factory):
    """A running server over PostgreSQL."""
    log = tmp_path_factory.mktemp("served") / "log"
    with (
        postgresql_engine.fresh(None) as url,
        serving(log, SUBTEXT_DATABASE_URL=url, SUBTEXT_STATEMENT_SECONDS=str(PATIENT)) as server,
    ):
        yield server


@pytest.fixture(scope="session")
def keeping():
    """Apps by those that they are like, but for keeping what they answer."""
    made = {}

    def like(app):
        if app not in made:
            settings = replace(app.extensions["settings"], cache_bytes=Settings.cache_bytes)
            made[app] = create_app(settings)
        return made[app]

    yield like
    for app in made.values():
        app.extensions["database"].close()


@pytest.fixture
def client(app, keeping):
    """A client over the pack; what it reads of SQLite is read from the cache too, and compared."""
    is_sqlite = app.extensions["database"].is_sqlite
    return compared(app, keeping(app)) if is_sqlite else app.test_client()


@pytest.fixture
def runner(app):
    return app.test_cli_runner()
