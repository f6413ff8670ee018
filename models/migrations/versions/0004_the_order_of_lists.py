"""Create the list index and the indexes for sorting

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# By table: its sort columns; each is indexed in both directions, then by slug.
SORTED_BY = {
    "advisories": ("created_at", "updated_at", "name"),
    "themes": ("created_at", "updated_at", "name"),
    "films": ("created_at", "updated_at", "title", "release_year"),
    "sources": ("created_at", "updated_at", "title"),
    "characters": ("created_at", "updated_at", "position"),
    "scenes": ("created_at", "updated_at", "position", "title"),
    "quotes": ("created_at", "updated_at", "position", "word_count"),
    "commentary": ("created_at", "updated_at", "position", "title"),
}
# Indexes that one of the new ones replaces.
REPLACED = {"quotes": ("ix_quotes_latest", ["created_at", "slug"]), "films": ("ix_films_title", ["title"])}
# By table: its type name and number in the full-text index, and the table that links it to themes.
LISTED = {
    "characters": ("character", 2, None),
    "scenes": ("scene", 4, "scene_themes"),
    "quotes": ("quote", 5, "quote_themes"),
    "commentary": ("commentary", 6, "commentary_themes"),
}


def slug() -> sa.String:
    return sa.String(80).with_variant(sa.String(80, collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("search_documents", sa.Column("position", sa.Integer(), nullable=True))
    op.create_table(
        "listings",
        sa.Column("type_number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("theme", slug(), nullable=False),
        sa.Column("film", slug(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("slug", slug(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("type_number", "theme", "film", "position", "slug", name=op.f("pk_listings")),
        sqlite_with_rowid=False,
    )
    for table, (type_name, number, links) in LISTED.items():
        fill(table, type_name, number, links)
    for table, (name, _) in REPLACED.items():
        op.drop_index(name, table)
    for table, columns in SORTED_BY.items():
        for column in columns:
            op.create_index(f"ix_{table}_{column}_up", table, [column, "slug"])
            op.create_index(f"ix_{table}_{column}_down", table, [sa.text(f"{column} DESC"), "slug"])


def fill(table: str, type_name: str, number: int, links: str | None) -> None:
    """Insert the rows of all documents of the full-text index: one for all themes, and one for each theme."""
    op.execute(
        f"UPDATE search_documents SET position ="
        f" (SELECT position FROM {table} WHERE {table}.id = (search_documents.id - {number}) / 16)"
        f" WHERE type_name = '{type_name}'"
    )
    documents = f"FROM search_documents AS d JOIN {table} AS r ON d.id = r.id * 16 + {number}"
    columns = f"d.film, r.position, d.slug, r.id {documents}"
    listed = "INSERT INTO listings (type_number, theme, film, position, slug, resource_id)"
    op.execute(f"{listed} SELECT {number}, '', {columns}")
    if links:
        about = f"JOIN {links} AS l ON l.{type_name}_id = r.id JOIN themes AS t ON t.id = l.theme_id"
        op.execute(
            f"{listed} SELECT {number}, t.slug, {columns} {about}"
            f" UNION SELECT {number}, b.slug, {columns} {about} JOIN themes AS b ON b.id = t.broader_id"
        )


def downgrade() -> None:
    for table, columns in SORTED_BY.items():
        for column in columns:
            op.drop_index(f"ix_{table}_{column}_down", table)
            op.drop_index(f"ix_{table}_{column}_up", table)
    for table, (name, columns) in REPLACED.items():
        op.create_index(name, table, columns)
    op.drop_table("listings")
    op.drop_column("search_documents", "position")
