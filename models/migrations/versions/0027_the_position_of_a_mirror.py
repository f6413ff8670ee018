"""Add the position of a mirror

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "mirror_position",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("url", text(2000), nullable=False),
        sa.Column("position", text(60), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_mirror_position_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mirror_position")),
    )


def downgrade() -> None:
    op.drop_table("mirror_position")
