"""Write references as BibTeX, with all characters that are special in TeX escaped."""

from __future__ import annotations

import re

from api.representations.author_names import Name
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
#: A part of a name that BibTeX reads as it is; all others need braces.
PLAIN_PART = re.compile(r"[\w’.\- ]+")
CONJUNCTION = re.compile(r"\b(?:and|others)\b", re.IGNORECASE)


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

    The title is in additional braces, so that it keeps its case.
    """
    publication_field = {"article": "journal", "book": "publisher"}.get(entry_type(reference), "howpublished")
    _, month, day = (reference.issued or "--").split("-")
    values = {
        "author": " and ".join(format_name(name) for name in reference.authors),
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
    if name == "author":
        return value
    return f"{{{escape_tex(value)}}}" if name == "title" else escape_tex(value)


def format_name(name: Name) -> str:
    """Return a name, escaped, as BibTeX writes it: ``van Family, Suffix, Given``.

    A single name and that of an organization are in braces, which keep them whole.
    """
    if name.is_single or not _is_plain(name.particle or "x"):
        return f"{{{escape_tex(name.name)}}}"
    words = name.family.split()
    # BibTeX would read words in lower case inside a family name as a particle.
    is_plain = _is_plain(name.family) and not any(word[0].islower() for word in words[:-1])
    family = escape_tex(name.family) if is_plain else f"{{{escape_tex(name.family)}}}"
    suffix, given = (
        escape_tex(part) if _is_plain(part or "x") else f"{{{escape_tex(part)}}}"
        for part in (name.suffix, name.given)
    )
    last = " ".join(filter(None, (name.particle, family)))
    return ", ".join([last, suffix, given] if suffix else [last, given])


def _is_plain(part: str) -> bool:
    return bool(PLAIN_PART.fullmatch(part)) and not CONJUNCTION.search(part)


def escape_tex(text: str) -> str:
    """Return the text escaped so that TeX prints it unchanged."""
    return LIGATURE.sub("{}", text.translate(ESCAPES))
