"""How the cost of each operation was expected to grow with the number of quotes."""

from __future__ import annotations

import math
from collections.abc import Callable

from models.facet_counts import MAX_COUNTED
from models.search.ranking import MAX_CANDIDATES

#: A search ranks no more than so many candidates.
CAP = MAX_CANDIDATES
CLASSES: dict[str, Callable[[float], float]] = {
    "O(1)": lambda _: 1.0,
    "O(log n)": math.log,
    "O(hits)": lambda n: n,
    "O(min(hits, count cap))": lambda n: min(n, MAX_COUNTED),
    "O(min(hits, candidates))": lambda n: min(n, CAP),
}
#: By how the operation's name begins; the first that fits. Everything else is found by an index.
BEGINNINGS = {
    "search, common": "O(min(hits, candidates))",
    "search, two letters": "O(min(hits, candidates))",
    "search, words that shun": "O(min(hits, candidates))",
    "words in a list": "O(min(hits, candidates))",
    "search": "O(1)",
    "count": "O(min(hits, count cap))",
    "facets": "O(hits)",
    "related themes": "O(hits)",
    "theme map": "O(1)",
    "meta": "O(1)",
}


def expected(operation: str) -> str:
    """Return the class of an operation, by its name."""
    return next(
        (name for beginning, name in BEGINNINGS.items() if operation.startswith(beginning)), "O(log n)"
    )
