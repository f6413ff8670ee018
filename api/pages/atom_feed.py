"""Feeds as Atom (RFC 4287).

Written with the standard library: the libraries that write feeds give an empty one the time of the request,
so that it never stays the same, refuse texts with control characters, and know no JSON Feed.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from api.core.urls import absolute_url
from api.pages.feed_entries import Feed, FeedEntry
from api.representations.attribution import SERVICE_NAME
from api.text.escaping import INVALID_XML

CONTENT_TYPE = "application/atom+xml; charset=utf-8"
NAMESPACE = "http://www.w3.org/2005/Atom"
#: The attribute that XML itself has for languages.
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def write(feed: Feed) -> bytes:
    """Return the feed as a document in UTF-8."""
    root = ET.Element("feed", {"xmlns": NAMESPACE, LANGUAGE: "en"})
    for name, said in {"id": feed.address, "title": feed.title, "subtitle": feed.description}.items():
        _add(root, name, said)
    _add(root, "updated", feed.updated)
    _add(root, "link", rel="self", href=feed.address, type="application/atom+xml")
    _add(root, "link", rel="alternate", href=feed.home, type="text/html")
    _add(root, "icon", absolute_url("/favicon.svg"))
    author = _add(root, "author")
    _add(author, "name", SERVICE_NAME)
    _add(author, "uri", feed.home)
    for entry in feed.entries:
        _write_entry(root, entry)
    written: bytes = ET.tostring(root, "utf-8", xml_declaration=True)
    return written


def _write_entry(root: ET.Element, entry: FeedEntry) -> None:
    # Labels and notes are ours and English; only the words have a language of their own.
    made = _add(root, "entry")
    for name in ("id", "title", "published", "updated", "rights"):
        _add(made, name, getattr(entry, name))
    _add(made, "link", rel="alternate", href=entry.page, type="text/html")
    _add(_add(made, "author"), "name", entry.author)
    for theme, label in entry.tags:
        _add(made, "category", term=theme, label=label, scheme=absolute_url("/v1/themes"))
    _add(made, "summary", entry.summary)
    _add(made, "content", entry.html, type="html")


def _add(parent: ET.Element, tag: str, text: str | None = None, **attributes: str) -> ET.Element:
    """Add an element; what no XML may hold is replaced in all that it says."""
    clean = {key: INVALID_XML.sub("\ufffd", value) for key, value in attributes.items()}
    made = ET.SubElement(parent, tag, clean)
    made.text = None if text is None else INVALID_XML.sub("\ufffd", text)
    return made
