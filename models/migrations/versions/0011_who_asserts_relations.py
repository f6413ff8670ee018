"""Add who asserts a relation between commentary entries, and a note on it

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

from models.migrations.loaded_entries import load_again

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def text() -> sa.Text:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    asserted_by = sa.Column("asserted_by", sa.String(40), server_default="source", nullable=False)
    with op.batch_alter_table("commentary_relations") as relations:
        relations.add_column(asserted_by)
        relations.add_column(sa.Column("note", text(), nullable=True))
        relations.create_check_constraint(
            op.f("ck_commentary_relations_assertedby"), "asserted_by IN ('source', 'editor')"
        )


def downgrade() -> None:
    by_editors = "SELECT commentary_id FROM commentary_relations WHERE asserted_by <> 'source' OR note IS NOT NULL"
    load_again("commentary", f"id IN ({by_editors})")
    with op.batch_alter_table("commentary_relations") as relations:
        relations.drop_constraint(op.f("ck_commentary_relations_assertedby"), type_="check")
        relations.drop_column("note")
        relations.drop_column("asserted_by")
