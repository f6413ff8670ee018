"""Link previews (Open Graph) for a quote's page; JSON-LD and references for pages.

Consumers show these texts within their own pages: each is on one line, and does not change the direction of
the text around it.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from api.embeds.quote_view_model import QuoteViewModel
from api.representations import format_named, jsonld
from api.representations.shared_wording import Item
from api.text.single_line import to_single_line, truncate

#: The lengths, in characters, that consumers display (Discourse, X).
MAX_TITLE, MAX_DESCRIPTION, MAX_ALT_TEXT = 80, 250, 420
#: At least this many characters of the quote are shown, however long the names are.
MIN_QUOTE = 30
MAX_FILM, MAX_CREDIT = 60, 200
#: The citation formats to copy, with their labels.
CITATION_STYLES = {"apa": "APA", "mla": "MLA", "chicago": "Chicago", "bibtex": "BibTeX"}
#: The size of the card in pixels.
IMAGE_WIDTH, IMAGE_HEIGHT = 1200, 630


@dataclass(frozen=True)
class LinkPreview:
    """The texts of a preview, each on one line; ``locale`` is in Open Graph's format, None if unknown."""

    title: str
    description: str
    alt_text: str
    image: str
    locale: str | None
    width: int = IMAGE_WIDTH
    height: int = IMAGE_HEIGHT


def build_preview(quote: QuoteViewModel) -> LinkPreview:
    """Return the preview of a quote; a flagged one shows its label and content note only."""
    # A label is editorial text, so the preposition for the source's own words does not apply.
    film = f"{'' if quote.note else quote.preposition}{truncate(quote.film, MAX_FILM)}"
    credit = truncate(f"{quote.attribution}.", MAX_CREDIT)
    room = max(MIN_QUOTE, MAX_TITLE - len(film) - 5)
    if quote.note:
        title, description = truncate(quote.label, room), f"{truncate(quote.note, MAX_DESCRIPTION)} {credit}"
        alt_text = f"{title}. {description}"
    else:
        text = to_single_line(quote.text)
        title, description = f"“{truncate(text, room)}”", credit
        if len(text) > room:
            description = f"“{truncate(text, MAX_DESCRIPTION - len(credit) - 5)}” — {credit}"
        alt_text = f"“{truncate(text, MAX_ALT_TEXT - len(credit) - 5)}” — {credit}"
    return LinkPreview(
        title=strip_markup(f"{title} · {film}"),
        description=strip_markup(description),
        alt_text=strip_markup(alt_text),
        image=f"{quote.page_url}/card.png",
        locale=open_graph_locale(quote.language),
    )


def render_json_ld(item: Item) -> str:
    """Return the JSON-LD for a quote's page, without the text of a flagged quote.

    Search engines display the JSON-LD of a page to readers who did not ask for the quote. The JSON-LD format
    of the API is requested as data; it contains the text and its content note, like every format.
    """
    node = jsonld.quotation(item)
    if item["advisories"]:
        del node["text"]
    return jsonld.dumps({"@context": jsonld.CONTEXT, **node})


def character_json_ld(item: Item) -> str:
    """Return the JSON-LD for a character's page."""
    node = jsonld.character(item, item["film"]) | {
        "url": item["html_url"],
        "description": item["description"],
    }
    return jsonld.dumps({"@context": jsonld.CONTEXT, **node})


def citation_texts(item: Item) -> list[tuple[str, str, str]]:
    """Return the references to copy of a quote or a source, as (id, label, text)."""
    formats = [(label, format_named(name, item["type"])) for name, label in CITATION_STYLES.items()]
    return [
        (format_.name, label, format_.body(item).decode().rstrip("\n"))
        for label, format_ in formats
        if format_
    ]


def strip_markup(text: str | Markup) -> str:
    """Return a text, or the text content of markup, on one line."""
    return to_single_line(text.unescape() if isinstance(text, Markup) else text)


def open_graph_locale(language: str) -> str | None:
    """Return a language tag in Open Graph's format: ``en_GB``; None without a region, except for English."""
    first, *rest = language.split("-")
    region = next((part for part in rest if len(part) == 2 and part.isalpha()), "")
    if not region:
        return "en_US" if first == "en" else None
    return f"{first.lower()}_{region.upper()}"
