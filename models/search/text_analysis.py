"""Text analysis: folding, tokenizing and stemming, in Python so that both databases match the same terms.

A *token* is a run of letters and digits that may have apostrophes inside. Each token becomes two index
terms: ``exact``, without case and accents, for phrases and prefixes; and ``stem``, its English stem, for
words. Terms consist of letters and digits only, so they never need escaping in a database's query syntax.
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

#: Stored with the index, which is rebuilt when this changes: another stemmer release may produce other stems.
ANALYSIS_VERSION = f"1 snowballstemmer {version('snowballstemmer')}"
#: Longer terms are cut to this many characters; PostgreSQL refuses lexemes above 2 KB.
MAX_TERM_LENGTH = 64
#: Limits of PostgreSQL's ``tsvector``: positions up to 16,383, 255 positions of a lexeme, 1 MB in total.
#: Both databases index no more than that, so that they find the same.
MAX_TOKENS, MAX_TERM_FREQUENCY, MAX_DOCUMENT_CHARACTERS = 16_000, 255, 100_000
#: A term before and after each text, so that no phrase matches across two texts. It is not a letter, so no
#: query can contain it.
TEXT_BOUNDARY = "¶"

TOKEN_PATTERN = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
#: Folds letters that Unicode does not decompose, and the variants of the apostrophe.
LETTER_FOLDING = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"}
    | {"’": "'", "ʼ": "'", "‛": "'"}
)
#: Unicode categories that folding removes: combining marks and format characters (soft hyphens, joiners,
#: directional marks).
IGNORED_CATEGORIES = frozenset({"Mn", "Me", "Cf"})


class Token(NamedTuple):
    """A token: its two terms, and its offsets in the analysed text (``end`` is exclusive)."""

    exact: str
    stem: str
    start: int
    end: int


class AnalysedDocument(NamedTuple):
    """The terms of a document in order, and the number of its tokens, weights included.

    Each term has a blank on both sides (see :func:`join_terms`), so ``document.stem.count(" word ")`` is the
    term frequency of a word, even where the word is repeated.
    """

    exact: str
    stem: str
    length: int


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    return "".join(
        char
        for char in folded.translate(LETTER_FOLDING)
        if unicodedata.category(char) not in IGNORED_CATEGORIES
    )


def fold(text: str) -> tuple[str, Sequence[int]]:
    """Return the text without case and accents, and the offset in ``text`` of each folded character."""
    if text.isascii():
        return text.lower(), range(len(text))
    folded: list[str] = []
    offsets: list[int] = []
    for offset, character in enumerate(text):
        for char in _fold_character(character):
            folded.append(char)
            offsets.append(offset)
    return "".join(folded), offsets


_stemmer_lock = Lock()


@cache
def _stemmer() -> Any:
    """Return the English stemmer, imported on first use: its package loads the stemmers of all languages."""
    from snowballstemmer.english_stemmer import EnglishStemmer  # type: ignore[import-untyped]

    return EnglishStemmer()


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Return the English stem of a folded word: ``letter`` for ``letters`` and ``letter's``."""
    # The stemmer holds the current word as state, and threads share it.
    with _stemmer_lock:
        stemmed: str = _stemmer().stemWord(word)
    return stemmed.replace("'", "")


def tokenize(text: str) -> Iterator[Token]:
    """Yield the tokens of a text in order; ``text[token.start : token.end]`` is the original spelling."""
    folded, offsets = fold(text)
    for match in TOKEN_PATTERN.finditer(folded):
        word = match.group()[:MAX_TERM_LENGTH]
        exact = word.replace("'", "")
        end = _token_end(text, offsets[match.end() - 1])
        yield Token(exact, stem(word) or exact, offsets[match.start()], end)


def _token_end(text: str, last: int) -> int:
    """Return the end of a token whose last letter is at offset ``last``: after its combining marks."""
    end = last + 1
    while end < len(text) and unicodedata.category(text[end]) in IGNORED_CATEGORIES:
        end += 1
    return end


def analyse_document(texts: Iterable[tuple[str, int]]) -> AnalysedDocument:
    """Return the terms of a document that consists of ``texts``, pairs of a text and its weight.

    A text of weight 3 is indexed three times, so that its words have three times the term frequency.
    """
    exact: list[str] = [TEXT_BOUNDARY]
    stems: list[str] = []
    remaining, frequencies = MAX_DOCUMENT_CHARACTERS, Counter[str]()
    for text, weight in texts:
        text_tokens = list(tokenize(text))
        for token in (token for _ in range(weight) for token in (*text_tokens, None)):
            if token is None:
                exact.append(TEXT_BOUNDARY)
                continue
            remaining -= len(token.exact) + 1
            if remaining < 0 or len(exact) >= MAX_TOKENS:
                return _join_document(exact, stems)
            frequencies[token.exact] += 1
            exact.append(token.exact if frequencies[token.exact] <= MAX_TERM_FREQUENCY else TEXT_BOUNDARY)
            stems.append(token.stem)
    return _join_document(exact, stems)


def _join_document(exact: list[str], stems: list[str]) -> AnalysedDocument:
    return AnalysedDocument(join_terms(exact), join_terms(stems), len(stems))


def join_terms(terms: Iterable[str]) -> str:
    """Return terms in the stored format: each between two blanks of its own."""
    return "".join(f" {term} " for term in terms)
