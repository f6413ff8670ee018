"""Returns memory that the allocator keeps to the system: large responses leave it free, but in fragments."""

from __future__ import annotations

import ctypes


def return_free_memory() -> None:
    """Return free pages to the system. Does nothing without glibc."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
