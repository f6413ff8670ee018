"""The command ``subtext purge``: remove the words of an item for ever."""

from __future__ import annotations

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.config import Settings
from models import MODELS_BY_TYPE, RESOURCES
from models.draft import Draft

MAX_REASON_LENGTH = 280


@click.command
@click.argument("type_name", metavar="TYPE", type=click.Choice([model.type_name for model in RESOURCES]))
@click.argument("slug", metavar="ID")
@click.option("--reason", help="Why, in one line; the history of the item shows it to everybody.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def purge(type_name: str, slug: str, reason: str | None, *, yes: bool) -> None:
    """Remove the words of an item for ever, where its owner or the law asks.

    The item is deleted (410), and its texts, notes and links are removed from all of its revisions, from its
    draft, from stored responses and from the search index. Its id is never used again. Backups, and copies
    that others made, keep what they have. On SQLite the file is rewritten. PostgreSQL reuses the
    space of what was removed; its archived write-ahead log keeps it.

    Of an item that was never published, the draft is removed.
    """
    from models import purge as purges
    from subtext_cli.database_errors import open_database, require_current_schema

    if reason and (len(reason) > MAX_REASON_LENGTH or not reason.isprintable()):
        raise click.BadParameter(f"Must have at most {MAX_REASON_LENGTH} characters, on one line.")
    with open_database(Settings.from_environment()) as database:
        require_current_schema(database)
        with database.write_session() as session:
            removed = _purge(session, type_name, slug, reason, is_confirmed=yes)
        is_clean = purges.scrub(database)
    click.echo(f"Removed {removed}.")
    click.echo(
        "Remove it from packs and backups too; `subtext seed` leaves it out unless --take-pack names it."
    )
    if not is_clean:
        click.echo(
            "A reader kept the write-ahead log from being emptied: restart the servers, then run this again.",
            err=True,
        )


def _purge(session: Session, type_name: str, slug: str, reason: str | None, *, is_confirmed: bool) -> str:
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
    _confirm(f"Remove the {name} and all of its revisions for ever?", is_confirmed=is_confirmed)
    count = purges.purge(session, resource, reason=reason)
    revisions = "1 revision" if count == 1 else f"{count} revisions"
    return f"the words of the {name} and of {revisions}"


def _confirm(question: str, *, is_confirmed: bool) -> None:
    if not is_confirmed:
        click.confirm(question, abort=True)
