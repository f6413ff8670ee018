"""Candidates: the statement that finds what is to be ranked, and says whether that is all that matches."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import bindparam, text

from models.search.match_conditions import bounded_scan_ctes, counted_terms_sql, tsquery_sql
from models.search.query_compiler import SearchParameter

# Keys first: how many there are tells which documents are read. Of their terms SQLite gives the
# bytes, which takes less time than to make text of them.
_ON_SQLITE = """\
WITH matches (id) AS MATERIALIZED (
    SELECT rowid FROM search_index WHERE search_index MATCH :asked ORDER BY rowid LIMIT :most + 1
),
breadth (is_broad) AS MATERIALIZED (SELECT count(*) > :most FROM matches)
SELECT * FROM (
    SELECT
        search_documents.id, slug, length,
        CAST(stem AS BLOB) AS stem, CAST(exact AS BLOB) AS exact, scope
    FROM matches CROSS JOIN search_documents ON search_documents.id = matches.id
    LIMIT CASE WHEN (SELECT is_broad FROM breadth) THEN :first ELSE :most END
)
"""
_ON_POSTGRESQL = f"""\
WITH {bounded_scan_ctes(tsquery_sql(":asked"), counted_terms_sql(":asked"), "(:first + 1)", ":most")},
matches AS MATERIALIZED (
    SELECT id, place FROM walked WHERE (SELECT count(*) FROM walked) > :first
    UNION ALL (
        SELECT id, ctid FROM search_documents
        WHERE terms @@ (SELECT query FROM asked) AND (SELECT count(*) FROM walked) <= :first
        ORDER BY id + 0 LIMIT :most + 1
    )
),
breadth AS MATERIALIZED (
    SELECT (SELECT count(*) FROM walked) > :first OR (SELECT count(*) FROM matches) > :most AS is_broad
)
SELECT id, slug, length, stem, exact, scope FROM search_documents WHERE ctid = ANY(ARRAY(
    SELECT place FROM matches ORDER BY id
    LIMIT CASE WHEN (SELECT is_broad FROM breadth) THEN :first ELSE :most END
))
"""  # noqa: S608
# Numbers below those of documents tell the other rows: a term that is counted, and the totals.
_COUNTS = """
UNION ALL
SELECT 0, term, documents, NULL, NULL, NULL FROM search_terms WHERE term IN :terms
UNION ALL
SELECT CASE WHEN is_broad THEN -2 ELSE -1 END, CAST(search_totals.length AS TEXT), documents, NULL, NULL, NULL
FROM search_totals, breadth
"""
TERM, TOTALS, TOTALS_OF_SOME = 0, -1, -2


@cache
def select_candidates(dialect: str) -> Any:
    """Return the statement for all matches of ``asked``, or of more than ``most`` for the ``first`` ones.

    First are those with the lowest keys. A row has the document's key, slug, length, stems, exact terms
    and scope; the terms as text or as its bytes. Further rows have the key ``TERM`` for each of ``terms``,
    with its number of documents as length; and one ``TOTALS``, with the length of all documents as slug and
    their number as length, or ``TOTALS_OF_SOME`` where not all that matches was found.
    """
    written = (_ON_SQLITE if dialect == "sqlite" else _ON_POSTGRESQL) + _COUNTS
    return text(written).bindparams(
        bindparam("asked", type_=SearchParameter()), bindparam("terms", expanding=True)
    )
