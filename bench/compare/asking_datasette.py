"""What Datasette is asked: a statement of one's own, a page of a table, a row."""

from __future__ import annotations

from urllib.parse import urlencode

import orjson

from bench.compare.subjects import Subjects

#: Flat rows: who wants more than an id of what a quote refers to adds a join for each.
STATEMENT = """
SELECT quotes.slug AS id, quotes.label, quotes.text, quotes.kind, quotes.voice,
  films.slug AS film, films.label AS film_label, scenes.slug AS scene, scenes.label AS scene_label,
  (SELECT json_group_array(themes.slug) FROM quote_themes JOIN themes ON themes.id = quote_themes.theme_id
    WHERE quote_themes.quote_id = quotes.id) AS themes
FROM quotes JOIN films ON films.id = quotes.film_id LEFT JOIN scenes ON scenes.id = quotes.scene_id
WHERE quotes.id IN (SELECT quote_id FROM quote_themes JOIN themes ON themes.id = theme_id
    WHERE themes.slug = :theme)
  AND quotes.status = 'published' AND quotes.deleted_at IS NULL
  AND films.status = 'published' AND films.deleted_at IS NULL
ORDER BY films.slug, quotes.position, quotes.slug LIMIT 20
"""
#: As SQL of its own: Datasette confuses the parameters of its filters with those of ``_through``.
VISIBLE = (
    "status = 'published' AND deleted_at IS NULL"
    " AND film_id IN (SELECT id FROM films WHERE status = 'published' AND deleted_at IS NULL)"
)


def page_by_statement(of: Subjects) -> str:
    """Return the address of a page that SQL in the address selects: no total is counted."""
    asked = {"sql": " ".join(STATEMENT.split()), "theme": of.theme, "_shape": "objects"}
    return f"/{of.file.stem}.json?{urlencode(asked)}"


def page_of_table(of: Subjects, *, counted: bool) -> str:
    """Return the address of a page of the table, in the order of ids: it sorts by one column."""
    through = {"table": "quote_themes", "column": "theme_id", "value": str(of.theme_key)}
    asked = {
        "_through": orjson.dumps(through).decode(),
        "_where": VISIBLE,
        "_sort": "slug",
        "_size": "20",
        "_shape": "objects",
    }
    return f"/{of.file.stem}/quotes.json?{urlencode(asked if counted else asked | {'_nocount': '1'})}"


def row(of: Subjects) -> str:
    """Return the address of one row."""
    return f"/{of.file.stem}/quotes/{of.quote_key}.json?_shape=objects"
