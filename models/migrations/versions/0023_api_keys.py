"""Add API keys

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

from models.types import UTCTimestamp

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", text(22), nullable=False),
        sa.Column("name", text(80), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("digest", text(64), nullable=False),
        sa.Column("previous_digest", text(64), nullable=True),
        sa.Column("previous_expires_at", UTCTimestamp(), nullable=True),
        sa.Column("created_at", UTCTimestamp(), nullable=False),
        sa.Column("expires_at", UTCTimestamp(), nullable=True),
        sa.Column("last_used_at", UTCTimestamp(), nullable=True),
        sa.Column("revoked_at", UTCTimestamp(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("public_id", name=op.f("uq_api_keys_public_id")),
    )


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def downgrade() -> None:
    op.drop_table("api_keys")
