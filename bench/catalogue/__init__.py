"""A catalogue of any size, made up: what is measured on, where the pack is too small to tell.

Everything follows from a seed and a size. Words, themes and places are spread as in real collections: few
of them often, most of them seldom. Rows are written past the session, and so without a history; the keys
of the random order, the index of the search and the content generation are those that the ordinary way
would have made.
"""

from bench.catalogue.generation import make
from bench.catalogue.sizes import Sizes

__all__ = ["Sizes", "make"]
