"""Ranking: orders the documents that match a query by BM25, with one implementation for both databases.

One statement retrieves the candidates and the statistics of the query's terms (``models.search.candidates``);
their scores are computed here. The databases' own rankings (``bm25()``, ``ts_rank``) disagree.

It buys the same first hits on both databases (in 40 of 40 queries; their own rankings share no hit of ten),
and a bounded time: 16 ms for the most common word at 100,000 quotes, where ``bm25()`` takes 267 ms. For fewer
hits it is slower: 130 against 42 ms for 9,646 hits on SQLite (docs/benchmarks.md).
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from models.asserted_by import AssertedByFilter
from models.search.candidates import COMPLETE_ROW, FREQUENCY_ROW, TRUNCATED_ROW, select_candidates
from models.search.index_tables import (
    BY_EDITORS_SCOPE,
    film_scope,
    kind_scope,
    scope_value,
    severity_scope,
    source_scope,
    theme_scope,
    type_scope,
)
from models.search.query_compiler import NONE_OF, index_terms
from models.search.query_parser import Clause, ClauseKind, Query
from models.search.spelling_suggestion import suggest_correction
from models.search.text_analysis import TEXT_BOUNDARY, join_terms
from models.searchable import DOCUMENT_ID_STRIDE, SEARCHABLE, searchable_models

#: Up to ``MAX_CANDIDATES`` hits are all ranked and counted; of more, only the ``TRUNCATED_CANDIDATES`` with
#: the lowest ids are.
MAX_CANDIDATES, TRUNCATED_CANDIDATES = 10_000, 2_000
#: The parameters of BM25: K1 sets how fast term frequency saturates, B how strongly scores are normalised by
#: document length. Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009).
K1, B = 1.2, 0.75
#: Scores are rounded to this many digits, so that equal ones compare equal on every platform.
SCORE_DIGITS = 6

#: The sort key of a hit: negated score, type number, slug.
HitSortKey = tuple[float, int, str]
#: A ranked document: its sort key, and its scope terms separated by blanks.
RankedRow = tuple[float, int, str, str]
_sort_key_of = itemgetter(0, 1, 2)


@cache
def _type_names() -> dict[int, str]:
    """Return the names of types by the numbers that are part of document ids."""
    return {model.search_number: name for name, model in searchable_models().items()}


class Hit(NamedTuple):
    """A resource that matches a query; ``film`` is the slug of its film, None for a theme."""

    type_name: str
    slug: str
    film: str | None
    score: float

    @property
    def sort_key(self) -> HitSortKey:
        """The position of the hit in the ranking: highest score first, then by type and slug."""
        return -self.score, SEARCHABLE[self.type_name].search_number, self.slug


@dataclass(frozen=True)
class SearchResults:
    """All ranked hits of a search and their facet counts; the caller slices them into pages.

    ``approximate`` means that the query had too many hits: ``total`` is then a lower bound, and the other
    hits were neither ranked nor counted. ``suggestion`` is the query with its spelling corrected, if nothing
    was found and a word is unknown. ``types``, ``films``, ``themes`` (broader ones included), ``kinds``
    and ``sources`` map each facet value, a slug or name, to the number of its hits.
    """

    rows: list[RankedRow] = field(default_factory=list)
    approximate: bool = False
    suggestion: str | None = None
    types: dict[str, int] = field(default_factory=dict)
    films: dict[str, int] = field(default_factory=dict)
    themes: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    sources: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """The number of hits, or a lower bound if ``approximate``."""
        return len(self.rows)

    @property
    def hits(self) -> list[Hit]:
        """All ranked hits."""
        return self.slice(0, self.total)

    def slice(self, start: int, end: int) -> list[Hit]:
        """Return the hits from index ``start`` to ``end`` (exclusive)."""
        return [_to_hit(row) for row in self.rows[start:end]]

    def count_before(self, key: HitSortKey) -> int:
        """Return the number of hits with a lower sort key."""
        return bisect_left(self.rows, key, key=_sort_key_of)

    def count_through(self, key: HitSortKey) -> int:
        """Return the number of hits with a lower sort key or this one."""
        return bisect_right(self.rows, key, key=_sort_key_of)

    def hits_after(self, key: HitSortKey | None, limit: int) -> list[Hit]:
        """Return the next ``limit`` hits after a sort key, which no hit need have (keyset pagination)."""
        start = self.count_through(key) if key else 0
        return self.slice(start, start + limit)


def _to_hit(row: RankedRow) -> Hit:
    negated_score, type_number, slug, scope = row
    film = next((scope_value(term) for term in scope.split() if term[0] == "f"), None)
    return Hit(_type_names()[type_number], slug, film, -negated_score)


def search(
    session: Session,
    query: Query,
    *,
    types: Sequence[str] = (),
    films: Sequence[str] = (),
    themes: Sequence[str] = (),
    kinds: Sequence[str] = (),
    sources: Sequence[str] = (),
    asserted_by: AssertedByFilter | None = None,
    max_severity: int | None = None,
) -> SearchResults:
    """Return the visible resources that match a query, ranked by BM25.

    Each of ``types``, ``films``, ``themes`` (slugs; subthemes match too), ``kinds`` and ``sources`` keeps the
    hits that have any of its values: commentary has the source that it belongs to, all else those it cites.
    ``asserted_by`` drops the editors' own commentary (by default) or everything else.
    ``max_severity`` drops hits with a stronger advisory. Runs one statement; a second one looks for a
    suggestion if nothing was found and a word is unknown.
    """
    scopes = [
        [type_scope(name) for name in types],
        [film_scope(slug) for slug in films],
        [theme_scope(slug) for slug in themes],
        [kind_scope(kind) for kind in kinds],
        [source_scope(slug) for slug in sources],
    ]
    if asserted_by is AssertedByFilter.EDITOR:
        scopes.append([BY_EDITORS_SCOPE])
    elif asserted_by is not AssertedByFilter.ANY:
        scopes.append([NONE_OF, BY_EDITORS_SCOPE])
    if max_severity is not None:
        scopes.append([severity_scope(max_severity)])
    params = {
        "query": (query, tuple(tuple(scope) for scope in scopes if scope)),
        "terms": sorted({term for clause in query.required for term in _frequency_terms(clause)}),
        "max_candidates": MAX_CANDIDATES,
        "truncated": min(TRUNCATED_CANDIDATES, MAX_CANDIDATES),
    }
    connection = session.connection()
    rows = connection.execute(select_candidates(connection.dialect.name), params).all()
    candidates = [row for row in rows if row[0] > FREQUENCY_ROW]
    return _rank(session, query, candidates, _Statistics([row for row in rows if row[0] <= FREQUENCY_ROW]))


class _Statistics:
    """The number of documents, their average length, and the document frequencies of the query's terms."""

    def __init__(self, rows: Sequence[Any]) -> None:
        """Take the rows of statistics of :func:`models.search.candidates.select_candidates`."""
        self.documents, self.average_length, self.approximate = 0, 1.0, False
        self.document_frequencies: dict[str, int] = {}
        for row in rows:
            self._add(*row[:3])

    def _add(self, row_kind: int, value: str, documents: int) -> None:
        if row_kind == FREQUENCY_ROW:
            self.document_frequencies[value] = documents
        elif row_kind in (COMPLETE_ROW, TRUNCATED_ROW) and documents:
            self.documents, self.average_length = documents, max(1.0, int(value) / documents)
            self.approximate = row_kind == TRUNCATED_ROW

    def idf(self, document_frequency: int) -> float:
        """Return BM25's inverse document frequency, in the variant that is always above zero."""
        return math.log1p((self.documents - document_frequency + 0.5) / (document_frequency + 0.5))


def _rank(session: Session, query: Query, candidates: list[Any], statistics: _Statistics) -> SearchResults:
    if not candidates:
        return SearchResults(suggestion=suggest_correction(session, query, statistics.document_frequencies))
    ids, slugs, lengths, stems, exacts, scopes = zip(*candidates, strict=True)
    scores = _score_all(query, statistics, lengths, (stems, exacts))
    type_numbers = [id_ % DOCUMENT_ID_STRIDE for id_ in ids]
    # Plain tuples: creating an object for each candidate would take longer than ranking them.
    rows = sorted(zip((-score for score in scores), type_numbers, slugs, scopes, strict=True))
    term_counts = Counter(chain.from_iterable(scope.split() for scope in scopes))
    # Types, films, themes, kinds and sources by the first characters of their scope terms.
    facets = [
        {scope_value(term): count for term, count in term_counts.items() if term[0] == prefix}
        for prefix in "tfhkr"
    ]
    return SearchResults(rows, statistics.approximate, None, *facets)


class _TermWeight(NamedTuple):
    """What to count in a document's stems (column 0) or exact terms (column 1), and its idf."""

    column: int
    text: str
    idf: float


def _frequency_terms(clause: Clause) -> list[str]:
    """Return the index terms whose document frequencies rank the clause or tell an unknown word."""
    exact = [f"={term}" for term in clause.exact] if clause.kind is ClauseKind.PHRASE else []
    return [*index_terms(clause), *exact, *([f"~{clause.joined}"] if clause.joined else [])]


def _weigh_clause(clause: Clause, statistics: _Statistics, candidate_count: int) -> Iterator[_TermWeight]:
    if clause.kind is ClauseKind.PREFIX:
        # Prefixes have no stored document frequency, but every candidate matches this one.
        yield _TermWeight(
            1, f" {clause.exact[0]}", statistics.idf(min(candidate_count, statistics.documents))
        )
        return
    idf = {
        term: statistics.idf(statistics.document_frequencies.get(term, 0))
        for term in _frequency_terms(clause)
    }
    if clause.kind is ClauseKind.PHRASE:
        # A phrase weighs as much as its words together.
        yield _TermWeight(1, join_terms(clause.exact), sum(idf[term] for term in index_terms(clause)))
        return
    for stem in [*clause.stems, *([clause.joined] if clause.joined else [])]:
        yield _TermWeight(0, join_terms([stem]), idf[f"~{stem}"])


def _score_all(
    query: Query,
    statistics: _Statistics,
    lengths: Sequence[int],
    columns: tuple[Sequence[Any], Sequence[Any]],
) -> list[float]:
    """Return the score of each document; ``columns`` are the documents' stems and exact terms."""
    weights = [
        weight for clause in query.required for weight in _weigh_clause(clause, statistics, len(lengths))
    ]
    # Matches a text that consists of the query and nothing else, between its two boundaries.
    whole_text = join_terms(
        [TEXT_BOUNDARY, *(term for clause in query.required for term in clause.exact), TEXT_BOUNDARY]
    ).strip()
    patterns = [(1, whole_text), *((weight.column, weight.text) for weight in weights)]
    encode = str.encode if isinstance(columns[0][0], bytes) else str
    frequencies = [
        [terms.count(pattern) for terms in columns[column]]
        for column, pattern in ((column, encode(pattern)) for column, pattern in patterns)
    ]
    rows = list(zip(lengths, *frequencies, strict=True))
    # Memoised: many documents have the same length and term frequencies.
    scores = {row: _score(row[0], row[1], row[2:], weights, statistics.average_length) for row in set(rows)}
    return [scores[row] for row in rows]


def _score(
    length: int,
    whole_matches: int,
    frequencies: Sequence[int],
    weights: list[_TermWeight],
    average_length: float,
) -> float:
    """Return the BM25 score; a document with a text that equals the query gets twice BM25's upper bound."""
    if whole_matches:
        return round(2 * (K1 + 1) * sum(weight.idf for weight in weights), SCORE_DIGITS)
    score, saturation = 0.0, K1 * (1 - B + B * length / average_length)
    for weight, frequency in zip(weights, frequencies, strict=True):
        score += weight.idf * frequency * (K1 + 1) / (frequency + saturation)
    return round(score, SCORE_DIGITS)
