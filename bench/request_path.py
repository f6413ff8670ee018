"""``python -m bench.request_path [URL]``: the functions and files of this project that a request executes.

The request is made three times: *cold* builds and compiles its statement, *warm* finds the statement in the
cache of statements but is not answered from the response cache, *cached* is. Counted are Python calls of
functions in this repository's packages, by ``sys.setprofile``; ``--list`` names the files of each.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any

from api.core.config import ROOT
from bench.databases import fill, opened_app

REQUEST = "/v1/quotes?theme=avoidance&include=scene"
PACKAGES = tuple(str(ROOT / name) for name in ("api", "models"))


def main() -> None:
    """Print the calls and files of the request in each of the three states."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", nargs="?", default=REQUEST, help=f"path and query; default {REQUEST}")
    parser.add_argument("--list", action="store_true", help="name the files, with the calls in each")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        for state, calls in measure(options.url, Path(folder)).items():
            print(f"{state:7} {len(calls):3} files {calls.total():5} calls")
            if options.list:
                for file, count in sorted(calls.items()):
                    print(f"          {count:5} {file}")


def measure(url: str, folder: Path) -> dict[str, Counter[str]]:
    """Return the calls of the request in each of the three states, by file."""
    database_url = f"sqlite:///{folder / 'request-path.sqlite3'}"
    fill(database_url)
    with opened_app(database_url, cache_bytes=0) as plain_app, opened_app(database_url) as caching_app:
        uncached, cached = plain_app.test_client(), caching_app.test_client()
        # Request another list first, so that one-time imports are not counted.
        for client in (uncached, cached):
            client.get("/v1/advisories")
        cold, warm = _calls(uncached, url), _calls(uncached, url)
        cached.get(url)
        return {"cold": cold, "warm": warm, "cached": _calls(cached, url)}


def _calls(client: Any, url: str) -> Counter[str]:
    calls: Counter[str] = Counter()

    def count(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(PACKAGES):
            calls[str(Path(frame.f_code.co_filename).relative_to(ROOT))] += 1

    sys.setprofile(count)
    try:
        response = client.get(url)
    finally:
        sys.setprofile(None)
    if response.status_code != 200:
        raise SystemExit(f"{url} is answered with {response.status_code}.")
    return calls


if __name__ == "__main__":
    main()
