"""The command ``subtext pull``: write what editors changed into the files of a pack."""

from __future__ import annotations

from pathlib import Path

import click

from api.core.config import Settings
from subtext_cli.database_errors import open_database
from subtext_cli.preparation import SEEDS


@click.command
@click.argument("pack", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--film", metavar="ID", help="Write only the entries of this film.")
@click.option("--dry-run", is_flag=True, help="Write nothing, and print the differences.")
@click.option(
    "--take-database",
    "take",
    multiple=True,
    metavar="ID|all",
    help="Overwrite what the pack has changed of this entry (an id or TYPE/ID) or of all. Repeatable.",
)
def pull(pack: Path | None, film: str | None, take: tuple[str, ...], *, dry_run: bool) -> None:
    """Write what editors changed into the files of a pack.

    PACK is a folder; the default is the pack of this repository. Only what changed is written: comments,
    order and quotation marks stay. New entries come at their position, and deleted and renamed ones into
    withdrawn.yml. The result is checked first; loading it into the same database changes nothing.

    Entries that the pack has changed too, since it was loaded, stay and are listed as conflicts. So do
    deleted and purged entries to which others in the pack refer. The rest is written, and the command fails.
    """
    from seeds.pull import PullError
    from seeds.pull import pull as pull_entries

    with open_database(Settings.from_environment()) as database, database.read_session() as session:
        try:
            result = pull_entries(session, pack or SEEDS, film=film, take=take)
        except PullError as error:
            raise SystemExit(str(error)) from None
    if dry_run:
        click.echo(result.diff(), nl=False)
    else:
        result.write()
    for line in result.changes:
        click.echo(line, err=dry_run)
    click.echo(f"{len(result.files)} files {'would change' if dry_run else 'changed'}.", err=dry_run)
    for conflict in result.conflicts:
        click.echo(f"conflict: {conflict}, and the pack has changed since it was loaded", err=True)
    for line in result.references:
        click.echo(f"left: {line}; remove these references, here or over the API, and pull again", err=True)
    if result.conflicts or result.references:
        raise SystemExit(1)
