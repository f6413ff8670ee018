"""The commands of ``subtext``. Only this module may import both the application and the content packs."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy.exc import IntegrityError

from api.core import logging as logs
from api.core.config import ROOT, InvalidSetting, Settings
from api.core.resource_registry import IncompleteResource
from api.core.version import VERSION
from models import MODELS_BY_TYPE, ContentGeneration, DomainError, LoadedPack, migrations, sqlite_driver
from models.database import Database
from models.search import ensure_index_current, is_index_current
from models.text_segmentation import count_words
from subtext_cli import garbage
from subtext_cli.backups.commands import backup, restore
from subtext_cli.database_errors import open_database
from subtext_cli.database_file import user_name
from subtext_cli.preparation_lock import preparation_lock
from subtext_cli.unknown_settings import unknown_settings

if TYPE_CHECKING:
    from seeds.check import CheckResult

SEEDS = ROOT / "seeds"
PACKS = click.argument("packs", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))


@click.group()
@click.version_option(VERSION, message="subtext %(version)s")
def cli() -> None:
    """Run Subtext, load its content and check it.

    Settings are environment variables. The self-hosting guide lists them.
    """


cli.add_command(backup)
cli.add_command(restore)


def main() -> None:
    """Run the command line.

    Invalid settings and incomplete resources end it with a one-line message. So does a database that cannot
    be used; see :mod:`subtext_cli.database_errors`.
    """
    logs.configure()
    for warning in unknown_settings(os.environ):
        click.echo(f"subtext: {warning}", err=True)
    try:
        cli()
    except (InvalidSetting, IncompleteResource, migrations.MigrationError) as error:
        raise SystemExit(f"subtext: {error}") from None


@contextmanager
def progress(description: str, total: int) -> Iterator[Any]:
    """Show a progress bar on standard error if it is a terminal. Yield a function that advances it."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(description, total=total)
        yield lambda: bar.advance(task)


@cli.command
def migrate() -> None:
    """Upgrade the database schema to this version."""
    with open_database(Settings.from_environment()) as database:
        with preparation_lock(database):
            _migrate(database)
        click.echo(f"{database.redacted_url} is at migration {migrations.current(database.engine)}.")


def _migrate(database: Database) -> None:
    if migrations.is_current(database.engine):
        migrations.require_all_columns(database.engine)
    else:
        migrations.upgrade(database.engine)
    ensure_index_current(database.engine)


@cli.command
@PACKS
@click.option(
    "--against",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    envvar="SUBTEXT_ESSAYS",
    help="Folder with the text of each source as <source>.txt. Default: SUBTEXT_ESSAYS.",
)
@click.option(
    "--report",
    "report_format",
    type=click.Choice(["markdown", "json"]),
    help="List what cites each paragraph.",
)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "github"]),
    default="text",
    help="Output format of errors, warnings and notices.",
)
@click.option("--notices", is_flag=True, help="Also print notices.")
@click.option("--strict", is_flag=True, help="Fail on warnings, too.")
def check(
    packs: tuple[Path, ...],
    against: Path | None,
    report_format: str | None,
    output_format: str,
    *,
    notices: bool,
    strict: bool,
) -> None:
    """Check content packs for errors.

    Each error, warning and notice names its file, line and rule. PACKS are folders; the default is the
    pack of this repository.

    With the texts of the sources (--against), the command also checks that quotations are verbatim, that
    hashes match, and that no other text copies from a source. With --report, it prints what cites each
    paragraph, and writes errors to standard error.
    """
    from seeds import report as pack_report
    from seeds.check import check_pack
    from seeds.pack import read_pack
    from seeds.rules import RULES

    with garbage.no_collections(), progress("Checking", len(RULES)) as step:
        pack = read_pack(*(packs or (SEEDS,)))
        result, diagnostics = check_pack(
            pack, RULES, essays=against, exists_elsewhere=_shared_vocabularies(packs), step=step
        )
    if report_format:
        report = pack_report.build_report(result)
        click.echo(
            pack_report.as_json(report) if report_format == "json" else pack_report.as_markdown(report)
        )
    for diagnostic in diagnostics:
        if notices or diagnostic.level != "notice":
            line = diagnostic.as_annotation() if output_format == "github" else str(diagnostic)
            click.echo(line, err=bool(report_format))
    counts = Counter(str(diagnostic.level) for diagnostic in diagnostics)
    click.echo(_summary(result, counts), err=bool(report_format))
    if counts["error"] or (strict and counts["warning"]):
        raise SystemExit(1)


def _shared_vocabularies(packs: tuple[Path, ...]) -> Any:
    """Return a test for what other packs may refer to: the themes and advisories of this repository."""
    from seeds.pack import SHARED_TYPES, read_pack

    if not packs:
        return None
    vocabularies = read_pack(SEEDS, types=SHARED_TYPES)
    shared = {(entry.type_name, entry.slug) for entry in vocabularies.entries}
    return lambda type_name, slug: (type_name, slug) in shared


def _summary(result: CheckResult, counts: Counter[str]) -> str:
    texts = f"{len(result.essays)} of {len(result.of_type('source'))} source texts available"
    quoted = sum(count_words(quote.body["text"]) for quote in result.of_type("quote"))
    levels = ", ".join(_count(counts[level], level) for level in ("error", "warning", "notice"))
    return f"{len(result.pack.entries)} entries, {quoted} quoted words, {texts}: {levels}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


@cli.command
@PACKS
def seed(packs: tuple[Path, ...]) -> None:
    """Load content packs into the database.

    PACKS are folders; the default is the pack of this repository. Atomic and idempotent: a pack with
    errors changes nothing, and entries that are already loaded stay as they are.
    """
    with open_database(Settings.from_environment()) as database:
        if not migrations.is_current(database.engine):
            raise SystemExit("subtext: The database schema is not at this version. Run `subtext migrate`.")
        with preparation_lock(database):
            report = _seed(database, packs or (SEEDS,))
    for type_name, counts in report.items():
        outcomes = ", ".join(
            f"{counts[outcome]} {outcome}" for outcome in ("created", "updated", "unchanged")
        )
        click.echo(f"{type_name}: {outcomes}")


def _is_prepared(database: Database) -> bool:
    """Whether there is nothing to migrate or to load. A database of a newer version stays as it is."""
    if not migrations.is_current(database.engine):
        return migrations.is_newer_but_readable(database.engine)
    migrations.require_all_columns(database.engine)
    return _is_loaded(database) and is_index_current(database.engine)


def _is_loaded(database: Database) -> bool:
    """Whether the content is what loading the pack of this repository, as it is now, has left."""
    from seeds.fingerprint import fingerprint

    with database.read_session() as session:
        return LoadedPack.is_current(session, fingerprint(SEEDS))


def _seed(database: Database, packs: tuple[Path, ...]) -> dict[str, Any]:
    from sqlalchemy import select

    from seeds.check import check_pack
    from seeds.fingerprint import fingerprint
    from seeds.load import load
    from seeds.pack import read_pack
    from seeds.rules import RULES

    # Before the files are read: if one changes in the meantime, the next start loads them again.
    before = fingerprint(SEEDS)
    with garbage.no_collections():
        pack = read_pack(*packs)
    with garbage.exempting() as exempt, _report_conflicts(), database.write_session() as session:
        generation = ContentGeneration.current(session)

        @cache
        def is_stored(type_name: str, slug: str) -> bool:
            model = MODELS_BY_TYPE[type_name]
            return session.scalar(select(model.id).where(model.slug == slug)) is not None

        with garbage.no_collections():
            result, diagnostics = check_pack(pack, RULES, exists_elsewhere=is_stored)
        errors = [diagnostic for diagnostic in diagnostics if diagnostic.level == "error"]
        if errors:
            # A warning, such as that of a file that is not read, may explain an error.
            for diagnostic in diagnostics:
                if diagnostic.level != "notice":
                    click.echo(str(diagnostic), err=True)
            raise SystemExit(f"{_count(len(errors), 'error')}: nothing was changed.")
        exempt()
        with progress("Loading", len(result.valid_entries)) as step:
            report = load(session, result, step=step)
        if packs == (SEEDS,):
            is_changed = any(counts["created"] or counts["updated"] for counts in report.values())
            LoadedPack.record(session, before, generation + is_changed)
        return report


@contextmanager
def _report_conflicts() -> Iterator[None]:
    """End with a one-line message if a valid pack contradicts the content of the database."""
    try:
        yield
    except DomainError as error:
        raise SystemExit(f"subtext: {error} Nothing was changed.") from None
    except IntegrityError as error:
        cause = str(error.orig).partition("\n")[0]
        raise SystemExit(f"subtext: The database rejected the pack: {cause}. Nothing was changed.") from None


@cli.command
@click.argument("text", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def paragraphs(text: Path) -> None:
    """Print the paragraph list of a source for sources.yml.

    TEXT is the plain text of the source. The output has its SHA-256 and, for each paragraph, the number of
    words and the SHA-256. Every paragraph gets the kind "body": change it for titles and headings.
    """
    from seeds.essay import Essay
    from seeds.text_files import WrongEncoding

    try:
        essay = Essay.read(text)
    except WrongEncoding as error:
        raise SystemExit(f"subtext: {text}:{error.line}: {error}") from None
    click.echo(f"sha256: {essay.sha256}\nparagraphs:")
    for number in range(1, len(essay.paragraphs) + 1):
        count, sha256 = essay.measure(number)
        click.echo(f"  - {{kind: body, word_count: {count}, sha256: {sha256}}}")


@cli.command
@click.option("--check", "only_check", is_flag=True, help="Write nothing; fail if the file is out of date.")
def openapi(only_check: bool) -> None:
    """Generate the OpenAPI document, openapi/v1.json.

    Its examples are real responses, made from the pack of this repository.
    """
    from tempfile import TemporaryDirectory

    from api.app import create_app
    from openapi import PATH, render_document
    from openapi.examples import InvalidExample

    with TemporaryDirectory() as folder:
        settings = Settings(database_url=f"sqlite:///{folder}/openapi.sqlite3", access_log="off")
        # Before the pack is loaded: an incomplete resource may also be the reason why it cannot be.
        app = create_app(settings)
        database = Database(settings.database_url)
        _migrate(database)
        _seed(database, (SEEDS,))
        database.close()
        try:
            document = render_document(app)
        except InvalidExample as error:
            raise SystemExit(f"subtext: {error}") from None
    if only_check and PATH.read_bytes() != document:
        raise SystemExit("openapi/v1.json is out of date. Run `subtext openapi`.")
    if not only_check:
        PATH.write_bytes(document)
        click.echo(f"Wrote {len(document)} bytes to openapi/v1.json.")


@cli.command
@click.option("--host", help="Address to listen on. Default: HOST, or 127.0.0.1.")
@click.option("--port", help="Port to listen on. Default: PORT, or 8000.")
def serve(host: str | None, port: str | None) -> None:
    """Migrate and seed the database, then serve the API.

    HOST and PORT set where the server listens, SUBTEXT_DATABASE_URL the database, SUBTEXT_PUBLIC_URL the
    base URL that clients use, and SUBTEXT_WORKERS the number of processes. The self-hosting guide lists all
    settings.
    """
    from subtext_cli.listening import require_free_port

    options = {name: value for name, value in (("HOST", host), ("PORT", port)) if value is not None}
    settings = Settings.from_environment(os.environ | options)
    require_free_port(settings, "serve", has_port_option=port is not None)
    # Loaded only now: a port in use is reported at once.
    from api.app import create_app
    from subtext_cli import server

    # Each worker creates the application. An incomplete resource must end this process instead.
    create_app(settings)
    _prepare_database(settings)
    server.serve(settings)


@cli.command
@click.option("--sql", is_flag=True, help="Print every SQL statement.")
def dev(*, sql: bool) -> None:
    """Start a development server, which reloads when a file changes.

    It migrates and seeds the database, then serves the API with a debugger and without the response cache.
    Changes to code, templates, guides and content packs restart it.
    """
    from werkzeug.serving import is_running_from_reloader

    from subtext_cli import dev_server
    from subtext_cli.listening import require_free_port

    settings = Settings.from_environment()
    dev_server.require_loopback(settings)
    if not is_running_from_reloader():
        require_free_port(settings, "dev")
        with open_database(settings):
            pass
    dev_server.run(settings, lambda: _prepare_database(settings), sql=sql)


def _prepare_database(settings: Settings) -> None:
    """Migrate and seed the database, and print which it is.

    A database of a newer version stays as it is: an older version can serve it, but not write to it. So does
    an SQLite file that cannot be written, if it is complete.
    """
    with open_database(settings, may_be_read_only=True) as database:
        is_read_only = database.is_read_only
        if is_read_only:
            _require_complete(database)
        else:
            _prepare(database)
        if migrations.is_newer_but_readable(database.engine):
            click.echo(
                f"subtext: The database is at migration {migrations.current(database.engine)} of a newer "
                "version. It is served as it is: this version neither migrates nor loads content.",
                err=True,
            )
        version = database.server_version()
    name = "SQLite" if database.is_sqlite else "PostgreSQL"
    click.echo(f"Subtext on {database.redacted_url} ({name} {version}{', read-only' * is_read_only})")
    if database.is_sqlite and (warning := sqlite_driver.version_warning()):
        click.echo(f"subtext: {warning}", err=True)


def _prepare(database: Database) -> None:
    """Migrate the database and load the content, unless there is nothing to do."""
    if _is_prepared(database):
        return
    with preparation_lock(database):
        # Another process may have prepared it meanwhile.
        if not _is_prepared(database):
            _migrate(database)
            if not _is_loaded(database):
                _seed(database, (SEEDS,))


def _require_complete(database: Database) -> None:
    """End with a one-line message if a database that cannot be written lacks tables or content."""
    with database.read_session() as session:
        if database.is_migrated() and ContentGeneration.current(session):
            return
    problem = "has no content" if database.is_migrated() else "is not migrated to this version"
    raise SystemExit(
        f"subtext: {database.url.database} {problem}, and {user_name()} cannot write to it or its folder. "
        "Prepare it with `subtext migrate` and `subtext seed` where it can be written."
    )
