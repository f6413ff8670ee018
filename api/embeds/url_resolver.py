"""Resolve the URL of a quote's page, frame or API item, in any spelling that people copy, to the quote.

URLs are only parsed, never fetched.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from api.core.app_context import settings
from api.core.host_names import normalize_host
from api.core.resource_registry import VERSION_PREFIX
from api.embeds.quote_view_model import QuoteViewModel, build_view_model
from api.http.errors import ProblemException
from api.http.trusted_hosts import is_trusted_host
from api.query.internal_reader import read_item
from api.schemas.fields import SLUG
from models import NotFound, Renamed

#: Our URLs are short, but sites append long tracking parameters.
MAX_URL_LENGTH = 2_000
SCHEMES = ("http", "https")
PORTS = (80, 443)
#: The path of a page, a frame or an API item, with an optional format extension.
QUOTE_PATH = re.compile(
    rf"(?:{VERSION_PREFIX.pattern}|/embed)?/quotes/(?P<id>{SLUG.pattern})(?P<extension>\.[a-z.]{{1,20}})?/*"
)
THEME_PARAMETER = re.compile(r"(?:^|&)theme=(?P<name>[a-z]+)(?:&|$)")


class ResolvedURL(NamedTuple):
    """A quote, and the ``theme`` parameter of its frame's URL, empty if it has none."""

    quote: QuoteViewModel
    theme: str


def resolve_url(url: str) -> ResolvedURL:
    """Return the quote that a URL identifies.

    Raises:
        ProblemException: 404, if the URL is not one of this service's, or its quote is not public.
    """
    try:
        parts = urlsplit(url.strip())
        match = QUOTE_PATH.fullmatch(_path_in_service(parts)) if _is_own_host(parts) else None
    except ValueError:
        match = None
    if match is None:
        raise ProblemException(
            "not-found", f"This is not the URL of a quote. Use a URL such as {_example_url()}."
        )
    theme = THEME_PARAMETER.search(parts.query)
    return ResolvedURL(_load_quote(match["id"]), theme["name"] if theme else "")


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


def _load_quote(slug: str) -> QuoteViewModel:
    """Return a quote by its id or a former id.

    Raises:
        ProblemException: 404, also for deleted quotes, because oEmbed has no 410 (section 2.3.4).
    """
    try:
        return build_view_model(read_item("quote", slug, "film", "sources").json)
    except Renamed as renamed:
        return _load_quote(renamed.new_slug)
    except NotFound as error:
        raise ProblemException("not-found", str(error)) from error


def _example_url() -> str:
    return f"{settings().base_url}/quotes/her-2013-a-wife-without-the-challenges"
