"""“Did you mean”: a query whose unknown words are replaced by known ones, one slip of the finger away."""

from __future__ import annotations

from collections.abc import Mapping
from string import ascii_lowercase

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from models.search.index_tables import DocumentTerm
from models.search.query_compiler import counted_terms
from models.search.query_parser import ClauseKind, Query
from models.search.text_analysis import Token

#: Shorter words have too many neighbours to mean one of them, longer ones too many to look up.
MIN_WORD_LENGTH, MAX_WORD_LENGTH = 3, 24
#: With more unknown words than this nobody knows what was meant.
MAX_UNKNOWN_WORDS = 3

_known = select(DocumentTerm.term, DocumentTerm.documents).where(
    DocumentTerm.term.in_(bindparam("terms", expanding=True))
)


def suggestion(session: Session, query: Query, having: Mapping[str, int]) -> str | None:
    """Return the query with each unknown word mended, or None: all are known, or one cannot be mended.

    ``having`` has the terms of the query that are known. One statement, only if there are unknown words.
    """
    unknown = [
        token
        for clause in query.wanted
        if clause.kind is not ClauseKind.PREFIX
        for token, term in zip(clause.tokens, counted_terms(clause), strict=True)
        if term not in having
    ]
    if not 0 < len(unknown) <= MAX_UNKNOWN_WORDS:
        return None
    near = {token: _one_edit_away(token.exact) for token in unknown}
    terms = sorted({f"={word}" for words in near.values() for word in words})
    found = session.connection().execute(_known, {"terms": terms})
    known = {row.term.removeprefix("="): row.documents for row in found}
    return _corrected(query.text, {token: _likeliest(words, known) for token, words in near.items()})


def _one_edit_away(word: str) -> set[str]:
    """Return every word that a letter left out, put in, mistaken or exchanged with the next turns this into.

    After Norvig, "How to Write a Spelling Corrector" (2007).
    """
    if not MIN_WORD_LENGTH <= len(word) <= MAX_WORD_LENGTH:
        return set()
    splits = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    shorter = {left + right[1:] for left, right in splits if right}
    exchanged = {left + right[1] + right[0] + right[2:] for left, right in splits if len(right) > 1}
    mistaken = {left + letter + right[1:] for left, right in splits if right for letter in ascii_lowercase}
    longer = {left + letter + right for left, right in splits for letter in ascii_lowercase}
    return shorter | exchanged | mistaken | longer


def _likeliest(words: set[str], known: Mapping[str, int]) -> str | None:
    """Return the word of these that most documents have; of equals the first by alphabet."""
    return min((word for word in words if word in known), key=lambda word: (-known[word], word), default=None)


def _corrected(text: str, words: Mapping[Token, str | None]) -> str | None:
    for token, word in sorted(words.items(), key=lambda pair: -pair[0].start):
        if word is None:
            return None
        text = text[: token.start] + word + text[token.end :]
    return text
