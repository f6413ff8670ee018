"""Snippets to copy: a quote as HTML, XHTML, Markdown, a WordPress link and plain text.

Each snippet contains the quote and its attribution, and works without the script, which only styles it.
"""

from __future__ import annotations

from markupsafe import Markup

from api.core.urls import absolute_url
from api.embeds.interface_language import DEFAULT_LANGUAGE
from api.embeds.quote_view_model import QuoteViewModel
from api.embeds.script import latest_build
from api.representations.markdown import escape_markdown, escape_markdown_lines, format_link
from api.text.html_escaping import (
    escape_html,
    escape_lines,
    escape_wrapping,
    isolate_line,
    isolate_name,
    replace_invalid,
)
from api.text.quotation_marks import quotation_marks

#: Colour themes; without one, a quote takes the colours of the page.
THEMES = ("light", "dark")

#: Quotation marks, dash and spaces are part of the text: they tell words, credit and note apart where a site
#: removes all tags.
FIGURE = Markup(
    '<figure class="subtext-quote" dir="{direction}"{theme}>{note}'
    '<blockquote cite="{page}" lang="{language}" dir="{direction}">'
    "<p>{opening}{words}{closing}</p></blockquote> <figcaption>{credit}</figcaption></figure>"
)
NOTE = Markup('<p class="subtext-note">{}</p> ')
CREDIT = Markup('— {speaker}{preposition}<cite><a href="{page}">{film}</a></cite>{quoted_in}{source}')
SCRIPT = Markup('<script async="async" src="{}"></script>')
#: An XML document has a single root element.
XHTML = Markup('<div xmlns="http://www.w3.org/1999/xhtml">{}</div>')


def render_snippets(quote: QuoteViewModel, theme: str | None = None) -> dict[str, str]:
    """Return the snippets of a quote by name: ``html``, ``xhtml``, ``markdown``, ``wordpress`` and ``text``.

    ``wordpress`` is a URL that the WordPress editor replaces with the quote (oEmbed).
    """
    html = Markup("{} {}").format(render_figure(quote, theme), SCRIPT.format(absolute_url("/embed.js")))
    return {
        "html": html,
        "xhtml": XHTML.format(html),
        "markdown": render_markdown(quote),
        "wordpress": quote.page_url,
        "text": render_text(quote),
    }


def render_pinned_html(quote: QuoteViewModel, theme: str | None = None) -> str:
    """Return the ``html`` snippet with the script pinned to the latest build by its hash."""
    return f"{render_figure(quote, theme)} {latest_build().element}"


def render_figure(quote: QuoteViewModel, theme: str | None = None) -> Markup:
    """Return the quote as a ``figure`` element that works without script and style sheet.

    ``theme`` is one of :data:`THEMES`. The element is well-formed XML, too.
    """
    opening, closing = quotation_marks(quote.language)
    credit = CREDIT.format(
        page=escape_html(quote.page_url),
        speaker=Markup("{}, ").format(isolate_name(quote.speaker)) if quote.speaker else "",
        preposition=quote.preposition,
        film=isolate_name(quote.film),
        quoted_in=quote.words.quoted_in,
        source=isolate_name(quote.source).join(quote.source_marks),
    )
    return FIGURE.format(
        theme=Markup(' data-theme="{}"').format(theme) if theme else "",
        note=NOTE.format(_english(quote, escape_wrapping(quote.note))) if quote.note else "",
        page=escape_html(quote.page_url),
        language=escape_html(quote.language),
        direction=quote.direction,
        opening=opening,
        words=escape_lines(quote.text),
        closing=closing,
        credit=_english(quote, credit),
    )


def _english(quote: QuoteViewModel, markup: Markup) -> Markup:
    """Return our own words, which run from left to right, beside those of the quote."""
    return Markup('<bdi dir="ltr">{}</bdi>').format(markup) if quote.direction == "rtl" else markup


def render_markdown(quote: QuoteViewModel) -> str:
    """Return the quote as a CommonMark block quote with its attribution."""
    speaker = f"{escape_markdown(replace_invalid(quote.speaker))}, " if quote.speaker else ""
    film = format_link(replace_invalid(quote.film), quote.page_url)
    source = escape_markdown(replace_invalid(quote.source)).join(quote.source_marks)
    credit = isolate_line(f"— {speaker}{quote.preposition}*{film}*{quote.words.quoted_in}{source}")
    note = f"**{escape_markdown(replace_invalid(quote.note))}**\n\n" if quote.note else ""
    return f"{note}{escape_markdown_lines(replace_invalid(_enquote(quote)), '> ')}\n>\n> {credit}\n"


def render_text(quote: QuoteViewModel) -> str:
    """Return the quote as plain text, with content note, attribution and URL on lines of their own."""
    # The whole citation is in English. In other languages the credit is that of the HTML.
    in_english = quote.words.code == DEFAULT_LANGUAGE
    credit = quote.attribution if in_english else _plain_credit(quote)
    lines = (quote.note, _enquote(quote), isolate_line(f"— {credit}"), quote.page_url)
    return "\n".join(filter(None, lines)) + "\n"


def _enquote(quote: QuoteViewModel) -> str:
    """Return the words in the quotation marks of their language."""
    return quote.text.join(quotation_marks(quote.language))


def _plain_credit(quote: QuoteViewModel) -> str:
    speaker = f"{quote.speaker}, " if quote.speaker else ""
    source = quote.source.join(quote.source_marks)
    return f"{speaker}{quote.preposition}{quote.film}{quote.words.quoted_in}{source}"
