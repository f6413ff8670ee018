"""Escape text for HTML and XML. Readers see, and copy, exactly the characters of the text.

The HTML of an oEmbed response needs more than this: see ``api/embeds/oembed_html.py``.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from markupsafe import Markup, escape

#: Characters that XML documents may not contain (XML 1.0, section 2.2).
INVALID_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: Right-to-left scripts, such as Hebrew and Arabic, and direction controls.
RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc"
    "\U00010800-\U00010fff\U0001e800-\U0001efff]"
)

LEFT_TO_RIGHT_ISOLATE, POP_ISOLATE = "\u2066", "\u2069"
#: A run that no line fits, such as a URL, in scripts whose letters stand alone.
LONG_RUN = re.compile("[!-~\u00a1-\u00ac\u00ae-\u024f\u0370-\u052f]{31,}")
#: So many characters fit a line of the narrowest pages.
MAX_UNBROKEN = 16
LINE_BREAK_OPPORTUNITY = Markup("<wbr />")


def replace_invalid(text: str) -> str:
    """Return the text with U+FFFD in place of each character that XML excludes."""
    return INVALID_XML.sub("\ufffd", text)


def escape_html(text: str) -> Markup:
    """Return the text escaped for element content or a quoted attribute."""
    return escape(replace_invalid(text))


def escape_wrapping(text: str, escape_text: Callable[[str], Markup] = escape_html) -> Markup:
    """Return the text for element content, with ``wbr`` elements where no other place allows a line break.

    Pages of others may not wrap long words. The element, unlike a soft hyphen or a space, adds no character.
    """
    parts = []
    position = 0
    for run in LONG_RUN.finditer(text):
        pieces = [run[0][start : start + MAX_UNBROKEN] for start in range(0, len(run[0]), MAX_UNBROKEN)]
        parts += [
            escape_text(text[position : run.start()]),
            LINE_BREAK_OPPORTUNITY.join(map(escape_text, pieces)),
        ]
        position = run.end()
    return Markup("").join([*parts, escape_text(text[position:])])


def isolate_name(text: str) -> Markup:
    """Return a name for element content, in a ``bdi`` element if it may run from right to left."""
    escaped = escape_wrapping(text)
    return Markup("<bdi>{}</bdi>").format(escaped) if RIGHT_TO_LEFT.search(text) else escaped


def isolate_line(text: str) -> str:
    """Return a line of plain text that runs from left to right, even if it begins with an Arabic name.

    Readers of plain text take the direction of a line from its first letters. Isolating controls (UAX #9,
    section 2.7) are added only where they are needed.
    """
    return f"{LEFT_TO_RIGHT_ISOLATE}{text}{POP_ISOLATE}" if RIGHT_TO_LEFT.search(text) else text


def escape_lines(text: str) -> Markup:
    """Return the text for element content, with a ``br`` element before each line end."""
    return Markup("<br />\n").join(map(escape_wrapping, text.split("\n")))
