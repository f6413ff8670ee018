"""Upgrades and downgrades of a database, and its current migration.

Alembic is only loaded to run migrations. Reading the current migration needs only a query.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, Table, column, inspect, select, table

from models.base import Base

if TYPE_CHECKING:
    from alembic.config import Config

#: Alembic's table with the current migration of the database.
VERSION_TABLE = table("alembic_version", column("version_num"))

_VERSIONS = Path(__file__).parent / "versions"


def configuration(engine: Engine) -> Config:
    """Return Alembic's configuration for ``engine``. ``alembic.ini`` is only for Alembic's own commands."""
    from alembic.config import Config

    config = Config(attributes={"engine": engine})
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def is_modelled(name: str | None, type_: str, _: object) -> bool:
    """Whether a database object belongs to the models: Alembic's ``include_name``. FTS5's tables do not."""
    return type_ != "table" or not (name or "").startswith("search_index")


def current(database: Engine | Connection) -> str | None:
    """Return the id of the database's current migration; None for an empty database.

    A caller that has a connection passes it, so that it does not need a second one.
    """
    with nullcontext(database) if isinstance(database, Connection) else database.connect() as connection:
        has_table = inspect(connection).has_table(VERSION_TABLE.name)
        revision: str | None = connection.scalar(select(VERSION_TABLE)) if has_table else None
        return revision


@cache
def newest() -> str:
    """Return the id of the newest migration: the highest number among the file names."""
    return max(file.name for file in _VERSIONS.glob("[0-9]*_*.py")).partition("_")[0]


def is_current(database: Engine | Connection) -> bool:
    """Whether the database is at the newest migration."""
    return current(database) == newest()


def is_newer_but_readable(database: Engine | Connection) -> bool:
    """Whether a newer version has upgraded the database, and it still has all that this version reads.

    So it is during a rolling upgrade, and after one that was undone: migrations add tables and columns, and
    remove them no sooner than a release later.
    """
    return not is_current(database) and is_readable(database)


def is_readable(database: Engine | Connection) -> bool:
    """Whether the database has all that this version reads, at its newest migration or a later one."""
    return (current(database) or "") >= newest() and not _missing_columns(database)


class MigrationError(Exception):
    """The migrations are incomplete or contradict each other; ``str()`` says how."""


def require_all_columns(engine: Engine) -> None:
    """Check that a database at the newest migration has every table and column of the models.

    Raises:
        MigrationError: it lacks some.
    """
    if missing := _missing_columns(engine):
        raise MigrationError(
            f"No migration creates {', '.join(missing)}. Run `make migration NAME=…` to generate one. If you "
            "have not changed the models, the database is incomplete: restore a backup."
        )


def has_columns(database: Engine | Connection, name: str) -> bool:
    """Whether the database has this table with every column of its model, whatever migration it is at."""
    return not _missing_columns(database, {name: Base.metadata.tables[name]})


def _missing_columns(database: Engine | Connection, tables: Mapping[str, Table] | None = None) -> list[str]:
    """Return the names of the tables and columns of the models that the database lacks."""
    tables = tables or Base.metadata.tables
    stored = {
        table: {column["name"] for column in columns}
        for (_, table), columns in inspect(database).get_multi_columns(filter_names=list(tables)).items()
    }
    return [name for name in tables if name not in stored] + [
        str(column) for name in stored for column in tables[name].columns if column.name not in stored[name]
    ]


def upgrade(engine: Engine, target: str = "head") -> None:
    """Upgrade the database to ``target``. At the newest migration, also build the search index if needed.

    No other process may upgrade it at the same time: see ``subtext_cli/preparation_lock.py``.

    Raises:
        MigrationError: two migrations follow the same one, the newest lacks columns of the models, or the
            database is at a migration that this version does not have.
    """
    at = current(engine)
    if at and not any(file.name.startswith(f"{at}_") for file in _VERSIONS.iterdir()):
        raise MigrationError(
            f"The database is at migration {at}, which this version of Subtext does not have: a newer "
            "version has upgraded it. Install that version, or name another database in SUBTEXT_DATABASE_URL."
        )
    from alembic import command
    from alembic.util import CommandError

    try:
        command.upgrade(configuration(engine), target)
    except CommandError as error:
        raise MigrationError(
            f"The files in models/migrations/versions/ contradict each other. {error}"
        ) from error
    if target == "head":
        # Imported here because migrations must not depend on the current models.
        from models.search import ensure_index_current

        require_all_columns(engine)
        ensure_index_current(engine)


def downgrade(engine: Engine, target: str = "base") -> None:
    """Downgrade the database to ``target``."""
    from alembic import command

    command.downgrade(configuration(engine), target)
