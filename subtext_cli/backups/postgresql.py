"""Backups of a PostgreSQL database, by its own ``pg_dump`` and ``pg_restore``."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from models.database import Database
from subtext_cli.backups.inventory import Inventory, take_inventory
from subtext_cli.backups.manifest import BackupError


def dump_database(database: Database, target: Path) -> Inventory:
    """Dump the database as of one moment to ``target``, in the custom format; return what the dump has.

    Raises:
        BackupError: ``pg_dump`` is missing, is older than the server, or fails.
    """
    tool = require_tool("pg_dump", database.server_version())
    with database.engine.connect() as connection:
        # Both read the same snapshot, which lives as long as this transaction.
        snapshot = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar()
        options = ("--format=custom", f"--snapshot={snapshot}", "--no-owner", "--no-privileges")
        _run(tool, database, *options, f"--file={target}")
        return take_inventory(connection)


def require_readable(data: Path, version: str) -> None:
    """Check that ``pg_restore`` can read a dump.

    Raises:
        BackupError: it cannot, or ``pg_restore`` is missing or older than the server of this version.
    """
    tool = require_tool("pg_restore", version)
    result = subprocess.run([tool, "--list", str(data)], capture_output=True, text=True, check=False)  # noqa: S603
    if result.returncode:
        raise BackupError(f"pg_restore cannot read {data}: {_first_line(result.stderr)}")


def restore_dump(database: Database, data: Path) -> None:
    """Replace the tables of the database by those of a dump, in one transaction.

    Others read the old content until it commits, or wait for a moment.

    Raises:
        BackupError: ``pg_restore`` fails. The database is then as before.
    """
    tool = require_tool("pg_restore", database.server_version())
    options = ("--single-transaction", "--exit-on-error", "--clean", "--if-exists")
    _run(tool, database, *options, "--no-owner", "--no-privileges", str(data))


def require_tool(name: str, server_version: str) -> str:
    """Return the path of a client program of PostgreSQL.

    Raises:
        BackupError: it is not on the PATH, or is older than the server.
    """
    path, server = shutil.which(name), int(server_version.partition(".")[0])
    if path is None:
        raise BackupError(
            f"There is no {name} on the PATH. Install the client programs of PostgreSQL {server} or newer "
            f"(Debian: postgresql-client-{server})."
        )
    printed = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    version = re.search(r"\) (\d+)", printed)
    if version and int(version[1]) < server:
        raise BackupError(
            f"{path} is version {version[1]}, but the server is PostgreSQL {server}. Install its client "
            f"programs (Debian: postgresql-client-{server}), and put them first on the PATH."
        )
    return path


def _run(tool: str, database: Database, *options: str) -> None:
    from psycopg.conninfo import make_conninfo

    _, arguments = database.engine.dialect.create_connect_args(database.url)
    # Settings of sessions, such as timeouts, are not meant for these programs. Other users see the arguments
    # of a process, so the password is in the environment.
    password = arguments.pop("password", None)
    conninfo = make_conninfo(**{name: value for name, value in arguments.items() if name != "context"})
    environment = os.environ | ({"PGPASSWORD": str(password)} if password else {}) | {"LC_ALL": "C"}
    result = subprocess.run(  # noqa: S603 (our own arguments)
        [tool, f"--dbname={conninfo}", "--no-password", *options],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise BackupError(f"{Path(tool).name} failed: {_first_line(result.stderr)}")


def _first_line(output: str) -> str:
    lines = [line.partition(": error: ")[2] or line for line in output.splitlines() if line.strip()]
    return lines[0] if lines else "it gave no reason."
