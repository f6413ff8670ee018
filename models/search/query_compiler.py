"""Syntax: a query as each database writes it, and as a SQL parameter that becomes either."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Text
from sqlalchemy.types import TypeDecorator

from models.search.query_parser import Clause, ClauseKind, Query, parse

#: Of each group of terms a document must have one.
Scopes = Iterable[Iterable[str]]


class SearchParameter(TypeDecorator[Query]):
    """A query as a parameter: a :class:`Query`, or text that is parsed, in the database's own syntax.

    A pair of a query and :data:`Scopes` is a query that is narrowed by them.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        if value is None:
            return None
        query, scopes = value if isinstance(value, tuple) else (value, ())
        query = parse(query) if isinstance(query, str) else query
        return (fts5 if dialect.name == "sqlite" else tsquery)(query, scopes)


def fts5(query: Query, scopes: Scopes = ()) -> str:
    """Return the query for FTS5; terms are letters and digits, so that nothing needs an escape."""
    narrowed = ["scope:(" + " OR ".join(f'"{term}"' for term in scope) + ")" for scope in scopes]
    wanted = " AND ".join([*narrowed, *map(_fts5, query.wanted)])
    unwanted = " OR ".join(map(_fts5, query.unwanted))
    return f"({wanted}) NOT ({unwanted})" if unwanted else wanted


def _fts5(clause: Clause) -> str:
    if clause.kind is ClauseKind.WORD:
        return f'stem:"{clause.stem}"'
    words = " ".join(clause.exact)
    return f'exact:"{words}"*' if clause.kind is ClauseKind.PREFIX else f'exact:"{words}"'


def tsquery(query: Query, scopes: Scopes = ()) -> str:
    """Return the query for PostgreSQL, and in a second line what to count to see how broad it is."""
    scopes = [list(scope) for scope in scopes]
    narrowed = ["(" + " | ".join(f"'#{term}'" for term in scope) + ")" for scope in scopes]
    unwanted = [f"!{_tsquery(clause)}" for clause in query.unwanted]
    terms = [
        *(f"#{term}" for scope in scopes for term in scope),
        *(term for clause in query.wanted for term in counted_terms(clause)),
    ]
    counted = list(dict.fromkeys(terms))
    if unwanted and len(counted) == 1:
        # Of one term it is sure how many documents have it, unless some are left out.
        counted *= 2
    return " & ".join([*narrowed, *map(_tsquery, query.wanted), *unwanted]) + "\n" + " ".join(counted)


def _tsquery(clause: Clause) -> str:
    if clause.kind is ClauseKind.WORD:
        return f"'~{clause.stem}'"
    if clause.kind is ClauseKind.PREFIX:
        return f"'={clause.exact[0]}':*"
    return "(" + " <-> ".join(f"'={term}'" for term in clause.exact) + ")"


def counted_terms(clause: Clause) -> list[str]:
    """Return the terms that a document with the clause has, as they are counted.

    No count is kept of what a prefix stands for: it ends in ``*`` here too, as no term does.
    """
    if clause.kind is ClauseKind.PREFIX:
        return [f"={clause.exact[0]}*"]
    return [f"~{clause.stem}"] if clause.kind is ClauseKind.WORD else [f"={term}" for term in clause.exact]
