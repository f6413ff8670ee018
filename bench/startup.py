"""Start-up: the CPU time of an import, and the memory of a worker before and after requests.

    python -m bench.startup [ANOTHER CHECKOUT]

CPU time is that of ``python -c "import wsgi"``. Memory is what is resident of the worker of `subtext serve`
on SQLite: when it is ready, after each kind of API request, and after each kind of web page, card and feed.
Another checkout, with its own ``.venv``, alternates with this one: on a busy machine only ratios are exact.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from api.core.config import ROOT
from bench.comparison import alternate, percentile
from bench.environment import cost
from bench.servers.server_process import Server, resident_megabytes, responds, running

STARTS, SERVERS = 25, 3
QUOTE = "her-2013-a-wife-without-the-challenges"
API_PATHS = (
    *("/v1", "/v1/meta", "/v1/openapi.json", "/livez", "/readyz", "/v1/quotes?nothing=1", "/v1/quotes/none"),
    *(f"/v1/{plural}?limit=100" for plural in ("films", "sources", "characters", "themes", "advisories")),
    *("/v1/scenes?limit=100&facets=theme", "/v1/quotes?limit=100&include=scene,speaker&count=true"),
    *("/v1/commentary?limit=100&include=quotes", "/v1/search?q=perfect", "/v1/search?q=loneli*"),
    *("/v1/quotes/random?seed=a", "/v1/quotes/daily", f"/v1/quotes/{QUOTE}", "/v1/films/her-2013/coverage"),
)
WEB_PATHS = (
    *("/", "/docs", "/docs/guides", "/docs/reference", "/docs/changelog", "/search?q=love", "/sitemap.xml"),
    *("/films/her-2013", f"/quotes/{QUOTE}", f"/quotes/{QUOTE}/snippet", "/embed", "/embed.js"),
    *(f"/quotes/{QUOTE}/card.png", f"/quotes/{QUOTE}/card.svg", "/feeds/quotes.atom"),
    *(f"/v1/quotes/{QUOTE}.bib", f"/v1/quotes/{QUOTE}?format=apa", f"/v1/quotes/{QUOTE}?format=jsonld"),
)
FIGURES = ("import_seconds", "ready_mb", "used_mb", "pages_mb")


def worker_megabytes(checkout: Path) -> list[float]:
    """Return the memory of a worker when it is ready, after API requests, and after web pages, too."""
    command = [str(checkout / ".venv" / "bin" / "subtext"), "serve"]
    with TemporaryDirectory() as folder:
        settings = {"SUBTEXT_DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3", "SUBTEXT_WORKERS": "1"}
        with running(Server(checkout.name, lambda _: command, "/livez", settings), checkout) as server:
            worker = server.processes[1]
            sizes = [resident_megabytes(worker)]
            for paths in (API_PATHS, WEB_PATHS):
                for path in paths * 3:
                    responds(server.port, path)
                sizes.append(resident_megabytes(worker))
    return sizes


def measure(checkouts: list[Path], starts: int, servers: int) -> dict[str, dict[str, float]]:
    """Return the medians of each checkout, by its path."""
    by_name = {str(checkout): checkout for checkout in checkouts}
    run = ["python", "-c", "import wsgi"]
    imports = alternate({name: partial(cost, run, one) for name, one in by_name.items()}, starts + 1)
    sizes = alternate({name: partial(worker_megabytes, one) for name, one in by_name.items()}, servers)
    columns = {
        name: [[seconds for seconds, _ in imports[name][1:]], *zip(*sizes[name], strict=True)]
        for name in by_name
    }
    return {name: dict(zip(FIGURES, map(percentile, columns[name]), strict=True)) for name in by_name}


def main() -> None:
    """Measure this checkout, and perhaps another."""
    checkouts = [ROOT, *(Path(path).resolve() for path in sys.argv[1:])]
    for name, figures in measure(checkouts, STARTS, SERVERS).items():
        print(name, ", ".join(f"{figure} {value:.4g}" for figure, value in figures.items()))


if __name__ == "__main__":
    main()
