"""Create the full-text index

Texts are analysed in Python, so the index is filled after the migrations have run, by
``models.search.ensure_index_current``.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# The application writes to it, not triggers: with `trusted_schema` off, SQLite rejects virtual tables in
# triggers. The ascii tokenizer treats every character beyond ASCII as part of a term. FTS5 does no ranking
# here, so it need not store column sizes.
VIRTUAL_TABLE = """
CREATE VIRTUAL TABLE search_index USING fts5(
    exact, stem, scope,
    content='search_documents', content_rowid='id', tokenize='ascii', prefix='2 3', columnsize=0
)
"""


def line(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def prose() -> sa.Text:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def key() -> sa.BigInteger:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "search_documents",
        sa.Column("id", key(), autoincrement=False, nullable=False),
        sa.Column("type_name", line(20), nullable=False),
        sa.Column("slug", line(80), nullable=False),
        sa.Column("film", line(80), nullable=True),
        sa.Column("exact", prose(), nullable=False),
        sa.Column("stem", prose(), nullable=False),
        sa.Column("scope", prose(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("terms", sa.Text().with_variant(TSVECTOR(), "postgresql"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_documents")),
    )
    op.create_index("ix_search_documents_terms", "search_documents", ["terms"], postgresql_using="gin")
    op.create_table(
        "search_terms",
        sa.Column("term", line(90), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("term", name=op.f("pk_search_terms")),
    )
    totals = op.create_table(
        "search_totals",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("version", line(120), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_search_totals_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_totals")),
    )
    op.bulk_insert(totals, [{"id": 1, "documents": 0, "length": 0, "version": ""}])
    if op.get_context().dialect.name == "sqlite":
        op.execute(VIRTUAL_TABLE)


def downgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        op.execute("DROP TABLE search_index")
    op.drop_table("search_totals")
    op.drop_table("search_terms")
    op.drop_table("search_documents")
