"""The lower bound: a WSGI application that only returns recorded responses.

``BENCH_RECORDED`` names a file with the status, the headers and the body of each response, by path.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

RECORDED = Path(os.environ.get("BENCH_RECORDED", os.devnull)).read_bytes()
RESPONSES: dict[str, tuple[str, list[tuple[str, str]], bytes]] = pickle.loads(RECORDED) if RECORDED else {}  # noqa: S301


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Return the response."""
    status, headers, body = RESPONSES[environ["PATH_INFO"]]
    start_response(status, headers)
    return (body,) if body else ()
