"""The command ``subtext import``: write the content of an export into a new database."""

from __future__ import annotations

from pathlib import Path

import click

from api.core.config import Settings


@click.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def import_export(folder: Path) -> None:
    """Write the content of FOLDER into a database without content.

    FOLDER is what `subtext export --format ndjson` wrote, or a copy of a snapshot. Items, ids, revisions and
    the history become those of the export; keys and drafts are in none. All or nothing is written.
    """
    from seeds.replication import importing
    from seeds.replication.export_reader import read_index
    from seeds.replication.public_revision import InvalidReplica
    from subtext_cli.console import progress
    from subtext_cli.database_errors import open_database
    from subtext_cli.file_errors import one_line_errors
    from subtext_cli.preparation import migrate_schema
    from subtext_cli.preparation_lock import preparation_lock

    with one_line_errors(folder, InvalidReplica):
        index = read_index(folder)
        counts = {file["content"]: file["count"] for file in index["files"]}
        lines = sum(file["count"] for file in index["files"])
        with (
            open_database(Settings.from_environment(), may_create=True) as database,
            preparation_lock(database),
        ):
            migrate_schema(database)
            with (
                database.write_session() as session,
                progress("Importing", lines + counts.get("revisions", 0)) as step,
            ):
                export = importing.import_export(session, folder, step)
            click.echo(f"Imported {len(export.items)} items into {database.redacted_url}.")
