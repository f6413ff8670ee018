"""Escape text for HTML and XML. Readers see, and copy, exactly the characters of the text.

The HTML of an oEmbed response needs more than this: see ``api/embeds/oembed_html.py``.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

#: Characters that XML documents may not contain (XML 1.0, section 2.2).
INVALID_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: Right-to-left scripts, such as Hebrew and Arabic, and direction controls.
RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc"
    "\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


def replace_invalid(text: str) -> str:
    """Return the text with U+FFFD in place of each character that XML excludes."""
    return INVALID_XML.sub("\ufffd", text)


def escape_html(text: str) -> Markup:
    """Return the text escaped for element content or a quoted attribute."""
    return escape(replace_invalid(text))


def isolate_name(text: str) -> Markup:
    """Return a name for element content, in a ``bdi`` element if it may run from right to left."""
    return Markup("<bdi>%s</bdi>") % escape_html(text) if RIGHT_TO_LEFT.search(text) else escape_html(text)


def escape_lines(text: str) -> Markup:
    """Return the text for element content, with a ``br`` element for each line end."""
    return Markup("<br />").join(map(escape_html, text.split("\n")))
