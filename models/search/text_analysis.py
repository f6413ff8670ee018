"""Analysis: how a text becomes terms. Both databases only compare terms, so they find the same.

A *token* is a run of letters and digits, with apostrophes inside it. Of each there are two terms:
``exact``, with case and accents folded, for phrases and prefixes; and ``stem``, its English stem, for
words. Terms hold letters and digits alone: nothing in one means anything to a database.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from importlib.metadata import version
from threading import Lock
from typing import Any, NamedTuple

#: What was indexed by another version is indexed again; a stemmer's release may change its stems.
VERSION = f"1 snowballstemmer {version('snowballstemmer')}"
#: Characters of a term; PostgreSQL refuses those above 2 KB.
LONGEST_TERM = 64
#: What PostgreSQL keeps of a document: positions up to 16,383, 255 of a term, 1 MB. What is beyond is
#: left out for both databases.
MAX_TOKENS, MAX_TERM_COUNT, MAX_CHARACTERS = 16_000, 255, 100_000
#: Stands where a phrase must not go on: around each text. It is no letter, so no query can hold it.
BREAK = "¶"

TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
#: Letters that Unicode does not decompose, and the apostrophes that are written for one another.
LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"}
    | {"’": "'", "ʼ": "'", "‛": "'"}
)
#: Marks on a letter, and characters that only say how others are set: soft hyphens, joiners, directions.
DROPPED = frozenset({"Mn", "Me", "Cf"})


class Token(NamedTuple):
    """A token: its terms, and where it stands in the text that was analysed."""

    exact: str
    stem: str
    start: int
    end: int


class Terms(NamedTuple):
    """The terms of a document, each between blanks of its own, and how many there are.

    So ``terms.stem.count(" word ")`` counts a word, and two in a row count as two.
    """

    exact: str
    stem: str
    length: int


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    return "".join(one for one in folded.translate(LETTERS) if unicodedata.category(one) not in DROPPED)


def fold(text: str) -> tuple[str, Sequence[int]]:
    """Return the text without case and accents, and for each character where it came from."""
    if text.isascii():
        return text.lower(), range(len(text))
    folded: list[str] = []
    origins: list[int] = []
    for origin, character in enumerate(text):
        for one in _fold_character(character):
            folded.append(one)
            origins.append(origin)
    return "".join(folded), origins


_one_at_a_time = Lock()


@cache
def _stemmer() -> Any:
    """Return the stemmer; all languages come with it, which a worker holds once somebody searches."""
    from snowballstemmer.english_stemmer import EnglishStemmer  # type: ignore[import-untyped]

    return EnglishStemmer()


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Return the English stem of a folded word: ``letters`` and ``letter's`` are ``letter``."""
    # A stemmer keeps the word that it is at work on, and threads share it.
    with _one_at_a_time:
        stemmed: str = _stemmer().stemWord(word)
    return stemmed.replace("'", "")


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a text, in order; ``text[token.start : token.end]`` is what is shown."""
    folded, origins = fold(text)
    for found in TOKEN.finditer(folded):
        word = found.group()[:LONGEST_TERM]
        exact = word.replace("'", "")
        yield Token(exact, stem(word) or exact, origins[found.start()], _end(text, origins[found.end() - 1]))


def _end(text: str, last: int) -> int:
    """Return where a token ends whose last letter is at ``last``: after the marks on that letter."""
    end = last + 1
    while end < len(text) and unicodedata.category(text[end]) in DROPPED:
        end += 1
    return end


def analyse_document(texts: Iterable[tuple[str, int]]) -> Terms:
    """Return the terms of a document: its texts, each with its weight.

    A text of weight 3 is there three times, so that its words count threefold.
    """
    exact: list[str] = [BREAK]
    stems: list[str] = []
    room, seen = MAX_CHARACTERS, Counter[str]()
    for text, weight in texts:
        found = list(tokens(text))
        for token in (token for _ in range(weight) for token in (*found, None)):
            if token is None:
                exact.append(BREAK)
                continue
            room -= len(token.exact) + 1
            if room < 0 or len(exact) >= MAX_TOKENS:
                return _repeat_terms(exact, stems)
            seen[token.exact] += 1
            exact.append(token.exact if seen[token.exact] <= MAX_TERM_COUNT else BREAK)
            stems.append(token.stem)
    return _repeat_terms(exact, stems)


def _repeat_terms(exact: list[str], stems: list[str]) -> Terms:
    return Terms(join_terms(exact), join_terms(stems), len(stems))


def join_terms(terms: Iterable[str]) -> str:
    """Return terms as a document holds them in a row."""
    return "".join(f" {term} " for term in terms)
