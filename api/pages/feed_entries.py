"""The content of feeds, independent of the format: a feed, and its entries, which mostly are quotes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from api.core.app_context import settings
from api.core.urls import absolute_url
from api.embeds.quote_view_model import QuoteViewModel, build_view_model
from api.embeds.snippet import render_figure, render_text
from api.pages.page_metadata import build_preview, strip_markup
from api.representations.shared_wording import Item
from api.text.html_escaping import escape_html, isolate_name, replace_invalid

#: A tag, which stays as it is; or the escaped start of a tag or of a reference that decodes to one.
MARKUP_OR_ACTIVE = re.compile(
    r"(?P<tag><[^>]*>)|&lt;(?=[a-z/!?&])|&amp;(?=#|lt|gt|amp|quot|apos)", re.IGNORECASE
)


@dataclass(frozen=True)
class FeedEntry:
    """An entry of a feed; times are in RFC 3339 format, ``tags`` are pairs of a theme's id and label.

    ``id`` is a tag URI. ``html`` and ``text`` are the full content. For a flagged quote they contain only its
    content note and label, because feed readers expand collapsed content.
    """

    id: str
    page_url: str
    title: str
    summary: str
    html: str
    text: str
    language: str
    published: str
    updated: str
    authors: tuple[str, ...] = ()
    image: str | None = None
    rights: str | None = None
    tags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Feed:
    """A feed: its tag URI, its own URL, its title and description, and its entries in order."""

    id: str
    url: str
    title: str
    description: str
    entries: tuple[FeedEntry, ...]

    @property
    def home_url(self) -> str:
        """The URL of the website."""
        return absolute_url("/")

    @property
    def updated(self) -> str:
        """The time of the last change; the Unix epoch for an empty feed."""
        return max((entry.updated for entry in self.entries), default="1970-01-01T00:00:00Z")


def build_entry(item: Item, **overrides: Any) -> FeedEntry:
    """Return the entry of a quote, given with ``include=film,sources``; ``overrides`` replace fields."""
    quote = build_view_model(item)
    preview = build_preview(quote)
    values: dict[str, Any] = {
        "id": tag_uri(f"/quotes/{quote.id}"),
        "page_url": quote.page_url,
        "title": preview.title,
        "summary": preview.description,
        "html": _defused(_flagged_html(quote) if quote.note else render_figure(quote)),
        "text": replace_invalid(f"{quote.note}\n{quote.label}\n" if quote.note else render_text(quote)),
        "language": quote.language,
        "authors": preview.authors,
        "image": preview.image,
        "rights": strip_markup(item["rights"]),
        "tags": tuple((theme["id"], strip_markup(theme["label"])) for theme in item["themes"]),
        "published": item["created_at"],
        "updated": max(item["created_at"], item["updated_at"]),
    }
    return FeedEntry(**values | overrides)


def tag_uri(path: str) -> str:
    """Return the tag URI (RFC 4151) of what has this path, whatever the URL of the service is (ADR 20)."""
    return f"tag:{settings().tagging_entity}:{path.removeprefix('/')}"


def _defused(markup: Markup) -> str:
    """Return HTML whose text does not become markup in readers that decode references once too often.

    An empty ``wbr`` element parts what would start a tag or a reference. It is not copied with the text.
    """
    return MARKUP_OR_ACTIVE.sub(lambda found: found["tag"] or f"{found[0]}<wbr />", markup)


def _flagged_html(quote: QuoteViewModel) -> Markup:
    return Markup('<p>{}</p> <p><a href="{}">{}</a></p>').format(
        escape_html(quote.note or ""), escape_html(quote.page_url), isolate_name(quote.label)
    )
