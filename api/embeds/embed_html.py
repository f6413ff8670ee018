"""A quote as HTML that survives what other people's pages do to it: a plain blockquote, then a frame.

WordPress keeps these two alone of all elements, in this order, and nothing at all where there is no frame.
It is well-formed XML, too.
"""

from __future__ import annotations

from api.embeds.quote_view_model import QuoteViewModel
from api.text.escaping import escape_html
from api.text.single_line import escape_attribute, escape_content

#: Enough for the frame to say how high it is and to open links, and nothing else.
SANDBOX = "allow-scripts allow-popups allow-popups-to-escape-sandbox"


def render_blockquote(quote: QuoteViewModel) -> str:
    """Return the words, and whose they are; of what is flagged, the note first."""
    page, turned = escape_html(quote.page), quote.direction == "rtl"
    way, back = (' dir="rtl"', ' dir="ltr"') if turned else ("", "")
    who = f"<bdi>{escape_content(quote.who)}</bdi>, " if quote.who else ""
    film = f'{quote.joint}<cite><a href="{page}"><bdi>{escape_content(quote.film)}</bdi></a></cite>'
    source = f"<bdi>{escape_content(quote.source)}</bdi>".join(quote.marks)
    note = f"<p{back}>{escape_content(quote.note)}</p> " if quote.note else ""
    # A blank between paragraphs: some take their tags away.
    return (
        f'<blockquote cite="{page}" lang="{escape_attribute(quote.language)}"{way}>'
        f"{note}<p>{escape_content(quote.text)}</p> "
        f"<p{back}>— {who}{film}, as quoted in {source}</p></blockquote>"
    )


def render_iframe(source: str, title: str, width: int, height: int) -> str:
    """Return a frame that shows an address."""
    return (
        f'<iframe src="{escape_html(source)}" width="{width}" height="{height}" '
        f'title="{escape_attribute(title)}" loading="lazy" referrerpolicy="no-referrer" sandbox="{SANDBOX}" '
        'frameborder="0" marginwidth="0" marginheight="0" scrolling="no"></iframe>'
    )
