"""oEmbed discovery: links from a page to its oEmbed URLs (oEmbed, section 4).

The pages of quotes, films and themes carry them twice, as ``link`` elements and as a ``Link`` header.
"""

from __future__ import annotations

from markupsafe import Markup

from api.core.urls import absolute_url

OEMBED_TYPES = {"json": "application/json+oembed", "xml": "text/xml+oembed"}


def oembed_urls(page_url: str) -> dict[str, str]:
    """Return the oEmbed URLs of a page by media type."""
    return {
        media_type: absolute_url("/oembed", url=page_url, format=name)
        for name, media_type in OEMBED_TYPES.items()
    }


def link_elements(page_url: str, title: str) -> Markup:
    """Return the ``link`` elements for the head of a page; ``title`` is that of its embed."""
    element = Markup('<link rel="alternate" type="{}" href="{}" title="{}">')
    elements = (element.format(media_type, url, title) for media_type, url in oembed_urls(page_url).items())
    return Markup("\n").join(elements)


def link_header(page_url: str) -> str:
    """Return the value of the ``Link`` header of a page (RFC 8288)."""
    return ", ".join(
        f'<{url}>; rel="alternate"; type="{media_type}"' for media_type, url in oembed_urls(page_url).items()
    )
