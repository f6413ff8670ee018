"""What a link to a quote looks like where it is shared: a title, a few lines, and a picture.

Consumers decode such texts more than once, and set them among their own words: nothing in them can act
as markup, and nothing turns the direction of what stands around.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from api.embeds.quote_view_model import QuoteViewModel
from api.representations import jsonld
from api.representations.attribution import Item
from api.text.single_line import to_inert_text, to_single_line, truncate

#: What consumers show of a title, of a description, and of what a picture says (Discourse, X).
MAX_TITLE, MAX_DESCRIPTION, MAX_ALT_TEXT = 80, 250, 420
#: However long names are, so much of the words is shown.
MIN_QUOTE = 30
MAX_FILM, MAX_CREDIT = 60, 200
#: The card's size in pixels.
IMAGE_WIDTH, IMAGE_HEIGHT = 1200, 630


@dataclass(frozen=True)
class LinkPreview:
    """The texts of a preview, each on one line; ``locale`` as Open Graph writes it, None if not known."""

    title: str
    description: str
    alternative: str
    image: str
    locale: str | None
    width: int = IMAGE_WIDTH
    height: int = IMAGE_HEIGHT


def build_preview(quoted: QuoteViewModel) -> LinkPreview:
    """Return the preview of a quote; of one that is flagged, its label and its note, and no word of it."""
    # A label is ours, and says of no words whose they are.
    film = f"{'' if quoted.note else quoted.joint}{truncate(quoted.film, MAX_FILM)}"
    credit = truncate(f"{quoted.attribution}.", MAX_CREDIT)
    room = max(MIN_QUOTE, MAX_TITLE - len(film) - 5)
    if quoted.note:
        title, said = truncate(quoted.label, room), f"{truncate(quoted.note, MAX_DESCRIPTION)} {credit}"
        alternative = f"{title}. {said}"
    else:
        words = to_single_line(quoted.text)
        title, said = f"“{truncate(words, room)}”", credit
        if len(words) > room:
            said = f"“{truncate(words, MAX_DESCRIPTION - len(credit) - 5)}” — {credit}"
        alternative = f"“{truncate(words, MAX_ALT_TEXT - len(credit) - 5)}” — {credit}"
    return LinkPreview(
        title=strip_markup(f"{title} · {film}"),
        description=strip_markup(said),
        alternative=strip_markup(alternative),
        image=f"{quoted.page}/card.png",
        locale=open_graph_locale(quoted.language),
    )


def render_json_ld(item: Item) -> str:
    """Return the JSON-LD for a quote's page; of one that is flagged its note, and no word of it.

    Search engines show what stands in a page as others show previews, to readers who asked for nothing. Who
    asks for JSON-LD by its address asks for data, and has the words there with their note, as in every form.
    """
    told = jsonld.quotation(item)
    if item["advisories"]:
        del told["text"]
    return jsonld.dumps({"@context": jsonld.CONTEXT, **told})


def strip_markup(text: str | Markup) -> str:
    """Return a text, or markup as the text that it shows, on one line and without any effect."""
    return to_inert_text(text.unescape() if isinstance(text, Markup) else text)


def open_graph_locale(language: str) -> str | None:
    """Return a language tag as Open Graph has it, ``en_GB``; without a region only English has one."""
    first, *rest = language.split("-")
    region = next((part for part in rest if len(part) == 2 and part.isalpha()), "")
    if not region:
        return "en_US" if first == "en" else None
    return f"{first.lower()}_{region.upper()}"
