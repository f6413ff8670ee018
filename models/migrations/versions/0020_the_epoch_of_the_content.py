"""Add the epoch of the content generation

Revision ID: 0020
Revises: 0019
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    epoch = sa.String(16).with_variant(sa.String(16, collation="C"), "postgresql")
    op.add_column("content_generation", sa.Column("epoch", epoch, nullable=True))
    statement = sa.text("UPDATE content_generation SET epoch = :epoch")
    op.get_bind().execute(statement, {"epoch": secrets.token_hex(8)})


def downgrade() -> None:
    op.drop_column("content_generation", "epoch")
