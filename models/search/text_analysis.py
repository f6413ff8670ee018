"""Text analysis: the terms of a document, in Python so that both databases match the same ones."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from importlib.metadata import version
from typing import NamedTuple

from models.search.tokenizer import character_pairs, tokenize

#: Stored with the index, which is rebuilt when this changes. Another release of the stemmer or of Python's
#: Unicode data may produce other terms.
ANALYSIS_VERSION = f"3 snowballstemmer {version('snowballstemmer')} unicode {unicodedata.unidata_version}"
#: Limits of PostgreSQL's ``tsvector``: positions up to 16,383, 255 positions of a lexeme, 1 MB in total.
#: Both databases index no more than that, so that they find the same.
MAX_TOKENS, MAX_TERM_FREQUENCY, MAX_DOCUMENT_CHARACTERS = 16_000, 255, 100_000
#: A term before and after each text, so that no phrase matches across two texts. It is not a letter, so no
#: query can contain it.
TEXT_BOUNDARY = "¶"


class AnalysedDocument(NamedTuple):
    """The terms of a document in order, and the number of its tokens, weights included.

    Each term has a blank on both sides (see :func:`join_terms`), so ``document.stem.count(" word ")`` is the
    term frequency of a word, even where the word is repeated. Variants and pairs of characters are among the
    stems, but not counted as tokens.
    """

    exact: str
    stem: str
    length: int


def analyse_document(texts: Iterable[tuple[str, int]]) -> AnalysedDocument:
    """Return the terms of a document that consists of ``texts``, pairs of a text and its weight.

    A text of weight 3 is indexed three times, so that its words have three times the term frequency.
    """
    exact: list[str] = [TEXT_BOUNDARY]
    stems: list[str] = []
    remaining, frequencies = MAX_DOCUMENT_CHARACTERS, Counter[str]()
    for text, weight in texts:
        tokens = list(tokenize(text))
        pairs = [] if text.isascii() else character_pairs(tokens)
        for _ in range(weight):
            for token in tokens:
                remaining -= len(token.exact or token.stem) + 1
                if remaining < 0 or len(exact) >= MAX_TOKENS:
                    return _join_document(exact, stems, frequencies)
                if token.exact:
                    frequencies[token.exact] += 1
                    is_indexed = frequencies[token.exact] <= MAX_TERM_FREQUENCY
                    exact.append(token.exact if is_indexed else TEXT_BOUNDARY)
                if token.stem:
                    stems.append(token.stem)
            stems += pairs
            exact.append(TEXT_BOUNDARY)
    return _join_document(exact, stems, frequencies)


def _join_document(exact: list[str], stems: list[str], frequencies: Counter[str]) -> AnalysedDocument:
    return AnalysedDocument(join_terms(exact), join_terms(stems), frequencies.total())


def join_terms(terms: Iterable[str]) -> str:
    """Return terms in the stored format: each between two blanks of its own."""
    return "".join(f" {term} " for term in terms)
