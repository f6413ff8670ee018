"""Add the drafts, and the secrets of the service

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

from models.types import UTCTimestamp

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

SLUG_FORM = (
    "length(slug) BETWEEN 1 AND 80 AND rtrim(slug, 'abcdefghijklmnopqrstuvwxyz0123456789-') = ''"
    " AND ltrim(slug, '-') = slug AND rtrim(slug, '-') = slug AND replace(slug, '--', '') = slug"
)


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("type_name", text(20), nullable=False),
        sa.Column("slug", text(80), nullable=False),
        sa.Column("base", text(80), nullable=True),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("editor", text(120), nullable=False),
        sa.Column("note", text(300), nullable=True),
        sa.Column("release", text(80), nullable=True),
        sa.Column("created_at", UTCTimestamp(), nullable=False),
        sa.Column("updated_at", UTCTimestamp(), nullable=False),
        sa.CheckConstraint(SLUG_FORM, name=op.f("ck_drafts_slug_form")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        sa.UniqueConstraint("type_name", "slug", name=op.f("uq_drafts_type_name_slug")),
    )
    op.create_index(op.f("ix_drafts_release"), "drafts", ["release"])
    op.create_table(
        "service_secrets",
        sa.Column("name", text(40), nullable=False),
        sa.Column("value", text(80), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_service_secrets")),
    )


def downgrade() -> None:
    op.drop_table("service_secrets")
    op.drop_table("drafts")
