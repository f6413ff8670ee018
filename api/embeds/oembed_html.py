"""The HTML of an oEmbed response: a blockquote, then an iframe.

WordPress strips every element but these two, requires this order, and discards a response without an
iframe. The output is well-formed XML, too.
"""

from __future__ import annotations

from api.embeds.quote_view_model import QuoteViewModel
from api.text.html_escaping import escape_html
from api.text.single_line import escape_attribute, escape_content

#: The frame may report its height and open links, nothing else.
SANDBOX = "allow-scripts allow-popups allow-popups-to-escape-sandbox"


def render_blockquote(quote: QuoteViewModel) -> str:
    """Return a quote as a ``blockquote`` and its attribution, a flagged one after its content note."""
    page, right_to_left = escape_html(quote.page_url), quote.direction == "rtl"
    rtl, ltr = (' dir="rtl"', ' dir="ltr"') if right_to_left else ("", "")
    speaker = f"<bdi>{escape_content(quote.speaker)}</bdi>, " if quote.speaker else ""
    film = f'{quote.preposition}<cite><a href="{page}"><bdi>{escape_content(quote.film)}</bdi></a></cite>'
    source = f"<bdi>{escape_content(quote.source)}</bdi>".join(quote.source_marks)
    note = f"<p{ltr}>{escape_content(quote.note)}</p> " if quote.note else ""
    # A space between paragraphs, because some consumers strip the tags.
    return (
        f'<blockquote cite="{page}" lang="{escape_attribute(quote.language)}"{rtl}>'
        f"{note}<p>{escape_content(quote.text)}</p> "
        f"<p{ltr}>— {speaker}{film}, as quoted in {source}</p></blockquote>"
    )


def render_iframe(url: str, title: str, width: int, height: int) -> str:
    """Return an ``iframe`` element for a frame's URL."""
    return (
        f'<iframe src="{escape_html(url)}" width="{width}" height="{height}" '
        f'title="{escape_attribute(title)}" loading="lazy" referrerpolicy="no-referrer" sandbox="{SANDBOX}" '
        'frameborder="0" marginwidth="0" marginheight="0" scrolling="no"></iframe>'
    )
