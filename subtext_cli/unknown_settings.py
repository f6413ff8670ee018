"""Environment variables that look like settings but are none, such as a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

PREFIX = "SUBTEXT_"
#: Every variable that Subtext reads.
NAMES = (
    "HOST",
    "PORT",
    *("SUBTEXT_DATABASE_URL", "SUBTEXT_PUBLIC_URL", "SUBTEXT_TRUSTED_HOSTS", "SUBTEXT_STATEMENT_SECONDS"),
    *("SUBTEXT_RATE_LIMIT", "SUBTEXT_RATE_LIMIT_STORAGE", "SUBTEXT_TRUSTED_PROXIES", "SUBTEXT_CACHE_MB"),
    *("SUBTEXT_WORKERS", "SUBTEXT_WORKER_MEMORY_MB", "SUBTEXT_BUILD", "SUBTEXT_TAGGING_ENTITY"),
    *("SUBTEXT_SECURITY_CONTACT", "SUBTEXT_METRICS", "SUBTEXT_SECRET_KEY"),
    *("SUBTEXT_SNAPSHOTS", "SUBTEXT_SNAPSHOT_MINUTES"),
    *("SUBTEXT_ACCESS_LOG", "SUBTEXT_ACCESS_LOG_HITS", "SUBTEXT_ACCESS_LOG_SEARCH_TERMS", "SUBTEXT_SLOW_MS"),
    "SUBTEXT_ESSAYS",
)
#: Variables of the guides' examples: the key of a client.
CLIENT_NAMES = ("SUBTEXT_KEY",)
#: Variables of the tests, and those that Kubernetes sets for a service with the name `subtext`.
OTHER_PREFIXES = ("SUBTEXT_TEST_", "SUBTEXT_SERVICE_", "SUBTEXT_PORT_")


def unknown_settings(environment: Iterable[str]) -> list[str]:
    """Return a sentence for each variable of an environment that has our prefix and is not a setting."""
    nouns = {name.removeprefix(PREFIX): name for name in NAMES}
    sentences = []
    for name in sorted(environment):
        if (
            not name.upper().startswith(PREFIX)
            or name in (*NAMES, *CLIENT_NAMES)
            or name.startswith(OTHER_PREFIXES)
        ):
            continue
        near = get_close_matches(name.upper().removeprefix(PREFIX), nouns, n=1)
        hint = f" Did you mean {nouns[near[0]]}?" if near else ""
        sentences.append(f"{name} is not a setting of Subtext and has no effect.{hint}")
    return sentences
