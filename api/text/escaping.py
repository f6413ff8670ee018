"""Text as HTML that stays text, in documents of XML too, and after somebody has un-escaped it.

Some consumers of embeds decode references before they insert what they were given. A word joiner (U+2060),
which is not seen, therefore stands behind every ``<`` that would begin a tag, and behind every ``&`` that
would begin a reference to one. Other marks of the text stay what they are.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

WORD_JOINER = "\u2060"
#: What begins a tag, a comment or a declaration (HTML, section 13.2.5.6), or after decoding would: also a
#: reference by number, ``&lt;``, or one to the ampersand itself.
ACTIVE_MARKUP = re.compile(r"<(?=[A-Za-z/!?&])|&(?=#|lt|amp)", re.IGNORECASE)
#: What no XML document may hold (XML 1.0, section 2.2).
INVALID_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: What may be read in another direction than the sentence around it: Hebrew, Arabic and their kin, and
#: controls of direction.
RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc"
    "\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


def escape_active(text: str) -> str:
    """Return the text with nothing in it that could act where it is not escaped."""
    return ACTIVE_MARKUP.sub(rf"\g<0>{WORD_JOINER}", INVALID_XML.sub("\ufffd", text))


def escape_html(text: str) -> Markup:
    """Return the text for an element's content or a quoted attribute."""
    return escape(escape_active(text))


def isolate_name(text: str) -> Markup:
    """Return a name for an element's content, kept to itself if it may run the other way."""
    return Markup("<bdi>%s</bdi>") % escape_html(text) if RIGHT_TO_LEFT.search(text) else escape_html(text)


def escape_lines(text: str) -> Markup:
    """Return text of several lines, each of which stays one."""
    return Markup("<br />").join(map(escape_html, text.split("\n")))
