"""Database migrations (Alembic); ``subtext migrate`` and ``subtext serve`` run them."""

from models.migrations.runner import (
    VERSION_TABLE,
    MissingMigration,
    configuration,
    current,
    downgrade,
    is_current,
    is_modelled,
    newest,
    require_all_columns,
    upgrade,
)

__all__ = [
    "VERSION_TABLE",
    "MissingMigration",
    "configuration",
    "current",
    "downgrade",
    "is_current",
    "is_modelled",
    "newest",
    "require_all_columns",
    "upgrade",
]
