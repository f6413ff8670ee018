"""Add whether a quote leaves out words of its sentence, before or after its text

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

from models.migrations.loaded_entries import load_again

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NAMES = ("omitted_before", "omitted_after")


def upgrade() -> None:
    for name in NAMES:
        op.add_column("quotes", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    load_again("quotes", " OR ".join(NAMES))
    for name in NAMES:
        op.drop_column("quotes", name)
