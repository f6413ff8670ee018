"""Add who asserts commentary: a source, as all of it until now, or the editors

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

from models.migrations.loaded_entries import load_again

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

LOTS = ("type_number", "theme", "random_key", "slug", "severity")
BY_EDITORS = sa.text("asserted_by = 'editor'")


def upgrade() -> None:
    column = sa.Column("asserted_by", sa.String(40), server_default="source", nullable=False)
    with op.batch_alter_table("commentary") as commentary:
        commentary.add_column(column)
        commentary.create_check_constraint(op.f("ck_commentary_assertedby"), "asserted_by IN ('source', 'editor')")
    op.create_index(
        "ix_commentary_by_editors",
        "commentary",
        ["film_id", "position", "slug"],
        sqlite_where=BY_EDITORS,
        postgresql_where=BY_EDITORS,
    )
    # Not as a batch: a table that Alembic copies gets a rowid on SQLite.
    op.execute("ALTER TABLE listings ADD COLUMN by_editors SMALLINT DEFAULT '0' NOT NULL")
    op.drop_index("ix_listings_by_lot", "listings")
    op.create_index("ix_listings_by_lot", "listings", [*LOTS, "by_editors", "resource_id"])


def downgrade() -> None:
    load_again("commentary", "asserted_by <> 'source'")
    op.drop_index("ix_listings_by_lot", "listings")
    op.create_index("ix_listings_by_lot", "listings", [*LOTS, "resource_id"])
    op.execute("ALTER TABLE listings DROP COLUMN by_editors")
    op.drop_index("ix_commentary_by_editors", "commentary")
    with op.batch_alter_table("commentary") as commentary:
        commentary.drop_constraint(op.f("ck_commentary_assertedby"), type_="check")
        commentary.drop_column("asserted_by")
    rebuild_search_index()


def rebuild_search_index() -> None:
    """Have the next start rebuild the index, which still tells the editors' commentary from the sources'."""
    op.execute("UPDATE search_totals SET version = ''")
