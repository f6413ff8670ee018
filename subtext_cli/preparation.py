"""Preparation of a database: migrating it and loading content packs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click
from sqlalchemy.exc import IntegrityError

from api.core.config import ROOT, Settings
from models import MODELS_BY_TYPE, ContentGeneration, DomainError, LoadedPack, migrations, sqlite_driver
from models.database import Database
from models.mirror_position import MirrorPosition
from models.search import ensure_index_current, is_index_current
from subtext_cli import garbage
from subtext_cli.console import count_of, progress
from subtext_cli.database_errors import open_database
from subtext_cli.database_file import user_name
from subtext_cli.preparation_lock import preparation_lock

if TYPE_CHECKING:
    from seeds.load import LoadReport

SEEDS = ROOT / "seeds"


def prepare_for_serving(settings: Settings) -> None:
    """Migrate and seed the database, and print which it is.

    A database of a newer version stays as it is: an older version can serve it, but not write to it. So does
    an SQLite file that cannot be written, if it is complete.
    """
    with open_database(settings, may_be_read_only=True, may_create=True) as database:
        is_read_only = database.is_read_only
        if is_read_only:
            _require_complete(database)
        else:
            prepare(database)
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


def prepare(database: Database) -> None:
    """Migrate the database and load the content, unless there is nothing to do."""
    if _is_prepared(database):
        return
    with preparation_lock(database):
        # Another process may have prepared it meanwhile.
        if not _is_prepared(database):
            migrate_schema(database)
            if not _is_loaded(database):
                report = load_packs(database, (SEEDS,))
                if report.kept:
                    message = (
                        f"{len(report.kept)} of the pack's entries stayed as editors or your packs left them."
                    )
                    click.echo(f"subtext: {message} `subtext seed` lists them.", err=True)
                for entry in sorted(report.overwritten):
                    click.echo(
                        f"subtext: The pack replaced {entry}. Its history has that revision.", err=True
                    )


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


def _is_prepared(database: Database) -> bool:
    """Whether there is nothing to migrate or to load. A database of a newer version stays as it is."""
    if not migrations.is_current(database.engine):
        return migrations.is_newer_but_readable(database.engine)
    migrations.require_all_columns(database.engine)
    return _is_loaded(database) and is_index_current(database.engine)


def _is_loaded(database: Database) -> bool:
    """Whether the content is what loading the pack of this repository, as it is now, has left.

    A mirror has the content of another service, and no pack of its own.
    """
    from seeds.fingerprint import fingerprint

    with database.read_session() as session:
        return MirrorPosition.current(session) is not None or LoadedPack.is_current(
            session, fingerprint(SEEDS)
        )


def load_packs(database: Database, packs: tuple[Path, ...], take: tuple[str, ...] = ()) -> LoadReport:
    """Load content packs, all or none. Return the numbers of entries by type and outcome.

    What editors changed is kept, except for the entries that ``take`` names.

    Raises:
        SystemExit: a pack has errors or contradicts the content of the database, or has no entry with a name.
    """
    from sqlalchemy import select

    from seeds.check import check_pack
    from seeds.editors_changes import unknown_names
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
            raise SystemExit(f"{count_of(len(errors), 'error')}: nothing was changed.")
        if unknown := unknown_names(take, [entry.key for entry in pack.entries]):
            raise SystemExit(f"subtext: The packs have no entry “{unknown[0]}” to take. Nothing was changed.")
        exempt()
        with progress("Loading", len(result.valid_entries)) as step:
            report = load(session, result, take=take, repository=SEEDS, step=step)
        if [pack.resolve() for pack in packs] == [SEEDS.resolve()]:
            changes = ("created", "updated", "withdrawn")
            is_changed = any(counts[change] for counts in report.values() for change in changes)
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


def migrate_schema(database: Database) -> None:
    """Upgrade the schema to this version, and the search index."""
    if migrations.is_current(database.engine):
        migrations.require_all_columns(database.engine)
    else:
        migrations.upgrade(database.engine)
    ensure_index_current(database.engine)
