"""Give commentary the source that it belongs to: that of its first citation

An entry without citations, which no pack could load, gets a source of its film: the first that is about the
film, or else the first that a citation of the film names, or else the first of all.

Stored records get the source, too, as the current version writes them.

Revision ID: 0017
Revises: 0016
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from models.migrations.loaded_entries import load_again
from models.migrations.stored_records import add_to_records

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

FIRST_CITATION = """
    SELECT source_id FROM citations WHERE citations.commentary_id = commentary.id ORDER BY position, id LIMIT 1
"""
FIRST_ABOUT_FILM = """
    SELECT MIN(source_id) FROM source_films WHERE source_films.film_id = commentary.film_id
"""
FIRST_CITED_OF_FILM = """
    SELECT MIN(citations.source_id) FROM citations
    LEFT JOIN scenes ON scenes.id = citations.scene_id
    LEFT JOIN quotes ON quotes.id = citations.quote_id
    LEFT JOIN characters ON characters.id = citations.character_id
    LEFT JOIN commentary AS other ON other.id = citations.commentary_id
    WHERE COALESCE(scenes.film_id, quotes.film_id, characters.film_id, other.film_id) = commentary.film_id
"""


def upgrade() -> None:
    op.add_column("commentary", sa.Column("source_id", sa.Integer(), nullable=True))
    for source in (FIRST_CITATION, FIRST_ABOUT_FILM, FIRST_CITED_OF_FILM, "SELECT MIN(id) FROM sources"):
        op.execute(f"UPDATE commentary SET source_id = ({source}) WHERE source_id IS NULL")
    with op.batch_alter_table("commentary") as commentary:
        commentary.alter_column("source_id", nullable=False, existing_type=sa.Integer())
        commentary.create_foreign_key(op.f("fk_commentary_source_id"), "sources", ["source_id"], ["id"])
    op.create_index("ix_commentary_source_id", "commentary", ["source_id"])
    add_source_to_records(op.get_bind())


def add_source_to_records(connection: sa.Connection) -> None:
    """Add to each record the source of its own first citation, or else that of the entry now."""
    entries = "SELECT commentary.slug, sources.slug FROM commentary JOIN sources ON sources.id = source_id"
    sources = dict(connection.execute(sa.text(entries)).all())

    def source(record: dict[str, Any]) -> str | None:
        cited = [citation["source"] for citation in record.get("citations", ())]
        return cited[0] if cited else sources.get(record["id"])

    add_to_records(connection, "commentary", "source", source, after="film")


def downgrade() -> None:
    # An upgrade chooses the first citation's again.
    load_again("commentary", f"source_id <> COALESCE(({FIRST_CITATION}), 0)")
    op.drop_index("ix_commentary_source_id", "commentary")
    with op.batch_alter_table("commentary") as commentary:
        commentary.drop_constraint(op.f("fk_commentary_source_id"), type_="foreignkey")
        commentary.drop_column("source_id")
