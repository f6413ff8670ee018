"""Import an export into a database without content."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from models import RESOURCES, Withdrawal
from models.revision import mark_content_changed
from seeds.replication.export_reader import Export, read_export
from seeds.replication.public_revision import InvalidReplica
from seeds.replication.writer import reach_generation, write_items


def import_export(session: Session, folder: Path, step: Callable[[], None] = lambda: None) -> Export:
    """Write the content of an export in the session's transaction; return what the export has.

    ``step`` is called for each line that was read and each item that was written. Generations are those of
    the export; the epoch is another, as this is a database of its own.

    Raises:
        InvalidReplica: the database has content, or the export is not what it must be.
    """
    require_no_content(session)
    export = read_export(folder, step)
    write_export(session, export, step)
    return export


def require_no_content(session: Session) -> None:
    """Refuse a database that has content.

    Raises:
        InvalidReplica: it has some.
    """
    for model in RESOURCES:
        if session.scalar(select(exists().where(model.id.is_not(None)))):
            raise InvalidReplica(
                "The database has content already, with which none is merged. Name a new one in "
                "SUBTEXT_DATABASE_URL."
            )


def write_export(session: Session, export: Export, step: Callable[[], None]) -> None:
    """Write what an export has into a database without content."""
    if export.items or export.withdrawals:
        reach_generation(session, export.generation)
    write_items(session, export.items.values(), step=step)
    for each in export.withdrawals:
        values = {"reason": each["reason"] or "", "moved_to": each["moved_to"]}
        session.add(Withdrawal(type_name=each["type"], slug=each["id"], **values))
    if export.withdrawals:
        mark_content_changed(session)
