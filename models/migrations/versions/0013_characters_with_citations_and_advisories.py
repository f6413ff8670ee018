"""Let characters have citations and advisories

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

from models.migrations.loaded_entries import load_again

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

#: The tables of owned rows, each with what identifies a row of an owner.
TABLES = {"advisory_links": "advisory_id", "citations": "source_id"}


def one_owner(*owners: str) -> str:
    return " + ".join(f"CASE WHEN {owner}_id IS NULL THEN 0 ELSE 1 END" for owner in owners) + " = 1"


def upgrade() -> None:
    for table, identity in TABLES.items():
        with op.batch_alter_table(table) as rows:
            rows.add_column(sa.Column("character_id", sa.Integer(), nullable=True))
            rows.create_foreign_key(
                op.f(f"fk_{table}_character_id"), "characters", ["character_id"], ["id"], ondelete="CASCADE"
            )
            rows.create_unique_constraint(
                op.f(f"uq_{table}_character_id_{identity}"), ["character_id", identity]
            )
            rows.drop_constraint(op.f(f"ck_{table}_one_owner"), type_="check")
            owners = ("character", "scene", "quote", "commentary")
            rows.create_check_constraint(op.f(f"ck_{table}_one_owner"), one_owner(*owners))


def downgrade() -> None:
    for table in TABLES:
        owners = f"SELECT character_id FROM {table} WHERE character_id IS NOT NULL"
        load_again("characters", f"id IN ({owners})")
    # Their paragraphs first: without foreign keys, as SQLite migrates, nothing cascades.
    op.execute(
        "DELETE FROM citation_paragraphs WHERE citation_id IN"
        " (SELECT id FROM citations WHERE character_id IS NOT NULL)"
    )
    for table, identity in TABLES.items():
        op.execute(f"DELETE FROM {table} WHERE character_id IS NOT NULL")
        with op.batch_alter_table(table) as rows:
            rows.drop_constraint(op.f(f"ck_{table}_one_owner"), type_="check")
            rows.create_check_constraint(
                op.f(f"ck_{table}_one_owner"), one_owner("scene", "quote", "commentary")
            )
            rows.drop_constraint(op.f(f"uq_{table}_character_id_{identity}"), type_="unique")
            rows.drop_constraint(op.f(f"fk_{table}_character_id"), type_="foreignkey")
            rows.drop_column("character_id")
    # The next start rebuilds the index, in which characters still have the severity of their advisories.
    op.execute("UPDATE search_totals SET version = ''")
