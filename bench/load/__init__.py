"""Load: the same request again and again over a few connections that stay open."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass

from bench import load_generator as wrk
from bench.load import own
from bench.load.taken import NotTaken, Taken

__all__ = ["NotTaken", "Request", "Taken", "generator", "load"]


@dataclass(frozen=True)
class Request:
    """A GET of a path, with the headers that it has beside ``Host``."""

    path: str
    headers: Mapping[str, str]


def generator() -> str:
    """Return what makes the load: wrk where it is installed, for it takes less of the machine than Python."""
    return "wrk" if shutil.which("wrk") else "Python"


def load(port: int, asked: Request, seconds: float, connections: int) -> Taken:
    """Send the request to a server on this machine for so many seconds, each connection one at a time."""
    made = wrk.load if generator() == "wrk" else own.load
    return made(port, asked.path, asked.headers, seconds, connections)
