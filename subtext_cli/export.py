"""The command ``subtext export``: write the public content to a folder."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.core.config import InvalidSetting, Settings

if TYPE_CHECKING:
    from api.exports.source import ExportSource

#: The formats, each with the module whose ``write(source, folder)`` writes it.
FORMATS = {
    "ndjson": "api.exports.ndjson",
    "csv": "api.exports.csv",
    "sqlite": "api.exports.sqlite",
}
#: The format that ``api.static_api.export`` writes.
STATIC = "static"
TERMINATED = 128 + signal.SIGTERM


@click.command
@click.option(
    "--format", "format_name", type=click.Choice([*FORMATS, STATIC]), required=True, help="The format."
)
@click.argument("folder", type=click.Path(path_type=Path))
def export(format_name: str, folder: Path) -> None:
    """Write the public content to FOLDER, as of one moment.

    FOLDER must be new, empty or an earlier export, which is replaced. It works while servers run and others
    write. FOLDER only appears when all of its files are complete; index.json lists them, with their SHA-256
    digests. Drafts, keys and the histories of what was never public are left out.

    The format static is a website and its API as files, for hosts of files at SUBTEXT_PUBLIC_URL. It updates
    FOLDER: files that have not changed stay as they are, and manifest.json lists all.
    """
    from api.exports.folder import ExportError
    from api.exports.source import ExportSource
    from subtext_cli.database_errors import open_database, require_current_schema
    from subtext_cli.file_errors import one_line_errors

    settings = Settings.from_environment()
    if format_name == STATIC and settings.public_url is None:
        raise InvalidSetting(
            "SUBTEXT_PUBLIC_URL is not set. It must be the URL at which the files will be: their links begin "
            "with it."
        )
    with (
        one_line_errors(folder, ExportError),
        terminable(),
        open_database(settings, may_be_read_only=True) as database,
    ):
        require_current_schema(database)
        with database.read_session() as session:
            source = ExportSource(session, settings.base_url)
            write = _write_static if format_name == STATIC else partial(_write_entries, FORMATS[format_name])
            click.echo(f"Wrote {folder}: {write(source, settings, folder)}, {source.state.name}.")


def _write_entries(module: str, source: ExportSource, settings: Settings, folder: Path) -> str:
    """Write an export of entries; return what it has."""
    from api.exports.folder import new_folder
    from subtext_cli.console import progress

    with new_folder(folder) as new:
        with progress("Exporting", source.count_steps()) as step:
            source.step = step
            import_module(module).write(source, new)
        new.write_index(source.state, settings.base_url)
    return f"{sum(file['count'] for file in new.files)} entries in {len(new.files)} files"


def _write_static(source: ExportSource, settings: Settings, folder: Path) -> str:
    """Write or update a static export; return what it has."""
    from api.app import create_app
    from api.static_api.export import StaticExport
    from subtext_cli.console import progress

    static = StaticExport(create_app(settings), source.session, folder)
    with progress("Exporting", source.count_items()) as step:
        files, size, written, removed = static.write(source.state, step)
    return f"{files} files of {size} bytes, of which {written} written, {removed} removed"


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
