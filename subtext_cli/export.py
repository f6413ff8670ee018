"""The command ``subtext export``: write the public content to a folder."""

from __future__ import annotations

import errno
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from api.core.config import Settings

#: The formats, each with the module whose ``write(source, folder)`` writes it.
FORMATS = {
    "ndjson": "api.exports.ndjson",
    "csv": "api.exports.csv",
    "sqlite": "api.exports.sqlite",
}
TERMINATED = 128 + signal.SIGTERM


@click.command
@click.option("--format", "format_name", type=click.Choice(list(FORMATS)), required=True, help="The format.")
@click.argument("folder", type=click.Path(path_type=Path))
def export(format_name: str, folder: Path) -> None:
    """Write the public content to FOLDER, as of one moment.

    FOLDER must be new, empty or an earlier export, which is replaced. It works while servers run and others
    write. FOLDER only appears when all of its files are complete; index.json lists them, with their SHA-256
    digests. Drafts, keys and the histories of what was never public are left out.
    """
    from api.exports.folder import new_folder
    from api.exports.source import ExportSource
    from subtext_cli.console import progress
    from subtext_cli.database_errors import open_database, require_current_schema

    write = import_module(FORMATS[format_name]).write
    settings = Settings.from_environment()
    with (
        one_line_errors(folder),
        terminable(),
        open_database(settings, may_be_read_only=True) as database,
    ):
        require_current_schema(database)
        with database.read_session() as session, new_folder(folder) as new:
            source = ExportSource(session, settings.base_url)
            with progress("Exporting", source.count_steps()) as step:
                source.step = step
                write(source, new)
            new.write_index(source.state, settings.base_url)
    entries = sum(file["count"] for file in new.files)
    click.echo(f"Wrote {folder}: {entries} entries in {len(new.files)} files, {source.state.name}.")


@contextmanager
def one_line_errors(folder: Path) -> Iterator[None]:
    """End with a one-line message if a folder cannot be written."""
    from api.exports.folder import ExportError

    try:
        yield
    except ExportError as error:
        raise SystemExit(f"subtext: {error}") from None
    except OSError as error:
        path = error.filename2 or error.filename or folder
        if error.errno == errno.ENOSPC:
            raise SystemExit(f"subtext: The disk with {folder} is full. Nothing was written.") from None
        raise SystemExit(f"subtext: {path}: {error.strerror}.") from None


@contextmanager
def terminable() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does, so that unfinished files are deleted."""

    def end(*_: Any) -> None:
        raise SystemExit(TERMINATED)

    previous = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)
