"""Write references as BibTeX, with all characters that are special in TeX escaped."""

from __future__ import annotations

import re

from api.representations.bibliographic_data import Reference
from api.representations.shared_wording import UNDATED

#: TeX commands for special characters. BibTeX counts braces even after a backslash, so braces need commands.
ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        **{character: f"\\{character}" for character in "#$%&_"},
    }
)
# TeX typesets some pairs as one character: -- as a dash, ,, as a quotation mark.
LIGATURE = re.compile(r"(?<=-)(?=-)|(?<=')(?=')|(?<=`)(?=`)|(?<=[?!])(?=`)|(?<=,)(?=,)")
#: Fields that BibTeX does not typeset.
VERBATIM = ("url", "urldate")


def write(references: list[Reference]) -> str:
    """Return a BibTeX entry for each reference."""
    from bibtexparser.entrypoint import write_string
    from bibtexparser.library import Library
    from bibtexparser.model import Entry, Field

    def entry(reference: Reference) -> Entry:
        values = {name: value for name, value in fields(reference).items() if value}
        return Entry(entry_type(reference), reference.key, [Field(*pair) for pair in values.items()])

    return write_string(Library([entry(reference) for reference in references]))


def entry_type(reference: Reference) -> str:
    """Return the entry type: an essay or review in a publication is an article."""
    if reference.kind == "book":
        return "book"
    return "article" if reference.publication and reference.kind in ("essay", "review") else "misc"


def fields(reference: Reference) -> dict[str, str | None]:
    """Return the escaped fields of an entry; unknown values are empty or None.

    Author and title are in additional braces: the author is not parsed as a list of names, and the title
    keeps its case.
    """
    publication_field = {"article": "journal", "book": "publisher"}.get(entry_type(reference), "howpublished")
    _, month, day = (reference.issued or "--").split("-")
    values = {
        "author": reference.author,
        "title": reference.title,
        publication_field: reference.publication,
        "year": reference.issued[:4] if reference.issued else UNDATED,
        "month": month.lstrip("0"),
        "day": day.lstrip("0"),
        "url": reference.url,
        "urldate": reference.accessed,
        "language": reference.language,
        "keywords": ", ".join(reference.keywords),
        "note": " ".join(reference.notes),
        "annote": reference.text,
        "copyright": reference.rights,
    }
    return {name: _format_field(name, value) for name, value in values.items()}


def _format_field(name: str, value: str | None) -> str | None:
    if not value or name in VERBATIM:
        return value
    return f"{{{escape_tex(value)}}}" if name in ("author", "title") else escape_tex(value)


def escape_tex(text: str) -> str:
    """Return the text escaped so that TeX prints it unchanged."""
    return LIGATURE.sub("{}", text.translate(ESCAPES))
