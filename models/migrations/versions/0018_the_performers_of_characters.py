"""Store the performers of characters as people

An existing performer is one name in plain text: which of its words are the family name is not guessed.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

from models.migrations.loaded_entries import load_again
from models.migrations.stored_records import add_to_records

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

CHARACTERS = sa.table(
    "characters", sa.column("id", sa.Integer), sa.column("performer", sa.Text), sa.column("performers", sa.JSON)
)


def line() -> sa.String:
    return sa.String(120).with_variant(sa.String(120, collation="C"), "postgresql")


def text() -> sa.Text:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("characters", sa.Column("performers", sa.JSON(), nullable=True))
    connection = op.get_bind()
    for id, performer in connection.execute(sa.select(CHARACTERS.c.id, CHARACTERS.c.performer)).all():
        performers = [plain(performer)] if performer else []
        connection.execute(sa.update(CHARACTERS).where(CHARACTERS.c.id == id).values(performers=performers))
    with op.batch_alter_table("characters") as characters:
        characters.alter_column("performers", nullable=False, existing_type=sa.JSON())
        characters.alter_column("performer", type_=text(), existing_type=line(), existing_nullable=True)
    add_to_records(connection, "character", "performers", lambda _record: [], after="performer")


def plain(performer: str) -> dict[str, object]:
    unknown = dict.fromkeys(("given", "family", "suffix"))
    name = " ".join(performer.split())
    return {"kind": None, "name": name, **unknown, "literal": performer, "family_first": False, "part": None}


def downgrade() -> None:
    load_again("characters")
    op.execute("UPDATE characters SET performer = substr(performer, 1, 120)")
    with op.batch_alter_table("characters") as characters:
        characters.drop_column("performers")
        characters.alter_column("performer", type_=line(), existing_type=text(), existing_nullable=True)
