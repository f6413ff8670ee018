"""Full-text search: the same ranked hits, of all types, on SQLite and PostgreSQL.

``parse`` turns text into a ``Query`` or raises ``InvalidQuery``. ``search`` ranks all visible resources that
match it. ``matches_query`` returns the SQL condition that a row of one model matches, for filtered lists.
``find_highlights`` and ``extract_snippet`` locate the matches within a text. Each model declares its searched
texts and their weights as ``search_weights``. The index is updated in every commit
(``models.search.index_sync``); ``rebuild_index`` builds it from scratch.
"""

from models.search.index_sync import ensure_index_current, is_index_current, rebuild_index
from models.search.match_conditions import matches_query
from models.search.query_parser import Query, parse
from models.search.ranking import Hit, SearchResults, search
from models.search.snippets import Snippet, extract_snippet, find_highlights

__all__ = [
    "Hit",
    "Query",
    "SearchResults",
    "Snippet",
    "ensure_index_current",
    "extract_snippet",
    "find_highlights",
    "is_index_current",
    "matches_query",
    "parse",
    "rebuild_index",
    "search",
]
