"""What a link to a quote looks like where it is shared: a title, a few lines, and a picture.

Consumers decode such texts more than once, and set them among their own words: nothing in them can act
as markup, and nothing turns the direction of what stands around.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from api.embeds.quote_view_model import Quoted
from api.representations import jsonld
from api.representations.attribution import Item
from api.text.single_line import plain, shortened, shown

#: What consumers show of a title, of a description, and of what a picture says (Discourse, X).
TITLE, DESCRIPTION, ALTERNATIVE = 80, 250, 420
#: However long names are, so much of the words is shown.
LEAST = 30
MOST_OF_FILM, MOST_OF_CREDIT = 60, 200
#: The card's size in pixels.
WIDTH, HEIGHT = 1200, 630


@dataclass(frozen=True)
class Preview:
    """The texts of a preview, each on one line; ``locale`` as Open Graph writes it, None if not known."""

    title: str
    description: str
    alternative: str
    image: str
    locale: str | None
    width: int = WIDTH
    height: int = HEIGHT


def preview(quoted: Quoted) -> Preview:
    """Return the preview of a quote; of one that is flagged, its label and its note, and no word of it."""
    # A label is ours, and says of no words whose they are.
    film = f"{'' if quoted.note else quoted.joint}{shortened(quoted.film, MOST_OF_FILM)}"
    credit = shortened(f"{quoted.attribution}.", MOST_OF_CREDIT)
    room = max(LEAST, TITLE - len(film) - 5)
    if quoted.note:
        title, said = shortened(quoted.label, room), f"{shortened(quoted.note, DESCRIPTION)} {credit}"
        alternative = f"{title}. {said}"
    else:
        words = shown(quoted.text)
        title, said = f"“{shortened(words, room)}”", credit
        if len(words) > room:
            said = f"“{shortened(words, DESCRIPTION - len(credit) - 5)}” — {credit}"
        alternative = f"“{shortened(words, ALTERNATIVE - len(credit) - 5)}” — {credit}"
    return Preview(
        title=inert(f"{title} · {film}"),
        description=inert(said),
        alternative=inert(alternative),
        image=f"{quoted.page}/card.png",
        locale=locale(quoted.language),
    )


def linked_data(item: Item) -> str:
    """Return the JSON-LD for a quote's page; of one that is flagged its note, and no word of it.

    Search engines show what stands in a page as others show previews, to readers who asked for nothing. Who
    asks for JSON-LD by its address asks for data, and has the words there with their note, as in every form.
    """
    told = jsonld.quotation(item)
    if item["advisories"]:
        del told["text"]
    return jsonld.dumps({"@context": jsonld.CONTEXT, **told})


def inert(text: str | Markup) -> str:
    """Return a text, or markup as the text that it shows, on one line and without any effect."""
    return plain(text.unescape() if isinstance(text, Markup) else text)


def locale(language: str) -> str | None:
    """Return a language tag as Open Graph has it, ``en_GB``; without a region only English has one."""
    first, *rest = language.split("-")
    region = next((part for part in rest if len(part) == 2 and part.isalpha()), "")
    if not region:
        return "en_US" if first == "en" else None
    return f"{first.lower()}_{region.upper()}"
