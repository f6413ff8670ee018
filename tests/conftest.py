"""Command line options, suite markers, and the fixtures for all tests (``app``, ``client``, ``database`` …)."""

import os
import sys
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import structlog
from sqlalchemy.exc import OperationalError
from werkzeug.routing import Rule

from api.app import create_app
from api.core.config import Settings
from models import Alias
from models import database as databases
from tests.databases import POSTGRESQL, Engine, PostgreSQL, SQLite, drop_all_of_run
from tests.serving import free_port, serving

pytest_plugins = ["tests.browsers"]

#: The timeout of a statement in seconds, long enough for a busy machine.
STATEMENT_SECONDS = 60
#: The marker of all tests in a folder. `make test` excludes these markers.
FOLDER_MARKERS = {"browser": "browser", "bench": "bench", "documented": "documents"}
#: The user id of `nobody`, who owns no file.
NOBODY = 65534
#: Fixtures that make a test run on PostgreSQL regardless of ``--database``.
POSTGRESQL_FIXTURES = {"postgresql_engine", "postgresql_server"}
# Tests send every combination of parameters. With the small cache of a worker, they would compile each again.
databases.MAX_COMPILED_STATEMENTS = 2_000


def pytest_addoption(parser):
    parser.addoption(
        "--database",
        choices=["sqlite", "postgresql", "all"],
        default="sqlite",
        help="which database tests run on; postgresql leaves out tests that need none, "
        "and takes the server from SUBTEXT_TEST_DATABASE_URL",
    )


def share_url_builders():
    """Compile what builds the URLs of a rule once, and not for each application.

    Werkzeug compiles two functions for each of hundreds of rules, which is most of the time that an application
    takes to be created, and there is one for many a test.
    """
    compile_builder, builders = Rule._compile_builder, {}

    def shared(rule, append_unknown=True):
        key = rule.rule, repr(rule.defaults), append_unknown
        if key not in builders:
            builders[key] = compile_builder(rule, append_unknown)
        return builders[key]

    Rule._compile_builder = shared


def pytest_configure(config):
    share_url_builders()
    if config.getoption("--database") != "sqlite" and not POSTGRESQL:
        raise pytest.UsageError("--database needs SUBTEXT_TEST_DATABASE_URL to name a PostgreSQL server")


def pytest_unconfigure(config):
    is_worker = hasattr(config, "workerinput")
    if POSTGRESQL and not is_worker:
        # If the server is unreachable, there is nothing to drop.
        with suppress(OperationalError):
            drop_all_of_run(POSTGRESQL)


def skip_test(reason: str) -> None:
    """Skip a test because this machine lacks something; the summary reports each reason in one line."""
    pytest.skip(reason)


def pytest_terminal_summary(terminalreporter):
    skipped = Counter(report.longrepr[2] for report in terminalreporter.stats.get("skipped", []))
    for reason, count in skipped.items():
        terminalreporter.write_line(f"Not run: {count} tests, {reason.removeprefix('Skipped: ')}")


def pytest_sessionfinish(session, exitstatus):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    # CI has every dependency, so a skipped test there is an error.
    if os.environ.get("CI") and reporter and reporter.stats.get("skipped") and exitstatus == 0:
        reporter.write_line("CI runs every test: something was skipped.")
        session.exitstatus = 1


def pytest_generate_tests(metafunc):
    """Run tests that use ``engine`` on each selected database, or on SQLite alone if marked ``any_database``."""
    if "engine" in metafunc.fixturenames:
        option = metafunc.config.getoption("--database")
        names = ["sqlite", "postgresql"] if option == "all" else [option]
        if metafunc.definition.get_closest_marker("any_database"):
            names = ["sqlite"]
        metafunc.parametrize("engine", names, indirect=True, scope="session")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Mark the suites, deselect tests for other databases, and run slow tests first."""
    for item in items:
        folder = item.path.relative_to(config.rootpath / "tests").parts[0]
        if folder in FOLDER_MARKERS:
            item.add_marker(FOLDER_MARKERS[folder])
    option = config.getoption("--database")
    selected = {"sqlite": {"sqlite", None}, "postgresql": {"postgresql"}}.get(
        option, {"sqlite", "postgresql", None}
    )
    config.hook.pytest_deselected(items=[item for item in items if database_of(item) not in selected])
    items[:] = [item for item in items if database_of(item) in selected]
    # A slow test that starts last would run alone while the other workers are idle.
    items.sort(key=lambda item: not any(map(item.get_closest_marker, ("schemathesis", "slow", "nightly"))))


def database_of(item):
    """Return the name of the database that a test runs on, or None if any database will do."""
    if POSTGRESQL_FIXTURES & set(item.fixturenames):
        return "postgresql"
    if hasattr(item, "callspec") and "engine" in item.callspec.params:
        return None if item.get_closest_marker("any_database") else item.callspec.params["engine"]
    return None


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory):
    """The folder that all xdist workers of this run share."""
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
        skip_test("because SUBTEXT_TEST_DATABASE_URL names no PostgreSQL server.")
    engine = Engine(PostgreSQL(POSTGRESQL, shared_folder))
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def engine(request):
    """Each selected kind of database in turn; see ``--database``."""
    return request.getfixturevalue(f"{request.param}_engine")


@pytest.fixture
def database(engine):
    """A migrated, empty database that the test may write to."""
    with engine.opened() as database:
        yield database


@pytest.fixture
def packed(engine):
    """A database with the pack that the test may write to."""
    with engine.opened("pack") as database:
        yield database


@pytest.fixture(scope="session")
def app(engine):
    """The app over the pack, without a response cache. Tests that write must use ``packed`` instead."""
    with engine.fresh("pack") as url:
        app = create_app(Settings(database_url=url, statement_seconds=STATEMENT_SECONDS, cache_bytes=0))
        yield app
        app.extensions["database"].close()


@pytest.fixture
def client_and_change(packed):
    """A client over ``packed``, and a function that changes an item by model and id. A new slug adds an alias."""
    url = packed.url.render_as_string(hide_password=False)
    app = create_app(Settings(database_url=url, statement_seconds=STATEMENT_SECONDS))

    def change(model, slug, /, **values):
        with packed.write_session() as session:
            resource = model.by_slug(session, slug)
            if "slug" in values:
                session.add(Alias(type_name=model.type_name, slug=slug, resource_id=resource.id))
            resource.assign(values)

    yield app.test_client(), change
    app.extensions["database"].close()


@pytest.fixture(scope="session")
def server(sqlite_engine, tmp_path_factory):
    """A running server over SQLite with default settings."""
    yield from serve(sqlite_engine, tmp_path_factory)


@pytest.fixture(scope="session")
def postgresql_server(postgresql_engine, tmp_path_factory):
    """A running server over PostgreSQL."""
    yield from serve(postgresql_engine, tmp_path_factory)


def serve(engine, tmp_path_factory):
    log = tmp_path_factory.mktemp("served") / "log"
    with (
        engine.fresh(None) as url,
        serving(log, SUBTEXT_DATABASE_URL=url, SUBTEXT_STATEMENT_SECONDS=str(STATEMENT_SECONDS)) as server,
    ):
        yield server


@pytest.fixture
def refusal(tmp_path, monkeypatch):
    """A function that runs a command which must end with a one-line message, and returns the message."""

    from subtext_cli.commands import main

    def run(*words, **environment):
        with monkeypatch.context() as patch:
            for variable in [name for name in os.environ if name.startswith(("SUBTEXT_", "MAKE"))]:
                patch.delenv(variable)
            defaults = {"SUBTEXT_DATABASE_URL": f"sqlite:///{tmp_path}/x", "PORT": str(free_port())}
            for name, value in (defaults | environment).items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["subtext", *words])
            patch.setattr("subtext_cli.server.serve", lambda _settings: pytest.fail("it was served"))
            try:
                with pytest.raises(SystemExit) as end:
                    main()
            finally:
                # Undo what `main` configures for its process.
                structlog.reset_defaults()
        message = str(end.value.code)
        assert message.startswith("subtext: ")
        assert "\n" not in message
        return message

    return run


@pytest.fixture
def as_nobody():
    """A context in which root has the rights of an ordinary user, with a folder that belongs to it."""

    @contextmanager
    def switch():
        with TemporaryDirectory() as name:
            is_root = os.geteuid() == 0
            if is_root:
                os.chown(name, NOBODY, -1)
                os.seteuid(NOBODY)
            try:
                yield Path(name)
            finally:
                if is_root:
                    os.seteuid(0)

    return switch


@pytest.fixture
def client(app):
    """A client over the pack; ``tests/cache`` compares its responses with cached ones."""
    return app.test_client()


@pytest.fixture(scope="session")
def client_at(app):
    """A context manager that yields a client of a service over the pack with another public URL and settings."""

    @contextmanager
    def create(public_url, **settings):
        other = create_app(replace(app.extensions["settings"], public_url=public_url, **settings))
        yield other.test_client()
        other.extensions["database"].close()

    return create


@pytest.fixture
def runner(app):
    return app.test_cli_runner()
