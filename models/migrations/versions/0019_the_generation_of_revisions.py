"""Add the content generation of each revision

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("revisions", sa.Column("generation", sa.Integer(), nullable=True))
    # When they were committed is not known, only that it was no later than this.
    op.execute("UPDATE revisions SET generation = (SELECT number FROM content_generation)")
    op.create_index("ix_revisions_generation", "revisions", ["generation", "type_name", "resource_id"])


def downgrade() -> None:
    op.drop_index("ix_revisions_generation", "revisions")
    op.drop_column("revisions", "generation")
