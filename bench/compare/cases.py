"""Cases: one request to one server; groups of cases that are measured in turns, and compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from bench.load import Request
from bench.servers.server_process import Server

#: Reads an answer's items, each with its ``id`` and ``text``.
Read = Callable[[bytes], list[dict[str, Any]]]


@dataclass(frozen=True)
class Case:
    """A request to a server; ``read`` reads its answer, or is None where that has no items."""

    name: str
    server: Server
    request: Request
    read: Read | None = None


@dataclass(frozen=True)
class Group:
    """Cases that are measured in turns; ``pairs`` names which is compared with which."""

    key: str
    title: str
    about: str
    cases: list[Case]
    pairs: list[tuple[str, str]]

    def case(self, name: str) -> Case:
        """Return the case of that name."""
        return next(case for case in self.cases if case.name == name)

    def without(self, servers: dict[str, str]) -> Group:
        """Return the group without the cases of some servers, given by name."""
        cases = [case for case in self.cases if case.server.name not in servers]
        names = {case.name for case in cases}
        pairs = [pair for pair in self.pairs if names.issuperset(pair)]
        return Group(self.key, self.title, self.about, cases, pairs)


def in_data(body: bytes) -> list[dict[str, Any]]:
    """Read a list of Subtext's, and of those who answer alike."""
    items: list[dict[str, Any]] = orjson.loads(body)["data"]
    return items


def in_rows(body: bytes) -> list[dict[str, Any]]:
    """Read rows of Datasette's, in which an id is a slug where the row is a table's."""
    rows = orjson.loads(body)["rows"]
    return [row | {"id": row.get("slug", row["id"])} for row in rows]


def bare_list(body: bytes) -> list[dict[str, Any]]:
    """Read a list that is nothing but that."""
    items: list[dict[str, Any]] = orjson.loads(body)
    return items


def one(body: bytes) -> list[dict[str, Any]]:
    """Read a single item."""
    return [orjson.loads(body)]
