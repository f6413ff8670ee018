"""Texts on one line, as frames and oEmbed show them: what turns the text around it is taken away."""

from __future__ import annotations

import re

from api.text.escaping import WORD_JOINER, escape_active, escape_html

#: White space that a browser folds, and what else ends a line; unbreakable blanks stay.
WHITE_SPACE = re.compile(r"[\t-\r\x1c- \x85\u2028\u2029]+")
#: Controls, marks that turn the text behind them around, and what XML cannot hold (XML 1.0, section 2.2).
INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
#: Quotation marks that no attribute ends with, and brackets that begin no tag.
SAFE_PUNCTUATION = str.maketrans({'"': "”", "'": "’", "`": "’", "<": "‹", ">": "›"})
#: What begins a reference (HTML, section 13.2.5.72), such as one to a quotation mark.
CHARACTER_REFERENCE = re.compile(r"&(?=[A-Za-z0-9#])")


def to_single_line(text: str) -> str:
    """Return a text on one line, without what is not shown of it."""
    return INVISIBLE.sub("", WHITE_SPACE.sub(" ", text)).strip()


def truncate(text: str, most: int) -> str:
    """Return a text on one line that has at most so many characters, cut behind a word if one is near."""
    line = to_single_line(text)
    if len(line) <= most:
        return line
    cut = line[: most - 1]
    at = cut.rfind(" ") if line[most - 1] != " " else len(cut)
    return (cut[:at] if at > most // 2 else cut).rstrip(" .,;:–—-") + "…"


def to_inert_text(text: str) -> str:
    """Return a text that is no markup, whoever takes it for some."""
    return escape_active(to_single_line(text))


def escape_content(text: str) -> str:
    """Return a text for an element's content: it stays text, however often it is un-escaped."""
    return str(escape_html(to_single_line(text)))


def escape_attribute(text: str) -> str:
    """Return a text as the value of an attribute, which it does not end even once it is un-escaped."""
    harmless = to_single_line(text).translate(SAFE_PUNCTUATION)
    return str(escape_html(CHARACTER_REFERENCE.sub(f"&{WORD_JOINER}", harmless)))
