"""Stemming: the part of an English word that its inflected forms share."""

from __future__ import annotations

import sys
from functools import cache, lru_cache
from importlib import import_module
from importlib.util import find_spec
from threading import Lock
from types import ModuleType
from typing import Any

PACKAGE = "snowballstemmer"
_stemmer_lock = Lock()


@cache
def _stemmer() -> Any:
    """Return the English stemmer, imported on first use.

    The package itself would import the stemmers of 30 languages, which take 4 MB. An empty package stands in
    for it, in which only the imported modules exist.
    """
    spec = find_spec(PACKAGE)
    assert spec is not None  # noqa: S101 (a requirement)
    package = ModuleType(PACKAGE)
    package.__path__ = spec.submodule_search_locations or []
    sys.modules.setdefault(PACKAGE, package)
    return import_module(f"{PACKAGE}.english_stemmer").EnglishStemmer()


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Return the English stem of a folded word: ``letter`` for ``letters`` and ``letter's``."""
    # The stemmer holds the current word as state, and threads share it.
    with _stemmer_lock:
        stemmed: str = _stemmer().stemWord(word)
    return stemmed.replace("'", "")
