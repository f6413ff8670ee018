"""Add the table of withdrawals: ids that a pack took back

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def line(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "withdrawals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("type_name", line(20), nullable=False),
        sa.Column("slug", line(80), nullable=False),
        sa.Column("reason", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("moved_to", line(80), nullable=True),
        sa.CheckConstraint(
            "length(slug) BETWEEN 1 AND 80"
            " AND rtrim(slug, 'abcdefghijklmnopqrstuvwxyz0123456789-') = ''"
            " AND ltrim(slug, '-') = slug AND rtrim(slug, '-') = slug"
            " AND replace(slug, '--', '') = slug",
            name=op.f("ck_withdrawals_slug_form"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawals")),
        sa.UniqueConstraint("type_name", "slug", name=op.f("uq_withdrawals_type_name_slug")),
    )


def downgrade() -> None:
    op.drop_table("withdrawals")
