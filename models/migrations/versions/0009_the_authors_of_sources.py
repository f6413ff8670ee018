"""Store the authors of sources as people and organizations

An existing author is one name in plain text: which of its words are the family name is not guessed.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

from models.migrations.loaded_entries import load_again

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SOURCES = sa.table("sources", sa.column("id", sa.Integer), sa.column("author", sa.Text), sa.column("authors", sa.JSON))


def line() -> sa.String:
    return sa.String(300).with_variant(sa.String(300, collation="C"), "postgresql")


def text() -> sa.Text:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("sources", sa.Column("authors", sa.JSON(), nullable=True))
    connection = op.get_bind()
    for id, author in connection.execute(sa.select(SOURCES.c.id, SOURCES.c.author)).all():
        authors = [plain(author)] if author else []
        connection.execute(sa.update(SOURCES).where(SOURCES.c.id == id).values(authors=authors))
    with op.batch_alter_table("sources") as sources:
        sources.alter_column("authors", nullable=False, existing_type=sa.JSON())
        sources.alter_column("author", type_=text(), existing_type=line(), existing_nullable=True)


def plain(author: str) -> dict[str, object]:
    unknown = dict.fromkeys(("given", "family", "suffix"))
    name = " ".join(author.split())
    return {"kind": None, "name": name, **unknown, "literal": author, "family_first": False}


def downgrade() -> None:
    load_again("sources")
    op.execute("UPDATE sources SET author = substr(author, 1, 300)")
    with op.batch_alter_table("sources") as sources:
        sources.drop_column("authors")
        sources.alter_column("author", type_=line(), existing_type=text(), existing_nullable=True)
