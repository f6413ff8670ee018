"""Rewrite the links in HTML. Only start tags with links change; all other bytes stay."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from itertools import accumulate
from typing import Any

from api.static_api.service_urls import is_own_url, static_url

#: The attribute with the URL of what an element links to or loads.
URL_ATTRIBUTES = {
    "a": "href",
    "link": "href",
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
}
#: Relations of links that name the document itself: they keep the permanent URL, if that has no query string.
IDENTITY_RELATIONS = ("canonical",)


@dataclass
class Token:
    """A part of a document: ``kind`` is that of a tag, or empty. ``start`` is its position."""

    start: int
    kind: str = ""
    tag: str = ""
    attributes: dict[str, str | None] = field(default_factory=dict)
    text: str = ""


class Tokenizer(HTMLParser):
    """Splits a document into tokens that together are the document."""

    def __init__(self, document: str) -> None:
        """Parse the document."""
        super().__init__(convert_charrefs=False)
        self.tokens: list[Token] = []
        lengths = (len(line) + 1 for line in document.split("\n"))
        self._line_starts = [0, *accumulate(lengths)]
        self.feed(document)
        self.close()
        ends = [token.start for token in self.tokens[1:]] + [len(document)]
        for token, end in zip(self.tokens, ends, strict=True):
            token.text = document[token.start : end]

    def _add(self, *values: Any) -> None:
        line, column = self.getpos()
        self.tokens.append(Token(self._line_starts[line - 1] + column, *values))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._add("start", tag, dict(attrs))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._add("empty", tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        self._add("end", tag)

    def handle_data(self, data: str) -> None:
        self._add()

    def handle_entityref(self, name: str) -> None:
        self._add()

    def handle_charref(self, name: str) -> None:
        self._add()

    def handle_comment(self, data: str) -> None:
        self._add()

    def handle_decl(self, decl: str) -> None:
        self._add()


def rewrite_html(document: str) -> str:
    """Return a document whose links lead to files.

    The text of a link to what is not static stays, without the link.
    """
    tokens = Tokenizer(document).tokens
    for index, token in enumerate(tokens):
        if token.kind not in ("start", "empty"):
            continue
        if token.tag == "meta":
            _rewrite_meta(token)
        elif token.tag in URL_ATTRIBUTES and not _rewrite(token):
            token.text = ""
            if token.tag == "a":
                # Links do not nest.
                next(each for each in tokens[index:] if each.kind == "end" and each.tag == "a").text = ""
    return "".join(token.text for token in tokens)


def _rewrite(token: Token) -> bool:
    """Rewrite the link of an element; return whether the element may stay."""
    name = URL_ATTRIBUTES[token.tag]
    url = token.attributes.get(name)
    if not url or not is_own_url(url):
        return True
    if token.attributes.get("rel") in IDENTITY_RELATIONS and "?" not in url:
        return True
    return _set(token, name, static_url(url))


def _rewrite_meta(token: Token) -> None:
    """Rewrite the URL of the page or its picture in Open Graph metadata, if it has a query string."""
    url = token.attributes.get("content") or ""
    if (token.attributes.get("property") or "").startswith("og:") and is_own_url(url) and "?" in url:
        _set(token, "content", static_url(url))


def _set(token: Token, name: str, value: str | None) -> bool:
    if value is None:
        return False
    attributes = token.attributes | {name: value}
    written = "".join(
        f" {key}" if text is None else f' {key}="{escape(text)}"' for key, text in attributes.items()
    )
    token.text = f"<{token.tag}{written}>"
    return True
