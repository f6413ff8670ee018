"""Options, suites and the fixtures that every test knows (``app``, ``client``, ``database``, ``runner``)."""

import os
from collections import Counter
from contextlib import suppress

import pytest
from sqlalchemy.exc import OperationalError

from api.app import create_app
from api.core.config import Settings
from models import Alias
from models import database as databases
from tests.databases import POSTGRESQL, Engine, PostgreSQL, SQLite, drop_all_of_run
from tests.serving import serving

#: Seconds for a statement: a busy machine is no reason for a test to fail.
PATIENT = 60
#: Tests of these folders carry a marker, by which `make test` leaves them out.
FOLDER_MARKERS = {"browser": "browser", "bench": "bench", "documented": "documents"}
#: What a test needs that runs on PostgreSQL whichever database was chosen.
POSTGRESQL_FIXTURES = {"postgresql_engine", "served_by_postgresql"}
# A worker of the server caches few compiled statements; tests send every combination, and would compile each again.
databases.MAX_COMPILED_STATEMENTS = 2_000


def pytest_addoption(parser):
    parser.addoption(
        "--database",
        choices=["sqlite", "postgresql", "all"],
        default="sqlite",
        help="which database tests run on; postgresql leaves out tests that need none, "
        "and takes the server from SUBTEXT_TEST_DATABASE_URL",
    )


def pytest_configure(config):
    if config.getoption("--database") != "sqlite" and not POSTGRESQL:
        raise pytest.UsageError("--database needs SUBTEXT_TEST_DATABASE_URL to name a PostgreSQL server")


def pytest_unconfigure(config):
    is_worker = hasattr(config, "workerinput")
    if POSTGRESQL and not is_worker:
        # Without its server there is nothing to drop.
        with suppress(OperationalError):
            drop_all_of_run(POSTGRESQL)


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


def pytest_generate_tests(metafunc):
    """Run what takes ``engine`` on each chosen database, once if it is marked ``any_database``."""
    if "engine" in metafunc.fixturenames:
        option = metafunc.config.getoption("--database")
        names = ["sqlite", "postgresql"] if option == "all" else [option]
        if metafunc.definition.get_closest_marker("any_database"):
            names = ["sqlite"]
        metafunc.parametrize("engine", names, indirect=True, scope="session")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Mark the suites, leave out what was not chosen, and begin with what takes longest."""
    for item in items:
        folder = item.path.relative_to(config.rootpath / "tests").parts[0]
        if folder in FOLDER_MARKERS:
            item.add_marker(FOLDER_MARKERS[folder])
    option = config.getoption("--database")
    chosen = {"sqlite": {"sqlite", None}, "postgresql": {"postgresql"}}.get(
        option, {"sqlite", "postgresql", None}
    )
    config.hook.pytest_deselected(items=[item for item in items if database_of(item) not in chosen])
    items[:] = [item for item in items if database_of(item) in chosen]
    # Begun last, a slow test would go on alone when all else has ended.
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def database_of(item):
    """Return the kind of database that a test runs on; None if that makes no difference to it."""
    if POSTGRESQL_FIXTURES & set(item.fixturenames):
        return "postgresql"
    if hasattr(item, "callspec") and "engine" in item.callspec.params:
        return None if item.get_closest_marker("any_database") else item.callspec.params["engine"]
    return None


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory):
    """The folder that all workers of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def sqlite_engine(tmp_path_factory):
    engine = Engine(SQLite(tmp_path_factory.mktemp("sqlite")))
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def postgresql_engine(shared_folder):
    if not POSTGRESQL:
        not_run("because SUBTEXT_TEST_DATABASE_URL names no PostgreSQL server.")
    engine = Engine(PostgreSQL(POSTGRESQL, shared_folder))
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def engine(request):
    """Each chosen kind of database in turn; see ``--database``."""
    return request.getfixturevalue(f"{request.param}_engine")


@pytest.fixture
def database(engine):
    """A migrated, empty database, which the test may write to."""
    with engine.opened() as database:
        yield database


@pytest.fixture
def packed(engine):
    """A database that holds the pack, which the test may write to."""
    with engine.opened("pack") as database:
        yield database


@pytest.fixture(scope="session")
def app(engine):
    """The app over the pack, without a cache; tests that write take ``packed`` instead."""
    with engine.fresh("pack") as url:
        app = create_app(Settings(database_url=url, statement_seconds=PATIENT, cache_bytes=0))
        yield app
        app.extensions["database"].close()


@pytest.fixture
def changing(packed):
    """A client over ``packed``, and what changes one of its items, by model and id; renamed, it gets an alias."""
    url = packed.url.render_as_string(hide_password=False)
    app = create_app(Settings(database_url=url, statement_seconds=PATIENT))

    def change(model, slug, /, **values):
        with packed.write_session() as session:
            resource = model.by_slug(session, slug)
            if "slug" in values:
                session.add(Alias(type_name=model.type_name, slug=slug, resource_id=resource.id))
            resource.assign(values)

    yield app.test_client(), change
    app.extensions["database"].close()


@pytest.fixture(scope="session")
def served(sqlite_engine, tmp_path_factory):
    """A running server over SQLite, as a new user starts it."""
    yield from serve(sqlite_engine, tmp_path_factory)


@pytest.fixture(scope="session")
def served_by_postgresql(postgresql_engine, tmp_path_factory):
    """A running server over PostgreSQL."""
    yield from serve(postgresql_engine, tmp_path_factory)


def serve(engine, tmp_path_factory):
    log = tmp_path_factory.mktemp("served") / "log"
    with (
        engine.fresh(None) as url,
        serving(log, SUBTEXT_DATABASE_URL=url, SUBTEXT_STATEMENT_SECONDS=str(PATIENT)) as server,
    ):
        yield server


@pytest.fixture
def client(app):
    """A client over the pack; ``tests/cache`` compares cached responses with these."""
    return app.test_client()


@pytest.fixture
def runner(app):
    return app.test_cli_runner()
