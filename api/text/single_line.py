"""Convert text to a single safe line: no line ends, no controls, no effect on the text around it."""

from __future__ import annotations

import re

from api.text.html_escaping import WORD_JOINER, escape_active, escape_html

#: Collapsible white space and line separators; no-break spaces stay.
WHITE_SPACE = re.compile(r"[\t-\r\x1c- \x85\u2028\u2029]+")
#: Control characters, direction controls, and characters that XML excludes (XML 1.0, section 2.2).
INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
#: Replacements for characters that could end an attribute or start a tag.
SAFE_PUNCTUATION = str.maketrans({'"': "”", "'": "’", "`": "’", "<": "‹", ">": "›"})
#: The start of a character reference (HTML, section 13.2.5.72).
CHARACTER_REFERENCE = re.compile(r"&(?=[A-Za-z0-9#])")


def to_single_line(text: str) -> str:
    """Return the text on one line, without invisible characters."""
    return INVISIBLE.sub("", WHITE_SPACE.sub(" ", text)).strip()


def truncate(text: str, max_length: int) -> str:
    """Return the text on one line of at most ``max_length`` characters, cut after a word if possible."""
    line = to_single_line(text)
    if len(line) <= max_length:
        return line
    start = line[: max_length - 1]
    word_end = start.rfind(" ") if line[max_length - 1] != " " else len(start)
    return (start[:word_end] if word_end > max_length // 2 else start).rstrip(" .,;:–—-") + "…"


def to_inert_text(text: str) -> str:
    """Return the text on one line, with nothing in it that could act as markup."""
    return escape_active(to_single_line(text))


def escape_content(text: str) -> str:
    """Return the text escaped for element content; it stays text even after repeated unescaping."""
    return str(escape_html(to_single_line(text)))


def escape_attribute(text: str) -> str:
    """Return the text escaped as an attribute value that it cannot end even when unescaped."""
    safe = to_single_line(text).translate(SAFE_PUNCTUATION)
    return str(escape_html(CHARACTER_REFERENCE.sub(f"&{WORD_JOINER}", safe)))
