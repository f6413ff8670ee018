"""Escape text for HTML and XML so that it stays text even after a consumer unescapes it.

Some consumers of embeds decode character references before they insert a value. A word joiner (U+2060,
invisible) therefore follows every ``<`` that would start a tag and every ``&`` that would start a reference
to one. All other characters stay as they are.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

WORD_JOINER = "\u2060"
#: The start of a tag, comment or declaration (HTML, section 13.2.5.6), or of a reference that decodes to
#: one: a numeric reference, ``&lt;`` or ``&amp;``.
ACTIVE_MARKUP = re.compile(r"<(?=[A-Za-z/!?&])|&(?=#|lt|amp)", re.IGNORECASE)
#: Characters that XML documents may not contain (XML 1.0, section 2.2).
INVALID_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: Right-to-left scripts, such as Hebrew and Arabic, and direction controls.
RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc"
    "\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


def escape_active(text: str) -> str:
    """Return the text with a word joiner inside everything that could act as markup when unescaped."""
    return ACTIVE_MARKUP.sub(rf"\g<0>{WORD_JOINER}", INVALID_XML.sub("\ufffd", text))


def escape_html(text: str) -> Markup:
    """Return the text escaped for element content or a quoted attribute."""
    return escape(escape_active(text))


def isolate_name(text: str) -> Markup:
    """Return a name for element content, in a ``bdi`` element if it may run from right to left."""
    return Markup("<bdi>%s</bdi>") % escape_html(text) if RIGHT_TO_LEFT.search(text) else escape_html(text)


def escape_lines(text: str) -> Markup:
    """Return the text for element content, with a ``br`` element for each line end."""
    return Markup("<br />").join(map(escape_html, text.split("\n")))
