"""Stemming: the part of an English word that its inflected forms share."""

from __future__ import annotations

from functools import cache, lru_cache
from threading import Lock
from typing import Any

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
