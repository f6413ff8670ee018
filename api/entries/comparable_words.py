"""The words of texts in any script, in a form in which copied words are equal.

Folding removes what a copy may differ in: case, accents, points of vowels, apostrophes, punctuation,
invisible characters, and the form of Unicode. Words of scripts that write no spaces between them are found by
text segmentation (UAX #29), which depends on the context, so such words are compared by their letters alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from api.entries.text_files import IGNORABLE
from models.text_segmentation import UNSPACED_LETTERS, unspaced_words

#: This many consecutive words in common with a source count as a quotation.
RUN_WORDS = 8
#: From this many on, they are pointed out.
NEAR_RUN_WORDS = 6
_ASCII_WORD = re.compile(r"[a-z0-9]+")
_IGNORED = re.compile(rf"[{IGNORABLE}\u0640]")  # with the Arabic tatweel, which only stretches a word
_APOSTROPHES = "'’‘‛ʼʻʹ′＇`´"
_UNSPACED = re.compile(f"[{UNSPACED_LETTERS}]")
_BETWEEN_UNSPACED = re.compile(f"(?<=[{UNSPACED_LETTERS}]) +(?=[{UNSPACED_LETTERS}])")
#: NFKC decomposes these vowels, but dictionaries contain them composed.
_COMPOSED_VOWELS = (("\u0e4d\u0e32", "\u0e33"), ("\u0ecd\u0eb2", "\u0eb3"))
#: Letters without a decomposition that readers take for others.
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


class _WordCharacters(dict[int, str | None]):
    """A translation table that replaces what is no letter, mark or digit by a space."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        kept: str | None = character if unicodedata.category(character)[0] in "LMN" else " "
        if character in _APOSTROPHES or _IGNORED.match(character):
            kept = None
        self[code] = kept
        return kept


class _BaseLetters(dict[int, str | None]):
    """A translation table that removes accents and points: marks that Unicode reorders."""

    def __missing__(self, code: int) -> str | None:
        kept = None if unicodedata.combining(chr(code)) else chr(code)
        self[code] = kept
        return kept


_WORD_CHARACTERS, _BASE_LETTERS = _WordCharacters(), _BaseLetters()


def words(text: str) -> list[str]:
    """Return the folded words of a text."""
    return _fold(split_words(text))


def split_words(text: str) -> list[str]:
    """Return the words of a text in lower case, without apostrophes and invisible characters."""
    if text.isascii():
        return _ASCII_WORD.findall(text.lower().replace("'", ""))
    # Apostrophes come first: NFKC makes a space and an accent of some.
    text = text.translate(_WORD_CHARACTERS)
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    if not _UNSPACED.search(text):
        return text.split()
    for decomposed, composed in _COMPOSED_VOWELS:
        text = text.replace(decomposed, composed)
    # A space or a mark between two such letters need not be in the other text.
    text = _BETWEEN_UNSPACED.sub("", text)
    found, end = [], 0
    for start, next_end in unspaced_words(text):
        found += [*text[end:start].split(), text[start:next_end]]
        end = next_end
    return [*found, *text[end:].split()]


def _fold(sequence: list[str]) -> list[str]:
    """Return words without accents, as many as there are in ``sequence``."""
    text = " ".join(sequence)
    if text.isascii():
        return sequence
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS)).translate(_BASE_LETTERS)
    return unicodedata.normalize("NFC", decomposed).split(" ")


def join_words(sequence: Iterable[str]) -> str:
    """Return words as a text, with spaces between those of scripts that write them."""
    return re.sub(" +", " ", _letters(sequence)).strip()


def _letters(sequence: Iterable[str]) -> str:
    """Return words as a text in which only words of scripts with spaces have any, one on each side."""
    return "".join(word if _UNSPACED.match(word) else f" {word} " for word in sequence)


def _runs(sequence: Sequence[str], length: int) -> Iterator[tuple[str, ...]]:
    return (tuple(sequence[start : start + length]) for start in range(len(sequence) - length + 1))


class WordRuns:
    """An index of all runs of ``length`` consecutive words of some texts."""

    def __init__(self, texts: Iterable[str], length: int) -> None:
        """Index the texts. Runs do not reach from one text into another."""
        self.length = length
        self.runs: set[tuple[str, ...]] = set()
        #: The letters of the texts that have words in scripts without spaces.
        self.letters: list[str] = []
        #: All their sequences of that many letters: whether a run can be in them is known at once.
        self.beginnings: set[str] = set()
        for text in texts:
            sequence = words(text)
            self.runs.update(_runs(sequence, length))
            if any(map(_UNSPACED.match, sequence)):
                self.letters.append(letters := _letters(sequence))
                self.beginnings.update(letters[start : start + length] for start in range(len(letters)))

    def has(self, run: tuple[str, ...]) -> bool:
        """Whether one of the texts has this run of folded words."""
        if run in self.runs:
            return True
        if not self.letters or not any(map(_UNSPACED.match, run)):
            return False
        letters = _letters(run)
        return letters[: self.length] in self.beginnings and any(letters in text for text in self.letters)


def first_shared(text: str, indexes: Sequence[WordRuns]) -> str | None:
    """Return the first run of a text that is in one of the indexes, in lower case and without punctuation.

    All indexes have runs of the same length.
    """
    sequence, length = split_words(text), indexes[0].length
    for start, run in enumerate(_runs(_fold(sequence), length)):
        if any(index.has(run) for index in indexes):
            return join_words(sequence[start : start + length])
    return None
