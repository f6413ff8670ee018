"""Database migrations (Alembic); ``subtext migrate`` and ``subtext serve`` run them."""

from models.migrations.runner import (
    MigrationError,
    configuration,
    current,
    downgrade,
    has_columns,
    is_current,
    is_modelled,
    is_newer_but_readable,
    is_readable,
    newest,
    require_all_columns,
    upgrade,
)

__all__ = [
    "MigrationError",
    "configuration",
    "current",
    "downgrade",
    "has_columns",
    "is_current",
    "is_modelled",
    "is_newer_but_readable",
    "is_readable",
    "newest",
    "require_all_columns",
    "upgrade",
]
