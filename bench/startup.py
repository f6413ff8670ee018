"""What a worker costs before its first request, and the memory that it holds before and after some.

    python -m bench.startup [ANOTHER CHECKOUT]

CPU is user and system time of ``python -c "import wsgi"`` in a process of its own: the median of many, the
first left out, since it may have to compile. Memory is what is resident of the one worker of `subtext serve`
on SQLite, as Linux counts it (``smaps_rollup``): when it is ready, after each kind of request of the API, and
after each kind of page, card and feed too. Another checkout, with a ``.venv`` of its own, is measured in
turns with this one: on a machine that others use too, only the ratio says something.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from api.core.config import ROOT

STARTS, SERVERS, PORT = 25, 3, 18_429
QUOTE = "her-2013-a-wife-without-the-challenges"
OF_THE_API = (
    *("/v1", "/v1/meta", "/v1/openapi.json", "/livez", "/readyz", "/v1/quotes?nothing=1", "/v1/quotes/none"),
    *(f"/v1/{model}?limit=100" for model in ("films", "sources", "characters", "themes", "advisories")),
    *("/v1/scenes?limit=100&facets=theme", "/v1/quotes?limit=100&include=scene,speaker&count=true"),
    *("/v1/commentary?limit=100&include=quotes", "/v1/search?q=perfect", "/v1/search?q=loneli*"),
    *("/v1/quotes/random?seed=a", "/v1/quotes/daily", f"/v1/quotes/{QUOTE}", "/v1/films/her-2013/coverage"),
)
OF_PAGES = (
    *("/", "/docs", "/docs/guides", "/docs/reference", "/docs/changelog", "/search?q=love", "/sitemap.xml"),
    *("/films/her-2013", f"/quotes/{QUOTE}", f"/quotes/{QUOTE}/snippet", "/embed", "/embed.js"),
    *(f"/quotes/{QUOTE}/card.png", f"/quotes/{QUOTE}/card.svg", "/feeds/quotes.atom"),
    *(f"/v1/quotes/{QUOTE}.bib", f"/v1/quotes/{QUOTE}?format=apa", f"/v1/quotes/{QUOTE}?format=jsonld"),
)


#: What is loaded one after the other, by what a reader knows it as.
LOADED = {
    "granian and asyncio": ("granian", "asyncio"),
    "Flask, Werkzeug and Jinja": ("flask",),
    "SQLAlchemy": ("sqlalchemy.orm",),
    "marshmallow, flask-smorest and other libraries": ("flask_smorest", "flask_cors", "structlog"),
    "Subtext": ("wsgi",),
}
#: Prints what of its process is resident, in MB, and what each group of imports adds to that.
HELD = """
import importlib, sys
def resident():
    lines = open("/proc/self/smaps_rollup").read().splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("Rss:"))
before = resident()
print(before)
for names in sys.argv[1:]:
    for name in names.split():
        importlib.import_module(name)
    now = resident()
    print(now - before)
    before = now
"""


def import_seconds(checkout: Path) -> float:
    """Return the CPU time of one import, in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Without compiled modules, compiling them would be most of what is measured.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    python = checkout / ".venv" / "bin" / "python"
    subprocess.run([python, "-c", "import wsgi"], cwd=checkout, env=environment, check=True)  # noqa: S603
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@contextmanager
def served(checkout: Path) -> Iterator[int]:
    """Serve the pack from a checkout; yields the process id of the one worker."""
    with TemporaryDirectory() as folder:
        environment = os.environ | {"SUBTEXT_DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3"}
        command = [str(checkout / ".venv" / "bin" / "subtext"), "serve"]
        process = subprocess.Popen(  # noqa: S603
            command, env=environment | {"PORT": str(PORT)}, cwd=checkout, stdout=subprocess.DEVNULL
        )
        try:
            while not answers("/livez"):
                time.sleep(0.1)
            yield int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("utf-8").split()[0])
        finally:
            process.terminate()
            process.wait()


def answers(path: str) -> bool:
    """Whether the server answers a request, whatever it says."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{path}", timeout=30) as answer:
            answer.read()
    except urllib.error.HTTPError as error:
        error.close()
    except OSError:
        return False
    return True


def resident_megabytes(process: int) -> float:
    """Return what of a process is resident, in MB (10⁶ bytes)."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("Rss:"))


def memory(checkout: Path) -> list[float]:
    """Return a worker's memory when it is ready, after requests of the API, and after those of pages too."""
    with served(checkout) as worker:
        sizes = [resident_megabytes(worker)]
        for paths in (OF_THE_API, OF_PAGES):
            for path in paths * 3:
                answers(path)
            sizes.append(resident_megabytes(worker))
    return sizes


def held() -> dict[str, float]:
    """Return what of a process is resident, in MB, by what it has loaded one after the other."""
    command = [sys.executable, "-c", HELD, *map(" ".join, LOADED.values())]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603
    sizes = [round(float(line), 1) for line in said.stdout.split()]
    return dict(zip(("Python", *LOADED), sizes, strict=True))


def table(checkouts: list[Path]) -> Table:
    """Measure the checkouts in turns."""
    seconds: dict[Path, list[float]] = {checkout: [] for checkout in checkouts}
    for checkout in checkouts * (STARTS + 1):
        seconds[checkout].append(import_seconds(checkout))
    sizes: dict[Path, list[list[float]]] = {checkout: [] for checkout in checkouts}
    for checkout in checkouts * SERVERS:
        sizes[checkout].append(memory(checkout))
    made = Table("Checkout", "import, CPU s", "lowest", "worker ready, MB", "after the API", "after pages")
    for checkout in checkouts:
        warm = seconds[checkout][1:]
        megabytes = [statistics.median(column) for column in zip(*sizes[checkout], strict=True)]
        times = (f"{statistics.median(warm):.2f}", f"{min(warm):.2f}")
        made.add_row(checkout.name, *times, *(f"{one:.0f}" for one in megabytes))
    return made


def main() -> None:
    """Measure this checkout, and another in turns with it."""
    Console().print(table([ROOT, *(Path(given).resolve() for given in sys.argv[1:])]))


if __name__ == "__main__":
    main()
