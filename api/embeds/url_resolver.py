"""Resolve the URL of a page, frame or API item, in any spelling that people copy, to what it shows.

URLs are only parsed, never fetched.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from api.core.app_context import settings
from api.core.host_names import normalize_host
from api.core.resource_registry import VERSION_PREFIX
from api.embeds.quote_collection import COLLECTION_TYPES
from api.http.errors import ProblemException
from api.http.trusted_hosts import is_trusted_host
from api.schemas.fields import SLUG
from models.pin import Pin

#: Our URLs are short, but sites append long tracking parameters.
MAX_URL_LENGTH = 2_000
SCHEMES = ("http", "https")
PORTS = (80, 443)
#: The types that have frames, by the segment of their paths.
EMBEDDABLE_TYPES = {"quotes": "quote", **COLLECTION_TYPES}
#: The path of a page, a frame or an API item, with an optional format extension, or that of its file in the
#: static API.
EMBEDDABLE_PATH = re.compile(
    rf"(?:{VERSION_PREFIX.pattern}|/embed)?/(?P<segment>{'|'.join(EMBEDDABLE_TYPES)})/"
    rf"(?P<id>{SLUG.pattern})(?P<extension>\.[a-z.]{{1,20}})?(?:/index\.(?:html|json))?/*"
)


class ResolvedURL(NamedTuple):
    """The type and id that a URL identifies, and its parameters ``theme`` and ``lang``, or empty strings.

    ``pin`` is the revision that the URL of a quote is pinned to, if it is.
    """

    type_name: str
    id: str
    theme: str
    lang: str
    pin: Pin | None = None


def resolve_url(url: str) -> ResolvedURL:
    """Return the quote, film or theme that a URL identifies.

    Raises:
        ProblemException: 404, if the URL is not one of this service's that can be embedded.
    """
    try:
        parts = urlsplit(url.strip())
        match = EMBEDDABLE_PATH.fullmatch(_path_in_service(parts)) if _is_own_host(parts) else None
    except ValueError:
        match = None
    if match is None:
        raise ProblemException(
            "not-found", f"This is not the URL of a quote, film or theme. Use a URL such as {_example_url()}."
        )
    query = parse_qs(parts.query, max_num_fields=None)
    theme, lang, revision = (query.get(name, [""])[0] for name in ("theme", "lang", "revision"))
    type_name = EMBEDDABLE_TYPES[match["segment"]]
    pin = _pin(revision) if revision and type_name == "quote" else None
    return ResolvedURL(type_name, match["id"], theme, lang, pin)


def _pin(revision: str) -> Pin:
    pin = Pin.parse(revision)
    if pin is None:
        raise ProblemException(
            "not-found",
            "The revision in this URL must be the pin of a revision, such as 3.ab12cd, or its number.",
        )
    return pin


def _is_own_host(parts: SplitResult) -> bool:
    """Whether a URL points to this service: a known host, with or without ``www.``, and a plausible port.

    A URL with user information never does.
    """
    base, host = urlsplit(settings().base_url), normalize_host(parts.hostname or "")
    if parts.scheme not in SCHEMES or not host or "@" in parts.netloc:
        return False
    trusted = settings().trusted_hosts
    is_known = host.removeprefix("www.") == (base.hostname or "").removeprefix("www.")
    is_known = is_known or (bool(trusted) and is_trusted_host(host, trusted))
    return is_known and parts.port in {None, base.port, *PORTS}


def _path_in_service(parts: SplitResult) -> str:
    """Return the decoded path of a URL below the base URL; empty if it lies elsewhere on the host."""
    path, base = unquote(parts.path), f"{unquote(settings().base_path)}/"
    return path[len(base) - 1 :] if path.startswith(base) else ""


def _example_url() -> str:
    return f"{settings().base_url}/quotes/her-2013-a-wife-without-the-challenges"
