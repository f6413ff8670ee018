"""The groups: what is compared with what, on one catalogue."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote_plus, urlencode

from bench.compare import asking_datasette as ask
from bench.compare.cases import Case, Group, bare_list, in_data, in_rows, one
from bench.compare.subjects import Subjects
from bench.load import Request
from bench.servers import contenders
from bench.servers.server_process import Server

UNCACHED, CACHED, NAIVE = "Subtext, nothing cached", "Subtext, cached", "flask-smorest + ORM + Schema.dump"
FASTAPI, ON_THE_LOOP = "FastAPI + pydantic + ORM (def)", "FastAPI + pydantic + ORM (async def)"
DATASETTE, JSON_SERVER = "Datasette, own SQL, no count", "json-server"
NOT_MODIFIED = "Subtext, cached, 304"
ONE_WORKER, TWO_WORKERS = "1 worker, nothing cached", "2 workers, nothing cached"
PLAIN: dict[str, str] = {}


def page_path(of: Subjects, **more: str) -> str:
    """Return the path of the page: 20 quotes about a theme."""
    return f"/v1/quotes?{urlencode({'theme': of.theme, 'limit': 20, **more})}"


def _page(of: Subjects, **more: str) -> Request:
    return Request(page_path(of, **more), PLAIN)


def front(of: Subjects, recorded: Path, headers: dict[str, dict[str, str]]) -> Group:
    """Return the group of cached answers, each against a bare application that returns the same bytes."""
    ours, floor = contenders.subtext(of.url), contenders.bare(of.url, recorded)
    names = {"plain": CACHED, "unmodified": NOT_MODIFIED, "gzip": f"{CACHED}, gzip", "br": f"{CACHED}, br"}
    cases: list[Case] = []
    for key, name in names.items():
        cases.append(Case(name.replace("Subtext, cached", "bare WSGI"), floor, Request(f"/{key}", PLAIN)))
        cases.append(Case(name, ours, Request(page_path(of), headers[key])))
    pairs = [(ours_.name, floor_.name) for floor_, ours_ in zip(cases[::2], cases[1::2], strict=True)]
    about = (
        "The page from the cache, which looks at the database on every request, against an application that "
        "only returns the same bytes."
    )
    return Group("front", "The cache in front", about, cases, pairs)


def pages(of: Subjects, documents: Path) -> Group:
    """Return the group of everyone who can serve the page of 20 quotes about a theme."""
    fast = contenders.fastapi(of.url)
    themes = quote_plus(f"(^|,){of.theme}(,|$)")
    cases = [
        Case(UNCACHED, _uncached(of.url), _page(of), in_data),
        Case(CACHED, contenders.subtext(of.url), _page(of), in_data),
        Case(NAIVE, contenders.smorest(of.url), _page(of), in_data),
        Case(FASTAPI, fast, _page(of), in_data),
        Case(ON_THE_LOOP, fast, Request(page_path(of).replace("/v1/", "/on-the-loop/"), PLAIN), in_data),
        Case(DATASETTE, contenders.datasette(of.file), Request(ask.page_by_statement(of), PLAIN), in_rows),
        Case(
            JSON_SERVER,
            contenders.json_server(documents),
            Request(f"/quotes?theme_ids_like={themes}&_limit=20", PLAIN),
            bare_list,
        ),
    ]
    others = (NAIVE, FASTAPI, ON_THE_LOOP, DATASETTE, JSON_SERVER)
    pairs = [(UNCACHED, other) for other in others] + [(CACHED, other) for other in (UNCACHED, *others)]
    about = (
        "20 quotes with film, scene and themes, filtered by a theme. All answer with the same quotes in the "
        "same order; the first five with the same JSON of each, json-server with one key more, by which it "
        "filters, Datasette with a flat row."
    )
    return Group("pages", "The page", about, cases, pairs)


def pages_as_they_come(of: Subjects, documents: Path) -> Group:
    """Return the group of pages as others serve them by default, each against the same page of ours."""
    ours, theirs = _uncached(of.url), contenders.datasette(of.file)
    kinds = {"table page, no count": {"sort": "id"}, "table page, counted": {"sort": "id", "count": "true"}}
    cases: list[Case] = []
    for name, more in kinds.items():
        path = ask.page_of_table(of, counted="count" in more)
        cases.append(Case(f"Subtext, {name}", ours, _page(of, **more), in_data))
        cases.append(Case(f"Datasette, {name}", theirs, Request(path, PLAIN), in_rows))
    first, documents_ = Request("/v1/quotes?limit=20", PLAIN), contenders.json_server(documents)
    cases.append(Case("Subtext, first page of all", ours, first, in_data))
    cases.append(
        Case("json-server, first page of all", documents_, Request("/quotes?_limit=20", PLAIN), bare_list)
    )
    pairs = [(mine.name, other.name) for mine, other in zip(cases[::2], cases[1::2], strict=True)]
    about = "Nothing cached; the same page of both, in an order that both have."
    return Group("defaults", "Pages as others serve them by default", about, cases, pairs)


def items(of: Subjects, documents: Path) -> Group:
    """Return the group of one quote by its id."""
    asked = Request(f"/v1/quotes/{of.quote}", PLAIN)
    cases = [
        Case(UNCACHED, _uncached(of.url), asked, one),
        Case(CACHED, contenders.subtext(of.url), asked, one),
        Case(NAIVE, contenders.smorest(of.url), asked, one),
        Case(FASTAPI, contenders.fastapi(of.url), asked, one),
        Case("Datasette, row", contenders.datasette(of.file), Request(ask.row(of), PLAIN), in_rows),
        Case(JSON_SERVER, contenders.json_server(documents), Request(f"/quotes/{of.quote}", PLAIN), one),
    ]
    pairs = [(mine, case.name) for mine in (UNCACHED, CACHED) for case in cases[2:]]
    return Group("items", "One quote by its id", "The whole item; Datasette's is a flat row.", cases, pairs)


def workers(of: Subjects) -> Group:
    """Return the group of one and two workers."""
    kinds = {"nothing cached": 0, "cached": 32}
    cases = [
        Case(
            f"{number} worker{'s' * (number > 1)}, {kind}",
            _with_workers(of.url, kind, number),
            _page(of),
            in_data,
        )
        for kind in kinds
        for number in (1, 2)
    ]
    pairs = [(two.name, one_.name) for one_, two in zip(cases[::2], cases[1::2], strict=True)]
    about = (
        "The page; answers per second say what a second worker adds. The load has to share the machine's "
        "cores with them."
    )
    return Group("workers", "Workers", about, cases, pairs)


def on_postgresql(of: Subjects, recorded: Path) -> Group:
    """Return the group of those who serve the page from PostgreSQL, too."""
    cases = [
        Case("bare WSGI", contenders.bare(of.url, recorded), Request("/plain", PLAIN)),
        Case(CACHED, contenders.subtext(of.url), _page(of), in_data),
        Case(UNCACHED, _uncached(of.url), _page(of), in_data),
        Case(NAIVE, contenders.smorest(of.url), _page(of), in_data),
        Case(FASTAPI, contenders.fastapi(of.url), _page(of), in_data),
    ]
    pairs = [(CACHED, "bare WSGI"), (UNCACHED, NAIVE), (UNCACHED, FASTAPI), (CACHED, FASTAPI)]
    about = (
        "The same page from PostgreSQL on the same machine. CPU is the server's, without PostgreSQL's own."
    )
    return Group("postgresql", "PostgreSQL", about, cases, pairs)


def _uncached(url: str) -> Server:
    return contenders.subtext(url, name="Subtext without cache", cache=0)


def _with_workers(url: str, kind: str, number: int) -> Server:
    cache = 0 if kind == "nothing cached" else 32
    return contenders.subtext(url, name=f"Subtext, {kind}, {number}", cache=cache, workers=number)
