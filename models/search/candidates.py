"""Candidate retrieval: one statement for the documents to rank and the statistics of the query's terms."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import bindparam, text

from models.search.match_conditions import bounded_scan_ctes, index_terms_sql, tsquery_sql
from models.search.query_compiler import SearchParameter

# The ids come first, because their number decides which documents are read. SQLite returns the terms as
# bytes, which is faster than decoding them to text.
_ON_SQLITE = """\
WITH matches (id) AS MATERIALIZED (
    SELECT rowid FROM search_index WHERE search_index MATCH :query ORDER BY rowid LIMIT :max_candidates + 1
),
retrieval (is_truncated) AS MATERIALIZED (SELECT count(*) > :max_candidates FROM matches)
SELECT * FROM (
    SELECT
        search_documents.id, slug, length,
        CAST(stem AS BLOB) AS stem, CAST(exact AS BLOB) AS exact, scope
    FROM matches CROSS JOIN search_documents ON search_documents.id = matches.id
    LIMIT CASE WHEN (SELECT is_truncated FROM retrieval) THEN :truncated ELSE :max_candidates END
)
"""
_SCAN = bounded_scan_ctes(
    tsquery_sql(":query"), index_terms_sql(":query"), "(:truncated + 1)", ":max_candidates"
)
_ON_POSTGRESQL = f"""\
WITH {_SCAN},
matches AS MATERIALIZED (
    SELECT id, row_id FROM scanned WHERE (SELECT count(*) FROM scanned) > :truncated
    UNION ALL (
        SELECT id, ctid FROM search_documents
        WHERE terms @@ (SELECT tsquery FROM search) AND (SELECT count(*) FROM scanned) <= :truncated
        ORDER BY id + 0 LIMIT :max_candidates + 1
    )
),
retrieval AS MATERIALIZED (
    SELECT (SELECT count(*) FROM scanned) > :truncated
        OR (SELECT count(*) FROM matches) > :max_candidates AS is_truncated
)
SELECT id, slug, length, stem, exact, scope FROM search_documents WHERE ctid = ANY(ARRAY(
    SELECT row_id FROM matches ORDER BY id
    LIMIT CASE WHEN (SELECT is_truncated FROM retrieval) THEN :truncated ELSE :max_candidates END
))
"""  # noqa: S608
# Rows of statistics have an id below that of every document.
_STATISTICS = """
UNION ALL
SELECT 0, term, documents, NULL, NULL, NULL FROM search_terms WHERE term IN :terms
UNION ALL
SELECT
    CASE WHEN is_truncated THEN -2 ELSE -1 END, CAST(search_totals.length AS TEXT), documents,
    NULL, NULL, NULL
FROM search_totals, retrieval
"""
#: The ids of rows of statistics: of a term, and of the whole index if all matches were retrieved or not.
FREQUENCY_ROW, COMPLETE_ROW, TRUNCATED_ROW = 0, -1, -2


@cache
def select_candidates(dialect: str) -> Any:
    """Return the statement for the candidates of a query, in no particular order.

    Parameters: ``query``, a value of ``SearchParameter``; ``terms``, the index terms whose document
    frequencies are needed; ``max_candidates``; and ``truncated``. A query with more than ``max_candidates``
    matches is truncated to the ``truncated`` ones with the lowest ids.

    The columns are ``id``, ``slug``, ``length``, ``stem``, ``exact`` (text; bytes on SQLite) and ``scope``.
    The id tells the kind of a row:

    - above 0: a candidate;
    - ``FREQUENCY_ROW``: a term as ``slug``, and its document frequency as ``length``;
    - ``COMPLETE_ROW`` or ``TRUNCATED_ROW``, once: the total length of all documents as ``slug``, and their
      number as ``length``.
    """
    sql = (_ON_SQLITE if dialect == "sqlite" else _ON_POSTGRESQL) + _STATISTICS
    return text(sql).bindparams(
        bindparam("query", type_=SearchParameter()), bindparam("terms", expanding=True)
    )
