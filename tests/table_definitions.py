"""The definitions of all tables, indexes and constraints, as the database states them."""

import re

from models.migrations import is_modelled

SQLITE = "SELECT type || ' ' || name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL"
POSTGRESQL = """
SELECT 'column ' || attrelid::regclass || '.' || attname, attrelid::regclass::text,
    concat_ws(' ', format_type(atttypid, atttypmod), attcollation::regcollation, attnotnull)
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
UNION ALL
SELECT 'constraint ' || conname, conrelid::regclass::text, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = current_schema()::regnamespace AND conrelid > 0
UNION ALL
SELECT 'index ' || indexname, tablename, indexdef FROM pg_indexes WHERE schemaname = current_schema()
"""


# A comma outside parentheses also separates columns: ALTER TABLE adds one to the last line.
SEPARATOR = re.compile(r",?\s*\n\s*|, (?![^(]*\))")


def table_definitions(engine):
    """Return the SQL of every column, constraint and index by its kind and name.

    On SQLite, columns and constraints are part of the SQL of their table. Its parts are sorted, because a copied
    table has its constraints in another order; it also has its name in quotes.
    """
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(SQLITE if engine.dialect.name == "sqlite" else POSTGRESQL).all()
    return {
        name: sorted(SEPARATOR.split(sql.replace('"', "")))
        for name, table, sql in rows
        if is_modelled(table, "table", None) and table != "alembic_version"
    }
