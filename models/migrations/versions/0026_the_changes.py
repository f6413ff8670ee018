"""Add the changes of the content, for those who follow it

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

from models.types import UTCTimestamp

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

KINDS = ("create", "update", "rename", "delete", "purge")
#: Tables of the resources in the order of the feed, with their types and what they are part of.
RESOURCES = (
    ("films", "film", ()),
    ("sources", "source", ()),
    ("characters", "character", ("film",)),
    ("scenes", "scene", ("film",)),
    ("quotes", "quote", ("film",)),
    ("commentary", "commentary", ("film", "source")),
    ("themes", "theme", ()),
    ("advisories", "advisory", ()),
)


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "changes",
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "change",
            sa.Enum(*KINDS, name="changetype", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("type_name", text(20), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("slug", text(80), nullable=False),
        sa.Column("previous_slug", text(80), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("parents", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("at", UTCTimestamp(), nullable=False),
        sa.PrimaryKeyConstraint("generation", "ordinal", name=op.f("pk_changes")),
    )
    # The feed begins with the present state. What was there before it is not known to followers.
    for table, type_name, parents in RESOURCES:
        op.execute(present_state(table, type_name, parents))
    op.create_index("ix_changes_resource", "changes", ["type_name", "resource_id", "generation"])


def present_state(table: str, type_name: str, parents: tuple[str, ...]) -> str:
    """Return the statement that stores a change for each item that is public, or was until its deletion."""
    pairs = [
        f"(SELECT '[\"{parent}\", \"' || p.slug || '\"]' FROM {parent}s AS p WHERE p.id = t.{parent}_id)"
        for parent in parents
    ]
    listed = " || ".join(
        pair if number == 0 else f"coalesce(', ' || {pair}, '')" for number, pair in enumerate(pairs)
    )
    parents_json = f"'[' || {listed} || ']'" if pairs else "'[]'"
    of_film = "EXISTS (SELECT 1 FROM films AS f WHERE f.id = t.film_id AND f.status = 'published'"
    is_of_public_film = f"{of_film} AND f.deleted_at IS NULL)" if "film" in parents else "1 = 1"
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    is_purged = "EXISTS (SELECT 1 FROM revisions AS r WHERE r.resource_id = t.id AND r.number = t.revision"
    is_purged += f" AND r.type_name = '{type_name}' AND "
    is_purged += (
        "(r.record ->> 'purged') = 'true')"
        if is_postgresql
        else "json_extract(r.record, '$.purged'))"
    )
    return f"""
        INSERT INTO changes
            (generation, ordinal, change, type_name, resource_id, slug, revision, parents, at)
        SELECT g.number,
               (SELECT count(*) FROM changes) + row_number() OVER (ORDER BY t.slug),
               CASE WHEN t.deleted_at IS NULL THEN 'create' WHEN {is_purged} THEN 'purge' ELSE 'delete' END,
               '{type_name}', t.id, t.slug, t.revision,
               {f"CAST({parents_json} AS JSON)" if is_postgresql else parents_json},
               t.updated_at
        FROM {table} AS t CROSS JOIN content_generation AS g
        WHERE t.status = 'published' AND (t.deleted_at IS NOT NULL OR {is_of_public_film})
    """  # noqa: S608 (names of this module)


def downgrade() -> None:
    op.drop_table("changes")
