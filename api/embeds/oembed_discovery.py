"""Discovery: how the page of a quote says where its oEmbed answers are (oEmbed, section 4).

Both ways say the same: elements in the head, and the ``Link`` header.
"""

from __future__ import annotations

from markupsafe import Markup

from api.core.urls import absolute_url
from api.embeds.frame import frame_title
from api.embeds.quote_view_model import QuoteViewModel

OEMBED_TYPES = {"json": "application/json+oembed", "xml": "text/xml+oembed"}


def oembed_urls(quote: QuoteViewModel) -> dict[str, str]:
    """Return the addresses of a quote's oEmbed answers, by their types."""
    return {
        type_: absolute_url("/oembed", url=quote.page, format=form) for form, type_ in OEMBED_TYPES.items()
    }


def link_elements(quote: QuoteViewModel) -> Markup:
    """Return the elements for the head of a quote's page."""
    element = Markup('<link rel="alternate" type="{}" href="{}" title="{}">')
    found = (element.format(type_, href, frame_title(quote)) for type_, href in oembed_urls(quote).items())
    return Markup("\n").join(found)


def link_header(quote: QuoteViewModel) -> str:
    """Return the value of the ``Link`` header of a quote's page (RFC 8288)."""
    return ", ".join(
        f'<{href}>; rel="alternate"; type="{type_}"' for type_, href in oembed_urls(quote).items()
    )
