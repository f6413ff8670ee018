"""The development server: Werkzeug's, with a reloader and a debugger.

It has both without further packages. granian's reloader needs ``watchfiles``, and granian has no debugger.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from werkzeug.serving import is_running_from_reloader, run_simple

from api.core.config import LOOPBACK, ROOT, Settings
from subtext_cli.listening import describe_addresses

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: Files that are watched in addition to loaded modules: a module with a syntax error is not loaded.
WATCHED_FILES = (
    "api/**/*.py",
    "models/**/*.py",
    "seeds/**/*.py",
    "seeds/**/*.yml",
    "api/**/templates/*",
    "api/**/static/*",
    "docs/**/*.md",
    "CHANGELOG.md",
)


def require_loopback(settings: Settings) -> None:
    """End with a one-line message if other machines could connect, since the debugger executes any code."""
    if settings.host not in (LOOPBACK, "localhost", "::1"):
        raise SystemExit(f"subtext: The development server only listens on {LOOPBACK}. Unset HOST.")


def _log_sql() -> None:
    """Write every SQL statement and its parameters to standard error."""
    logging.basicConfig(format="%(message)s")
    logging.getLogger("sqlalchemy.engine").setLevel(logging.INFO)


def run(settings: Settings, prepare_database: Callable[[], None], *, sql: bool = False) -> None:
    """Serve without the response cache, and restart when a file changes. With ``sql``, log SQL statements.

    The reloader runs this function in two processes: one watches, its child prepares the database and serves.
    """
    watched = [str(path) for pattern in WATCHED_FILES for path in ROOT.glob(pattern)]
    application: WSGIApplication = _not_served
    if is_running_from_reloader():
        application = _load(settings, prepare_database)
        if sql:
            _log_sql()
    run_simple(
        settings.host,
        settings.port,
        application,
        use_reloader=True,
        use_debugger=True,
        threaded=True,
        extra_files=watched,
    )


def _load(settings: Settings, prepare_database: Callable[[], None]) -> WSGIApplication:
    """Return the application; if it cannot start, one that shows the error until a file changes."""
    try:
        from api.app import create_app

        prepare_database()
        app = create_app(replace(settings, cache_bytes=0))
    except (Exception, SystemExit) as error:
        traceback.print_exc()
        message = f"Subtext cannot start: {error}"

        def show_error(_environ: WSGIEnvironment, _start_response: StartResponse) -> NoReturn:
            raise RuntimeError(message)

        return show_error
    app.debug = True
    # The process that watches files listens already: requests wait until this one answers.
    print("".join(f"  {line}\n" for line in describe_addresses(settings)), end="", flush=True)
    return app


def _not_served(_environ: WSGIEnvironment, _start_response: StartResponse) -> Iterable[bytes]:
    """Stand in for the application in the process that only watches files."""
    return ()
