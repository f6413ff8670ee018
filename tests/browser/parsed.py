"""A parsed page: its elements with their attributes and ancestors, and its texts with their ancestors."""

from html.parser import HTMLParser
from typing import NamedTuple

VOID = {"meta", "link", "input", "br", "wbr"}


class Element(NamedTuple):
    tag: str
    attributes: dict
    within: tuple


class Text(NamedTuple):
    words: str
    within: tuple


class Parsed(HTMLParser):
    """Parses HTML; fails if elements are not closed in the reverse order of opening."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.texts, self.open = [], [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        element = Element(tag, dict(attrs), tuple(self.open))
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.elements.append(Element(tag, dict(attrs), tuple(self.open)))

    def handle_endtag(self, tag):
        assert self.open.pop().tag == tag

    def handle_data(self, data):
        self.texts.append(Text(data, tuple(self.open)))

    def all(self, *tags, **attributes):
        """Return the elements with any of these tags that have these attributes."""
        return [
            element
            for element in self.elements
            if (not tags or element.tag in tags) and attributes.items() <= element.attributes.items()
        ]

    @property
    def ids(self):
        return [element.attributes["id"] for element in self.elements if "id" in element.attributes]

    @property
    def links(self):
        return [a.attributes["href"] for a in self.all("a")]

    @property
    def text(self):
        return "".join(text.words for text in self.texts)

    def behind(self, *tags):
        """Return the text inside any element with one of these tags."""
        return "".join(t.words for t in self.texts if any(e.tag in tags for e in t.within))

    def before(self, *tags):
        """Return the text outside all elements with these tags, and the values of all attributes."""
        texts = [t.words for t in self.texts if not any(e.tag in tags for e in t.within)]
        values = [value for element in self.elements for value in element.attributes.values() if value]
        return "".join(texts) + "\n".join(values)
