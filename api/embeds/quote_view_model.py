"""What is shown of a quote outside Subtext: the words, whose they are, and where they are quoted.

Frame, oEmbed, snippet, card and feed all show this and nothing else; no performer is in it, and of what
is flagged the note comes before the words.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from api.core.urls import absolute_url
from api.representations.attribution import (
    UNKNOWN_SOURCE,
    Item,
    attribution,
    content_note,
    one_line,
    short_title,
    speaker_name,
    writer_name,
)

#: What makes a text be written from right to left: its first strong character (UAX #9, rule P2).
RIGHT_TO_LEFT_CLASSES = ("R", "AL")
STRONG_CLASSES = ("L", *RIGHT_TO_LEFT_CLASSES)


@dataclass(frozen=True)
class QuoteViewModel:
    """A quote as others show it.

    ``voice`` says whose words they are: the film's or the essay's. ``who`` says them: in the film a
    character, None where nobody is named; of an essay whoever it is cited by. ``film`` and ``source`` are
    what they are from, or about, and what quotes them, as names. ``attribution`` says all of that in a
    sentence without a full stop.
    ``note`` is what a reader should know first, None where nothing is flagged. ``page`` is the quote's
    address, ``film_page`` the film's, both absolute.
    """

    id: str
    label: str
    text: str
    language: str
    voice: str
    who: str | None
    film: str
    film_page: str
    source: str
    attribution: str
    note: str | None
    page: str

    @property
    def joint(self) -> str:
        """What stands before the film's name: ``on `` where the words are about the film and not of it."""
        return "" if self.voice == "film" else "on "

    @property
    def byline(self) -> str:
        """Who says it, in what or on what, on one line."""
        return f"{self.who}, {self.joint or 'in '}{self.film}" if self.who else self.film

    @property
    def marks(self) -> tuple[str, str]:
        """What stands around the source's name: nothing, where it is none."""
        return ("", "") if self.source == UNKNOWN_SOURCE else ("“", "”")

    @property
    def direction(self) -> str:
        """``rtl`` or ``ltr``."""
        return text_direction(self.text)


def build_view_model(item: Item) -> QuoteViewModel:
    """Return what is shown of a quote, given as the API serves it with its film and sources included."""
    # A citation of what is a draft or deleted is not served.
    named = [short_title(citation["source"]) for citation in item["citations"]]
    return QuoteViewModel(
        id=item["id"],
        label=one_line(item["label"]),
        text=item["text"],
        language=item["language"],
        voice=item["voice"],
        who=speaker_name(item) if item["voice"] == "film" else writer_name(item),
        film=one_line(item["film"]["label"]),
        film_page=absolute_url(f"/films/{item['film']['id']}"),
        source=named[0] if named else UNKNOWN_SOURCE,
        attribution=attribution(item),
        note=content_note(item),
        page=absolute_url(f"/quotes/{item['id']}"),
    )


def text_direction(text: str) -> str:
    """Return the direction of a text by its first strong character: ``ltr`` where it has none."""
    strong = (kind for kind in map(unicodedata.bidirectional, text) if kind in STRONG_CLASSES)
    return "rtl" if next(strong, "L") in RIGHT_TO_LEFT_CLASSES else "ltr"
