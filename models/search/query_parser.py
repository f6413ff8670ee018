"""Queries: what a person types, as clauses that a document must match, every one.

Words match by their stem. ``"exact words"`` match as they stand, in their order; ``lo*`` matches what
begins so; ``-`` before any of these means not. Everything else is plain text: no input is an error
but for its length, or for asking nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from models.errors import InvalidQuery
from models.search.text_analysis import Token, tokens

MAX_QUERY_CHARACTERS = 200
MAX_CLAUSES = 16
#: Bytes that a prefix has at least: two letters, or one of a script where a letter is a word.
MIN_PREFIX_CHARACTERS = 2
QUOTATION_MARKS = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
CLAUSE = re.compile(r'(?<!\S)(?P<no>-?)"(?P<phrase>[^"]*)"|(?P<plain>[^\s"]+)')


class ClauseKind(StrEnum):
    """How a clause is compared."""

    WORD = "word"
    PREFIX = "prefix"
    PHRASE = "phrase"


@dataclass(frozen=True)
class Clause:
    """One thing to match: one token of a word or prefix, several of a phrase, placed in the query."""

    kind: ClauseKind
    tokens: tuple[Token, ...]
    negated: bool = False

    @property
    def exact(self) -> tuple[str, ...]:
        """Its exact terms."""
        return tuple(token.exact for token in self.tokens)

    @property
    def stem(self) -> str:
        """The stem of its first token."""
        return self.tokens[0].stem

    @property
    def key(self) -> tuple[object, ...]:
        """What it matches, wherever it stands in the query."""
        return self.kind, self.negated, self.stem if self.kind is ClauseKind.WORD else self.exact


@dataclass(frozen=True)
class Query:
    """A query that was understood: its text, and its clauses, at least one of them not negated."""

    text: str
    clauses: tuple[Clause, ...]

    @property
    def wanted(self) -> tuple[Clause, ...]:
        """What a document must have."""
        return tuple(clause for clause in self.clauses if not clause.negated)

    @property
    def unwanted(self) -> tuple[Clause, ...]:
        """What it must not have."""
        return tuple(clause for clause in self.clauses if clause.negated)


def parse(text: str) -> Query:
    """Return the query that a text asks.

    Raises:
        InvalidQuery: it is too long, has too many clauses or too short a prefix, or nothing to look for.
    """
    if len(text) > MAX_QUERY_CHARACTERS:
        raise InvalidQuery(f"A query has at most {MAX_QUERY_CHARACTERS} characters.")
    clauses = list({clause.key: clause for clause in _clauses(text)}.values())
    if len(clauses) > MAX_CLAUSES:
        raise InvalidQuery(f"A query has at most {MAX_CLAUSES} words and phrases.")
    if not clauses:
        raise InvalidQuery("A query has at least one letter or digit to look for.")
    if all(clause.negated for clause in clauses):
        raise InvalidQuery("A query says what to look for, not only what to leave out.")
    return Query(text, tuple(clauses))


def _clauses(text: str) -> Iterator[Clause]:
    for found in CLAUSE.finditer(text.translate(QUOTATION_MARKS)):
        if found["plain"] is None:
            yield from _phrase(_placed(found["phrase"], found.start("phrase")), bool(found["no"]))
        else:
            yield from _plain(found["plain"], found.start())


def _placed(text: str, start: int) -> tuple[Token, ...]:
    return tuple(token._replace(start=token.start + start, end=token.end + start) for token in tokens(text))


def _phrase(found: tuple[Token, ...], negated: bool) -> Iterator[Clause]:
    if found:
        yield Clause(ClauseKind.PHRASE, found, negated)


def _plain(text: str, start: int) -> Iterator[Clause]:
    """Yield the clauses of a run without blanks: each of its words, the last one a prefix before ``*``."""
    found, negated = _placed(text, start), text.startswith("-")
    if not found:
        return
    if negated and len(found) > 1:
        # “-face-to-face” leaves out those words together, not whatever has one of them.
        yield Clause(ClauseKind.PHRASE, found, negated)
        return
    *words, last = found
    for word in words:
        yield Clause(ClauseKind.WORD, (word,))
    is_prefix = text[last.end - start :].startswith("*")
    if is_prefix and len(last.exact.encode()) < MIN_PREFIX_CHARACTERS:
        raise InvalidQuery(f"A prefix has at least two letters before its “*”: “{last.exact}*” has one.")
    yield Clause(ClauseKind.PREFIX if is_prefix else ClauseKind.WORD, (last,), negated)
