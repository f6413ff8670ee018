"""Strict checks of feeds against RFC 4287 and JSON Feed 1.1; feed readers are more lenient."""

import datetime as dt
import re
from xml.etree import ElementTree as ET

ATOM = "{http://www.w3.org/2005/Atom}"
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
URL = re.compile(r"https?://\S+")
#: The minimum and maximum number of each element in a feed and an entry (RFC 4287, sections 4.1.1 and 4.1.2).
UNBOUNDED = 1_000
FEED_COUNTS = {
    **dict.fromkeys(("id", "title", "updated"), (1, 1)),
    **dict.fromkeys(("subtitle", "icon", "logo", "rights", "generator"), (0, 1)),
    "author": (1, UNBOUNDED),
    **dict.fromkeys(("link", "category", "contributor", "entry"), (0, UNBOUNDED)),
}
ENTRY_COUNTS = {
    **dict.fromkeys(("id", "title", "updated"), (1, 1)),
    **dict.fromkeys(("content", "published", "rights", "source", "summary"), (0, 1)),
    **dict.fromkeys(("author", "link", "category", "contributor"), (0, UNBOUNDED)),
}


def atom(body):
    """Return the root of an Atom feed; fail if it violates RFC 4287."""
    root = ET.fromstring(body)
    assert root.tag == f"{ATOM}feed"
    _assert_counts(root, FEED_COUNTS)
    entries = root.findall(f"{ATOM}entry")
    for entry in entries:
        _assert_counts(entry, ENTRY_COUNTS)
        alternates = [link for link in entry.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
        assert len(alternates) == 1
        assert entry.find(f"{ATOM}content").get("type") == "html"
    for element in root.iter():
        _assert_valid(element)
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(ids) == len(set(ids))
    [self_url] = [link.get("href") for link in root.findall(f"{ATOM}link") if link.get("rel") == "self"]
    assert self_url == root.findtext(f"{ATOM}id")
    return root


def _assert_counts(element, counts):
    names = [child.tag.removeprefix(ATOM) for child in element]
    assert set(names) <= set(counts)
    for name, (minimum, maximum) in counts.items():
        assert minimum <= names.count(name) <= maximum, name


def _assert_valid(element):
    name, text = element.tag.removeprefix(ATOM), element.text or ""
    if name in ("updated", "published"):
        assert TIMESTAMP.fullmatch(text)
        dt.datetime.fromisoformat(text)
    if name in ("id", "uri", "icon"):
        assert URL.fullmatch(text)
    if name == "link":
        assert URL.fullmatch(element.get("href"))
    if name == "category":
        assert element.get("term")
    if name == "author":
        assert element.findtext(f"{ATOM}name")


def json_feed(feed):
    """Return the items of a JSON Feed; fail if it violates version 1.1."""
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert isinstance(feed["title"], str)
    assert all(URL.fullmatch(feed[key]) for key in ("home_page_url", "feed_url", "favicon"))
    for item in feed["items"]:
        assert all(
            isinstance(item[key], str) for key in ("id", "url", "title", "content_html", "content_text")
        )
        assert all(TIMESTAMP.fullmatch(item[key]) for key in ("date_published", "date_modified"))
        assert all(URL.fullmatch(item[key]) for key in ("id", "url", "image"))
        assert all(isinstance(tag, str) for tag in item["tags"])
        assert all(author["name"] for author in item["authors"])
    ids = [item["id"] for item in feed["items"]]
    assert len(ids) == len(set(ids))
    return feed["items"]
