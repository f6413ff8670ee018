"""Databases that cannot be used: what is wrong and what to do, in one line for the command line.

The messages name paths, hosts, roles and databases, but never a password.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from shlex import quote

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from api.core.config import Settings
from models import migrations
from models.database import Database, as_unavailable
from subtext_cli.database_file import file_problem, read_problem, user_name

#: The oldest PostgreSQL release with which Subtext was tried. Tests run on 15.
OLDEST_POSTGRESQL = 12
#: Messages of libpq and PostgreSQL about a failed connection, and what to say instead. Only the message tells
#: them apart: a connection that fails has no SQLSTATE.
CONNECTION_MESSAGES = (
    (
        r'database "[^"]*" does not exist',
        "There is no database “{database}” at {server}. Create it: "
        "createdb{options} --owner={role} {database}",
    ),
    (
        r'role "([^"]*)" does not exist',
        "There is no role “{0}” at {server}. Create it: createuser{options} --pwprompt {0}",
    ),
    (
        r"password authentication failed|no password supplied",
        "The server at {server} does not accept the password of the role “{role}”. Correct it in "
        "SUBTEXT_DATABASE_URL; in a URL, “@” is written %40, “/” %2F and “%” %25.",
    ),
    (
        r"(?:Peer|Ident|authentication) .*failed|no pg_hba.conf entry|not permitted to log in"
        r"|permission denied for database",
        "The server at {server} does not let the role “{role}” connect to the database “{database}”. Change "
        "its rights (CONNECT, LOGIN) or pg_hba.conf, or name another role in SUBTEXT_DATABASE_URL.",
    ),
    (
        r"resolve host|translate host name|Name or service not known|No address associated",
        "The host {server} is unknown. Correct it in SUBTEXT_DATABASE_URL.",
    ),
    (
        r"invalid response to SSL negotiation|expected authentication request",
        "What listens at {server} is not PostgreSQL. Correct host and port in SUBTEXT_DATABASE_URL.",
    ),
    (
        r"does not support SSL|certificate|SSL error|SSL SYSCALL",
        "No encrypted connection to {server}: {message}. Correct sslmode in SUBTEXT_DATABASE_URL.",
    ),
    (
        r"too many clients|too many connections|connection slots",
        "The server at {server} has no free connection. Stop other clients or raise its max_connections.",
    ),
    (r"starting up|shutting down|in recovery mode", "The server at {server} is not ready. Try again."),
    (
        r"Connection refused|No such file or directory|timeout expired|No route to host|unreachable"
        r"|timed out",
        "No PostgreSQL server answers at {server}. Start it, or correct host and port in "
        "SUBTEXT_DATABASE_URL.",
    ),
)
NO_RIGHTS = (
    "The role “{role}” may not create tables in the database “{database}”. "
    "Make it the owner: ALTER DATABASE {database} OWNER TO {role}"
)
#: What to say for SQLSTATE codes of PostgreSQL, by their beginning.
STATE_MESSAGES = {
    "42501": NO_RIGHTS,
    # The role may not even use the schema.
    "3F000": NO_RIGHTS,
    "25006": "The database “{database}” at {server} is read-only. "
    "Name the primary server in SUBTEXT_DATABASE_URL.",
    "53100": "The disk of the server at {server} is full.",
}
#: The same for SQLite's error names.
SQLITE_MESSAGES = {
    "SQLITE_NOTADB": "{file} is not an SQLite database. Name another file in SUBTEXT_DATABASE_URL.",
    "SQLITE_CORRUPT": "{file} is damaged. Restore it from a backup, or name another file in "
    "SUBTEXT_DATABASE_URL.",
    "SQLITE_FULL": "The disk with {file} is full.",
    "SQLITE_BUSY": "Another program is writing to {file}. Try again when it has finished.",
    "SQLITE_READONLY": "{file} cannot be written. Change its rights, or name another file in "
    "SUBTEXT_DATABASE_URL.",
    "SQLITE_CANTOPEN": "{file} cannot be opened. Name another file in SUBTEXT_DATABASE_URL.",
    "SQLITE_PROTOCOL": "Other programs keep {file} locked. Try again when they have finished.",
    "SQLITE_IOERR": "{file} cannot be read or written: {message}.",
}
FOREIGN_TABLE = re.compile(r"(?:table|relation) \"?(\w+)\"? already exists")


@contextmanager
def open_database(
    settings: Settings, *, may_be_read_only: bool = False, may_create: bool = False
) -> Iterator[Database]:
    """Open the database that the settings name, and end the process with one line if it cannot be used.

    An SQLite file that does not exist is only created if it ``may_create`` one. ``may_be_read_only`` accepts
    one that can be read but not written; see :meth:`Database.is_read_only`.
    """
    database = Database(settings.database_url, may_create=may_create)
    if database.file is not None:
        is_read_only = may_be_read_only and database.is_read_only
        find_problem = read_problem if is_read_only else file_problem
        if problem := find_problem(database.file.path, settings):
            raise SystemExit(f"subtext: {problem}")
        if not may_create and not Path(database.file.path).exists():
            raise SystemExit(
                f"subtext: There is no database {database.file.path}. Run `subtext migrate` to create it, or "
                "correct SUBTEXT_DATABASE_URL."
            )
    try:
        with closing(database):
            require_supported(database)
            yield database
    except SQLAlchemyError as error:
        message = explain(error, database.url)
        if message is None:
            raise
        raise SystemExit(f"subtext: {message}") from None


def require_supported(database: Database) -> None:
    """Connect, and end the process if the PostgreSQL server is too old or the database has no Unicode."""
    with database.engine.connect() as connection:
        if database.is_sqlite:
            # The first statement that reads the file.
            connection.exec_driver_sql("PRAGMA schema_version")
            return
        version, encoding = connection.exec_driver_sql(
            "SELECT current_setting('server_version_num')::int / 10000, current_setting('server_encoding')"
        ).one()
    server = _server(database.url)
    if version < OLDEST_POSTGRESQL:
        raise SystemExit(
            f"subtext: The server at {server} is PostgreSQL {version}. "
            f"Subtext needs PostgreSQL {OLDEST_POSTGRESQL} or newer."
        )
    if encoding != "UTF8":
        raise SystemExit(
            f"subtext: The database “{database.url.database}” at {server} has the encoding {encoding}. "
            "Create one with UTF-8: createdb --encoding=UTF8 --template=template0"
        )


def require_current_schema(database: Database) -> None:
    """End the process if the database is not at the newest migration."""
    if not migrations.is_current(database.engine):
        raise SystemExit("subtext: The database schema is not at this version. Run `subtext migrate`.")


def explain(error: SQLAlchemyError, url: URL) -> str | None:
    """Return what is wrong with the database and what to do; None if the error is not the database's."""
    if not isinstance(error, DBAPIError):
        unavailable = as_unavailable(error)
        return str(unavailable) if unavailable else None
    message = str(error.orig).strip()
    if table := FOREIGN_TABLE.search(message):
        return (
            f"The database has a table “{table[1]}” that Subtext has not created. "
            "Name an empty database in SUBTEXT_DATABASE_URL."
        )
    if url.get_backend_name() == "sqlite":
        name = getattr(error.orig, "sqlite_errorname", "")
        text = next((text for start, text in SQLITE_MESSAGES.items() if name.startswith(start)), None)
        return text and text.format(file=url.database, message=message)
    return _explain_postgresql(error, message, url)


def _explain_postgresql(error: DBAPIError, message: str, url: URL) -> str | None:
    state = getattr(error.orig, "sqlstate", None) or ""
    found = re.search(r"(?:FATAL|ERROR|failed|is bad): +(?!FATAL|ERROR|connection to)(.*)", message)
    values = {
        "server": _server(url),
        "role": url.username or url.query.get("user") or user_name(),
        "database": url.database or url.username or user_name(),
        "options": "".join(
            f" --{name}={quote(str(value))}"
            for name, value in (("host", url.host), ("port", url.port))
            if value
        ),
        "message": (found[1] if found else message.partition("\n")[0]).rstrip("."),
    }
    if state:
        text = next((text for start, text in STATE_MESSAGES.items() if state.startswith(start)), None)
        if text is None and as_unavailable(error):
            text = "The server at {server} reports an error: {message}."
        return text and text.format(**values)
    for pattern, text in CONNECTION_MESSAGES:
        if match := re.search(pattern, message):
            return text.format(*match.groups(), **values)
    return "No connection to {server}: {message}. Correct SUBTEXT_DATABASE_URL.".format(**values)


def _server(url: URL) -> str:
    host = url.host or url.query.get("host")
    if not host:
        return "the socket of this machine"
    return f"{host}:{url.port}" if url.port else str(host)
