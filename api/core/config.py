"""Settings, from the environment alone; every one has a default that suits one machine."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parents[2]
LOOPBACK = "127.0.0.1"
MEGABYTE = 1_000_000
WILDCARD_HOSTS = ("0.0.0.0", "::")  # noqa: S104 (compared with, not bound to)


HOST_PATTERN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")
PUBLIC_URL_PATTERN = re.compile(rf"https?://(?:{HOST_PATTERN.pattern})(?::[0-9]{{1,5}})?/?")
BUILD_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+:/-]{0,79}")
SQLITE_DRIVERS = ("sqlite", "sqlite+pysqlite")
POSTGRESQL_DRIVERS = ("postgres", "postgresql", "postgresql+psycopg")
RATE_LIMIT_PATTERN = re.compile(r"[1-9][0-9]{0,8}/(?:[1-9][0-9]{0,3} ?)?(?:second|minute|hour|day)s?")
# Without a query, whose options would undo our time-outs.
REDIS_URL_PATTERN = re.compile(
    r"rediss?://(?:[^\s/?#@]*@)?(?:[^\s/?#@:\[\]]+|\[[^\s/?#@\[\]]+\])(?::[0-9]+)?(?:/[0-9]{0,4})?"
)


class InvalidSetting(ValueError):
    """A setting has a value that cannot be used; ``str()`` names it and what is allowed."""


@dataclass(frozen=True)
class Settings:
    """Everything that can be set from outside.

    ``public_url`` is where clients reach the service; addresses in answers are built from it, else
    from ``host`` and ``port``, never from a request. ``statement_seconds`` is the longest that one
    SQL statement of a request may take. ``rate_limits`` hold for each client, who is told by its address:
    the one that the outermost of ``trusted_proxies`` says it was asked by. Each of ``workers`` (None: as
    many as suit the machine) keeps ``cache_bytes`` of answers, none with 0, and is replaced when it takes
    more than ``worker_memory`` megabytes. ``build`` is what whoever packaged the service calls this build:
    a commit, a tag, an image.
    """

    database_url: str = f"sqlite:///{ROOT / 'var' / 'subtext.sqlite3'}"
    host: str = LOOPBACK
    port: int = 8000
    public_url: str | None = None
    trusted_hosts: tuple[str, ...] = ()
    statement_seconds: float = 1.0
    rate_limits: tuple[str, ...] = ()
    rate_limit_storage: str = "memory://"
    trusted_proxies: int = 0
    cache_bytes: int = 32 * MEGABYTE
    workers: int | None = None
    worker_memory: int = 512
    build: str | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read ``HOST_PATTERN``, ``PORT`` and ``SUBTEXT_*``; an empty variable counts as not set.

        Raises:
            InvalidSetting: naming the variable and what it may hold.
        """
        given = {name: value for name, value in environment.items() if value}
        return cls(
            database_url=_database_url(given.get("SUBTEXT_DATABASE_URL", cls.database_url)),
            host=given.get("HOST", cls.host),
            port=_port(given.get("PORT", str(cls.port))),
            public_url=_public_url(given.get("SUBTEXT_PUBLIC_URL")),
            trusted_hosts=_trusted_hosts(given.get("SUBTEXT_TRUSTED_HOSTS", "")),
            statement_seconds=_seconds(given.get("SUBTEXT_STATEMENT_SECONDS", "1")),
            rate_limits=_rate_limits(given.get("SUBTEXT_RATE_LIMIT", "")),
            rate_limit_storage=_storage(given.get("SUBTEXT_RATE_LIMIT_STORAGE", cls.rate_limit_storage)),
            trusted_proxies=_proxies(given.get("SUBTEXT_TRUSTED_PROXIES", "0")),
            cache_bytes=_megabytes(given.get("SUBTEXT_CACHE_MB", "32")),
            workers=_workers(given.get("SUBTEXT_WORKERS")),
            worker_memory=_worker_memory(given.get("SUBTEXT_WORKER_MEMORY_MB", "512")),
            build=_build(given.get("SUBTEXT_BUILD")),
        )

    @property
    def limits_are_per_worker(self) -> bool:
        """Whether requests are limited, and counted by each worker for itself."""
        return bool(self.rate_limits) and not self.rate_limit_storage.startswith("redis")

    @property
    def base_url(self) -> str:
        """The address that every address in an answer begins with, without a slash at its end."""
        if self.public_url:
            return self.public_url
        host = "localhost" if self.host in WILDCARD_HOSTS else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


def _port(value: str) -> int:
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= 65535):
        raise InvalidSetting(f"PORT is “{value}”; it takes a whole number from 1 to 65535.")
    return int(value)


def _public_url(value: str | None) -> str | None:
    if value is None:
        return None
    # A path would be lost: pages and the OpenAPI document's server begin at the root.
    if not PUBLIC_URL_PATTERN.fullmatch(value):
        raise InvalidSetting(
            "SUBTEXT_PUBLIC_URL takes an address without user, path or query, such as https://subtext.example."
        )
    return value.rstrip("/")


def _trusted_hosts(value: str) -> tuple[str, ...]:
    hosts = tuple(value.replace(",", " ").split())
    if any(not HOST_PATTERN.fullmatch(host.removeprefix(".")) for host in hosts):
        raise InvalidSetting(
            "SUBTEXT_TRUSTED_HOSTS takes host names by comma; .example.org means every host below."
        )
    return hosts


def _database_url(value: str) -> str:
    try:
        url = make_url(value)
    except ArgumentError:
        url = URL.create("none")
    # Every connection to a database in memory would have one of its own.
    lasting = url.drivername in POSTGRESQL_DRIVERS or (
        url.drivername in SQLITE_DRIVERS and url.database not in (None, "", ":memory:")
    )
    if not lasting:
        # The value itself may hold a password.
        raise InvalidSetting(
            "SUBTEXT_DATABASE_URL takes sqlite:///PATH or postgresql://USER:PASSWORD@HOST/DATABASE."
        )
    return value


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0.0
    if not 0.01 <= seconds <= 600:
        raise InvalidSetting(f"SUBTEXT_STATEMENT_SECONDS is “{value}”; it takes seconds from 0.01 to 600.")
    return seconds


def _rate_limits(value: str) -> tuple[str, ...]:
    if not value.strip():
        return ()
    # Most services limit nothing: they need not load what counts.
    from limits import parse

    limits = tuple(part.strip() for part in value.split(";"))
    if not all(RATE_LIMIT_PATTERN.fullmatch(limit) for limit in limits):
        raise InvalidSetting(
            f"SUBTEXT_RATE_LIMIT is “{value}”; it takes limits by semicolon, such as 600/minute."
        )
    if len({parse(limit).get_expiry() for limit in limits}) < len(limits):
        raise InvalidSetting(f"SUBTEXT_RATE_LIMIT is “{value}”; it takes one limit for each length of time.")
    return limits


def _storage(value: str) -> str:
    if value != "memory://" and not _is_redis(value):
        # The value itself may hold a password.
        raise InvalidSetting("SUBTEXT_RATE_LIMIT_STORAGE takes memory:// or redis://HOST:PORT/DATABASE.")
    return value


def _is_redis(value: str) -> bool:
    try:
        port = urlsplit(value).port
    except ValueError:
        return False
    return bool(REDIS_URL_PATTERN.fullmatch(value)) and port != 0


def _proxies(value: str) -> int:
    if not re.fullmatch(r"[0-9]|1[0-6]", value):
        raise InvalidSetting(f"SUBTEXT_TRUSTED_PROXIES is “{value}”; it takes a whole number from 0 to 16.")
    return int(value)


def _megabytes(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", value):
        raise InvalidSetting(
            f"SUBTEXT_CACHE_MB is “{value}”; it takes a whole number of megabytes, 0 to keep nothing."
        )
    return int(value) * MEGABYTE


def _workers(value: str | None) -> int | None:
    if value is not None and not re.fullmatch(r"[1-9][0-9]?", value):
        raise InvalidSetting(f"SUBTEXT_WORKERS is “{value}”; it takes a whole number from 1 to 99.")
    return int(value) if value else None


def _worker_memory(value: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{2,5}", value):
        raise InvalidSetting(
            f"SUBTEXT_WORKER_MEMORY_MB is “{value}”; it takes a whole number of megabytes, at least 100."
        )
    return int(value)


def _build(value: str | None) -> str | None:
    if value is not None and not BUILD_PATTERN.fullmatch(value):
        raise InvalidSetting(
            "SUBTEXT_BUILD takes the name of a commit or build: at most 80 letters, digits and . _ + : / -"
        )
    return value
