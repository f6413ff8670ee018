"""The command ``subtext mirror``: keep a copy of another service's content."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import click

from api.core.config import Settings
from api.core.public_url import normalize_public_url

MIN_SECONDS, MAX_SECONDS = 5, 86_400


@click.command
@click.argument("url")
@click.option(
    "--every",
    "seconds",
    type=click.IntRange(MIN_SECONDS, MAX_SECONDS),
    help="Go on, and look for changes every so many seconds. Default: once.",
)
def mirror(url: str, seconds: int | None) -> None:
    """Copy the public content of the service at URL, and apply what has changed since the last time.

    The database must be new, or a mirror of the same service. Items, ids, revisions and generations are those
    of the service; servers may run on the database meanwhile, and do not load packs into it. Words that the
    service has purged are purged. An interrupted run loses nothing: the next one goes on.
    """
    from seeds.replication.mirror import synchronize
    from seeds.replication.public_revision import InvalidReplica
    from subtext_cli.console import count_of
    from subtext_cli.database_errors import open_database
    from subtext_cli.preparation import migrate_schema
    from subtext_cli.preparation_lock import preparation_lock

    try:
        url = normalize_public_url(url)
    except ValueError as error:
        raise click.BadParameter(f"It {error}", param_hint="URL") from None
    with open_database(Settings.from_environment(), may_create=True) as database:
        with preparation_lock(database):
            migrate_schema(database)
        while True:
            try:
                report = synchronize(database, url)
            except InvalidReplica as error:
                if seconds is None:
                    raise SystemExit(f"subtext: {error}") from None
                click.echo(f"{_now()} {error}", err=True)
            else:
                applied = count_of(report.changes, "change")
                again = " The service was restored, so all content was replaced." if report.is_rebuilt else ""
                if report.changes or seconds is None:
                    click.echo(f"{_now()} Applied {applied} of {url}.{again}")
            if seconds is None:
                return
            time.sleep(seconds)


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
