"""The floor: a WSGI application that does nothing but return answers that were recorded.

``BENCH_RECORDED`` names a folder: of each answer, its status and headers as JSON and its body.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Recorded = tuple[str, list[tuple[str, str]], tuple[bytes, ...]]


def record(folder: Path, name: str, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
    """Write an answer, to be returned at the path ``/name``."""
    (folder / f"{name}.json").write_text(json.dumps([status, headers]), "utf-8")
    (folder / f"{name}.body").write_bytes(body)


def recorded(folder: Path) -> dict[str, Recorded]:
    """Read the answers, by their paths."""
    found: dict[str, Recorded] = {}
    for file in folder.glob("*.json"):
        status, headers = json.loads(file.read_text("utf-8"))
        body = file.with_suffix(".body").read_bytes()
        found[f"/{file.stem}"] = status, [(name, value) for name, value in headers], (body,) if body else ()
    return found


ANSWERS = recorded(Path(os.environ["BENCH_RECORDED"])) if "BENCH_RECORDED" in os.environ else {}


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Return the answer."""
    status, headers, body = ANSWERS[environ["PATH_INFO"]]
    start_response(status, headers)
    return body
