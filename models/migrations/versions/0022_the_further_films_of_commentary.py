"""Let commentary concern several films

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

from models.migrations.loaded_entries import load_again
from models.migrations.stored_records import add_to_records

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "commentary_films",
        sa.Column("commentary_id", sa.Integer(), nullable=False),
        sa.Column("film_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commentary_id"],
            ["commentary.id"],
            name=op.f("fk_commentary_films_commentary_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["film_id"], ["films.id"], name=op.f("fk_commentary_films_film_id")),
        sa.PrimaryKeyConstraint("commentary_id", "film_id", name=op.f("pk_commentary_films")),
    )
    op.create_index(op.f("ix_commentary_films_film_id"), "commentary_films", ["film_id"])
    add_to_records(op.get_bind(), "commentary", "films", lambda _record: [], after="source")


def downgrade() -> None:
    load_again("commentary", "id IN (SELECT commentary_id FROM commentary_films)")
    op.drop_table("commentary_films")
    # The next start rebuilds the index, which still finds entries by their further films.
    op.execute("UPDATE search_totals SET version = ''")
