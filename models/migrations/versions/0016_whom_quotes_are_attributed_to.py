"""Add whom a quote is attributed to: a critic or author whose words the source quotes

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

from models.migrations.loaded_entries import load_again
from models.migrations.stored_records import add_to_records

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ONLY_ESSAY = "voice = 'essay' OR attributed_to IS NULL"


def line() -> sa.String:
    return sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("quotes") as quotes:
        quotes.add_column(sa.Column("attributed_to", line(), nullable=True))
        quotes.create_check_constraint(op.f("ck_quotes_attributed_essay_voice"), ONLY_ESSAY)
    add_to_records(op.get_bind(), "quote", "attributed_to", lambda _record: None, after="voice")


def downgrade() -> None:
    load_again("quotes", "attributed_to IS NOT NULL")
    with op.batch_alter_table("quotes") as quotes:
        quotes.drop_constraint(op.f("ck_quotes_attributed_essay_voice"), type_="check")
        quotes.drop_column("attributed_to")
