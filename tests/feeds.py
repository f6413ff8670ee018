"""Strict checks of feeds against RFC 4287 and JSON Feed 1.1; feed readers are more lenient."""

import re
from pathlib import Path

from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
ATOM_SCHEMA = etree.RelaxNG(file=Path(__file__).with_name("atom.rng"))
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
URL = re.compile(r"https?://\S+")
#: RFC 4151, section 2.1, with a host name as authority.
TAG_URI = re.compile(
    r"tag:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?,\d{4}(?:-\d\d(?:-\d\d)?)?:(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-F]{2})+"
)


def atom(body):
    """Return the root of an Atom feed; fail if it violates RFC 4287."""
    root = etree.fromstring(body)
    ATOM_SCHEMA.assertValid(root)
    entries = root.findall(f"{ATOM}entry")
    for element in (root, *entries):
        assert [link.get("rel") for link in element.findall(f"{ATOM}link")].count("alternate") == 1
        assert TAG_URI.fullmatch(element.findtext(f"{ATOM}id"))
    assert all(URL.fullmatch(link.get("href")) for link in root.iter(f"{ATOM}link"))
    ids = [element.findtext(f"{ATOM}id") for element in (root, *entries)]
    assert len(ids) == len(set(ids))
    return root


def json_feed(feed):
    """Return the items of a JSON Feed; fail if it violates version 1.1."""
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert isinstance(feed["title"], str)
    assert all(URL.fullmatch(feed[key]) for key in ("home_page_url", "feed_url", "favicon", "icon"))
    for item in feed["items"]:
        assert all(
            isinstance(item[key], str) for key in ("id", "url", "title", "content_html", "content_text")
        )
        assert all(TIMESTAMP.fullmatch(item[key]) for key in ("date_published", "date_modified"))
        assert all(URL.fullmatch(item[key]) for key in ("url", "image"))
        assert TAG_URI.fullmatch(item["id"])
        assert all(isinstance(tag, str) for tag in item["tags"])
        assert all(author["name"] for author in item.get("authors", ()))
    ids = [item["id"] for item in feed["items"]]
    assert len(ids) == len(set(ids))
    return feed["items"]
