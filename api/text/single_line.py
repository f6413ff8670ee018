"""Convert text to a single safe line: no line ends, no controls, no effect on the text around it."""

from __future__ import annotations

import html
import re

#: Collapsible white space and line separators; no-break spaces stay.
WHITE_SPACE = re.compile(r"[\t-\r\x1c- \x85\u2028\u2029]+")
#: Control characters, direction controls, and characters that XML excludes (XML 1.0, section 2.2).
INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
#: References to characters of markup. HTML does not require the semicolon.
REFERENCE = re.compile(r"&(?:#[0-9]+|#x[0-9a-f]+|lt|gt|amp|quot|apos);?", re.IGNORECASE)
#: How often a name is decoded: no consumer decodes more often.
MAX_DECODED = 4
#: A pair of straight quotation marks, and what replaces other characters of markup in names.
STRAIGHT_MARKS = re.compile('"([^"]*)"')
NAME_PUNCTUATION = str.maketrans({'"': "”", "`": "’", "<": "‹", ">": "›"})


def to_single_line(text: str) -> str:
    """Return the text on one line, without invisible characters."""
    return INVISIBLE.sub("", WHITE_SPACE.sub(" ", text)).strip()


def safe_name(text: str, max_length: int) -> str:
    """Return the name of a person or an organization on one line, without any character of markup.

    Consumers insert names into their pages, and some decode character references too often. Names contain
    neither references nor angle brackets, so nothing is lost; straight quotation marks become curly ones.
    """
    for _ in range(MAX_DECODED):
        text = REFERENCE.sub(lambda reference: html.unescape(reference[0]), text)
    return truncate(STRAIGHT_MARKS.sub("“\\1”", text).translate(NAME_PUNCTUATION), max_length)


def truncate(text: str, max_length: int) -> str:
    """Return the text on one line of at most ``max_length`` characters, cut after a word if possible."""
    line = to_single_line(text)
    if len(line) <= max_length:
        return line
    start = line[: max_length - 1]
    word_end = start.rfind(" ") if line[max_length - 1] != " " else len(start)
    return (start[:word_end] if word_end > max_length // 2 else start).rstrip(" .,;:–—-") + "…"
