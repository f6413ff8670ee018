"""Link previews (Open Graph) for a quote's page; JSON-LD and references for pages.

Consumers show these texts within their own pages: each is on one line, and does not change the direction of
the text around it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from api.embeds.oembed import author_names
from api.embeds.quote_view_model import QuoteViewModel
from api.representations import format_named, jsonld
from api.representations.nested_quotes import add_full_stop
from api.representations.shared_wording import Item
from api.text.single_line import safe_name, to_single_line, truncate

#: The lengths, in characters, that consumers display (Discourse, X).
MAX_TITLE, MAX_DESCRIPTION, MAX_ALT_TEXT = 80, 250, 420
#: Words of at most this length, with their quotation marks, are in the title: X cuts titles at 70.
MAX_TITLE_WORDS = 70
#: Words of at most this length are never cut. They begin the description, so that only the credit may be.
MAX_WHOLE_WORDS = 200
MAX_FILM, MAX_CREDIT = 40, 110
#: The citation formats to copy, with their labels.
CITATION_STYLES = {"apa": "APA", "mla": "MLA", "chicago": "Chicago", "bibtex": "BibTeX"}
#: The size of the card in pixels.
IMAGE_WIDTH, IMAGE_HEIGHT = 1200, 630
#: The longest name of an author or a publisher in JSON-LD.
MAX_NAME = 120


@dataclass(frozen=True)
class LinkPreview:
    """The texts of a preview, each on one line; ``locale`` is in Open Graph's format, None if unknown."""

    title: str
    description: str
    alt_text: str
    image: str
    authors: tuple[str, ...]
    locale: str | None
    width: int = IMAGE_WIDTH
    height: int = IMAGE_HEIGHT


def build_preview(quote: QuoteViewModel) -> LinkPreview:
    """Return the preview of a quote; a flagged one shows its label and content note only.

    The words are either in the title or at the start of the description, never in both.
    """
    credit = add_full_stop(safe_name(quote.credit, MAX_CREDIT))
    film, text = truncate(quote.film, MAX_FILM), to_single_line(quote.text)
    label = f"{truncate(quote.label, MAX_TITLE - len(film) - 3)} · {film}"
    if quote.note:
        title, description = label, f"{truncate(quote.note, MAX_DESCRIPTION - len(credit) - 1)} {credit}"
        alt_text = f"{label}. {description}"
    else:
        title, description = _title_of_words(text, f"{quote.preposition}{film}"), credit
        if not title:
            room = max(MAX_WHOLE_WORDS, MAX_DESCRIPTION - len(credit) - 5)
            title, description = label, f"“{truncate(text, room)}” — {credit}"
        alt_text = f"“{truncate(text, MAX_ALT_TEXT - len(credit) - 5)}” — {credit}"
    return LinkPreview(
        title=strip_markup(title),
        description=strip_markup(description),
        alt_text=strip_markup(alt_text),
        image=quote.card_url,
        authors=author_names(quote),
        locale=open_graph_locale(quote.language),
    )


def _title_of_words(text: str, film: str) -> str:
    """Return a title of the words, with the film if there is room; empty if the words are too long."""
    words = f"“{text}”"
    if len(words) > MAX_TITLE_WORDS:
        return ""
    title = f"{words} · {film}"
    return title if len(title) <= MAX_TITLE else words


def render_json_ld(item: Item) -> str:
    """Return the JSON-LD for a quote's page, without the text of a flagged quote.

    Search engines display the JSON-LD of a page to readers who did not ask for the quote. The JSON-LD format
    of the API is requested as data; it contains the text and its content note, like every format.
    """
    node = jsonld.quotation(item)
    if item["advisories"]:
        del node["text"]
    return jsonld.dumps({"@context": jsonld.CONTEXT, **_with_safe_names(node)})


def character_json_ld(item: Item) -> str:
    """Return the JSON-LD for a character's page, without the description of a flagged character."""
    node = jsonld.character(item, item["film"]) | {
        "url": item["html_url"],
        "description": item["description"],
    }
    if item["advisories"]:
        del node["description"]
    return jsonld.dumps({"@context": jsonld.CONTEXT, **node})


def _with_safe_names(node: jsonld.Node) -> jsonld.Node:
    """Return JSON-LD in which the names of authors and publishers are safe to insert into a page."""
    return {key: _safe_value(key, value) for key, value in node.items()}


def _safe_value(key: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_safe_value(key, each) for each in value]
    if not isinstance(value, dict):
        return value
    if key not in ("author", "publisher"):
        return _with_safe_names(value)
    # Every value but the type is a name.
    return {part: name if part == "@type" else safe_name(name, MAX_NAME) for part, name in value.items()}


def citation_texts(item: Item) -> list[tuple[str, str, str]]:
    """Return the references to copy of a quote or a source, as (id, label, text)."""
    formats = [(label, format_named(name, item["type"])) for name, label in CITATION_STYLES.items()]
    return [
        (format_.name, label, format_.body(item).decode().rstrip("\n"))
        for label, format_ in formats
        if format_
    ]


def strip_markup(text: str | Markup, max_length: int | None = None) -> str:
    """Return a text, or the text content of markup, on one line of at most ``max_length`` characters."""
    line = to_single_line(text.unescape() if isinstance(text, Markup) else text)
    return line if max_length is None else truncate(line, max_length)


def open_graph_locale(language: str) -> str | None:
    """Return a language tag in Open Graph's format: ``en_GB``; None without a region, except for English."""
    first, *rest = language.split("-")
    region = next((part for part in rest if len(part) == 2 and part.isalpha()), "")
    if not region:
        return "en_US" if first == "en" else None
    return f"{first.lower()}_{region.upper()}"
