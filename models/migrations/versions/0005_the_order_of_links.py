"""Index links in their order

Revision ID: 0005
Revises: 0004
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# By name: the table, and the columns of a covering index, in list order.
INDEXES = {
    "ix_quote_themes_shown": ("quote_themes", ["quote_id", "position", "theme_id"]),
    "ix_scene_themes_shown": ("scene_themes", ["scene_id", "position", "theme_id"]),
    "ix_commentary_themes_shown": ("commentary_themes", ["commentary_id", "position", "theme_id"]),
    "ix_citation_paragraphs_cited": ("citation_paragraphs", ["source_id", "number", "citation_id"]),
}


def upgrade() -> None:
    for name, (table, columns) in INDEXES.items():
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table)
