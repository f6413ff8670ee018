"""Write a feed as Atom (RFC 4287).

It uses the standard library. Feed libraries stamp an empty feed with the time of the request, so its ETag
always changes; they also reject control characters and do not support JSON Feed.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from api.core.urls import absolute_url
from api.pages.feed_entries import Feed, FeedEntry
from api.pages.page_metadata import IMAGE_HEIGHT, IMAGE_WIDTH
from api.representations.shared_wording import SERVICE_NAME
from api.text.html_escaping import INVALID_XML

CONTENT_TYPE = "application/atom+xml; charset=utf-8"
NAMESPACE = "http://www.w3.org/2005/Atom"
#: Media RSS, where readers look for the picture of an entry. Others show the enclosure.
MEDIA_NAMESPACE = "http://search.yahoo.com/mrss/"
#: The ``xml:lang`` attribute.
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def write(feed: Feed) -> bytes:
    """Return the feed as a UTF-8 document."""
    root = ET.Element("feed", {"xmlns": NAMESPACE, "xmlns:media": MEDIA_NAMESPACE, LANGUAGE: "en"})
    for name, text in {"id": feed.id, "title": feed.title, "subtitle": feed.description}.items():
        _add(root, name, text)
    _add(root, "updated", feed.updated)
    _add(root, "link", rel="self", href=feed.url, type="application/atom+xml")
    _add(root, "link", rel="alternate", href=feed.home_url, type="text/html")
    _add(root, "icon", absolute_url("/apple-touch-icon.png"))
    author = _add(root, "author")
    _add(author, "name", SERVICE_NAME)
    _add(author, "uri", feed.home_url)
    for entry in feed.entries:
        _write_entry(root, entry)
    document: bytes = ET.tostring(root, "utf-8", xml_declaration=True)
    return document


def _write_entry(root: ET.Element, entry: FeedEntry) -> None:
    # Labels and notes are in English; only the quote has a language of its own.
    element = _add(root, "entry")
    for name in ("id", "title", "published", "updated", "rights"):
        if value := getattr(entry, name):
            _add(element, name, value)
    _add(element, "link", rel="alternate", href=entry.page_url, type="text/html")
    if entry.image:
        _add(element, "link", rel="enclosure", href=entry.image, type="image/png")
        size = {"width": f"{IMAGE_WIDTH}", "height": f"{IMAGE_HEIGHT}"}
        _add(element, "media:thumbnail", url=entry.image, **size)
    for name in entry.authors:
        _add(_add(element, "author"), "name", name)
    for theme, label in entry.tags:
        _add(element, "category", term=theme, label=label, scheme=absolute_url("/v1/themes"))
    _add(element, "summary", entry.summary)
    _add(element, "content", entry.html, type="html")


def _add(parent: ET.Element, tag: str, text: str | None = None, **attributes: str) -> ET.Element:
    """Add an element; characters that XML excludes are replaced with U+FFFD."""
    clean = {key: INVALID_XML.sub("\ufffd", value) for key, value in attributes.items()}
    element = ET.SubElement(parent, tag, clean)
    element.text = None if text is None else INVALID_XML.sub("\ufffd", text)
    return element
