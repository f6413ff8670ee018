"""Loaded entries: what a downgrade takes from them is loaded again after the next upgrade."""

from __future__ import annotations

from alembic import op


def load_again(table: str, condition: str = "1 = 1") -> None:
    """Have the loader compare the rows that meet the SQL condition with their entries in the pack.

    Without this, it would take them for loaded, although the downgrade removes a part of them.
    """
    # What follows the beginning of a digest says whose change the row is (``seeds.editors_changes``).
    marks = "CASE WHEN pack_digest LIKE '%@%' OR pack_digest LIKE '%+' THEN substr(pack_digest, 51) END"
    op.execute(f"UPDATE {table} SET pack_digest = {marks} WHERE {condition}")  # noqa: S608 (constants)
    op.execute("UPDATE loaded_pack SET fingerprint = ''")
