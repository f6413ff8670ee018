"""Add random keys and severities to the list index

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

PLACE = ("type_number", "theme", "film", "position", "slug")
# By type number: its table, and the column of advisory links that refers to it.
LISTED = {
    2: ("characters", None),
    4: ("scenes", "scene_id"),
    5: ("quotes", "quote_id"),
    6: ("commentary", "commentary_id"),
}


def slug() -> sa.String:
    return sa.String(80).with_variant(sa.String(80, collation="C"), "postgresql")


def upgrade() -> None:
    make_anew(
        sa.Column("random_key", sa.BigInteger(), nullable=False),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
    )
    for number, (table, owner) in LISTED.items():
        flag = f"(SELECT max(a.severity) FROM advisory_links AS a WHERE a.{owner} = r.id)" if owner else "0"
        op.execute(
            f"INSERT INTO listings ({', '.join(PLACE)}, resource_id, random_key, severity)"
            f" SELECT {', '.join(f'l.{name}' for name in PLACE)}, r.id, r.random_key, coalesce({flag}, 0)"
            f" FROM listings_before AS l JOIN {table} AS r ON r.id = l.resource_id"
            f" WHERE l.type_number = {number} ORDER BY {', '.join(f'l.{name}' for name in PLACE)}"
        )
    op.drop_table("listings_before")
    lots = ["type_number", "theme", "random_key", "slug", "severity", "resource_id"]
    op.create_index("ix_listings_by_lot", "listings", lots)
    op.create_index("ix_quotes_language", "quotes", ["language"])


def make_anew(*columns: sa.Column) -> None:
    """Create the table with these additional columns; the existing table becomes ``listings_before``."""
    op.rename_table("listings", "listings_before")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE listings_before RENAME CONSTRAINT pk_listings TO pk_listings_before")
    op.create_table(
        "listings",
        sa.Column("type_number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("theme", slug(), nullable=False),
        sa.Column("film", slug(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("slug", slug(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint(*PLACE, name=op.f("pk_listings")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_index("ix_quotes_language", "quotes")
    op.drop_index("ix_listings_by_lot", "listings")
    make_anew()
    columns = f"{', '.join(PLACE)}, resource_id"
    op.execute(f"INSERT INTO listings ({columns}) SELECT {columns} FROM listings_before ORDER BY {', '.join(PLACE)}")
    op.drop_table("listings_before")
