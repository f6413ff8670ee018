"""Schema changes, in order; run with ``subtext migrate`` or by ``subtext serve``.

Alembic runs them, and is loaded when it does: where a database stands, a worker reads without it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, column, inspect, select, table

if TYPE_CHECKING:
    from alembic.config import Config

#: Where Alembic keeps at which migration a database stands.
STANDS = table("alembic_version", column("version_num"))


def configuration(engine: Engine) -> Config:
    """Return Alembic's configuration for ``engine``; there is no ini file."""
    from alembic.config import Config

    config = Config(attributes={"engine": engine})
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def is_modelled(name: str | None, type_: str, _: object) -> bool:
    """Whether something in a database is of the models, which know nothing of FTS5's tables.

    It is what Alembic calls ``include_name``.
    """
    return type_ != "table" or not (name or "").startswith("search_index")


def current(engine: Engine) -> str | None:
    """Return the migration the database stands at; None for an empty one."""
    with engine.connect() as connection:
        known = inspect(connection).has_table(STANDS.name)
        stands: str | None = connection.scalar(select(STANDS)) if known else None
        return stands


@cache
def newest() -> str:
    """Return the newest migration there is: their files are numbered, and each follows the one before."""
    versions = Path(__file__).parent / "versions"
    return max(file.name for file in versions.glob("[0-9]*_*.py")).partition("_")[0]


def is_current(engine: Engine) -> bool:
    """Whether the database stands at the newest migration."""
    return current(engine) == newest()


def upgrade(engine: Engine, target: str = "head") -> None:
    """Bring the database up to ``target``; at the newest, the index of the search is made if need be."""
    from alembic import command

    command.upgrade(configuration(engine), target)
    if target == "head":
        # Not above: migrations must not need the models as they are now.
        from models.search import ensure_index_current

        ensure_index_current(engine)


def downgrade(engine: Engine, target: str = "base") -> None:
    """Take the database back to ``target``."""
    from alembic import command

    command.downgrade(configuration(engine), target)
