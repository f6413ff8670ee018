"""oEmbed discovery: links from a quote's page to its oEmbed URLs (oEmbed, section 4).

The page carries them twice, as ``link`` elements and as a ``Link`` header.
"""

from __future__ import annotations

from markupsafe import Markup

from api.core.urls import absolute_url
from api.embeds.frame import frame_title
from api.embeds.quote_view_model import QuoteViewModel

OEMBED_TYPES = {"json": "application/json+oembed", "xml": "text/xml+oembed"}


def oembed_urls(quote: QuoteViewModel) -> dict[str, str]:
    """Return a quote's oEmbed URLs by media type."""
    return {
        media_type: absolute_url("/oembed", url=quote.page_url, format=name)
        for name, media_type in OEMBED_TYPES.items()
    }


def link_elements(quote: QuoteViewModel) -> Markup:
    """Return the ``link`` elements for the head of a quote's page."""
    element = Markup('<link rel="alternate" type="{}" href="{}" title="{}">')
    title = frame_title(quote)
    elements = (element.format(media_type, url, title) for media_type, url in oembed_urls(quote).items())
    return Markup("\n").join(elements)


def link_header(quote: QuoteViewModel) -> str:
    """Return the value of the ``Link`` header of a quote's page (RFC 8288)."""
    return ", ".join(
        f'<{url}>; rel="alternate"; type="{media_type}"' for media_type, url in oembed_urls(quote).items()
    )
