"""Search: ranked, typed hits over everything that has words, the same in both databases.

``parse`` understands a query (or raises ``InvalidQuery``); ``search`` ranks what matches it, of all
types at once; ``matching`` is the condition that a row of one noun matches, for its list;
``highlights`` and ``snippet`` say where in a text. Which texts of a noun are searched, and how much each
of them counts, stands beside the noun: ``searched``. The index follows every commit by itself
(``models.search.index_sync``); ``rebuild`` makes it anew.
"""

from models.search.index_sync import bring_up_to_date, rebuild
from models.search.match_conditions import matching
from models.search.query import Query, parse
from models.search.ranking import Found, Hit, search
from models.search.snippets import Snippet, highlights, snippet

__all__ = [
    "Found",
    "Hit",
    "Query",
    "Snippet",
    "bring_up_to_date",
    "highlights",
    "matching",
    "parse",
    "rebuild",
    "search",
    "snippet",
]
