"""Ranking: what matches a query, the best first, by one formula for both databases.

A statement finds candidates (``models.search.candidates``), and how often the query's terms are used;
BM25 over the terms of the candidates is worked out here.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from models.search.candidates import TERM, TOTALS, TOTALS_OF_SOME, select_candidates
from models.search.index_tables import (
    film_scope,
    kind_scope,
    scope_value,
    severity_scope,
    theme_scope,
    type_scope,
)
from models.search.query_compiler import counted_terms
from models.search.query_parser import Clause, ClauseKind, Query
from models.search.spelling_suggestion import suggestion
from models.search.text_analysis import BREAK, join_terms
from models.searchable import KEY_FACTOR, SEARCHABLE, searchable_models

#: So many hits are all ranked and counted; of more the first by key, and not as many.
MAX_CANDIDATES, FIRST_CANDIDATES = 10_000, 2_000
#: BM25 as Robertson and Zaragoza give it ("The Probabilistic Relevance Framework", 2009): how soon more
#: of a word adds little, and how much a long document counts for less.
K1, B = 1.2, 0.75
#: Scores are compared to so many digits, so that equal ones are equal wherever they are worked out.
DIGITS = 6

#: Where a hit stands: by score, the highest first, then by type and id.
Place = tuple[float, int, str]
#: A hit as it is ranked: its place, and the scope of its document.
Ranked = tuple[float, int, str, str]
_place_of = itemgetter(0, 1, 2)


@cache
def _type_names() -> dict[int, str]:
    """Return the names of types by the numbers that stand in documents' keys."""
    return {model.search_number: name for name, model in searchable_models().items()}


class Hit(NamedTuple):
    """Something that matches: what it is, its film's id (null for a theme), and how well it matches."""

    type_name: str
    slug: str
    film: str | None
    score: float

    @property
    def place(self) -> Place:
        """Where it stands among all hits."""
        return -self.score, SEARCHABLE[self.type_name].search_number, self.slug


@dataclass(frozen=True)
class SearchResults:
    """What a search found: every candidate in order, however many, for the caller to slice.

    ``total`` is exact unless ``approximate``: then there are at least so many, and those beyond were
    neither ranked nor counted. ``suggestion`` is the query with mistyped words mended, where words are
    unknown. ``types``, ``films``, ``themes`` and ``kinds`` count the hits by type, by the id of their film
    and of what they are about, what is broader too, and by the kind of quotes and commentary.
    """

    ranked: list[Ranked] = field(default_factory=list)
    approximate: bool = False
    suggestion: str | None = None
    types: dict[str, int] = field(default_factory=dict)
    films: dict[str, int] = field(default_factory=dict)
    themes: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many hits there are, or at least are."""
        return len(self.ranked)

    @property
    def hits(self) -> list[Hit]:
        """All of them."""
        return self.between(0, self.total)

    def between(self, start: int, end: int) -> list[Hit]:
        """Return a slice of the hits."""
        return [_hit(ranked) for ranked in self.ranked[start:end]]

    def before(self, place: Place) -> int:
        """Return how many hits stand before this place."""
        return bisect_left(self.ranked, place, key=_place_of)

    def up_to(self, place: Place) -> int:
        """Return how many hits stand before this place, or at it."""
        return bisect_right(self.ranked, place, key=_place_of)

    def after(self, place: Place | None, limit: int) -> list[Hit]:
        """Return the next ``limit`` hits after the one that has this place, or had it."""
        start = self.up_to(place) if place else 0
        return self.between(start, start + limit)


def _hit(ranked: Ranked) -> Hit:
    score, number, slug, scope = ranked
    film = next((scope_value(term) for term in scope.split() if term[0] == "f"), None)
    return Hit(_type_names()[number], slug, film, -score)


def search(
    session: Session,
    query: Query,
    *,
    types: Sequence[str] = (),
    films: Sequence[str] = (),
    themes: Sequence[str] = (),
    kinds: Sequence[str] = (),
    max_severity: int | None = None,
) -> SearchResults:
    """Return what anyone may see that matches, the best first.

    ``types``, ``films``, ``themes`` (ids; what is narrower is meant too) and ``kinds`` keep any of these,
    ``max_severity`` what carries no stronger advisory. It is one statement, and a second one for a
    suggestion where nothing was found because a word is unknown.
    """
    scopes = [
        [type_scope(name) for name in types],
        [film_scope(slug) for slug in films],
        [theme_scope(slug) for slug in themes],
        [kind_scope(kind) for kind in kinds],
    ]
    if max_severity is not None:
        scopes.append([severity_scope(max_severity)])
    asked = (query, tuple(tuple(scope) for scope in scopes if scope))
    terms = {term for clause in query.wanted for term in counted_terms(clause)}
    now = {"asked": asked, "terms": sorted(terms), "most": MAX_CANDIDATES}
    now["first"] = min(FIRST_CANDIDATES, MAX_CANDIDATES)
    connection = session.connection()
    rows = connection.execute(select_candidates(connection.dialect.name), now).all()
    candidates = [row for row in rows if row[0] > TERM]
    return _rank(session, query, candidates, _TermCounts([row for row in rows if row[0] <= TERM]))


class _TermCounts:
    """How many documents there are, how long they are, and how many have each term."""

    def __init__(self, rows: Sequence[Any]) -> None:
        self.documents, self.average, self.approximate = 0, 1.0, False
        self.having: dict[str, int] = {}
        for row in rows:
            self._take(*row[:3])

    def _take(self, key: int, said: str, documents: int) -> None:
        if key == TERM:
            self.having[said] = documents
        elif key in (TOTALS, TOTALS_OF_SOME) and documents:
            self.documents, self.average = documents, max(1.0, int(said) / documents)
            self.approximate = key == TOTALS_OF_SOME

    def rarity(self, having: int) -> float:
        """Return BM25's inverse document frequency, which is above zero for every count."""
        return math.log1p((self.documents - having + 0.5) / (having + 0.5))


def _rank(session: Session, query: Query, candidates: list[Any], counts: _TermCounts) -> SearchResults:
    if not candidates:
        return SearchResults(suggestion=suggestion(session, query, counts.having))
    keys, slugs, lengths, stems, exacts, scopes = zip(*candidates, strict=True)
    scores = _scores(query, counts, lengths, (stems, exacts))
    numbers = [key % KEY_FACTOR for key in keys]
    # Sorted as they are: whatever makes an object of each would take longer than to rank it.
    ranked = sorted(zip((-score for score in scores), numbers, slugs, scopes, strict=True))
    terms = Counter(chain.from_iterable(scope.split() for scope in scopes))
    counts_of = [
        {scope_value(term): count for term, count in terms.items() if term[0] == mark} for mark in "tfhk"
    ]
    return SearchResults(ranked, counts.approximate, None, *counts_of)


class _TermWeight(NamedTuple):
    """What to count in a document, in its stems (0) or its exact terms (1), and what one weighs."""

    column: int
    text: str
    rarity: float


def _term_weights(clause: Clause, counts: _TermCounts, candidates: int) -> _TermWeight:
    if clause.kind is ClauseKind.PREFIX:
        # No count is kept of prefixes; every candidate has it.
        return _TermWeight(1, f" {clause.exact[0]}", counts.rarity(min(candidates, counts.documents)))
    rarity = sum(counts.rarity(counts.having.get(term, 0)) for term in counted_terms(clause))
    if clause.kind is ClauseKind.WORD:
        return _TermWeight(0, join_terms([clause.stem]), rarity)
    # A phrase weighs what its words weigh together.
    return _TermWeight(1, join_terms(clause.exact), rarity)


def _scores(
    query: Query, counts: _TermCounts, lengths: Sequence[int], columns: tuple[Sequence[Any], Sequence[Any]]
) -> list[float]:
    """Return the score of each document: of its length and how often it has what is weighed."""
    weighed = [_term_weights(clause, counts, len(lengths)) for clause in query.wanted]
    # A text that is what was asked for and nothing else; a break stands at its beginning and its end.
    whole = join_terms([BREAK, *(term for clause in query.wanted for term in clause.exact), BREAK]).strip()
    looked_for = [(1, whole), *((one.column, one.text) for one in weighed)]
    as_stored = str.encode if isinstance(columns[0][0], bytes) else str
    often = [
        [terms.count(text) for terms in columns[column]]
        for column, text in ((column, as_stored(text)) for column, text in looked_for)
    ]
    rows = list(zip(lengths, *often, strict=True))
    # Many documents are as long as others, and have as much of it.
    score_of = {row: _score(row[0], row[1], row[2:], weighed, counts.average) for row in set(rows)}
    return [score_of[row] for row in rows]


def _score(
    length: int, whole: int, often: Sequence[int], weighed: list[_TermWeight], average: float
) -> float:
    """Return BM25; where one of the texts is what was asked for and nothing else, twice the most of it."""
    if whole:
        return round(2 * (K1 + 1) * sum(one.rarity for one in weighed), DIGITS)
    score, damped = 0.0, K1 * (1 - B + B * length / average)
    for one, number in zip(weighed, often, strict=True):
        score += one.rarity * number * (K1 + 1) / (number + damped)
    return round(score, DIGITS)
