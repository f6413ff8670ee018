"""Database migrations (Alembic); ``subtext migrate`` and ``subtext serve`` run them."""

from models.migrations.runner import (
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
