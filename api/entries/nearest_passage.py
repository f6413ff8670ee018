"""Find the passage of a source that a wrong quotation was probably taken from, and tell what differs."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from difflib import SequenceMatcher
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from api.entries.comparable_words import words
from api.entries.text_files import IGNORABLE
from models.text_segmentation import UNSPACED_LETTERS

#: Characters that writers and programs exchange for each other.
_QUOTATION_MARKS = "\"'`´‘’‚‛“”„‟«»‹›′″〝〞〟「」『』＂＇"
_DASHES = "-‐‑‒–—―⸺⸻−﹘﹣－"
_INVISIBLE = re.compile(f"[{IGNORABLE}]")
_TRAILING = re.compile(rf"[\s{IGNORABLE}]+$")
#: A word with its punctuation, or one letter of a script without spaces.
_TOKEN = re.compile(rf"[{UNSPACED_LETTERS}]|[^\s{UNSPACED_LETTERS}]+")
#: The longest part of a quotation that is searched for, and how much of it a passage must contain.
_MAX_TOKENS, _MIN_SHARE = 100, 0.6
#: A word that occurs more often than this says little about the place.
_MAX_OCCURRENCES = 50
_MAX_DISPLAYED = 300


class Passage(NamedTuple):
    """A passage, the number of its paragraph, and what differs if that is only its form."""

    text: str
    paragraph: int
    differences: list[str]

    @property
    def displayed(self) -> str:
        """The text, shortened."""
        return self.text if len(self.text) <= _MAX_DISPLAYED else f"{self.text[:_MAX_DISPLAYED]}…"


class Passages:
    """An index of the paragraphs of a source."""

    def __init__(self, paragraphs: list[str]) -> None:
        """Set the paragraphs. They are indexed when they are first needed."""
        self.paragraphs = paragraphs

    def find(self, quotation: str, cited: int) -> Passage | None:
        """Return the passage nearest to a quotation, in the paragraph ``cited`` (from 1) if it is there."""
        return self._same_words(quotation, cited) or self._similar_words(quotation)

    def _same_words(self, quotation: str, cited: int) -> Passage | None:
        plain, offsets = _plain(quotation)
        if not plain:
            return None
        for number in (cited, *range(1, len(self.paragraphs) + 1)):
            paragraph, (text, places) = self.paragraphs[number - 1], self._plain_paragraphs[number - 1]
            start = text.find(plain)
            if start >= 0:
                pieces = _pieces(paragraph, places[start : start + len(plain) + 1])
                return Passage("".join(pieces), number, _differences(_pieces(quotation, offsets), pieces))
        return None

    def _similar_words(self, quotation: str) -> Passage | None:
        """Vote for the place at which most words of a quotation are where they would be in it."""
        sought = [_key(match[0]) for match in _TOKEN.finditer(quotation)][:_MAX_TOKENS]
        votes: Counter[int] = Counter()
        for index, key in enumerate(sought):
            places = self._places.get(key, [])
            if len(places) <= _MAX_OCCURRENCES:
                votes.update(place - index for place in places)
        if not votes:
            return None
        first = votes.most_common(1)[0][0]
        middle = min(max(first + len(sought) // 2, 0), len(self._tokens) - 1)
        number = self._tokens[middle].paragraph
        window = self._tokens[max(first - 2, 0) : first + len(sought) + 2]
        window = [token for token in window if token.paragraph == number]
        matcher = SequenceMatcher(None, sought, [token.key for token in window], autojunk=False)
        blocks = [block for block in matcher.get_matching_blocks() if block.size]
        if sum(block.size for block in blocks) < _MIN_SHARE * len(sought):
            return None
        # With as many words before the first match and after the last as the quotation has there.
        start = max(blocks[0].b - blocks[0].a, 0)
        end = min(blocks[-1].b + len(sought) - blocks[-1].a, len(window))
        passage = self.paragraphs[number - 1][window[start].start : window[end - 1].end]
        if quotation[0] not in _QUOTATION_MARKS:
            passage = passage.lstrip(_QUOTATION_MARKS)
        if quotation[-1] not in _QUOTATION_MARKS:
            passage = passage.rstrip(_QUOTATION_MARKS)
        return Passage(passage, number, [])

    @cached_property
    def _plain_paragraphs(self) -> list[tuple[str, list[int]]]:
        return [_plain(paragraph) for paragraph in self.paragraphs]

    @cached_property
    def _tokens(self) -> list[_Token]:
        return [
            _Token(_key(match[0]), number, match.start(), match.end())
            for number, paragraph in enumerate(self.paragraphs, 1)
            for match in _TOKEN.finditer(paragraph)
        ]

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        places: dict[str, list[int]] = defaultdict(list)
        for place, token in enumerate(self._tokens):
            places[token.key].append(place)
        return places


class _Token(NamedTuple):
    key: str
    paragraph: int
    start: int
    end: int


def _key(token: str) -> str:
    return " ".join(words(token)) or token


class _PlainCharacters(dict[str, str]):
    """The form of each character in which quotation marks, dashes, spaces and capitals are alike."""

    def __missing__(self, character: str) -> str:
        if character in _QUOTATION_MARKS:
            plain = "'"
        elif character in _DASHES:
            plain = "-"
        elif character.isspace() or _INVISIBLE.match(character):
            plain = ""
        else:
            decomposed = unicodedata.normalize("NFKD", character)
            plain = unicodedata.normalize("NFKD", decomposed.casefold())
        self[character] = plain
        return plain


_PLAIN_CHARACTERS = _PlainCharacters()


def _plain(text: str) -> tuple[str, list[int]]:
    """Return the plain form of a text, and the offset in ``text`` of each of its characters and of the end.

    It has no spaces, one kind of quotation mark and of dash, and decomposed letters in lower case.
    """
    plain: list[str] = []
    offsets: list[int] = []
    for offset, character in enumerate(text):
        for part in _PLAIN_CHARACTERS[character]:
            # Two hyphens are a dash, and two single quotation marks a double one.
            if part in "'-" and plain and plain[-1] == part:
                continue
            plain.append(part)
            offsets.append(offset)
    return "".join(plain), [*offsets, len(text)]


def _pieces(text: str, offsets: list[int]) -> list[str]:
    """Return the part of a text that each character of its plain form stands for."""
    pieces = [text[start:end] for start, end in pairwise(offsets)]
    # What follows the last character is not part of the passage.
    pieces[-1] = _TRAILING.sub("", pieces[-1])
    return pieces


def _differences(quotation: list[str], passage: list[str]) -> list[str]:
    """Return the kinds of differences between two texts with the same plain form, given in its pieces."""
    kinds: set[str] = set()
    for one, other in zip(quotation, passage, strict=True):
        if one.casefold() != other.casefold():
            kinds.update(map(_kind, set(one.casefold()) ^ set(other.casefold())))
        elif one != other:
            kinds.add("capital letters")
    # Those before the first visible character belong to no piece.
    return sorted(kinds) or ["invisible characters"]


def _kind(character: str) -> str:
    if character in "\n\r":
        return "line breaks"
    if character.isspace():
        return "spaces"
    if character in _QUOTATION_MARKS:
        return "quotation marks"
    if character in _DASHES:
        return "dashes"
    if character in ".…":
        return "ellipses"
    return "invisible characters" if _INVISIBLE.match(character) else "the form of Unicode"
