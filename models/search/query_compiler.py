"""Query compiler: writes a parsed query in the full-text syntax of FTS5 or of PostgreSQL's ``tsquery``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Text
from sqlalchemy.types import TypeDecorator

from models.search.query_parser import Clause, ClauseKind, Query, parse

#: Groups of scope terms: a document must have at least one term of each group. Of a group that begins with
#: ``NONE_OF`` it must have none of the others.
Scopes = Iterable[Iterable[str]]
NONE_OF = "-"


class SearchParameter(TypeDecorator[Query]):
    """A bound parameter that is compiled for the dialect when the statement is executed.

    Its value is a :class:`Query`, a text (which is parsed), or a pair of either with :data:`Scopes`.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        if value is None:
            return None
        query, scopes = value if isinstance(value, tuple) else (value, ())
        query = parse(query) if isinstance(query, str) else query
        return (compile_fts5 if dialect.name == "sqlite" else compile_tsquery)(query, scopes)


def compile_fts5(query: Query, scopes: Scopes = ()) -> str:
    """Return the FTS5 query; terms consist of letters and digits, so nothing needs escaping."""
    kept, dropped = _split_scopes(scopes)
    filters = ["scope:(" + " OR ".join(f'"{term}"' for term in scope) + ")" for scope in kept]
    required = " AND ".join([*filters, *map(_fts5_clause, query.required)])
    unwanted = [f'scope:"{term}"' for term in dropped]
    excluded = " OR ".join([*unwanted, *map(_fts5_clause, query.excluded)])
    return f"({required}) NOT ({excluded})" if excluded else required


def _split_scopes(scopes: Scopes) -> tuple[list[list[str]], list[str]]:
    """Return the groups of which a document must have a term, and the terms that it must not have."""
    groups = [list(scope) for scope in scopes]
    dropped = [term for group in groups if group[0] == NONE_OF for term in group[1:]]
    return [group for group in groups if group[0] != NONE_OF], dropped


def _fts5_clause(clause: Clause) -> str:
    stems = [f'stem:"{stem}"' for stem in clause.stems]
    words = " ".join(clause.exact)
    if clause.kind is ClauseKind.PREFIX:
        return f'exact:"{words}"*'
    if clause.kind is ClauseKind.PHRASE and not is_one_pair(clause):
        stems.append(f'exact:"{words}"')
    condition = " AND ".join(stems)
    if clause.joined:
        return f'(({condition}) OR stem:"{clause.joined}")'
    return f"({condition})" if len(stems) > 1 else condition


def is_one_pair(clause: Clause) -> bool:
    """Whether the clause is two characters of a script without spaces: the pair of them is a stem."""
    return len(clause.tokens) == 2 and len(clause.stems) == 1 and clause.kind is ClauseKind.PHRASE


def compile_tsquery(query: Query, scopes: Scopes = ()) -> str:
    """Return two lines: the ``tsquery``, and the index terms whose frequencies estimate its hits.

    The terms are separated by blanks. ``models.search.match_conditions`` splits the lines in SQL.
    """
    kept, dropped = _split_scopes(scopes)
    filters = ["(" + " | ".join(f"'#{term}'" for term in scope) + ")" for scope in kept]
    # An exact number of hits includes documents with these terms: see _scan_budget_sql, which allows for it.
    unwanted = [f"!'#{term}'" for term in dropped]
    excluded = [f"!{_tsquery_clause(clause)}" for clause in query.excluded]
    terms = [
        *(f"#{term}" for scope in kept for term in scope),
        *(term for clause in query.required for term in index_terms(clause)),
    ]
    distinct = list(dict.fromkeys(terms))
    if excluded and len(distinct) == 1:
        # A single term tells the SQL that its frequency is the exact number of hits; exclusions make it an
        # estimate, and a repeated term says so.
        distinct *= 2
    conditions = [*filters, *map(_tsquery_clause, query.required), *unwanted, *excluded]
    return " & ".join(conditions) + "\n" + " ".join(distinct)


def _tsquery_clause(clause: Clause) -> str:
    if clause.kind is ClauseKind.PREFIX:
        return f"'={clause.exact[0]}':*"
    conditions = [f"'~{stem}'" for stem in clause.stems]
    if clause.kind is ClauseKind.PHRASE and not is_one_pair(clause):
        conditions.append("(" + " <-> ".join(f"'={term}'" for term in clause.exact) + ")")
    condition = "(" + " & ".join(conditions) + ")"
    return f"({condition} | '~{clause.joined}')" if clause.joined else condition


def index_terms(clause: Clause) -> list[str]:
    """Return the index terms (see ``DocumentFrequency``) of every document that matches a clause.

    A prefix has no document frequency; it is returned with ``*`` at its end, which no term has. A document
    that has only the ``joined`` spelling of a word has none of these terms.
    """
    if clause.kind is ClauseKind.PREFIX:
        return [f"={clause.exact[0]}*"]
    stems = [f"~{stem}" for stem in clause.stems]
    return stems or [f"={term}" for term in clause.exact]
