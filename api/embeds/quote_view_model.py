"""The view model of a quote outside the API: its text, speaker, film, source and content note.

Frames, oEmbed, snippets, cards and feeds all display this and nothing else. It names no performer.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from api.core.urls import absolute_url
from api.embeds.interface_language import InterfaceLanguage, interface_language
from api.representations.author_names import credited_names
from api.representations.nested_quotes import nest
from api.representations.shared_wording import (
    Item,
    attribution,
    author_name,
    displayed_text,
    one_line,
    quoted_critic,
    short_attribution,
    short_title,
)
from api.text.bidi import writing_direction


@dataclass(frozen=True)
class QuoteViewModel:
    """A quote as embeds display it.

    ``text`` has an ellipsis wherever it leaves out words of its sentence.
    ``voice`` is ``film`` for spoken dialogue, otherwise ``essay``. ``speaker`` is the character who says the
    line, or None if unknown; otherwise the critic whom the source quotes, or the source's author. ``film``
    and ``source`` are display names; the source's name suits the quotation marks around it. ``attribution``
    is the whole credit as a sentence without a full stop, ``credit`` a short one without date and paragraphs.
    ``note`` is the content note, or None if the quote is not flagged. ``page_url`` and ``film_page_url`` are
    absolute. ``authors`` are the names of those who wrote the sources, or the critic whom one of them quotes,
    never a character. ``source_url`` is
    where the first source can be read, or None if unknown. ``words`` is the language of speaker, note and
    preposition; ``attribution`` and ``credit`` are in English. ``pin`` is that of a past state, whose
    ``page_url`` is pinned to it.
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
    words: InterfaceLanguage = field(default_factory=interface_language)
    pin: str | None = None

    @property
    def canonical_url(self) -> str:
        """The URL of the quote's page as it is now."""
        return self.page_url.partition("?")[0]

    @property
    def parameters(self) -> dict[str, str]:
        """The query parameters of URLs that show the same words: the pin of a past state."""
        return {"revision": self.pin} if self.pin else {}

    @property
    def card_url(self) -> str:
        """The URL of its card, as PNG."""
        return f"{self.canonical_url}/card.png" + (f"?revision={self.pin}" if self.pin else "")

    @property
    def preposition(self) -> str:
        """The word before the film's name: ``on `` if the quote is about the film, else nothing."""
        return "" if self.voice == "film" else self.words.about

    @property
    def source_marks(self) -> tuple[str, str]:
        """The quotation marks around the source's name; empty if the source is unknown."""
        return ("", "") if self.source == self.words.unknown_source else self.words.marks

    @property
    def direction(self) -> str:
        """The direction of the text: ``rtl`` or ``ltr``."""
        return writing_direction(self.text, self.language)


def build_view_model(item: Item, words: InterfaceLanguage | None = None) -> QuoteViewModel:
    """Return the view model of a quote, given as the API serves it with ``include=film,sources``."""
    words = words or interface_language()
    # Citations of unpublished or deleted sources are not served.
    sources = [citation["source"] for citation in item["citations"]]
    return QuoteViewModel(
        id=item["id"],
        label=one_line(item["label"]),
        text=displayed_text(item),
        language=item["language"],
        voice=item["voice"],
        speaker=_speaker(item, words) if item["voice"] == "film" else _writer(item, words),
        film=one_line(item["film"]["label"]),
        film_page_url=absolute_url(f"/films/{item['film']['id']}"),
        source=nest(short_title(sources[0]), 1) if sources else words.unknown_source,
        attribution=attribution(item),
        note=_content_note(item, words),
        page_url=item.get("pinned_url") or absolute_url(f"/quotes/{item['id']}"),
        authors=_authors(item, sources),
        source_url=sources[0].get("source_url") if sources else None,
        credit=short_attribution(item),
        words=words,
        pin=item.get("pin"),
    )


def _speaker(item: Item, words: InterfaceLanguage) -> str | None:
    speaker = item["speaker"]
    return words.name_speaker(one_line(speaker["label"]), item["speaker_certainty"]) if speaker else None


def _writer(item: Item, words: InterfaceLanguage) -> str:
    """Return the critic whom the source quotes, else its author; if unknown, a description of its words."""
    source = item["citations"][0]["source"] if item["citations"] else {}
    return quoted_critic(item) or author_name(source) or words.own_words[source.get("kind", "source")]


def _authors(item: Item, sources: list[Item]) -> tuple[str, ...]:
    critic = quoted_critic(item)
    if critic:
        return (critic,)
    return tuple(dict.fromkeys(author.name for source in sources for author in credited_names(source)))


def _content_note(item: Item, words: InterfaceLanguage) -> str | None:
    advisories = [(one_line(link["label"]), link["severity"]) for link in item.get("advisories") or ()]
    return words.describe_note(advisories) if advisories else None
