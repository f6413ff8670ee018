"""The view model of a quote outside the API: its text, speaker, film, source and content note.

Frames, oEmbed, snippets, cards and feeds all display this and nothing else. It names no performer.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from api.core.urls import absolute_url
from api.representations.author_names import credited_names
from api.representations.nested_quotes import nest
from api.representations.shared_wording import (
    UNKNOWN_SOURCE,
    Item,
    attribution,
    content_note,
    one_line,
    short_attribution,
    short_title,
    speaker_name,
    writer_name,
)

#: Bidirectional classes of strong right-to-left characters (UAX #9, rule P2).
RIGHT_TO_LEFT_CLASSES = ("R", "AL")
STRONG_CLASSES = ("L", *RIGHT_TO_LEFT_CLASSES)


@dataclass(frozen=True)
class QuoteViewModel:
    """A quote as embeds display it.

    ``voice`` is ``film`` for spoken dialogue and ``essay`` for the source's own words. ``speaker`` is the
    character who says the line, or None if unknown; for the source's own words, its author. ``film`` and
    ``source`` are display names; the source's name suits the quotation marks around it. ``attribution`` is
    the whole credit as a sentence without a full stop, ``credit`` a short one without date and paragraphs.
    ``note`` is the content note, or None if the quote is not flagged. ``page_url`` and ``film_page_url`` are
    absolute. ``authors`` are the names of those who wrote the sources, never the speaker. ``source_url`` is
    where the first source can be read, or None if unknown.
    """

    id: str
    label: str
    text: str
    language: str
    voice: str
    speaker: str | None
    film: str
    film_page_url: str
    source: str
    attribution: str
    note: str | None
    page_url: str
    authors: tuple[str, ...] = ()
    source_url: str | None = None
    credit: str = ""

    @property
    def preposition(self) -> str:
        """The word before the film's name: ``on `` if the quote is about the film, else nothing."""
        return "" if self.voice == "film" else "on "

    @property
    def source_marks(self) -> tuple[str, str]:
        """The quotation marks around the source's name; empty if the source is unknown."""
        return ("", "") if self.source == UNKNOWN_SOURCE else ("“", "”")

    @property
    def direction(self) -> str:
        """The direction of the text: ``rtl`` or ``ltr``."""
        return text_direction(self.text)


def build_view_model(item: Item) -> QuoteViewModel:
    """Return the view model of a quote, given as the API serves it with ``include=film,sources``."""
    # Citations of unpublished or deleted sources are not served.
    sources = [citation["source"] for citation in item["citations"]]
    return QuoteViewModel(
        id=item["id"],
        label=one_line(item["label"]),
        text=item["text"],
        language=item["language"],
        voice=item["voice"],
        speaker=speaker_name(item) if item["voice"] == "film" else writer_name(item),
        film=one_line(item["film"]["label"]),
        film_page_url=absolute_url(f"/films/{item['film']['id']}"),
        source=nest(short_title(sources[0]), 1) if sources else UNKNOWN_SOURCE,
        attribution=attribution(item),
        note=content_note(item),
        page_url=absolute_url(f"/quotes/{item['id']}"),
        authors=tuple(dict.fromkeys(author.name for source in sources for author in credited_names(source))),
        source_url=sources[0].get("source_url") if sources else None,
        credit=short_attribution(item),
    )


def text_direction(text: str) -> str:
    """Return ``rtl`` or ``ltr`` by the first strong character of a text; ``ltr`` if it has none."""
    strong = (class_ for class_ in map(unicodedata.bidirectional, text) if class_ in STRONG_CLASSES)
    return "rtl" if next(strong, "L") in RIGHT_TO_LEFT_CLASSES else "ltr"
