"""Index quotes by creation time, for feeds

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_quotes_latest", "quotes", ["created_at", "slug"])


def downgrade() -> None:
    op.drop_index("ix_quotes_latest", "quotes")
