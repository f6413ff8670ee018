"""A generated catalogue of any size, to measure what the small pack cannot show.

Everything follows from a seed and a size. Words, themes and links are distributed as in real collections: few
are common, most are rare. Rows are written without the session, and so without a history; random keys, the
search index and the content generation are the same as if the models had written the content.
"""

from bench.catalogue.generation import generate

__all__ = ["generate"]
