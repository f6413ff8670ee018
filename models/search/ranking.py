"""Ranking: what matches a query, the best first, by one formula for both databases.

A statement finds candidates, at most ``MOST_CANDIDATES``, and how often the query's terms are used;
BM25 over the terms of the candidates is worked out here.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Integer, Text, bindparam, cast, literal, null, select, union_all
from sqlalchemy.orm import Session

from models.search.analysis import BREAK, spaced
from models.search.conditions import Matches, asking
from models.search.query import Clause, Kind, Query
from models.search.suggestion import suggestion
from models.search.syntax import counted_terms
from models.search.tables import (
    TYPE_NUMBERS,
    Document,
    DocumentTerm,
    IndexTotals,
    film_scope,
    kind_scope,
    scope_value,
    severity_scope,
    theme_scope,
    type_scope,
)

#: No more are ranked, whatever matches.
MOST_CANDIDATES = 2_000
#: BM25 as Robertson and Zaragoza give it ("The Probabilistic Relevance Framework", 2009): how soon more
#: of a word adds little, and how much a long document counts for less.
K1, B = 1.2, 0.75
#: Scores are compared to so many digits, so that equal ones are equal wherever they are worked out.
DIGITS = 6


#: Where a hit stands: by score, the highest first, then by type and id.
Place = tuple[float, int, str]


class Hit(NamedTuple):
    """Something that matches: what it is, its film's id (null for a theme), and how well it matches."""

    type_name: str
    slug: str
    film: str | None
    score: float

    @property
    def place(self) -> Place:
        """Where it stands among all hits."""
        return _place(self)


def _place(hit: Hit) -> Place:
    return -hit.score, TYPE_NUMBERS[hit.type_name], hit.slug


@dataclass(frozen=True)
class Found:
    """What a search found: every candidate in order, however many, for the caller to slice.

    ``total`` is exact unless ``approximate``: then there are at least so many, and those beyond were
    neither ranked nor counted. ``suggestion`` is the query with mistyped words mended, where words are
    unknown. ``types``, ``films``, ``themes`` and ``kinds`` count the hits by type, by the id of their film
    and of what they are about, what is broader too, and by the kind of quotes and commentary.
    """

    hits: list[Hit]
    approximate: bool = False
    suggestion: str | None = None
    types: dict[str, int] = field(default_factory=dict)
    films: dict[str, int] = field(default_factory=dict)
    themes: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many hits there are, or at least are."""
        return len(self.hits)

    def after(self, place: Place | None, limit: int) -> list[Hit]:
        """Return the next ``limit`` hits after the one that has this place, or had it."""
        return [hit for hit in self.hits if place is None or hit.place > place][:limit]


def search(
    session: Session,
    query: Query,
    *,
    types: Sequence[str] = (),
    films: Sequence[str] = (),
    themes: Sequence[str] = (),
    kinds: Sequence[str] = (),
    max_severity: int | None = None,
) -> Found:
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
    rows = session.connection().execute(
        _statement(), {"asked": asked, "terms": sorted(terms), "most": MOST_CANDIDATES + 1}
    )
    candidates, counts = [], _Counts()
    for row in rows:
        if row.type_name is not None:
            candidates.append(row)
        else:
            counts.take(row)
    return _found(session, query, candidates, counts)


@cache
def _statement() -> Any:
    """Return the statement: rows of candidates, of terms that are counted, and of the totals."""
    columns: list[Any] = [Document.id, Document.type_name, Document.slug, Document.film]
    found = select(*columns, Document.length, Document.stem, Document.exact, Document.scope).where(
        Matches(Document.id, asking(bindparam("asked")), bindparam("most", type_=Integer))
    )
    nothing = cast(null(), Text)
    terms = select(
        *(literal(0), nothing, DocumentTerm.term, nothing, DocumentTerm.documents),
        *(nothing, nothing, nothing),
    ).where(DocumentTerm.term.in_(bindparam("terms", expanding=True)))
    totals = select(
        *(literal(0), nothing, nothing, nothing, IndexTotals.documents),
        *(cast(IndexTotals.length, Text), nothing, nothing),
    )
    return union_all(found, terms, totals)


class _Counts:
    """How many documents there are, how long they are, and how many have each term."""

    def __init__(self) -> None:
        self.documents, self.average = 0, 1.0
        self.having: dict[str, int] = {}

    def take(self, row: Any) -> None:
        if row.slug is not None:
            self.having[row.slug] = row.length
        elif row.length:
            self.documents, self.average = row.length, max(1.0, int(row.stem) / row.length)

    def rarity(self, having: int) -> float:
        """Return BM25's inverse document frequency, which is above zero for every count."""
        return math.log1p((self.documents - having + 0.5) / (having + 0.5))


def _found(session: Session, query: Query, candidates: list[Any], counts: _Counts) -> Found:
    if not candidates:
        return Found([], suggestion=suggestion(session, query, counts.having))
    approximate = len(candidates) > MOST_CANDIDATES
    candidates = sorted(candidates, key=itemgetter(0))[:MOST_CANDIDATES]
    weighed = [_weighed(clause, counts, len(candidates)) for clause in query.wanted]
    whole = spaced([BREAK, *(term for clause in query.wanted for term in clause.exact), BREAK])
    # Rows are unpacked: to ask each for its columns by name would take longer than to rank it.
    hits = [
        Hit(type_name, slug, film, _score(length, (stem, exact), weighed, whole, counts.average))
        for _, type_name, slug, film, length, stem, exact, _ in candidates
    ]
    hits.sort(key=_place)
    scopes = Counter(term for row in candidates for term in row.scope.split())
    counts_of = [
        {scope_value(term): count for term, count in scopes.items() if term[0] == mark} for mark in "tfhk"
    ]
    return Found(hits, approximate, None, *counts_of)


class _Weighed(NamedTuple):
    """What to count in a document, in its stems (0) or its exact terms (1), and what one weighs."""

    column: int
    text: str
    rarity: float


def _weighed(clause: Clause, counts: _Counts, candidates: int) -> _Weighed:
    if clause.kind is Kind.PREFIX:
        # No count is kept of prefixes; every candidate has it.
        return _Weighed(1, f" {clause.exact[0]}", counts.rarity(min(candidates, counts.documents)))
    rarity = sum(counts.rarity(counts.having.get(term, 0)) for term in counted_terms(clause))
    if clause.kind is Kind.WORD:
        return _Weighed(0, spaced([clause.stem]), rarity)
    # A phrase weighs what its words weigh together.
    return _Weighed(1, spaced(clause.exact), rarity)


def _score(
    length: int, columns: tuple[str, str], weighed: list[_Weighed], whole: str, average: float
) -> float:
    """Return BM25; where one of the texts is what was asked for and nothing else, twice the most of it."""
    score = 0.0
    if whole in columns[1]:
        score = 2 * (K1 + 1) * sum(one.rarity for one in weighed)
    else:
        damped = K1 * (1 - B + B * length / average)
        for column, text, rarity in weighed:
            often = columns[column].count(text)
            score += rarity * often * (K1 + 1) / (often + damped)
    return round(score, DIGITS)
