"""Spelling suggestion (“did you mean”): replaces unknown words of a query by known ones, one edit away."""

from __future__ import annotations

from collections.abc import Mapping
from string import ascii_lowercase

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from models.search.index_tables import DocumentFrequency
from models.search.query_parser import Clause, ClauseKind, Query
from models.search.tokenizer import Token
from models.single_edits import single_edits

#: Shorter words have too many neighbours for any to be the likely one; longer ones have too many to look up.
MIN_WORD_LENGTH, MAX_WORD_LENGTH = 3, 24
#: A query with more unknown words than this is not corrected: the guess would be poor.
MAX_UNKNOWN_WORDS = 3

_select_known_terms = select(DocumentFrequency.term, DocumentFrequency.documents).where(
    DocumentFrequency.term.in_(bindparam("terms", expanding=True))
)


def suggest_query(session: Session, query: Query) -> str | None:
    """Return the text of the query with each unknown word corrected, as ``suggest_correction`` does."""
    terms = sorted({_index_term(clause, token) for clause in query.required for token in clause.tokens})
    rows = session.connection().execute(_select_known_terms, {"terms": terms})
    return suggest_correction(session, query, {row.term: row.documents for row in rows})


def suggest_correction(session: Session, query: Query, document_frequencies: Mapping[str, int]) -> str | None:
    """Return the text of the query with each unknown word corrected.

    ``document_frequencies`` maps each known index term of the query to its document frequency. The result
    is None if every word is known, or if one cannot be corrected. Runs one statement if there are unknown
    words, none otherwise.
    """
    unknown = [
        token
        for clause in query.required
        if clause.kind is not ClauseKind.PREFIX
        for token in clause.tokens
        if _index_term(clause, token) not in document_frequencies
    ]
    if not 0 < len(unknown) <= MAX_UNKNOWN_WORDS:
        return None
    edits = {token: _candidates(token.exact) for token in unknown}
    terms = sorted({f"={word}" for words in edits.values() for word in words})
    rows = session.connection().execute(_select_known_terms, {"terms": terms})
    known = {row.term.removeprefix("="): row.documents for row in rows}
    return _replace_tokens(
        query.text, {token: _most_frequent(words, known) for token, words in edits.items()}
    )


def _index_term(clause: Clause, token: Token) -> str:
    return f"~{token.stem}" if clause.kind is ClauseKind.WORD else f"={token.exact}"


def _candidates(word: str) -> set[str]:
    """Return the words that may have been meant by this one; none if it is too short or too long."""
    is_correctable = MIN_WORD_LENGTH <= len(word) <= MAX_WORD_LENGTH
    return single_edits(word, ascii_lowercase) if is_correctable else set()


def _most_frequent(words: set[str], known: Mapping[str, int]) -> str | None:
    """Return the known word with the highest document frequency; on a tie, the first in the alphabet."""
    return min((word for word in words if word in known), key=lambda word: (-known[word], word), default=None)


def _replace_tokens(text: str, corrections: Mapping[Token, str | None]) -> str | None:
    """Return the text with each token replaced by its correction; None if a token has none."""
    # From the last to the first: the offsets of earlier tokens stay valid.
    for token, word in sorted(corrections.items(), key=lambda pair: -pair[0].start):
        if word is None:
            return None
        text = text[: token.start] + word + text[token.end :]
    return text
