"""Add the narrations of sources: their own cut and order of the scenes of a film

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

from models.migrations.loaded_entries import load_again
from models.migrations.stored_records import add_to_records

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def line(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "narration_parts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("title", line(300), nullable=True),
        sa.Column("paragraphs", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("fk_narration_parts_source_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_narration_parts")),
    )
    op.create_index(op.f("ix_narration_parts_source_id"), "narration_parts", ["source_id"])
    op.create_table(
        "narration_scenes",
        sa.Column("part_id", sa.Integer(), nullable=False),
        sa.Column("scene_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["part_id"], ["narration_parts.id"], name=op.f("fk_narration_scenes_part_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["scene_id"], ["scenes.id"], name=op.f("fk_narration_scenes_scene_id")),
        sa.PrimaryKeyConstraint("part_id", "scene_id", name=op.f("pk_narration_scenes")),
    )
    op.create_index(op.f("ix_narration_scenes_scene_id"), "narration_scenes", ["scene_id"])
    add_to_records(op.get_bind(), "source", "narration", lambda _record: [], after="paragraphs")


def downgrade() -> None:
    load_again("sources", "id IN (SELECT source_id FROM narration_parts)")
    op.drop_table("narration_scenes")
    op.drop_table("narration_parts")
