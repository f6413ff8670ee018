"""The HTML of an oEmbed response: a blockquote, then an iframe.

WordPress strips every element but these two, requires this order, and discards a response without an
iframe. The output is well-formed XML, too.

Only here, a word joiner (U+2060, invisible) follows each ``<`` that would start a tag and each ``&`` that
would start a reference to one. Consumers insert this HTML into their own pages, and some of them (Iframely,
unfurl) decode its character references first, even twice: without the word joiner, ``&lt;script>`` in a quote
becomes an element there. All other texts are decoded once, and people copy them, so they contain no such
character.
"""

from __future__ import annotations

import re

from markupsafe import Markup

from api.embeds.quote_collection import QuoteCollection
from api.embeds.quote_view_model import QuoteViewModel
from api.text.html_escaping import escape_html, escape_wrapping
from api.text.quotation_marks import quotation_marks
from api.text.single_line import to_single_line

WORD_JOINER = "\u2060"
#: The start of a tag, comment or declaration (HTML, section 13.2.5.6), or of a reference that decodes to
#: one: a numeric reference, ``&lt;`` or ``&amp;``.
ACTIVE_MARKUP = re.compile(r"<(?=[A-Za-z/!?&])|&(?=#|lt|amp)", re.IGNORECASE)
#: Replacements for characters that could end an attribute or start a tag.
SAFE_PUNCTUATION = str.maketrans({'"': "”", "'": "’", "`": "’", "<": "‹", ">": "›"})
#: The start of a character reference (HTML, section 13.2.5.72).
CHARACTER_REFERENCE = re.compile(r"&(?=[A-Za-z0-9#])")
#: The frame may report its height and open links, nothing else.
SANDBOX = "allow-scripts allow-popups allow-popups-to-escape-sandbox"


def render_blockquote(quote: QuoteViewModel) -> str:
    """Return a quote as a ``blockquote`` and its attribution, a flagged one after its content note."""
    note = f"<p>{_isolate(quote, escape_content(quote.note))}</p> " if quote.note else ""
    return (
        f'<blockquote cite="{escape_html(quote.page_url)}" {_language(quote)}>'
        f"{note}<p>{_render_words(quote)}</p> <p>{_isolate(quote, _render_credit(quote))}</p></blockquote>"
    )


def render_collection_blockquote(collection: QuoteCollection) -> str:
    """Return the quotes of a collection's page as a ``blockquote``, and a link to its page."""
    page = escape_html(collection.page_url)
    quotes = "".join(
        f'<p {_language(quote)}>{_render_words(quote)}</p> <p dir="ltr">{_render_credit(quote)}</p> '
        for quote in collection.quotes
    )
    label = f"<bdi>{escape_content(collection.label)}</bdi>"
    link = f'<p dir="ltr"><a href="{page}">{label}</a> ({collection.count})</p>'
    return f'<blockquote cite="{page}">{quotes}{link}</blockquote>'


def _language(quote: QuoteViewModel) -> str:
    return f'lang="{escape_attribute(quote.language)}" dir="{quote.direction}"'


def _render_words(quote: QuoteViewModel) -> str:
    """Return the words in quotation marks, because some consumers strip the tags."""
    return escape_content(quote.text).join(quotation_marks(quote.language))


def _render_credit(quote: QuoteViewModel) -> str:
    speaker = f"<bdi>{escape_content(quote.speaker)}</bdi>, " if quote.speaker else ""
    link = f'<a href="{escape_html(quote.page_url)}"><bdi>{escape_content(quote.film)}</bdi></a>'
    source = f"<bdi>{escape_content(quote.source)}</bdi>".join(quote.source_marks)
    return f"— {speaker}{quote.preposition}<cite>{link}</cite>{quote.words.quoted_in}{source}"


def _isolate(quote: QuoteViewModel, markup: str) -> str:
    """Return our own words, which run from left to right, for use beside words that do not."""
    return f'<bdi dir="ltr">{markup}</bdi>' if quote.direction == "rtl" else markup


def render_iframe(url: str, title: str, width: int, height: int) -> str:
    """Return an ``iframe`` element for a frame's URL."""
    return (
        f'<iframe src="{escape_html(url)}" width="{width}" height="{height}" '
        f'title="{escape_attribute(title)}" loading="lazy" referrerpolicy="no-referrer" sandbox="{SANDBOX}" '
        'frameborder="0" marginwidth="0" marginheight="0" scrolling="no"></iframe>'
    )


def escape_content(text: str) -> str:
    """Return the text escaped for element content; it stays text even after repeated unescaping."""
    return str(escape_wrapping(to_single_line(text), _escape_active_markup))


def _escape_active_markup(text: str) -> Markup:
    return escape_html(ACTIVE_MARKUP.sub(rf"\g<0>{WORD_JOINER}", text))


def escape_attribute(text: str) -> str:
    """Return the text escaped as an attribute value that it cannot end even when unescaped."""
    safe = to_single_line(text).translate(SAFE_PUNCTUATION)
    return str(escape_html(CHARACTER_REFERENCE.sub(f"&{WORD_JOINER}", safe)))
