"""Schema changes, in order; run with ``subtext migrate`` or by ``subtext serve``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine


def configuration(engine: Engine) -> Config:
    """Return Alembic's configuration for ``engine``; there is no ini file."""
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
        return MigrationContext.configure(connection).get_current_revision()


@cache
def newest() -> str | None:
    """Return the newest migration there is; the files are read once, for the readiness probe asks often."""
    return ScriptDirectory(str(Path(__file__).parent)).get_current_head()


def is_current(engine: Engine) -> bool:
    """Whether the database stands at the newest migration."""
    return current(engine) == newest()


def upgrade(engine: Engine, target: str = "head") -> None:
    """Bring the database up to ``target``; at the newest, the index of the search is made if need be."""
    command.upgrade(configuration(engine), target)
    if target == "head":
        # Not above: migrations must not need the models as they are now.
        from models.search import bring_up_to_date

        bring_up_to_date(engine)


def downgrade(engine: Engine, target: str = "base") -> None:
    """Take the database back to ``target``."""
    command.downgrade(configuration(engine), target)
