"""The command ``subtext purge``: remove the words of an item for ever."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.config import Settings
from models import MODELS_BY_TYPE, RESOURCES, Versioned
from models.draft import Draft
from models.referrers import find_referrers

if TYPE_CHECKING:
    from models.database import Database

MAX_REASON_LENGTH = 280
#: The number of items that refer to the one to purge, of those that are listed.
MAX_REFERRERS = 20


@click.command
@click.argument("type_name", metavar="TYPE", type=click.Choice([model.type_name for model in RESOURCES]))
@click.argument("slug", metavar="ID")
@click.option("--reason", help="Why, in one line; the history of the item shows it to everybody.")
@click.option(
    "--leave-references", is_flag=True, help="Purge the item although others refer to it, and leave them so."
)
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def purge(type_name: str, slug: str, reason: str | None, *, leave_references: bool, yes: bool) -> None:
    """Remove the words of an item for ever, where its owner or the law asks.

    The item is deleted (410), and its texts, notes and links are removed from all of its revisions, from its
    draft, from stored responses, from the search index and from snapshots. Its id is never used again.
    Backups, and copies that others made, keep what they have. On SQLite the file is rewritten. PostgreSQL
    reuses the space of what was removed; its archived write-ahead log keeps it.

    Of an item that was never published, the draft is removed.

    If other items refer to the item, the command lists them and removes nothing: change them first. With
    --leave-references they stay as they are, and show the item no longer.
    """
    from models import purge as purges
    from subtext_cli.database_errors import open_database, require_current_schema

    if reason and (len(reason) > MAX_REASON_LENGTH or not reason.isprintable()):
        raise click.BadParameter(f"Must have at most {MAX_REASON_LENGTH} characters, on one line.")
    settings = Settings.from_environment()
    with open_database(settings) as database:
        require_current_schema(database)
        with database.write_session() as session:
            removed = _purge(
                session, type_name, slug, reason, may_be_in_use=leave_references, is_confirmed=yes
            )
        is_clean = purges.scrub(database)
        if settings.snapshots is not None:
            _delete_snapshots(database, settings.snapshots)
    click.echo(f"Removed {removed}.")
    click.echo(
        "Remove it from backups, and with `subtext pull` from packs. `subtext seed` does not bring it back."
    )
    if not is_clean:
        click.echo(
            "A reader kept the write-ahead log from being emptied: restart the servers, then run this again.",
            err=True,
        )


def _purge(
    session: Session,
    type_name: str,
    slug: str,
    reason: str | None,
    *,
    may_be_in_use: bool,
    is_confirmed: bool,
) -> str:
    """Remove an item, or a draft of what was never published; return what was removed."""
    from models import purge as purges

    name, model = f"{type_name} “{slug}”", MODELS_BY_TYPE[type_name]
    resource = session.scalar(select(model).where(model.slug == slug))
    if resource is None:
        draft = Draft.find(session, (type_name, slug))
        if draft is None:
            raise SystemExit(f"subtext: There is no {name} in the database.")
        _confirm(f"Remove the draft of the {name} for ever?", is_confirmed=is_confirmed)
        purges.purge_draft(session, draft)
        return f"the draft of the {name}"
    _report_referrers(session, resource, name, may_be_in_use=may_be_in_use)
    _confirm(f"Remove the {name} and all of its revisions for ever?", is_confirmed=is_confirmed)
    count = purges.purge(session, resource, reason=reason)
    revisions = "1 revision" if count == 1 else f"{count} revisions"
    return f"the words of the {name} and of {revisions}"


def _report_referrers(session: Session, resource: Versioned, name: str, *, may_be_in_use: bool) -> None:
    """List what refers to an item, and end if that must not stay so."""
    referrers = find_referrers(session, resource, MAX_REFERRERS + 1)
    for referrer in referrers[:MAX_REFERRERS]:
        click.echo(f"referred to by {referrer.type_name} {referrer.slug}", err=True)
    if len(referrers) > MAX_REFERRERS:
        click.echo("and others", err=True)
    if referrers and not may_be_in_use:
        raise SystemExit(
            f"subtext: Other items refer to the {name}. Nothing was removed. Change them first, or leave "
            "their references with --leave-references."
        )


def _delete_snapshots(database: Database, folder: Path) -> None:
    """Delete the snapshots that may have the words. Servers do not show them any more, in any case."""
    from api.exports.snapshots import delete_outdated

    with database.read_session() as session:
        for snapshot in delete_outdated(session, folder):
            click.echo(f"Deleted {folder / str(snapshot)}.")


def _confirm(question: str, *, is_confirmed: bool) -> None:
    if not is_confirmed:
        click.confirm(question, abort=True)
