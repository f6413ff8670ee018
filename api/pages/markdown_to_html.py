"""Render the repository's Markdown files as HTML pages; no user input passes through here.

Links between files become links between pages. The base URL in examples is replaced with this service's own,
so that copied commands work. HTML inside Markdown is escaped.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

#: The base URL in the examples of the repository's Markdown.
EXAMPLE_BASE_URL = "http://127.0.0.1:8000"
#: By the language of a fenced block: the caption above it, and the name of the Pygments lexer.
LANGUAGES = {
    "sh": ("Shell", "bash"),
    "python": ("Python", "python"),
    "js": ("JavaScript", "js"),
    "ts": ("TypeScript", "ts"),
    "css": ("CSS", "css"),
    "nginx": ("nginx", "nginx"),
    "json": ("Response", "json"),
    "http": ("Response", "http"),
    "text": ("Response", "text"),
    # Excerpts of files, whose caption is their path.
    "html": ("HTML", "html"),
    "tsx": ("TypeScript", "ts"),
    "vue": ("Vue", "html"),
    "yaml": ("YAML", "yaml"),
    "liquid": ("Liquid", "html+django"),
    "go": ("Go template", "html+django"),
}
CODE_BLOCK = Markup(
    '<figure class="code"><figcaption id="{id}-is">{name}</figcaption>'
    '<pre tabindex="0" role="group" aria-labelledby="{id}-is"><code id="{id}">{code}</code></pre>'
    '<button type="button" data-copy="{id}" aria-describedby="{id}-is" hidden>Copy</button></figure>\n'
)
#: Class names only; the colours are in the style sheet.
FORMATTER = HtmlFormatter(nowrap=True)


@dataclass(frozen=True)
class Document:
    """A rendered Markdown file; ``summary`` is its first paragraph as plain text.

    ``sections`` are pairs of anchor and text for the headings below the title; ``link_targets`` are the
    paths that it links to, in order.
    """

    title: str
    summary: str
    html: Markup
    sections: tuple[tuple[str, str], ...]
    link_targets: tuple[str, ...]


def render_document(text: str, base_url: str, page_path: Callable[[str], str]) -> Document:
    """Return a Markdown text as a page of the service at ``base_url``.

    ``page_path`` maps the path of a file, relative to this one, to the path of its page.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(text)
    headings = _add_anchors(tokens)
    base_path = urlsplit(base_url).path
    link_targets = [_rewrite_link(link, base_path, page_path) for token in tokens for link in _links(token)]
    for token in _walk(tokens):
        token.content = token.content.replace(EXAMPLE_BASE_URL, base_url)
    for number, token in enumerate(tokens):
        if token.type == "fence":
            language, _, file = token.info.strip().partition(" ")
            block = render_code_block(language, token.content, f"code-{number}", file or None)
            tokens[number] = Token("html_block", "", 0, content=str(block))
        elif token.type == "table_open":
            tokens[number] = Token("html_block", "", 0, content='<div class="scrolls" tabindex="0"><table>')
        elif token.type == "table_close":
            tokens[number] = Token("html_block", "", 0, content="</table></div>\n")
    html = parser.renderer.render(tokens, parser.options, {})
    paragraphs = (content for opening, content in pairwise(tokens) if opening.type == "paragraph_open")
    summary = next(map(_plain_text, paragraphs), "")
    title, *sections = headings
    return Document(title[1], summary, Markup(html), tuple(sections), tuple(link_targets))  # noqa: S704 (escaped)


def render_code_block(language: str, text: str, name: str, title: str | None = None) -> Markup:
    """Return highlighted code with a caption (its language by default) and a copy button."""
    caption, lexer = LANGUAGES[language]
    highlighted = Markup(highlight(text, get_lexer_by_name(lexer), FORMATTER))  # noqa: S704 (Pygments escapes)
    return CODE_BLOCK.format(id=name, name=title or caption, code=highlighted)


def render_inline(text: str) -> Markup:
    """Return inline Markdown as HTML."""
    return Markup(MarkdownIt("commonmark", {"html": False}).renderInline(text))  # noqa: S704 (escaped)


def heading_anchor(heading: str) -> str:
    """Return the anchor of a heading, built as GitHub does."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _add_anchors(tokens: list[Token]) -> list[tuple[str, str]]:
    """Add an anchor and a link to every heading but the first; return pairs of anchor and text."""
    headings: list[tuple[str, str]] = []
    for opening, content in pairwise(tokens):
        if opening.type == "heading_open":
            text = _plain_text(content)
            anchor = heading_anchor(text)
            if headings:
                opening.attrSet("id", anchor)
                link = Token("link_open", "a", 1, attrs={"href": f"#{anchor}"})
                content.children = [link, *(content.children or ()), Token("link_close", "a", -1)]
            headings.append((anchor, text))
    return headings


def _walk(tokens: list[Token]) -> list[Token]:
    """Return the tokens and their children."""
    return [descendant for token in tokens for descendant in (token, *(token.children or ()))]


def _links(token: Token) -> list[Token]:
    return [child for child in token.children or () if child.type == "link_open"]


def _rewrite_link(link: Token, base_path: str, page_path: Callable[[str], str]) -> str:
    """Point a link between files to the corresponding page, and return its path below the base URL."""
    href = str(link.attrs["href"])
    path, hash_, fragment = href.partition("#")
    if path.startswith(EXAMPLE_BASE_URL):
        path = path.removeprefix(EXAMPLE_BASE_URL) or "/"
    elif path and ":" not in path:
        path = page_path(posixpath.normpath(path))
    link.attrSet("href", f"{base_path if path.startswith('/') else ''}{path}{hash_}{fragment}")
    return path


def _plain_text(inline: Token) -> str:
    types = ("text", "code_inline", "softbreak")
    parts: list[Any] = [child.content or " " for child in inline.children or () if child.type in types]
    return "".join(parts)
