"""Query parser: turns the text that a person types into clauses, all of which a document must match.

A word matches by its stem. A ``"phrase"`` matches its exact words in their order, ``pre*`` matches the words
that begin with this prefix, and ``-`` before any of these negates it. All other characters are plain text:
a query is invalid only if it is too long, has too many clauses or too short a prefix, or requires nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from models.errors import InvalidQuery
from models.search.text_analysis import Token, tokenize

MAX_QUERY_CHARACTERS = 200
MAX_CLAUSES = 16
#: In UTF-8: two ASCII letters, or one letter of a script in which a letter can be a word.
MIN_PREFIX_BYTES = 2
QUOTATION_MARKS = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
CLAUSE_PATTERN = re.compile(r'(?<!\S)(?P<minus>-?)"(?P<phrase>[^"]*)"|(?P<plain>[^\s"]+)')


class ClauseKind(StrEnum):
    """How a clause is matched."""

    WORD = "word"
    PREFIX = "prefix"
    PHRASE = "phrase"


@dataclass(frozen=True)
class Clause:
    """A condition on a document: one token for a word or a prefix, one or more for a phrase.

    The offsets of the tokens are those in the text of the query.
    """

    kind: ClauseKind
    tokens: tuple[Token, ...]
    negated: bool = False

    @property
    def exact(self) -> tuple[str, ...]:
        """The exact terms of its tokens."""
        return tuple(token.exact for token in self.tokens)

    @property
    def stem(self) -> str:
        """The stem of its first token."""
        return self.tokens[0].stem

    @property
    def key(self) -> tuple[object, ...]:
        """A key that is equal for clauses that match the same documents."""
        return self.kind, self.negated, self.stem if self.kind is ClauseKind.WORD else self.exact


@dataclass(frozen=True)
class Query:
    """A parsed query: its text and its clauses, at least one of which is not negated."""

    text: str
    clauses: tuple[Clause, ...]

    @property
    def required(self) -> tuple[Clause, ...]:
        """The clauses that a document must match."""
        return tuple(clause for clause in self.clauses if not clause.negated)

    @property
    def excluded(self) -> tuple[Clause, ...]:
        """The clauses that a document must not match."""
        return tuple(clause for clause in self.clauses if clause.negated)


def parse(text: str) -> Query:
    """Return the parsed query; of clauses that match the same, only one is in it.

    Raises:
        InvalidQuery: the text is too long, has too many clauses or too short a prefix, or requires nothing.
    """
    if len(text) > MAX_QUERY_CHARACTERS:
        raise InvalidQuery(
            f"The query is too long: at most {MAX_QUERY_CHARACTERS} characters are allowed,"
            f" and it has {len(text)}."
        )
    clauses = list({clause.key: clause for clause in _parse_clauses(text)}.values())
    if len(clauses) > MAX_CLAUSES:
        raise InvalidQuery(
            f"The query is too complex: at most {MAX_CLAUSES} words and phrases are allowed,"
            f" and it has {len(clauses)}."
        )
    if not clauses:
        raise InvalidQuery("The query has nothing to search for. Enter at least one letter or digit.")
    if all(clause.negated for clause in clauses):
        raise InvalidQuery("The query only excludes words. Add at least one word to search for, without “-”.")
    return Query(text, tuple(clauses))


def _parse_clauses(text: str) -> Iterator[Clause]:
    for match in CLAUSE_PATTERN.finditer(text.translate(QUOTATION_MARKS)):
        if match["plain"] is None:
            yield from _parse_phrase(
                _tokenize_at(match["phrase"], match.start("phrase")), bool(match["minus"])
            )
        else:
            yield from _parse_words(match["plain"], match.start())


def _tokenize_at(text: str, start: int) -> tuple[Token, ...]:
    """Return the tokens of a part of the query that starts at offset ``start``."""
    return tuple(token._replace(start=token.start + start, end=token.end + start) for token in tokenize(text))


def _parse_phrase(tokens: tuple[Token, ...], negated: bool) -> Iterator[Clause]:
    if tokens:
        yield Clause(ClauseKind.PHRASE, tokens, negated)


def _parse_words(text: str, start: int) -> Iterator[Clause]:
    """Yield the clauses of a run without blanks: a word for each token; the last is a prefix before ``*``."""
    tokens, negated = _tokenize_at(text, start), text.startswith("-")
    if not tokens:
        return
    if negated and len(tokens) > 1:
        # “-face-to-face” excludes the phrase, not every document that has one of its words.
        yield Clause(ClauseKind.PHRASE, tokens, negated)
        return
    *words, last = tokens
    for word in words:
        yield Clause(ClauseKind.WORD, (word,))
    is_prefix = text[last.end - start :].startswith("*")
    if is_prefix and len(last.exact.encode()) < MIN_PREFIX_BYTES:
        raise InvalidQuery(
            f"The prefix “{last.exact}*” is too short: at least two letters must come before the “*”."
        )
    yield Clause(ClauseKind.PREFIX if is_prefix else ClauseKind.WORD, (last,), negated)
