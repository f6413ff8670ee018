"""Which quote an address means: any of ours that leads to one, however it was copied, and no other.

Nothing is ever asked for at an address that is given here.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from werkzeug.sansio.utils import host_is_trusted

from api.core.api_versions import VERSION_PREFIX
from api.core.request_context import settings
from api.embeds.quote_view_model import QuoteViewModel, build_view_model
from api.http.errors import ProblemException
from api.query.internal_reader import read_item
from api.schemas.fields import SLUG
from models import NotFound, Renamed

#: The longest address that is looked at; ours are short, but what is added to them may not be.
MAX_URL_LENGTH = 2_000
SCHEMES = ("http", "https")
PORTS = (80, 443)
#: The page, the frame and the item in the API, with or without a form's extension.
QUOTE_PATH = re.compile(
    rf"(?:{VERSION_PREFIX.pattern}|/embed)?/quotes/(?P<id>{SLUG.pattern})(?P<extension>\.[a-z.]{{1,20}})?/*"
)
THEME_PARAMETER = re.compile(r"(?:^|&)theme=(?P<name>[a-z]+)(?:&|$)")


class ResolvedURL(NamedTuple):
    """A quote, and the look that its frame's address asked for; empty where it asked for none."""

    quote: QuoteViewModel
    theme: str


def resolve_url(url: str) -> ResolvedURL:
    """Return what an address means.

    Raises:
        ProblemException: 404, when it is not ours, or leads to no quote that anyone may see.
    """
    try:
        parts = urlsplit(url.strip())
        found = QUOTE_PATH.fullmatch(unquote(parts.path)) if _is_ours(parts) else None
    except ValueError:
        found = None
    if found is None:
        raise ProblemException(
            "not-found", f"Only addresses of quotes here are known, such as {_example_url()}."
        )
    theme = THEME_PARAMETER.search(parts.query)
    return ResolvedURL(_load_quote(found["id"]), theme["name"] if theme else "")


def _is_ours(parts: SplitResult) -> bool:
    """Whether a host is ours, with or without ``www.``, and the port one that it may have been copied with.

    An address with a user in it is never one of ours.
    """
    ours, host = urlsplit(settings().base_url), parts.hostname
    if parts.scheme not in SCHEMES or not host or "@" in parts.netloc:
        return False
    trusted = settings().trusted_hosts
    is_known = host.removeprefix("www.") == (ours.hostname or "").removeprefix("www.")
    is_known = is_known or (bool(trusted) and host_is_trusted(host, trusted))
    return is_known and parts.port in {None, ours.port, *PORTS}


def _load_quote(slug: str) -> QuoteViewModel:
    """Return a quote by its id, or by one that it had.

    Raises:
        ProblemException: 404, also for what was deleted: oEmbed has no other word for that (section 2.3.4).
    """
    try:
        return build_view_model(read_item("quote", slug, "film", "sources").json)
    except Renamed as renamed:
        return _load_quote(renamed.new_slug)
    except NotFound as error:
        raise ProblemException("not-found", str(error)) from error


def _example_url() -> str:
    return f"{settings().base_url}/quotes/her-2013-a-wife-without-the-challenges"
