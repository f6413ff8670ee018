"""The commands ``subtext keys``: create, list, rotate and revoke API keys.

A key is shown once, on standard output and alone, so that it can be piped. What is said about it goes to
standard error.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click
from sqlalchemy import select

from api.core.config import Settings
from models import ApiKey
from models.api_key import NAME_LENGTH, RESERVED_NAMES, KeyState
from models.api_token import PATTERN
from models.scopes import all_scopes

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from models.api_token import ApiToken

#: The lifetime of a key in days: by default and at most.
DEFAULT_DAYS, MAX_DAYS = 365, 3_650
#: How long the secret before a rotation may be valid, in hours.
MAX_OVERLAP_HOURS = 30 * 24
NEVER = "never"
#: When a key expires on its last day, in UTC.
LAST_SECOND = dt.time(23, 59, 59)
#: Characters that names are written with although they are invisible: joiners, as in Persian.
JOINERS = "\u200c\u200d"
ONLY_ONCE = "This is the only time that the key is shown: store it where you keep secrets."


class Name(click.ParamType[str]):
    """The name of a key, which revisions show as the editor."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name in composed characters (NFC)."""
        name = unicodedata.normalize("NFC", value)
        is_visible = name.translate(dict.fromkeys(map(ord, JOINERS))).isprintable()
        if not is_visible or name != name.strip() or not 0 < len(name) <= NAME_LENGTH:
            self.fail(f"Must have 1 to {NAME_LENGTH} visible characters, on one line.", param, ctx)
        if _comparable(name) in RESERVED_NAMES:
            self.fail(f"“{name}” is reserved: revisions show it for changes without a key.", param, ctx)
        return name


class ScopeName(click.ParamType[str]):
    """A scope."""

    name = "scope"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the scope if it exists."""
        from api.schemas.fields import did_you_mean

        scopes = all_scopes()
        if value not in scopes:
            allowed = ", ".join(scopes)
            self.fail(f"Unknown scope “{value}”.{did_you_mean(value, scopes)} Scopes: {allowed}.", param, ctx)
        return str(value)


class Expiry(click.ParamType[dt.datetime | str]):
    """When a key expires: after a number of days, at the end of a day, or never."""

    name = "expiry"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Return what the help shows."""
        return "DAYS|DATE|never"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> dt.datetime | str:
        """Return the time, or ``never``."""
        now = _now()
        if value == NEVER:
            return NEVER
        try:
            if re.fullmatch(r"[0-9]{1,5}", value):
                expires_at = now + dt.timedelta(days=int(value))
            else:
                day = dt.date.fromisoformat(value)
                expires_at = dt.datetime.combine(day, LAST_SECOND, dt.UTC)
        except ValueError:
            expires_at = now
        if not now < expires_at <= now + dt.timedelta(days=MAX_DAYS):
            self.fail(
                f"“{value}” is not an expiry. Must be a number of days from 1 to {MAX_DAYS}, a date within "
                f"that time such as {now + dt.timedelta(days=DEFAULT_DAYS):%Y-%m-%d}, or “{NEVER}”.",
                param,
                ctx,
            )
        return expires_at


KEY = click.argument("key")


@click.group
def keys() -> None:
    """Manage the API keys with which editors write.

    Each key has a name, scopes and an expiry. The guide “API keys” says more.
    """


@keys.command
@click.argument("name", type=Name())
@click.option(
    "--scope",
    "scopes",
    type=ScopeName(),
    multiple=True,
    required=True,
    help="What the key may do. Repeat it for several scopes.",
)
@click.option(
    "--expires",
    type=Expiry(),
    default=str(DEFAULT_DAYS),
    help=f"When it expires: after DAYS, or at the end of DATE in UTC. Default: {DEFAULT_DAYS}.",
)
def create(name: str, scopes: tuple[str, ...], expires: dt.datetime | str) -> None:
    """Create a key and print it, this one time.

    NAME is the editor that revisions show for changes made with the key: one name for each person or
    program.

    Scopes: read:drafts to read drafts; write:COLLECTION, such as write:quotes, to make and change drafts of
    a collection; publish, together with it, to change what the public sees; admin for everything.
    """
    with _session() as session:
        for key in session.scalars(select(ApiKey)):
            if _comparable(key.name) == _comparable(name) and key.state(_now()) is KeyState.ACTIVE:
                raise SystemExit(
                    f"subtext: There is a key “{key.name}” already (id {key.public_id}). Choose another "
                    "name, rotate or revoke that key."
                )
        ordered = [scope for scope in all_scopes() if scope in scopes]
        token = ApiKey.create(session, name, ordered, _now(), None if isinstance(expires, str) else expires)
        session.flush()
        description = _describe(_find(session, token.public_id))
    _show(token, f"Created the key {description}.")


@keys.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
def list_keys(*, as_json: bool) -> None:
    """List all keys, without their secrets.

    The last use may be an hour early: it is stored at most once an hour. Times are in UTC.
    """
    now = _now()
    with _session() as session:
        stored = session.scalars(select(ApiKey).order_by(ApiKey.id)).all()
        if as_json:
            import orjson

            click.echo(orjson.dumps([_to_json(key, now) for key in stored], option=orjson.OPT_INDENT_2))
            return
        rows = [_to_row(key, now) for key in stored]
    if not rows:
        click.echo("There are no keys. `subtext keys create` creates one.", err=True)
        return
    table = [("ID", "NAME", "SCOPES", "CREATED", "EXPIRES", "LAST USED", "STATE"), *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        click.echo("  ".join(map(str.ljust, row, widths)).rstrip())


@keys.command
@KEY
@click.option(
    "--overlap",
    type=click.IntRange(0, MAX_OVERLAP_HOURS),
    default=0,
    metavar="HOURS",
    help="How long the present secret stays valid as well. Default: 0, not at all.",
)
@click.option("--expires", type=Expiry(), help="Change when it expires. Default: as before.")
def rotate(key: str, overlap: int, expires: dt.datetime | str | None) -> None:
    """Give a key a new secret, and print it, this one time.

    KEY is the id or the name of the key, both of which stay as they are.
    """
    now = _now()
    with _session() as session:
        found = _find(session, key)
        if found.revoked_at is not None:
            raise SystemExit(f"subtext: The key “{found.name}” was revoked. Create another one.")
        if expires is not None:
            found.expires_at = None if isinstance(expires, str) else expires
        if found.state(now) is KeyState.EXPIRED:
            raise SystemExit(f"subtext: The key “{found.name}” has expired. Set --expires, too.")
        token = found.rotate(now, dt.timedelta(hours=overlap))
        session.flush()
        description = _describe(found)
    remaining = f"valid for another {overlap} h" if overlap else "invalid"
    _show(token, f"Rotated the key {description}. The secret before is {remaining}.")


@keys.command
@KEY
def revoke(key: str) -> None:
    """Revoke a key for ever. Servers refuse it from now on.

    KEY is its id, its name, or the whole key, if that is what you have found.
    """
    with _session() as session:
        found = _find(session, key)
        if found.revoked_at is not None:
            click.echo(f"The key “{found.name}” (id {found.public_id}) was revoked before.")
            return
        found.revoked_at = _now()
        click.echo(f"Revoked the key “{found.name}” (id {found.public_id}).")


@contextmanager
def _session() -> Iterator[Session]:
    """Open a session that commits at the end; end the process if the database has no table of keys."""
    from subtext_cli.database_errors import open_database, require_current_schema

    with open_database(Settings.from_environment()) as database:
        require_current_schema(database)
        with database.write_session() as session:
            yield session


def _find(session: Session, text: str) -> ApiKey:
    """Return the key with this id or name; of several with a name, the one that works or the newest."""
    whole = re.match(PATTERN, text)
    wanted = whole[1].partition("_")[2] if whole else text
    stored = session.scalars(select(ApiKey).order_by(ApiKey.id.desc())).all()
    matches = [key for key in stored if key.public_id == wanted]
    matches += [key for key in stored if _comparable(key.name) == _comparable(wanted)]
    if not matches:
        from api.schemas.fields import did_you_mean

        hint = "" if whole else did_you_mean(wanted, {key.name for key in stored})
        raise SystemExit(f"subtext: There is no key “{wanted}”.{hint} `subtext keys list` lists all keys.")
    return next((key for key in matches if key.state(_now()) is KeyState.ACTIVE), matches[0])


def _show(token: ApiToken, sentence: str) -> None:
    """Print a key alone on standard output, after what is said about it on standard error."""
    click.echo(f"{sentence} {ONLY_ONCE}", err=True)
    click.echo(str(token))


def _describe(key: ApiKey) -> str:
    noun = "scope" if len(key.scopes) == 1 else "scopes"
    expiry = f"expires at {_moment(key.expires_at)} UTC" if key.expires_at else "never expires"
    return f"“{key.name}” (id {key.public_id}) with the {noun} {', '.join(key.scopes)}; it {expiry}"


def _to_row(key: ApiKey, now: dt.datetime) -> tuple[str, ...]:
    state = str(key.state(now))
    if key.revoked_at:
        state += f" {_moment(key.revoked_at)}"
    elif previous := _previous_expiry(key, now):
        state += f", secret before until {_moment(previous)}"
    return (
        key.public_id,
        key.name,
        ", ".join(key.scopes),
        _moment(key.created_at),
        _moment(key.expires_at) or NEVER,
        _moment(key.last_used_at) or NEVER,
        state,
    )


def _to_json(key: ApiKey, now: dt.datetime) -> dict[str, Any]:
    return {
        "id": key.public_id,
        "name": key.name,
        "scopes": key.scopes,
        "state": key.state(now),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
        "revoked_at": key.revoked_at,
        "previous_secret_expires_at": _previous_expiry(key, now),
    }


def _previous_expiry(key: ApiKey, now: dt.datetime) -> dt.datetime | None:
    """Return until when the secret before the last rotation is valid; None if it is not."""
    expires_at = key.previous_expires_at
    return expires_at if expires_at and expires_at > now else None


def _moment(time: dt.datetime | None) -> str:
    return f"{time:%Y-%m-%d %H:%M}" if time else ""


def _comparable(name: str) -> str:
    """Return what names that look alike have in common."""
    return unicodedata.normalize("NFKC", name).casefold()


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
