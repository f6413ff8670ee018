"""BibTeX, with every character that TeX would act on escaped."""

from __future__ import annotations

import re

from api.representations.attribution import UNDATED, Item
from api.representations.bibliography import Reference, references

#: What TeX acts on, and what prints it instead. BibTeX counts braces even behind a backslash, so a
#: brace of the text stands as a command.
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
# Two of these in a row would be set as one other character: -- as a dash, ,, as a quotation mark.
LIGATURE = re.compile(r"(?<=-)(?=-)|(?<=')(?=')|(?<=`)(?=`)|(?<=[?!])(?=`)|(?<=,)(?=,)")
#: Fields that are read as they stand.
VERBATIM = ("url", "urldate")


def write(item: Item) -> str:
    """Return the sources that an item cites, or the source itself, as BibTeX entries."""
    from bibtexparser.entrypoint import write_string
    from bibtexparser.library import Library
    from bibtexparser.model import Entry, Field

    def entry(reference: Reference) -> Entry:
        values = {name: value for name, value in fields(reference).items() if value}
        return Entry(entry_type(reference), reference.key, [Field(*pair) for pair in values.items()])

    return write_string(Library([entry(reference) for reference in references(item)]))


def entry_type(reference: Reference) -> str:
    """Return the type of entry: an essay or review in a publication is an article."""
    if reference.kind == "book":
        return "book"
    return "article" if reference.publication and reference.kind in ("essay", "review") else "misc"


def fields(reference: Reference) -> dict[str, str | None]:
    """Return the fields of an entry, escaped; one whose value is not known may be empty.

    Author and title stand in braces of their own: the one is no list of names, the other keeps its case.
    """
    published = {"article": "journal", "book": "publisher"}.get(entry_type(reference), "howpublished")
    _, month, day = (reference.issued or "--").split("-")
    plain = {
        "author": reference.author,
        "title": reference.title,
        published: reference.publication,
        "year": reference.issued[:4] if reference.issued else UNDATED,
        "month": month.lstrip("0"),
        "day": day.lstrip("0"),
        "url": reference.url,
        "urldate": reference.accessed,
        "language": reference.language,
        "keywords": ", ".join(reference.keywords),
        "note": " ".join(reference.notes),
        "annote": reference.words,
        "copyright": reference.rights,
    }
    return {name: _format_field(name, value) for name, value in plain.items()}


def _format_field(name: str, value: str | None) -> str | None:
    if not value or name in VERBATIM:
        return value
    return f"{{{escape_tex(value)}}}" if name in ("author", "title") else escape_tex(value)


def escape_tex(text: str) -> str:
    """Return the text as TeX prints it unchanged."""
    return LIGATURE.sub("{}", text.translate(ESCAPES))
