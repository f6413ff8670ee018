"""Search: ranked, typed hits over everything that has words, the same in both databases.

``parse`` understands a query (or raises ``InvalidQuery``); ``search`` ranks what matches it, of all
types at once; ``matching`` is the condition that a row of one noun matches, for its list;
``highlights`` and ``snippet`` say where in a text. Which texts of a noun are searched, and how much each
of them counts, stands beside the noun: ``searched``. The index follows every commit by itself
(``models.search.index_sync``); ``rebuild`` makes it anew.
"""

from models.search.index_sync import ensure_index_current, rebuild
from models.search.match_conditions import matches_query
from models.search.query_parser import Query, parse
from models.search.ranking import Hit, SearchResults, search
from models.search.snippets import Snippet, highlights, snippet

__all__ = [
    "Hit",
    "Query",
    "SearchResults",
    "Snippet",
    "ensure_index_current",
    "highlights",
    "matches_query",
    "parse",
    "rebuild",
    "search",
    "snippet",
]
