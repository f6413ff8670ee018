"""Garbage collection while a pack is in memory: looking through it over and over took a third of the time."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def no_collections() -> Iterator[None]:
    """Collect no garbage inside the block."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def exempting() -> Iterator[Callable[[], None]]:
    """Yield a function that exempts all present objects from collections until the block ends."""
    try:
        yield gc.freeze
    finally:
        gc.unfreeze()
