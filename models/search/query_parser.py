"""Query parser: turns the text that a person types into clauses, all of which a document must match.

A word matches by its stem. A ``"phrase"`` matches its exact words in their order, ``pre*`` matches the words
that begin with this prefix, and ``-`` before any of these negates it. A Korean word is a prefix, because its
endings are many; what stands together in a script without spaces is a phrase. All other characters are plain
text: a query is invalid only if it is too long, has too many clauses or too short a prefix, or requires
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from models.errors import InvalidQuery
from models.search.folding import fold_gershayim
from models.search.korean import HANGUL_RUN, korean_noun
from models.search.tokenizer import Token, character_pairs, is_unspaced, tokenize

MAX_QUERY_CHARACTERS = 200
MAX_CLAUSES = 16
#: In UTF-8: two ASCII letters, or one letter of a script in which a letter can be a word.
MIN_PREFIX_BYTES = 2
QUOTATION_MARKS = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
#: A space between groups of digits does not end a word.
CLAUSE_PATTERN = re.compile(
    r'(?<!\S)(?P<minus>-?)"(?P<phrase>[^"]*)"|(?P<plain>(?:[^\s"]|(?<=\d)[\u00a0\u2009\u202f](?=\d{3}))+)'
)


class ClauseKind(StrEnum):
    """How a clause is matched."""

    WORD = "word"
    PREFIX = "prefix"
    PHRASE = "phrase"


@dataclass(frozen=True)
class Clause:
    """A condition on a document: all stems of a word, in any order; a prefix; or the tokens of a phrase.

    ``joined`` is the stem of the word's other spelling, which matches too: ``email`` for *e-mail*. The
    offsets of the tokens are those in the text of the query.
    """

    kind: ClauseKind
    tokens: tuple[Token, ...]
    negated: bool = False
    joined: str = ""

    @property
    def exact(self) -> tuple[str, ...]:
        """The exact terms of its tokens."""
        return tuple(token.exact for token in self.tokens)

    @property
    def stems(self) -> tuple[str, ...]:
        """The stems of a word; of a phrase, the pairs of characters in scripts without spaces."""
        if self.kind is ClauseKind.PHRASE:
            return tuple(dict.fromkeys(character_pairs(self.tokens)))
        return tuple(dict.fromkeys(token.stem for token in self.tokens))

    @property
    def key(self) -> tuple[object, ...]:
        """A key that is equal for clauses that match the same documents."""
        terms = self.stems if self.kind is ClauseKind.WORD else self.exact
        return self.kind, self.negated, terms, self.joined


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
    for match in CLAUSE_PATTERN.finditer(fold_gershayim(text).translate(QUOTATION_MARKS)):
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
    if words := tuple(token for token in tokens if token.exact):
        yield Clause(ClauseKind.PHRASE, words, negated)


def _parse_words(text: str, start: int) -> Iterator[Clause]:
    """Yield the clauses of a run without blanks: one for each word; the last is a prefix before ``*``."""
    negated = text.startswith("-")
    words = list(_group_words(_tokenize_at(text, start)))
    if not words:
        return
    tokens = tuple(token for clause in words for token in clause.tokens)
    last = tokens[-1]
    is_prefix = text[last.end - start :].startswith("*") and not is_unspaced(last.exact)
    if negated and len(tokens) > 1:
        # “-face-to-face” excludes the phrase, not every document that has one of its words.
        yield Clause(ClauseKind.PHRASE, tokens, negated, words[0].joined if len(words) == 1 else "")
        return
    if is_prefix:
        if len(last.exact.encode()) < MIN_PREFIX_BYTES:
            raise InvalidQuery(
                f"The prefix “{last.exact}*” is too short: at least two letters must come before the “*”."
            )
        words = [Clause(ClauseKind.WORD, (token,)) for token in tokens[:-1]]
        words.append(Clause(ClauseKind.PREFIX, (last,)))
    yield from (replace(word, negated=negated) for word in words)


def _group_words(tokens: Iterable[Token]) -> Iterator[Clause]:
    """Yield a clause for each word, which may have several tokens: *e-mail*, or characters without spaces."""
    words: list[Clause] = []
    for token in tokens:
        if not token.exact:
            _join_words(words, token)
        elif not is_unspaced(token.exact):
            words.append(_word(token))
        elif words and words[-1].kind is ClauseKind.PHRASE and words[-1].tokens[-1].end >= token.start:
            words[-1] = replace(words[-1], tokens=(*words[-1].tokens, token))
        else:
            words.append(Clause(ClauseKind.PHRASE, (token,)))
    yield from words


def _join_words(words: list[Clause], variant: Token) -> None:
    """Make one word of those that a variant covers; a variant that is part of a word covers none."""
    covered = [
        word for word in words if word.tokens[0].start >= variant.start and word.tokens[-1].end <= variant.end
    ]
    if covered:
        tokens = tuple(token for word in covered for token in word.tokens)
        words[-len(covered) :] = [Clause(ClauseKind.WORD, tokens, joined=variant.stem)]


def _word(token: Token) -> Clause:
    if not HANGUL_RUN.fullmatch(token.exact):
        return Clause(ClauseKind.WORD, (token,))
    noun = korean_noun(token.exact)
    kind = ClauseKind.WORD if len(noun) == 1 else ClauseKind.PREFIX
    return Clause(kind, (token._replace(exact=noun, stem=noun),))
