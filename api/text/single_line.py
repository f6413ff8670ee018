"""Texts on one line, as frames and oEmbed show them: what turns the text around it is taken away."""

from __future__ import annotations

import re

from api.text.escaping import WORD_JOINER, defused, escaped

#: White space that a browser folds, and what else ends a line; unbreakable blanks stay.
BLANKS = re.compile(r"[\t-\r\x1c- \x85\u2028\u2029]+")
#: Controls, marks that turn the text behind them around, and what XML cannot hold (XML 1.0, section 2.2).
UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
#: Quotation marks that no attribute ends with, and brackets that begin no tag.
HARMLESS = str.maketrans({'"': "”", "'": "’", "`": "’", "<": "‹", ">": "›"})
#: What begins a reference (HTML, section 13.2.5.72), such as one to a quotation mark.
REFERENCE = re.compile(r"&(?=[A-Za-z0-9#])")


def shown(text: str) -> str:
    """Return a text on one line, without what is not shown of it."""
    return UNSHOWN.sub("", BLANKS.sub(" ", text)).strip()


def shortened(text: str, most: int) -> str:
    """Return a text on one line that has at most so many characters, cut behind a word if one is near."""
    line = shown(text)
    if len(line) <= most:
        return line
    cut = line[: most - 1]
    at = cut.rfind(" ") if line[most - 1] != " " else len(cut)
    return (cut[:at] if at > most // 2 else cut).rstrip(" .,;:–—-") + "…"


def plain(text: str) -> str:
    """Return a text that is no markup, whoever takes it for some."""
    return defused(shown(text))


def words(text: str) -> str:
    """Return a text for an element's content: it stays text, however often it is un-escaped."""
    return str(escaped(shown(text)))


def attribute(text: str) -> str:
    """Return a text as the value of an attribute, which it does not end even once it is un-escaped."""
    harmless = shown(text).translate(HARMLESS)
    return str(escaped(REFERENCE.sub(f"&{WORD_JOINER}", harmless)))
