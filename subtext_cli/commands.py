"""The command line: ``subtext``. The one place that joins the app and the seeds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import click
from flask.cli import FlaskGroup
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from api.core import logging as logs
from api.core.config import ROOT, InvalidSetting, Settings
from models import MODELS_BY_TYPE, DomainError, migrations
from models.database import Database, as_unavailable
from models.search import ensure_index_current

SEEDS = ROOT / "seeds"
PACKS = click.argument("packs", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))


def _app() -> Any:
    from api.app import create_app

    return create_app()


@click.group(
    cls=FlaskGroup,
    create_app=_app,
    add_default_commands=False,
    load_dotenv=False,
    set_debug_flag=False,
    add_version_option=False,
    help="Serve, fill and check Subtext. Settings come from the environment; see the README.",
)
def cli() -> None:
    """Group every command."""


def main() -> None:
    """Run the command line; a setting that cannot be used ends it with one sentence."""
    logs.configure()
    try:
        cli()
    except InvalidSetting as error:
        raise SystemExit(f"subtext: {error}") from None
    except SQLAlchemyError as error:
        meant = as_unavailable(error)
        if meant is None:
            raise
        cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise SystemExit(f"subtext: {meant} ({cause})") from None


@contextmanager
def progress(description: str, total: int) -> Iterator[Any]:
    """Show a progress bar on a terminal's standard error, and nothing elsewhere; yields ``step()``."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(description, total=total)
        yield lambda: bar.advance(task)


def _database() -> Database:
    return Database(Settings.from_environment().database_url)


@cli.command(with_appcontext=False)
def migrate() -> None:
    """Bring the database's tables up to this version."""
    with closing(_database()) as database:
        _migrate(database)
        click.echo(f"{database.redacted_url} stands at migration {migrations.current(database.engine)}.")


def _migrate(database: Database) -> None:
    if not migrations.is_current(database.engine):
        migrations.upgrade(database.engine)
    # A new release of the stemmer makes other terms of the same texts.
    ensure_index_current(database.engine)


@cli.command(with_appcontext=False)
@PACKS
@click.option(
    "--against",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    envvar="SUBTEXT_ESSAYS",
    help="A folder with the text of each source, <source>.txt; also SUBTEXT_ESSAYS.",
)
@click.option("--report", type=click.Choice(["markdown", "json"]), help="Print what cites each paragraph.")
@click.option(
    "--format", "form", type=click.Choice(["text", "github"]), default="text", help="How to print faults."
)
@click.option("--notices", is_flag=True, help="Print also what is only a place to look.")
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
def check(
    packs: tuple[Path, ...],
    against: Path | None,
    report: str | None,
    form: str,
    *,
    notices: bool,
    strict: bool,
) -> None:
    """Check content packs: name file, line and rule of every fault.

    Without PACKS, the pack of this repository. With the sources' texts at hand it also proves that
    quotations are verbatim, that hashes match, and that no other text repeats a source. With
    --report, what cites each paragraph is printed, and the faults go to standard error.
    """
    from seeds import report as pack_report
    from seeds.check import examine
    from seeds.pack import read_pack
    from seeds.rules import RULES

    pack = read_pack(*(packs or (SEEDS,)))
    with progress("Checking", len(RULES)) as step:
        checked, faults = examine(pack, RULES, essays=against, outside=_shared(packs), step=step)
    if report:
        made = pack_report.report(checked)
        click.echo(pack_report.as_json(made) if report == "json" else pack_report.as_markdown(made))
    for fault in faults:
        if notices or fault.level != "notice":
            click.echo(fault.as_annotation() if form == "github" else str(fault), err=bool(report))
    counts = Counter(str(fault.level) for fault in faults)
    click.echo(_sum_up(checked, counts), err=bool(report))
    if counts["error"] or (strict and counts["warning"]):
        raise SystemExit(1)


def _shared(packs: tuple[Path, ...]) -> Any:
    """Return what packs may refer to beside themselves: this repository's vocabularies."""
    from seeds.pack import read_pack

    if not packs:
        return None
    vocabularies = read_pack(SEEDS, types=("theme", "advisory"))
    shared = {(entry.type_name, entry.slug) for entry in vocabularies.entries}
    return lambda type_name, slug: (type_name, slug) in shared


def _sum_up(checked: Any, counts: Counter[str]) -> str:
    read = f"{len(checked.essays)} of {len(checked.of('source'))} sources' texts at hand"
    quoted = sum(len(quote.body["text"].split()) for quote in checked.of("quote"))
    told = ", ".join(f"{counts[level]} {level}s" for level in ("error", "warning", "notice"))
    return f"{len(checked.pack.entries)} entries, {quoted} words quoted, {read}: {told}."


@cli.command(with_appcontext=False)
@PACKS
def seed(packs: tuple[Path, ...]) -> None:
    """Load content packs into the database: all of it or nothing, and nothing twice.

    Without PACKS, the pack of this repository. A pack with a fault changes nothing.
    """
    with closing(_database()) as database:
        if not migrations.is_current(database.engine):
            raise SystemExit("subtext: the database is not migrated to this version; run `subtext migrate`.")
        report = _seed(database, packs or (SEEDS,))
    for type_name, counts in report.items():
        told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in ("created", "updated", "unchanged"))
        click.echo(f"{type_name}: {told}")


def _seed(database: Database, packs: tuple[Path, ...]) -> dict[str, Any]:
    from sqlalchemy import select

    from seeds.check import examine
    from seeds.load import load
    from seeds.pack import read_pack
    from seeds.rules import RULES

    pack = read_pack(*packs)
    with _or_nothing(), database.write_session() as session:

        def stored(type_name: str, slug: str) -> bool:
            model = MODELS_BY_TYPE[type_name]
            return session.scalar(select(model.id).where(model.slug == slug)) is not None

        checked, faults = examine(pack, RULES, outside=stored)
        errors = [fault for fault in faults if fault.level == "error"]
        if errors:
            for fault in errors:
                click.echo(str(fault), err=True)
            raise SystemExit(f"{len(errors)} errors: nothing was changed.")
        with progress("Loading", len(checked.sound)) as step:
            return load(session, checked, step=step)


@contextmanager
def _or_nothing() -> Iterator[None]:
    """End with one sentence where a pack, sound by itself, contradicts what the database holds."""
    try:
        yield
    except DomainError as error:
        raise SystemExit(f"subtext: {error} Nothing was changed.") from None
    except IntegrityError as error:
        said = str(error.orig).partition("\n")[0]
        raise SystemExit(f"subtext: The database refuses it: {said}. Nothing was changed.") from None


@cli.command(with_appcontext=False)
@click.argument("text", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def paragraphs(text: Path) -> None:
    """Print a source's sha256 and paragraphs as sources.yml lists them, from its plain TEXT.

    Every paragraph is called body; say where one is a title, a heading or another kind.
    """
    from seeds.essay import Essay

    try:
        essay = Essay.read(text)
    except UnicodeDecodeError:
        raise SystemExit(f"subtext: {text} is not UTF-8.") from None
    click.echo(f"sha256: {essay.sha256}\nparagraphs:")
    for number in range(1, len(essay.paragraphs) + 1):
        count, sha256 = essay.measure(number)
        click.echo(f"  - {{kind: body, word_count: {count}, sha256: {sha256}}}")


@cli.command(with_appcontext=False)
@click.option(
    "--check", "only_check", is_flag=True, help="Write nothing; fail if the file is not up to date."
)
def openapi(only_check: bool) -> None:
    """Generate openapi/v1.json from the code, with real answers of the pack as examples."""
    from tempfile import TemporaryDirectory

    from api.app import create_app
    from openapi import PATH, render

    with TemporaryDirectory() as folder:
        settings = Settings(database_url=f"sqlite:///{folder}/openapi.sqlite3")
        database = Database(settings.database_url)
        migrations.upgrade(database.engine)
        _seed(database, (SEEDS,))
        database.close()
        document = render(create_app(settings))
    if only_check and PATH.read_bytes() != document:
        raise SystemExit("openapi/v1.json is not what the code generates; run `subtext openapi`.")
    if not only_check:
        PATH.write_bytes(document)
        click.echo(f"Wrote {len(document)} bytes to openapi/v1.json.")


@cli.command(with_appcontext=False)
def serve() -> None:
    """Migrate and seed the database, then serve it until stopped.

    HOST, PORT, SUBTEXT_DATABASE_URL and SUBTEXT_PUBLIC_URL say where, SUBTEXT_WORKERS how many processes
    serve; the README lists every setting.
    """
    from subtext_cli import server

    settings = Settings.from_environment()
    server.refuse_taken_port(settings)
    with closing(Database(settings.database_url)) as database:
        _migrate(database)
        _seed(database, (SEEDS,))
    base = settings.base_url
    click.echo(f"Subtext on {database.redacted_url}")
    click.echo(f"  API         {base}/v1\n  Swagger UI  {base}/docs\n  Home page   {base}/")
    for line in server.describe_server(settings):
        click.echo(f"  {line}")
    server.serve(settings)
