"""The commands of ``subtext``."""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.core import logging as logs
from api.core.config import InvalidSetting, Settings
from api.core.resource_registry import IncompleteResource
from api.core.version import VERSION
from models import migrations
from models.database import Database
from models.text_segmentation import count_words
from subtext_cli import garbage
from subtext_cli.backups.commands import backup, restore
from subtext_cli.console import count_of, progress
from subtext_cli.database_errors import open_database, require_current_schema
from subtext_cli.export import export
from subtext_cli.import_export import import_export
from subtext_cli.keys import keys
from subtext_cli.mirror import mirror
from subtext_cli.preparation import SEEDS, load_packs, migrate_schema, prepare_for_serving
from subtext_cli.preparation_lock import preparation_lock
from subtext_cli.pull import pull
from subtext_cli.purge import purge
from subtext_cli.snapshot import snapshot
from subtext_cli.unknown_settings import unknown_settings

if TYPE_CHECKING:
    from seeds.check import CheckResult

PACKS = click.argument("packs", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))


@click.group()
@click.version_option(VERSION, message="subtext %(version)s")
def cli() -> None:
    """Run Subtext, load its content and check it.

    Settings are environment variables. The self-hosting guide lists them.
    """


cli.add_command(backup)
cli.add_command(restore)
cli.add_command(export)
cli.add_command(snapshot)
cli.add_command(mirror)
cli.add_command(pull)
cli.add_command(import_export)
cli.add_command(keys)
cli.add_command(purge)


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


@cli.command
def migrate() -> None:
    """Upgrade the database schema to this version."""
    with open_database(Settings.from_environment(), may_create=True) as database:
        with preparation_lock(database):
            migrate_schema(database)
        click.echo(f"{database.redacted_url} is at migration {migrations.current(database.engine)}.")


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
    levels = ", ".join(count_of(counts[level], level) for level in ("error", "warning", "notice"))
    return f"{len(result.pack.entries)} entries, {quoted} quoted words, {texts}: {levels}."


@cli.command
@PACKS
@click.option(
    "--take-pack",
    "take",
    multiple=True,
    metavar="ID|all",
    help="Overwrite what editors changed of this entry (an id, or TYPE/ID), or of all. May be repeated.",
)
def seed(packs: tuple[Path, ...], take: tuple[str, ...]) -> None:
    """Load content packs into the database.

    PACKS are folders; the default is the pack of this repository. Atomic and idempotent: a pack with
    errors changes nothing, and entries that are already loaded stay as they are. So do entries that editors
    changed, renamed or deleted since the pack was loaded last: they are listed as kept. `subtext pull` writes
    them into the pack, and --take-pack overwrites them. The pack of this repository never replaces entries
    that another pack left, and no older edition of a pack replaces an editor's change that a newer one has.
    """
    with open_database(Settings.from_environment()) as database:
        require_current_schema(database)
        with preparation_lock(database):
            report = load_packs(database, packs or (SEEDS,), take)
    for type_name, counts in report.items():
        shown = ["created", "updated", "unchanged"]
        shown += [outcome for outcome in ("withdrawn", "kept") if counts[outcome]]
        outcomes = ", ".join(f"{counts[outcome]} {outcome}" for outcome in shown)
        click.echo(f"{type_name}: {outcomes}")
    for entry in sorted(report.kept):
        click.echo(f"kept: {entry}")
    for entry in sorted(report.overwritten):
        click.echo(f"replaced: {entry}")


@cli.command
@PACKS
@click.option(
    "--date",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The date of the change, in UTC. Default: today.",
)
def revisions(packs: tuple[Path, ...], date: dt.datetime | None) -> None:
    """Record the revisions of the entries of packs, in revisions.yml.

    Raises the revision of each entry that has changed since, and records new entries with revision 1.
    Databases then have the same revisions and ETags, whenever they load the pack. PACKS are folders; the
    default is the pack of this repository.
    """
    from seeds.pack import read_pack
    from seeds.recorded_revisions import FILE_NAME, format_revisions, next_revisions

    at = (date or dt.datetime.now(dt.UTC)).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=dt.UTC)
    for root in packs or (SEEDS,):
        pack = read_pack(root)
        if errors := [str(each) for each in pack.diagnostics if each.level == "error"]:
            raise SystemExit("\n".join(errors))
        digests = {(entry.type_name, entry.slug): entry.digest for entry in pack.entries}
        path = root / FILE_NAME
        after = next_revisions(pack.revisions, digests, at, path)
        path.write_text(format_revisions(after), "utf-8", newline="\n")
        new = sum(key not in pack.revisions for key in after)
        raised = sum(after[key] != recorded for key, recorded in pack.revisions.items() if key in after)
        click.echo(f"{path}: {new} recorded, {raised} raised, {len(after) - new - raised} unchanged")


@cli.command
@click.argument("text", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def paragraphs(text: Path) -> None:
    """Print the paragraph list of a source for sources.yml.

    TEXT is the plain text of the source. The output has its SHA-256 and, for each paragraph, the number of
    words and the SHA-256. Every paragraph gets the kind "body": change it for titles and headings.
    """
    from api.entries.essay import Essay
    from api.entries.text_files import WrongEncoding

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
        migrate_schema(database)
        load_packs(database, (SEEDS,))
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
    prepare_for_serving(settings)
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
        with open_database(settings, may_create=True):
            pass
    dev_server.run(settings, lambda: prepare_for_serving(settings), sql=sql)
