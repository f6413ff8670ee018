"""What RFC 4287 and JSON Feed 1.1 ask of a document, checked without a feed reader's leniency."""

import datetime as dt
import re
from xml.etree import ElementTree as ET

ATOM = "{http://www.w3.org/2005/Atom}"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
ADDRESS = re.compile(r"https?://\S+")
#: The elements of a feed and of an entry: how often each stands there (RFC 4287, sections 4.1.1 and 4.1.2).
MANY = 1_000
OF_FEED = {
    **dict.fromkeys(("id", "title", "updated"), (1, 1)),
    **dict.fromkeys(("subtitle", "icon", "logo", "rights", "generator"), (0, 1)),
    "author": (1, MANY),
    **dict.fromkeys(("link", "category", "contributor", "entry"), (0, MANY)),
}
OF_ENTRY = {
    **dict.fromkeys(("id", "title", "updated"), (1, 1)),
    **dict.fromkeys(("content", "published", "rights", "source", "summary"), (0, 1)),
    **dict.fromkeys(("author", "link", "category", "contributor"), (0, MANY)),
}


def atom(body):
    """Return a feed's root, or fail where RFC 4287 is not kept."""
    root = ET.fromstring(body)
    assert root.tag == f"{ATOM}feed"
    _holds(root, OF_FEED)
    entries = root.findall(f"{ATOM}entry")
    for entry in entries:
        _holds(entry, OF_ENTRY)
        alternates = [link for link in entry.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
        assert len(alternates) == 1
        assert entry.find(f"{ATOM}content").get("type") == "html"
    for element in root.iter():
        _fits(element)
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(ids) == len(set(ids))
    [own] = [link.get("href") for link in root.findall(f"{ATOM}link") if link.get("rel") == "self"]
    assert own == root.findtext(f"{ATOM}id")
    return root


def _holds(element, counts):
    names = [child.tag.removeprefix(ATOM) for child in element]
    assert set(names) <= set(counts)
    for name, (least, most) in counts.items():
        assert least <= names.count(name) <= most, name


def _fits(element):
    name, text = element.tag.removeprefix(ATOM), element.text or ""
    if name in ("updated", "published"):
        assert MOMENT.fullmatch(text)
        dt.datetime.fromisoformat(text)
    if name in ("id", "uri", "icon"):
        assert ADDRESS.fullmatch(text)
    if name == "link":
        assert ADDRESS.fullmatch(element.get("href"))
    if name == "category":
        assert element.get("term")
    if name == "author":
        assert element.findtext(f"{ATOM}name")


def json_feed(feed):
    """Return a feed's items, or fail where JSON Feed 1.1 is not kept."""
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert isinstance(feed["title"], str)
    assert all(ADDRESS.fullmatch(feed[key]) for key in ("home_page_url", "feed_url", "favicon"))
    for item in feed["items"]:
        assert all(
            isinstance(item[key], str) for key in ("id", "url", "title", "content_html", "content_text")
        )
        assert all(MOMENT.fullmatch(item[key]) for key in ("date_published", "date_modified"))
        assert all(ADDRESS.fullmatch(item[key]) for key in ("id", "url", "image"))
        assert all(isinstance(tag, str) for tag in item["tags"])
        assert all(author["name"] for author in item["authors"])
    ids = [item["id"] for item in feed["items"]]
    assert len(ids) == len(set(ids))
    return feed["items"]
