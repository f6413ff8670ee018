"""Backups of a PostgreSQL database, by its own ``pg_dump``, ``pg_restore`` and ``psql``."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from models.database import Database
from subtext_cli.backups.inventory import Inventory, take_inventory
from subtext_cli.backups.manifest import BackupError

#: The end of the line before the rows of a table, in a script of ``pg_restore``.
COPY_END = b" FROM stdin;\n"


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

    Others read the old content until it commits, or wait for a moment and read the new content. With
    ``pg_restore`` alone, transactions that have begun before would find empty tables: rows are invisible in
    older snapshots, unless they are copied with FREEZE. A transaction that has read a table keeps it from
    being replaced, so none sees both old and new tables.

    Raises:
        BackupError: ``pg_restore`` or ``psql`` fails. The database is then as before.
    """
    version = database.server_version()
    conninfo, environment = _connection(database)
    dump_options = ("--clean", "--if-exists", "--no-owner", "--no-privileges", "--file=-", str(data))
    session_options = ("--no-password", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1")
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(  # noqa: S603 (our own arguments)
            [require_tool("pg_restore", version), *dump_options],
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment,
        ) as dump,
        subprocess.Popen(  # noqa: S603
            [require_tool("psql", version), f"--dbname={conninfo}", *session_options],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env=environment,
        ) as session,
    ):
        # psql ends at its first error.
        with suppress(BrokenPipeError), session.stdin as script:  # type: ignore[union-attr]
            script.write(b"BEGIN;\n")
            script.writelines(_freeze_copies(dump.stdout))  # type: ignore[arg-type]
            # Without it, the end of the script undoes everything.
            script.write(b"COMMIT;\n" if dump.wait() == 0 else b"")
        # It waits for a reader if psql has ended.
        dump.kill()
        if session.wait() or dump.wait():
            errors.seek(0)
            raise BackupError(f"pg_restore failed: {_first_line(errors.read().decode(errors='replace'))}")


def _freeze_copies(script: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines of a script of ``pg_restore``, which copies rows with FREEZE."""
    is_data = False
    for line in script:
        if is_data:
            is_data = line != b"\\.\n"
        elif line.startswith(b"COPY ") and line.endswith(COPY_END):
            is_data = True
            yield line.removesuffix(COPY_END) + b" FROM stdin WITH (FREEZE);\n"
            continue
        yield line


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
    conninfo, environment = _connection(database)
    result = subprocess.run(  # noqa: S603 (our own arguments)
        [tool, f"--dbname={conninfo}", "--no-password", *options],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise BackupError(f"{Path(tool).name} failed: {_first_line(result.stderr)}")


def _connection(database: Database) -> tuple[str, dict[str, str]]:
    """Return a connection string for PostgreSQL's programs, and their environment, which has the password."""
    from psycopg.conninfo import make_conninfo

    _, arguments = database.engine.dialect.create_connect_args(database.url)
    # Settings of sessions, such as timeouts, are not meant for these programs. Other users see the arguments
    # of a process, so the password is in the environment.
    password = arguments.pop("password", None)
    conninfo = make_conninfo(**{name: value for name, value in arguments.items() if name != "context"})
    return conninfo, os.environ | ({"PGPASSWORD": str(password)} if password else {}) | {"LC_ALL": "C"}


def _first_line(output: str) -> str:
    lines = [line.partition(": error: ")[2] or line for line in output.splitlines() if line.strip()]
    return lines[0] if lines else "it gave no reason."
