"""Feeds before they are written: what an entry says of a quote, whichever format says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from api.core.urls import absolute_url
from api.embeds.quote_view_model import QuoteViewModel, build_view_model
from api.embeds.snippet import render_figure, render_text
from api.pages.link_preview import build_preview, strip_markup
from api.representations.attribution import Item
from api.text.escaping import escape_active, escape_html


@dataclass(frozen=True)
class FeedEntry:
    """A quote in a feed; ``html`` and ``text`` are the whole of it, times are as RFC 3339 writes them.

    Of a flagged quote they hold its note and its label, and not a word of it: readers open what is folded.
    ``tags`` are ids and labels of themes.
    """

    id: str
    page: str
    title: str
    summary: str
    html: str
    text: str
    language: str
    author: str
    image: str
    rights: str
    tags: tuple[tuple[str, str], ...]
    published: str
    updated: str


@dataclass(frozen=True)
class Feed:
    """A feed: its own address, what it is called, and its entries in their order."""

    address: str
    title: str
    description: str
    entries: tuple[FeedEntry, ...]

    @property
    def home(self) -> str:
        """The page that the feed is of."""
        return absolute_url("/")

    @property
    def updated(self) -> str:
        """When anything in it last changed; before any time that there is, where nothing is in it."""
        return max((entry.updated for entry in self.entries), default="1970-01-01T00:00:00Z")


def build_entry(item: Item, **own: Any) -> FeedEntry:
    """Return the entry of a quote, its film and sources included; ``own`` goes before that."""
    shown = build_view_model(item)
    seen = build_preview(shown)
    values: dict[str, Any] = {
        "id": shown.page,
        "page": shown.page,
        "title": seen.title,
        "summary": seen.description,
        "html": str(_flagged_html(shown) if shown.note else render_figure(shown)),
        "text": escape_active(f"{shown.note}\n{shown.label}\n" if shown.note else render_text(shown)),
        "language": shown.language,
        "author": strip_markup(shown.byline),
        "image": seen.image,
        "rights": strip_markup(item["rights"]),
        "tags": tuple((theme["id"], strip_markup(theme["label"])) for theme in item["themes"]),
        "published": item["created_at"],
        "updated": max(item["created_at"], item["updated_at"]),
    }
    return FeedEntry(**values | own)


def _flagged_html(shown: QuoteViewModel) -> Markup:
    return Markup('<p>{}</p><p><a href="{}">{}</a></p>').format(
        escape_html(shown.note or ""), escape_html(shown.page), escape_html(shown.label)
    )
