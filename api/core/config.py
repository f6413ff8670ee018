"""Settings, read from environment variables only. Every setting has a default that suits a single machine."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from api.core.host_names import HOST_PATTERN, normalize_host
from api.core.public_url import normalize_public_url
from api.core.rate_limit_setting import parse_rate_limit

ROOT = Path(__file__).resolve().parents[2]
LOOPBACK = "127.0.0.1"
MEGABYTE = 1_000_000
WILDCARD_HOSTS = ("0.0.0.0", "::")  # noqa: S104 (compared with, not bound to)

NUMERIC_NAME = re.compile(r"(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$")
PORT_SUFFIX = re.compile(r":[0-9]{1,5}$")
BUILD_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+:/-]{0,79}")
TAGGING_ENTITY_PATTERN = re.compile(
    r"(?:[A-Za-z0-9._-]+@)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"
    r",[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?"
)
# A mailbox, or a page (RFC 9116, section 2.5.3).
SECURITY_CONTACT_PATTERN = re.compile(
    r"mailto:[A-Za-z0-9._+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+|https://[a-z0-9.-]+(?::[0-9]+)?(?:/[!-~]*)?",
    re.IGNORECASE,
)
SQLITE_DRIVERS = ("sqlite", "sqlite+pysqlite")
POSTGRESQL_DRIVERS = ("postgres", "postgresql", "postgresql+psycopg")
#: Uncached requests of a client. One core answers about as many each second.
DEFAULT_RATE_LIMIT, RATE_LIMIT_OFF = "600/minute", "off"
# No query string: its options would override our timeouts.
REDIS_URL_PATTERN = re.compile(
    r"rediss?://(?:[^\s/?#@]*@)?(?:[^\s/?#@:\[\]]+|\[[^\s/?#@\[\]]+\])(?::[0-9]+)?(?:/[0-9]{0,4})?"
)


# Quotes characters that a URL has for itself, if the path of the checkout contains some.
DEFAULT_DATABASE_URL = URL.create("sqlite", database=str(ROOT / "var" / "subtext.sqlite3")).render_as_string()


#: Which requests have a line in the log; each level includes those before it.
ACCESS_LOG_LEVELS = ("off", "errors", "slow", "all")


class InvalidSetting(ValueError):
    """A setting has an invalid value; ``str()`` names the variable and what is allowed."""


@dataclass(frozen=True)
class Settings:
    """All settings of the service.

    ``public_url`` is the URL at which clients reach the service; it may have a path. URLs in responses are
    built from it, or from ``host`` and ``port`` if it is not set, but never from the request.
    ``statement_seconds`` is the timeout of one SQL statement. ``rate_limits`` apply to each client IP
    address. The client IP is taken from the ``X-Forwarded-For`` entry that the outermost of
    ``trusted_proxies`` added. ``workers`` is the number of worker processes; None means that it depends on
    the machine. Each worker caches up to ``cache_bytes`` of responses (0 turns the cache off) and is replaced
    when it uses more than ``worker_memory`` megabytes. ``build`` names the build: a commit, tag or image.
    The ids in feeds begin with ``tagging_entity`` (RFC 4151). ``security_contacts`` are the URLs for security
    reports. ``access_log`` says which requests are logged:
    those that take longer than ``slow_milliseconds`` are slow, ``access_log_hits`` cached responses share a
    line, and search terms are left out unless ``access_log_search_terms``. ``metrics`` is the IP address and
    the port at which Prometheus gets the metrics; None turns them off. ``essays`` is a folder with the texts
    of sources: quotations in writes are compared with them.
    ``snapshots`` is the folder of snapshots; None means that there are none. The server looks whether one
    must be made every ``snapshot_minutes`` minutes; 0 turns that off.
    Links to previews are signed with ``secret_key`` or, without one, with a secret in the database.
    """

    database_url: str = DEFAULT_DATABASE_URL
    host: str = LOOPBACK
    port: int = 8000
    public_url: str | None = None
    trusted_hosts: tuple[str, ...] = ()
    statement_seconds: float = 1.0
    rate_limits: tuple[str, ...] = ()
    has_default_rate_limit: bool = False
    rate_limit_storage: str = "memory://"
    trusted_proxies: int = 0
    cache_bytes: int = 8 * MEGABYTE
    workers: int | None = None
    worker_memory: int = 512
    build: str | None = None
    tagging_entity: str = "subtext.example,2026"
    security_contacts: tuple[str, ...] = ()
    access_log: str = "slow"
    access_log_hits: int = 100
    access_log_search_terms: bool = False
    slow_milliseconds: int = 500
    metrics: tuple[str, int] | None = None
    essays: Path | None = None
    snapshots: Path | None = None
    snapshot_minutes: int = 10
    secret_key: str | None = field(default=None, repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read ``HOST``, ``PORT`` and ``SUBTEXT_*``. An empty variable counts as not set.

        Raises:
            InvalidSetting: a variable has an invalid value.
        """
        variables = {name: value for name, value in environment.items() if value}
        return cls(
            database_url=_database_url(variables.get("SUBTEXT_DATABASE_URL", cls.database_url)),
            host=_host(variables.get("HOST", cls.host)),
            port=_port(variables.get("PORT", str(cls.port))),
            public_url=_public_url(variables.get("SUBTEXT_PUBLIC_URL")),
            trusted_hosts=_trusted_hosts(variables.get("SUBTEXT_TRUSTED_HOSTS", "")),
            statement_seconds=_statement_seconds(variables.get("SUBTEXT_STATEMENT_SECONDS", "1")),
            rate_limits=_rate_limits(variables.get("SUBTEXT_RATE_LIMIT", DEFAULT_RATE_LIMIT)),
            has_default_rate_limit="SUBTEXT_RATE_LIMIT" not in variables,
            rate_limit_storage=_rate_limit_storage(
                variables.get("SUBTEXT_RATE_LIMIT_STORAGE", cls.rate_limit_storage)
            ),
            trusted_proxies=_trusted_proxies(variables.get("SUBTEXT_TRUSTED_PROXIES", "0")),
            cache_bytes=_cache_bytes(variables.get("SUBTEXT_CACHE_MB", "8")),
            workers=_workers(variables.get("SUBTEXT_WORKERS")),
            worker_memory=_worker_memory(variables.get("SUBTEXT_WORKER_MEMORY_MB", "512")),
            build=_build(variables.get("SUBTEXT_BUILD")),
            tagging_entity=_tagging_entity(variables.get("SUBTEXT_TAGGING_ENTITY", cls.tagging_entity)),
            security_contacts=_security_contacts(variables.get("SUBTEXT_SECURITY_CONTACT", "")),
            access_log=_access_log(variables.get("SUBTEXT_ACCESS_LOG", cls.access_log)),
            access_log_hits=_count(
                "SUBTEXT_ACCESS_LOG_HITS", variables.get("SUBTEXT_ACCESS_LOG_HITS", "100")
            ),
            access_log_search_terms=_switch(
                "SUBTEXT_ACCESS_LOG_SEARCH_TERMS", variables.get("SUBTEXT_ACCESS_LOG_SEARCH_TERMS", "0")
            ),
            slow_milliseconds=_count("SUBTEXT_SLOW_MS", variables.get("SUBTEXT_SLOW_MS", "500")),
            metrics=_metrics(variables.get("SUBTEXT_METRICS")),
            snapshots=_new_folder("SUBTEXT_SNAPSHOTS", variables.get("SUBTEXT_SNAPSHOTS")),
            snapshot_minutes=_minutes(
                "SUBTEXT_SNAPSHOT_MINUTES", variables.get("SUBTEXT_SNAPSHOT_MINUTES", "10")
            ),
            secret_key=_secret_key(variables.get("SUBTEXT_SECRET_KEY")),
            essays=_folder("SUBTEXT_ESSAYS", variables.get("SUBTEXT_ESSAYS")),
        )

    @property
    def limits_are_per_worker(self) -> bool:
        """Whether the operator has set rate limits, and each worker counts requests separately."""
        return (
            bool(self.rate_limits)
            and not self.has_default_rate_limit
            and not self.rate_limit_storage.startswith("redis")
        )

    @cached_property
    def base_url(self) -> str:
        """The base URL of all URLs in responses, without a trailing slash."""
        if self.public_url:
            return self.public_url
        host = self.local_host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @cached_property
    def base_path(self) -> str:
        """The path of the base URL, percent-encoded and without a trailing slash; empty if it has none."""
        return urlsplit(self.base_url).path

    @property
    def origin(self) -> str:
        """The scheme, host and port of the base URL."""
        return self.base_url.removesuffix(self.base_path)

    @property
    def local_host(self) -> str:
        """The host at which this machine reaches the server."""
        return "localhost" if self.host in WILDCARD_HOSTS else self.host


def _host(value: str) -> str:
    """Return an IP address in its shortest form and without brackets, or a host name."""
    is_bracketed = value.startswith("[") and value.endswith("]")
    try:
        address = str(ip_address(value[1:-1] if is_bracketed else value))
    except ValueError:
        address = ""
    # Browsers and resolvers read names that end in a number as IPv4 addresses: 127.1 is 127.0.0.1.
    name = normalize_host(value)
    is_name = HOST_PATTERN.fullmatch(name) and not is_bracketed and not NUMERIC_NAME.search(name)
    # An address with a scope (fe80::1%eth0) has no URL that browsers accept.
    if not (address or is_name) or "%" in address:
        raise InvalidSetting(
            f"HOST is “{value}”. It must be an IP address or a host name of this machine, such as 127.0.0.1, "
            "::1 or 0.0.0.0 (all addresses), without scheme and port."
        )
    return address or name


def _folder(name: str, value: str | None) -> Path | None:
    if value and not Path(value).is_dir():
        raise InvalidSetting(f"{name} is “{value}”, which is no folder.")
    return Path(value) if value else None


def _new_folder(name: str, value: str | None) -> Path | None:
    """Return the absolute path of a folder, which need not exist: workers change their folder."""
    if value and Path(value).exists() and not Path(value).is_dir():
        raise InvalidSetting(f"{name} is “{value}”, which is no folder.")
    return Path(value).absolute() if value else None


def _minutes(name: str, value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", value):
        raise InvalidSetting(f"{name} is “{value}”. It must be an integer between 0 and 9999; 0 is off.")
    return int(value)


def _port(value: str) -> int:
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= 65535):
        raise InvalidSetting(f"PORT is “{value}”. It must be an integer between 1 and 65535.")
    return int(value)


def _public_url(value: str | None) -> str | None:
    try:
        return normalize_public_url(value) if value else None
    except ValueError as error:
        raise InvalidSetting(f"SUBTEXT_PUBLIC_URL {error}") from None


def _trusted_hosts(value: str) -> tuple[str, ...]:
    hosts = tuple(PORT_SUFFIX.sub("", normalize_host(host)) for host in value.replace(",", " ").split())
    if any(not HOST_PATTERN.fullmatch(host.removeprefix(".")) for host in hosts):
        raise InvalidSetting(
            "SUBTEXT_TRUSTED_HOSTS must be a comma-separated list of host names. "
            "A leading dot allows all subdomains: .example.org."
        )
    return hosts


def _database_url(value: str) -> str:
    """Return a database URL. The path of an SQLite file becomes absolute: workers change their folder."""
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        url = URL.create("none")
    # The messages leave out the value, which may contain a password.
    if url.drivername in POSTGRESQL_DRIVERS:
        if "@" in (url.host or ""):
            raise InvalidSetting(
                "SUBTEXT_DATABASE_URL has an “@” in the password or the host. Write it as %40 in a password."
            )
        return value
    # With an in-memory database, each connection would see a database of its own.
    if url.drivername not in SQLITE_DRIVERS or url.database in (None, "", ":memory:"):
        raise InvalidSetting(
            "SUBTEXT_DATABASE_URL must be sqlite:///PATH or postgresql://USER:PASSWORD@HOST/DATABASE."
        )
    if "?" in value:
        raise InvalidSetting(
            "SUBTEXT_DATABASE_URL has a “?”, and SQLite databases have no options. Write it as %3F in a path."
        )
    return _sqlite_url(Path(str(url.database)).absolute())


def _sqlite_url(path: Path) -> str:
    return URL.create("sqlite", database=str(path)).render_as_string()


def _statement_seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0.0
    if not 0.01 <= seconds <= 600:
        raise InvalidSetting(
            f"SUBTEXT_STATEMENT_SECONDS is “{value}”. It must be a number of seconds between 0.01 and 600."
        )
    return seconds


def _rate_limits(value: str) -> tuple[str, ...]:
    if value.strip() in ("", RATE_LIMIT_OFF):
        return ()
    limits = tuple(part.strip() for part in value.split(";"))
    try:
        windows = {parse_rate_limit(limit).seconds for limit in limits}
    except ValueError:
        raise InvalidSetting(
            f"SUBTEXT_RATE_LIMIT is “{value}”. "
            "It must be off, or a semicolon-separated list of limits such as 600/minute."
        ) from None
    if len(windows) < len(limits):
        raise InvalidSetting(f"SUBTEXT_RATE_LIMIT is “{value}”. Set at most one limit per time window.")
    return limits


def _rate_limit_storage(value: str) -> str:
    if value != "memory://" and not _is_redis_url(value):
        # The message leaves out the value, which may contain a password.
        raise InvalidSetting("SUBTEXT_RATE_LIMIT_STORAGE must be memory:// or redis://HOST:PORT/DATABASE.")
    return value


def _is_redis_url(value: str) -> bool:
    try:
        port = urlsplit(value).port
    except ValueError:
        return False
    return bool(REDIS_URL_PATTERN.fullmatch(value)) and port != 0


def _trusted_proxies(value: str) -> int:
    if not re.fullmatch(r"[0-9]|1[0-6]", value):
        raise InvalidSetting(f"SUBTEXT_TRUSTED_PROXIES is “{value}”. It must be an integer between 0 and 16.")
    return int(value)


def _cache_bytes(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", value):
        raise InvalidSetting(
            f"SUBTEXT_CACHE_MB is “{value}”. "
            "It must be an integer number of megabytes; 0 turns the response cache off."
        )
    return int(value) * MEGABYTE


def _workers(value: str | None) -> int | None:
    if value is not None and not re.fullmatch(r"[1-9][0-9]?", value):
        raise InvalidSetting(f"SUBTEXT_WORKERS is “{value}”. It must be an integer between 1 and 99.")
    return int(value) if value else None


def _worker_memory(value: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{2,5}", value):
        raise InvalidSetting(
            f"SUBTEXT_WORKER_MEMORY_MB is “{value}”. "
            "It must be an integer number of megabytes between 100 and 999999."
        )
    return int(value)


def _build(value: str | None) -> str | None:
    if value is not None and not BUILD_PATTERN.fullmatch(value):
        raise InvalidSetting(
            "SUBTEXT_BUILD must be the name of a commit or build: "
            "at most 80 letters, digits and the characters . _ + : / -"
        )
    return value


def _tagging_entity(value: str) -> str:
    if not TAGGING_ENTITY_PATTERN.fullmatch(value):
        raise InvalidSetting(
            f"SUBTEXT_TAGGING_ENTITY is “{value}”. It must be a domain name in lower case and a date "
            "at which you owned it, such as example.org,2026."
        )
    return value


def _security_contacts(value: str) -> tuple[str, ...]:
    contacts = tuple(value.replace(",", " ").split())
    if not all(SECURITY_CONTACT_PATTERN.fullmatch(contact) for contact in contacts):
        raise InvalidSetting(
            f"SUBTEXT_SECURITY_CONTACT is “{value}”. It must be a mailto: or https: URL, such as "
            "mailto:security@example.org, or several separated by commas."
        )
    return contacts


def _access_log(value: str) -> str:
    if value not in ACCESS_LOG_LEVELS:
        raise InvalidSetting(
            f"SUBTEXT_ACCESS_LOG is “{value}”. It must be off, errors, slow (which includes errors) or all."
        )
    return value


def _count(name: str, value: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,5}", value):
        raise InvalidSetting(f"{name} is “{value}”. It must be an integer between 1 and 999999.")
    return int(value)


def _switch(name: str, value: str) -> bool:
    if value not in ("0", "1"):
        raise InvalidSetting(f"{name} is “{value}”. It must be 1 (on) or 0 (off).")
    return value == "1"


def _metrics(value: str | None) -> tuple[str, int] | None:
    if value is None:
        return None
    host, colon, port = value.rpartition(":")
    address = host.removeprefix("[").removesuffix("]")
    try:
        ip_address(address)
    except ValueError:
        address = ""
    if not (colon and address and port.isascii() and port.isdigit() and 1 <= int(port) <= 65535):
        raise InvalidSetting(
            f"SUBTEXT_METRICS is “{value}”. It must be an IP address and a port, such as 127.0.0.1:9464."
        )
    return address, int(port)


def _secret_key(value: str | None) -> str | None:
    # The message leaves out the value.
    if value is not None and not re.fullmatch(r"[!-~]{32,512}", value):
        raise InvalidSetting(
            "SUBTEXT_SECRET_KEY must be 32 to 512 ASCII characters without white space, chosen at random."
        )
    return value
