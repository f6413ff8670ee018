"""Markdown of the repository as HTML for its pages; nothing here reads what a user wrote.

Links between files become links between pages, and the address that examples are written with becomes
that of this service, so that what is copied works. HTML in Markdown is shown, not taken over.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

#: What every example in the repository's Markdown is written with.
EXAMPLE_BASE_URL = "http://127.0.0.1:8000"
#: What stands above a block, by the language after its fence, and how Pygments calls that language.
LANGUAGES = {
    "sh": ("Shell", "bash"),
    "python": ("Python", "python"),
    "js": ("JavaScript", "js"),
    "ts": ("TypeScript", "ts"),
    "nginx": ("nginx", "nginx"),
    "json": ("Answer", "json"),
    "http": ("Answer", "http"),
    "text": ("Answer", "text"),
}
CODE_BLOCK = Markup(
    '<figure class="code"><figcaption id="{id}-is">{name}</figcaption>'
    '<pre tabindex="0" role="group" aria-labelledby="{id}-is"><code id="{id}">{code}</code></pre>'
    '<button type="button" data-copy="{id}" aria-describedby="{id}-is" hidden>Copy</button></figure>\n'
)
#: Pygments' classes, and no others: colours are in the stylesheet.
FORMATTER = HtmlFormatter(nowrap=True)


@dataclass(frozen=True)
class Document:
    """A Markdown file as a page: its title, its first paragraph as plain text, and its HTML.

    ``sections`` are the anchors and texts of its headings below the title; ``linked`` is where its
    links lead, in order.
    """

    title: str
    summary: str
    html: Markup
    sections: tuple[tuple[str, str], ...]
    linked: tuple[str, ...]


def render_document(text: str, base_url: str, on_the_web: Callable[[str], str]) -> Document:
    """Return a Markdown text as a page of the service at ``base_url``.

    ``on_the_web`` turns the path of a file, relative to the text's own, into the path of its page.
    """
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(text)
    places = _add_anchors(tokens)
    linked = [_rewrite_link(link, on_the_web) for token in tokens for link in _links(token)]
    for token in _walk(tokens):
        token.content = token.content.replace(EXAMPLE_BASE_URL, base_url)
    for number, token in enumerate(tokens):
        if token.type == "fence":
            shown = render_code_block(token.info.strip(), token.content, f"code-{number}")
            tokens[number] = Token("html_block", "", 0, content=str(shown))
        elif token.type == "table_open":
            tokens[number] = Token("html_block", "", 0, content='<div class="scrolls" tabindex="0"><table>')
        elif token.type == "table_close":
            tokens[number] = Token("html_block", "", 0, content="</table></div>\n")
    html = reader.renderer.render(tokens, reader.options, {})
    summary = next((_plain(inner) for opened, inner in _pairs(tokens) if opened.type == "paragraph_open"), "")
    title, *sections = places
    return Document(title[1], summary, Markup(html), tuple(sections), tuple(linked))  # noqa: S704 (escaped)


def render_code_block(language: str, text: str, name: str, title: str | None = None) -> Markup:
    """Return code with its language, or another title, above it, and a button that a script shows."""
    said, lexer = LANGUAGES[language]
    coloured = Markup(highlight(text, get_lexer_by_name(lexer), FORMATTER))  # noqa: S704 (Pygments escapes)
    return CODE_BLOCK.format(id=name, name=title or said, code=coloured)


def render_inline(text: str) -> Markup:
    """Return a sentence of Markdown as HTML."""
    return Markup(MarkdownIt("commonmark", {"html": False}).renderInline(text))  # noqa: S704 (escaped)


def heading_anchor(heading: str) -> str:
    """Return the anchor of a heading, as viewers of repositories make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _add_anchors(tokens: list[Token]) -> list[tuple[str, str]]:
    """Give every heading an anchor, and all but the first a link to it; return anchors and texts."""
    places: list[tuple[str, str]] = []
    for opened, inner in _pairs(tokens):
        if opened.type == "heading_open":
            place = heading_anchor(_plain(inner))
            if places:
                opened.attrSet("id", place)
                link = Token("link_open", "a", 1, attrs={"href": f"#{place}"})
                inner.children = [link, *(inner.children or ()), Token("link_close", "a", -1)]
            places.append((place, _plain(inner)))
    return places


def _pairs(tokens: list[Token]) -> list[tuple[Token, Token]]:
    return list(pairwise(tokens))


def _walk(tokens: list[Token]) -> list[Token]:
    return [inner for token in tokens for inner in (token, *(token.children or ()))]


def _links(token: Token) -> list[Token]:
    return [inner for inner in token.children or () if inner.type == "link_open"]


def _rewrite_link(link: Token, on_the_web: Callable[[str], str]) -> str:
    """Let a link lead where it does on the web, and return that."""
    href = str(link.attrs["href"])
    path, hash_, place = href.partition("#")
    if path.startswith(EXAMPLE_BASE_URL):
        path = path.removeprefix(EXAMPLE_BASE_URL) or "/"
    elif path and ":" not in path:
        path = on_the_web(posixpath.normpath(path))
    link.attrSet("href", f"{path}{hash_}{place}")
    return path


def _plain(inline: Token) -> str:
    kept = ("text", "code_inline", "softbreak")
    parts: list[Any] = [inner.content or " " for inner in inline.children or () if inner.type in kept]
    return "".join(parts)
