"""Rules for the wording of commentary, which random, daily and embedded views show without its context."""

from __future__ import annotations

import re
from collections.abc import Iterator

from api.entries.checked_entries import CheckedEntries
from api.entries.entry import ValidEntry
from api.entries.violations import Level, Violation
from models.source import SourceKind

#: English words that refer to what was said before, if a text begins with them.
_REFERRING = "this that these those such he she it they his her hers its their theirs"
_OPENING = re.compile(rf"\s*({'|'.join(_REFERRING.split())})\b", re.IGNORECASE)
_HIDDEN_VIEW = re.compile(rf"\b(for|to) the ({'|'.join(SourceKind)})\b", re.IGNORECASE)


def opening_word(result: CheckedEntries) -> Iterator[Violation]:
    """Warn about English commentary that begins with a pronoun or a demonstrative, such as “this”.

    A text may begin with its film's title, which may be such a word: “Her”, “It”, “Them!”.
    """
    for item in _english(result):
        text = item.body["text"]
        film = result.find("film", item.body["film"])
        title = film.body["title"] if film else None
        opening = _OPENING.match(text)
        if opening and not (title and re.match(rf"{re.escape(title)}(?!\w)", text)):
            message = (
                f"“{opening[1]}” refers to nothing where this text is shown alone. "
                "Begin with whom or what you mean."
            )
            yield item.entry.violation("opening-word", message, "text", level=Level.WARNING)


def hidden_view(result: CheckedEntries) -> Iterator[Violation]:
    """Point out English commentary with “for the essay”, which leaves open what the essay says."""
    for item in _english(result):
        if phrase := _HIDDEN_VIEW.search(item.body["text"]):
            source = phrase[2].lower()
            message = f"“{phrase[0]}” does not tell what the {source} does. Write “the {source} says that …”."
            yield item.entry.violation("hidden-view", message, "text", level=Level.NOTICE)


def _english(result: CheckedEntries) -> Iterator[ValidEntry]:
    for item in result.of_type("commentary"):
        if item.body["language"].split("-")[0].lower() == "en":
            yield item
