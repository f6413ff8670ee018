"""What a person copies to show a quote elsewhere: the quote itself, in every form that takes one.

The words and whose they are stand in each of them; a script only adds to it, and is named by the forms that
can have one.
"""

from __future__ import annotations

from markupsafe import Markup

from api.core.urls import absolute_url
from api.embeds.quote_view_model import QuoteViewModel
from api.embeds.script import latest_build
from api.representations.markdown import escape_markdown, escape_markdown_lines, format_link
from api.text.escaping import escape_active, escape_html, escape_lines, isolate_name

#: The themes that a site owner may ask for; without one, a quote has the page's own colours.
THEMES = ("light", "dark")

FIGURE = Markup(
    '<figure class="subtext-quote"{theme}>{note}'
    '<blockquote cite="{page}" lang="{language}"{direction}><p>{words}</p></blockquote> '
    '<figcaption>— {who}{joint}<cite><a href="{page}">{film}</a></cite>, as quoted in {source}</figcaption>'
    "</figure>"
)
NOTE = Markup('<p class="subtext-note">{}</p> ')
SCRIPT = Markup('<script async="async" src="{}"></script>')
#: A document of XML has one element that holds all others.
XHTML = Markup('<div xmlns="http://www.w3.org/1999/xhtml">{}</div>')


def render_snippets(quoted: QuoteViewModel, theme: str | None = None) -> dict[str, str]:
    """Return the forms of a quote by their names: ``html``, ``xhtml``, ``markdown``, ``wordpress``, ``text``.

    ``wordpress`` is an address, of which an editor makes the quote when it stands on a line of its own.
    """
    html = Markup("{} {}").format(render_figure(quoted, theme), SCRIPT.format(absolute_url("/embed.js")))
    return {
        "html": html,
        "xhtml": XHTML.format(html),
        "markdown": render_markdown(quoted),
        "wordpress": quoted.page,
        "text": render_text(quoted),
    }


def render_pinned_html(quoted: QuoteViewModel, theme: str | None = None) -> str:
    """Return the same ``html`` with the script of today for ever, held to its hash."""
    return f"{render_figure(quoted, theme)} {latest_build().element}"


def render_figure(quoted: QuoteViewModel, theme: str | None = None) -> Markup:
    """Return the quote as an element that needs neither script nor sheet; well-formed XML, too.

    ``theme`` is one of :data:`THEMES`.
    """
    return FIGURE.format(
        theme=Markup(' data-theme="{}"').format(theme) if theme else "",
        note=NOTE.format(escape_html(quoted.note)) if quoted.note else "",
        page=escape_html(quoted.page),
        language=escape_html(quoted.language),
        direction=Markup(' dir="rtl"') if quoted.direction == "rtl" else "",
        words=escape_lines(quoted.text),
        who=Markup("{}, ").format(isolate_name(quoted.who)) if quoted.who else "",
        joint=quoted.joint,
        film=isolate_name(quoted.film),
        source=isolate_name(quoted.source).join(quoted.marks),
    )


def render_markdown(quoted: QuoteViewModel) -> str:
    """Return the quote as CommonMark, its attribution a paragraph of the quotation."""
    who = f"{escape_markdown(escape_active(quoted.who))}, " if quoted.who else ""
    film = format_link(escape_active(quoted.film), quoted.page)
    source = escape_markdown(escape_active(quoted.source)).join(quoted.marks)
    caption = f"> — {who}{quoted.joint}*{film}*, as quoted in {source}"
    note = f"**{escape_markdown(escape_active(quoted.note))}**\n\n" if quoted.note else ""
    return f"{note}{escape_markdown_lines(escape_active(quoted.text), '> ')}\n>\n{caption}\n"


def render_text(quoted: QuoteViewModel) -> str:
    """Return the quote as plain text: a line each for note, words, attribution and address."""
    said = (quoted.note, f"“{quoted.text}”", f"— {quoted.attribution}", quoted.page)
    return "\n".join(filter(None, said)) + "\n"
