"""The commands ``subtext backup`` and ``subtext restore``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.core.config import Settings
from models import ApiKey, ContentGeneration, migrations
from models.database import Database

if TYPE_CHECKING:
    from subtext_cli.backups.inventory import Inventory
    from subtext_cli.backups.manifest import Manifest


@click.command
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    help="Delete the oldest backups in FOLDER but this many, the new one included. Default: keep all.",
)
def backup(folder: Path, keep: int | None) -> None:
    """Back up the database into FOLDER, which is created if needed.

    It works while servers run and others write. The backup is as of one moment and is verified before it
    gets its name: a file that is not finished never looks like a backup. Beside it is a manifest with the
    number of rows of each table, the content generation and SHA-256 digests.
    """
    from subtext_cli.backups.manifest import BackupError, delete_oldest
    from subtext_cli.database_errors import open_database
    from subtext_cli.file_errors import one_line_errors

    with (
        one_line_errors(folder, BackupError),
        open_database(Settings.from_environment(), may_be_read_only=True) as database,
    ):
        if migrations.current(database.engine) is None:
            raise SystemExit("subtext: The database has no tables of Subtext. There is nothing to back up.")
        folder.mkdir(parents=True, exist_ok=True)
        data, manifest = _make_backup(database, folder)
        click.echo(f"Wrote {data}: {_describe(manifest.content)}, SHA-256 {manifest.sha256}.")
        for old in delete_oldest(folder, keep, manifest.database) if keep else ():
            click.echo(f"Deleted {old}.")


def _make_backup(database: Database, folder: Path) -> tuple[Path, Manifest]:
    from subtext_cli.backups import manifest as files
    from subtext_cli.backups.postgresql import dump_database
    from subtext_cli.backups.sqlite_file import copy_database

    name, now = database.url.get_backend_name(), dt.datetime.now(dt.UTC)
    data = folder / files.file_name(name, now)
    with files.temporary_name(data) as temporary:
        content = (copy_database if database.is_sqlite else dump_database)(database, temporary)
        size, sha256 = temporary.stat().st_size, files.sha256_of(temporary)
        manifest = files.Manifest(
            name, database.server_version(), f"{now:%Y-%m-%dT%H:%M:%SZ}", data.name, size, sha256, content
        )
        files.publish(temporary, data)
    files.save_manifest(data, manifest)
    return data, manifest


def _describe(content: Inventory) -> str:
    return f"{content.total} rows, generation {content.generation}, migration {content.migration}"


@click.command
@click.argument("data", metavar="BACKUP", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace a database that has content.")
def restore(data: Path, *, force: bool) -> None:
    """Restore a backup into the database that SUBTEXT_DATABASE_URL names.

    It verifies the backup first, and the restored content before others see it (SQLite) or after that
    (PostgreSQL, in one transaction). Servers may run: they use the restored content at once. A database that
    has content is only replaced with --force; an SQLite file that is replaced is kept under another name.
    """
    from subtext_cli.backups.manifest import BackupError, read_manifest, require_intact
    from subtext_cli.file_errors import one_line_errors

    settings = Settings.from_environment()
    with one_line_errors(data.parent, BackupError):
        manifest = read_manifest(data)
        name = Database(settings.database_url).url.get_backend_name()
        if manifest.database != name:
            raise BackupError(
                f"{data} is a backup of {manifest.database}, but SUBTEXT_DATABASE_URL names {name}. "
                "Public content moves between them with `subtext export` and `subtext import`."
            )
        require_intact(data, manifest)
        migration = manifest.content.migration or ""
        if migration > migrations.newest():
            raise BackupError(
                f"{data} is at migration {migration}, which this version of Subtext does not have. "
                "Restore it with the version that made it."
            )
        restore_to = _restore_file if name == "sqlite" else _restore_postgresql
        restore_to(settings, data, manifest, force=force)
    click.echo(f"Restored {data}: {_describe(manifest.content)}.")
    if manifest.content.rows.get(ApiKey.__tablename__):
        click.echo(
            "API keys are as they were then: those revoked or rotated since work again. `subtext keys list` "
            "lists them."
        )
    if migration != migrations.newest():
        click.echo("Run `subtext migrate`: this version needs newer tables.")


def _restore_file(settings: Settings, data: Path, manifest: Manifest, *, force: bool) -> None:
    from subtext_cli.backups import sqlite_file
    from subtext_cli.backups.manifest import BackupError
    from subtext_cli.database_file import file_problem
    from subtext_cli.preparation_lock import preparation_lock

    database = Database(settings.database_url)
    path = Path(str(database.url.database))
    if problem := file_problem(str(path), settings):
        raise BackupError(problem)
    with preparation_lock(database), sqlite_file.copied(data, path) as copy:
        generation = _require_replaceable(settings, force=force)
        _compare(sqlite_file.verify_file(copy), manifest, data)
        copied = Database(f"sqlite:///{copy}")
        _begin_epoch(copied, generation)
        copied.close()
        kept = sqlite_file.swap_in(copy, path)
    if kept is not None:
        logs = [f"{kept}{suffix}" for suffix in ("-wal", "-shm") if Path(f"{kept}{suffix}").exists()]
        beside = f", with {' and '.join(logs)}" if logs else ""
        click.echo(
            f"The database that was replaced is {kept}{beside}. Delete it when you do not need it any more."
        )


def _restore_postgresql(settings: Settings, data: Path, manifest: Manifest, *, force: bool) -> None:
    from subtext_cli.backups import postgresql
    from subtext_cli.backups.inventory import take_inventory
    from subtext_cli.database_errors import open_database
    from subtext_cli.preparation_lock import preparation_lock

    with open_database(settings) as database, preparation_lock(database):
        generation = _require_replaceable(settings, force=force)
        postgresql.require_readable(data, database.server_version())
        postgresql.restore_dump(database, data)
        with database.engine.connect() as connection:
            _compare(take_inventory(connection), manifest, data)
        _begin_epoch(database, generation)


def _require_replaceable(settings: Settings, *, force: bool) -> int:
    """Return the content generation of the database that is to be replaced; 0 if it has none.

    Raises:
        BackupError: it has content or tables of others, and may not be replaced.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from subtext_cli.backups.inventory import table_names
    from subtext_cli.backups.manifest import BackupError

    database = Database(settings.database_url, may_create=False)
    if database.file is not None and not Path(database.file.path).exists():
        return 0
    generation, has_tables = 0, True
    try:
        with database.read_session() as session:
            has_tables = bool(table_names(session.connection()))
            if migrations.current(session.connection()):
                generation = ContentGeneration.current(session)
    except SQLAlchemyError:
        # A damaged file, which only --force may replace.
        if database.file is None:
            raise
    finally:
        database.close()
    if has_tables and not force:
        content = f"has content (generation {generation})" if generation else "is not empty"
        raise BackupError(
            f"The database {database.redacted_url} {content}. Name a new one in SUBTEXT_DATABASE_URL, or "
            "replace it with --force."
        )
    return generation


def _compare(content: Inventory, manifest: Manifest, data: Path) -> None:
    from subtext_cli.backups.manifest import BackupError

    if content != manifest.content:
        raise BackupError(f"{data} does not have the content that its manifest names. Use another backup.")


def _begin_epoch(database: Database, generation: int) -> None:
    """Begin another epoch, and make its generation higher than those of the backup and of what it replaces.

    Clients and caches that know a number must not take other content for the same.
    """
    if not migrations.has_columns(database.engine, ContentGeneration.__tablename__):
        # It is older than epochs, and the migration that it needs will give it a new one.
        return
    with database.write_session() as session:
        ContentGeneration.begin_epoch(session, generation)
