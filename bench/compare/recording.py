"""Recording Subtext's own answers, for the floor to return and for json-server to serve."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from bench.load import Request
from bench.servers.bare import record
from bench.servers.contenders import BASE

#: What the server adds to any application's headers.
SERVERS_OWN = frozenset({"date", "server", "connection"})


def fetch(port: int, asked: Request) -> tuple[str, list[tuple[str, str]], bytes]:
    """Return the status, the headers and the body of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", asked.path, headers=dict(asked.headers))
    answer = connection.getresponse()
    said = f"{answer.status} {answer.reason}", answer.getheaders(), answer.read()
    connection.close()
    return said


def record_page(port: int, path: str, folder: Path) -> dict[str, dict[str, str]]:
    """Record a page as plain JSON, encoded, and as 304; return the headers that each is asked with."""
    _, headers, _ = fetch(port, Request(path, {}))
    tag = next(value for name, value in headers if name.lower() == "etag")
    asked: dict[str, dict[str, str]] = {
        "plain": {},
        "gzip": {"Accept-Encoding": "gzip"},
        "br": {"Accept-Encoding": "br"},
        "unmodified": {"If-None-Match": tag},
    }
    for name, given in asked.items():
        record(folder, name, *_applications_own(fetch(port, Request(path, given))))
    return asked


def _applications_own(answer: tuple[str, list[tuple[str, str]], bytes]) -> Any:
    status, headers, body = answer
    return status, [(name, value) for name, value in headers if name.lower() not in SERVERS_OWN], body


def record_quotes(port: int, file: Path) -> None:
    """Write all quotes as json-server's database, in their order."""
    quotes: list[dict[str, Any]] = []
    path: str | None = "/v1/quotes?limit=100"
    while path:
        _, _, body = fetch(port, Request(path, {}))
        page: Mapping[str, Any] = orjson.loads(body)
        quotes += page["data"]
        path = page["page"]["next"] and page["page"]["next"].removeprefix(BASE)
    # It finds by keys of the item itself, not by those of things inside.
    for quote in quotes:
        quote["theme_ids"] = [theme["id"] for theme in quote["themes"]]
    file.write_bytes(orjson.dumps({"quotes": quotes}))
