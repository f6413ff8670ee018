"""The route of ``security.txt``: where to report a vulnerability of this server (RFC 9116)."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, Response

from api.core.app_context import settings
from api.core.urls import absolute_url
from api.http.errors import ProblemException
from api.http.response_cache.current_date import today
from api.pages.rendering import validated_response

security_txt = Blueprint("security_txt", __name__)

PATH = "/.well-known/security.txt"
#: How long a copy stays valid. RFC 9116, section 2.5.5, recommends less than a year.
VALID_FOR = dt.timedelta(days=180)
#: The language of all pages and documents.
LANGUAGE = "en"
CACHE_CONTROL = "public, max-age=3600"


@security_txt.get(PATH)
def serve_security_txt() -> Response:
    """Serve the contacts of ``SUBTEXT_SECURITY_CONTACT``.

    The expiry date moves once a day, so that the file can be cached.

    Raises:
        ProblemException: 404, no contact is set.
    """
    contacts = settings().security_contacts
    if not contacts:
        raise ProblemException(
            "not-found",
            "This server names no contact for security reports. Its operator can set one with "
            "SUBTEXT_SECURITY_CONTACT.",
        )
    # The file applies to the root of a host. Below a path, a proxy can serve it there, too.
    canonical = dict.fromkeys((f"{settings().origin}{PATH}", absolute_url(PATH)))
    fields = [
        *(("Contact", contact) for contact in contacts),
        ("Expires", f"{today() + VALID_FOR}T00:00:00Z"),
        ("Preferred-Languages", LANGUAGE),
        *(("Canonical", url) for url in canonical),
    ]
    text = "".join(f"{name}: {value}\n" for name, value in fields)
    return validated_response(text.encode(), "text/plain; charset=utf-8", CACHE_CONTROL)
