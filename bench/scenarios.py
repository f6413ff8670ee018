"""Scenarios: which requests to which servers are compared, in groups, on one catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote_plus, urlencode

import orjson

from bench.load_generator import Request
from bench.sample_ids import PageIds
from bench.servers import contenders
from bench.servers.server_process import Server

UNCACHED, CACHED, NOT_MODIFIED = "Subtext, uncached", "Subtext, cached", "Subtext, cached, 304"
BARE, BARE_NOT_MODIFIED = "bare WSGI", "bare WSGI, 304"
SMOREST = "flask-smorest + ORM + Schema.dump"
FASTAPI, FASTAPI_ASYNC = "FastAPI + pydantic + ORM (def)", "FastAPI + pydantic + ORM (async def)"
DATASETTE, JSON_SERVER = "Datasette, custom SQL, no count", "json-server"
ONE_WORKER, TWO_WORKERS = "1 worker, uncached", "2 workers, uncached"
#: Flat rows. Anything of a referenced item except its id would need a join for each.
DATASETTE_SQL = """
SELECT quotes.slug AS id, quotes.label, quotes.text, quotes.kind, quotes.voice,
  films.slug AS film, films.label AS film_label, scenes.slug AS scene, scenes.label AS scene_label,
  (SELECT json_group_array(themes.slug) FROM quote_themes JOIN themes ON themes.id = quote_themes.theme_id
    WHERE quote_themes.quote_id = quotes.id) AS themes
FROM quotes JOIN films ON films.id = quotes.film_id LEFT JOIN scenes ON scenes.id = quotes.scene_id
WHERE quotes.id IN (SELECT quote_id FROM quote_themes JOIN themes ON themes.id = theme_id
    WHERE themes.slug = :theme)
  AND quotes.status = 'published' AND quotes.deleted_at IS NULL
  AND films.status = 'published' AND films.deleted_at IS NULL
ORDER BY films.slug, quotes.position, quotes.slug LIMIT 20
"""


@dataclass(frozen=True)
class Case:
    """A request to a server; without items, bodies are compared byte for byte."""

    name: str
    server: Server
    request: Request
    has_items: bool = True


@dataclass(frozen=True)
class Group:
    """Cases that are measured in alternating rounds; ``pairs`` names which is compared with which."""

    key: str
    title: str
    about: str
    cases: list[Case]
    pairs: list[tuple[str, str]]

    def without(self, servers: Iterable[str]) -> Group:
        """Return the group without the cases of these servers."""
        cases = [case for case in self.cases if case.server.name not in servers]
        names = {case.name for case in cases}
        return replace(self, cases=cases, pairs=[pair for pair in self.pairs if names.issuperset(pair)])


def read_items(body: bytes) -> list[tuple[str, str]]:
    """Return the ids and texts of a list or a single item, as any of the servers writes it."""
    parsed = orjson.loads(body)
    rows = parsed if isinstance(parsed, list) else parsed.get("data", parsed.get("rows", [parsed]))
    # In a row of a table of Datasette, the slug is the id.
    return [(row.get("slug", row["id"]), row["text"]) for row in rows]


def page_request(ids: PageIds, **args: str) -> Request:
    """Return the request for the page: 20 quotes with a theme."""
    return Request(f"/v1/quotes?{urlencode({'theme': ids.theme, 'limit': 20, **args})}")


def cached_group(ids: PageIds, recorded: Path, headers: dict[str, dict[str, str]]) -> Group:
    """Return the cached responses, each compared with a bare application that returns the same bytes."""
    subtext, bare = contenders.subtext(ids.url), contenders.bare(ids.url, recorded)
    cases: list[Case] = []
    suffixes = {"plain": "", "unmodified": ", 304", "gzip": ", gzip", "br": ", br"}
    for key, suffix in suffixes.items():
        cases.append(Case(BARE + suffix, bare, Request(f"/{key}"), has_items=False))
        cases.append(Case(CACHED + suffix, subtext, page_request(ids)._replace(headers=headers[key]), False))
    pairs = [(CACHED + suffix, BARE + suffix) for suffix in suffixes.values()]
    about = "The page from the response cache, which checks the database on every request."
    return Group("front", "Response cache", about, cases, pairs)


def page_group(ids: PageIds, documents: Path) -> Group:
    """Return the page of 20 quotes with a theme, on every server that can serve it."""
    page, themes = page_request(ids), quote_plus(f"(^|,){ids.theme}(,|$)")
    on_async_path = Request(page.path.replace("/v1/", "/async/"))
    sql = urlencode({"sql": " ".join(DATASETTE_SQL.split()), "theme": ids.theme, "_shape": "objects"})
    by_sql, filtered = Request(f"/{ids.file.stem}.json?{sql}"), f"/quotes?theme_ids_like={themes}&_limit=20"
    cases = [
        *_same_json(ids, page),
        Case(FASTAPI_ASYNC, contenders.fastapi(ids.url), on_async_path),
        Case(DATASETTE, contenders.datasette(ids.file), by_sql),
        Case(JSON_SERVER, contenders.json_server(documents), Request(filtered)),
    ]
    about = """20 quotes with film, scene and themes, filtered by a theme. All responses have the same quotes
in the same order. The first five have the same JSON, json-server has one key more, by which it filters, and
Datasette has flat rows."""
    pairs = [(subject, case.name) for subject in (UNCACHED, CACHED) for case in cases[2:]]
    return Group("pages", "The page", about, cases, [*pairs, (CACHED, UNCACHED)])


def item_group(ids: PageIds, documents: Path) -> Group:
    """Return one quote by its id."""
    row = Request(f"/{ids.file.stem}/quotes/{ids.quote_key}.json?_shape=objects")
    item, json_server = Request(f"/quotes/{ids.quote}"), contenders.json_server(documents)
    cases = [
        *_same_json(ids, Request(f"/v1/quotes/{ids.quote}")),
        Case("Datasette, row", contenders.datasette(ids.file), row),
        Case(JSON_SERVER, json_server, item),
    ]
    pairs = [(subject, case.name) for subject in (UNCACHED, CACHED) for case in cases[2:]]
    return Group("items", "One quote by its id", "The whole item; from Datasette a flat row.", cases, pairs)


def workers_group(ids: PageIds) -> Group:
    """Return one worker and two workers."""
    servers = [contenders.subtext(ids.url, name=f"{n} workers", cache=0, workers=n) for n in (1, 2)]
    names = zip((ONE_WORKER, TWO_WORKERS), servers, strict=True)
    cases = [Case(name, server, page_request(ids)) for name, server in names]
    about = "The page. The load generator shares the machine's cores with the workers."
    return Group("workers", "Workers", about, cases, [(TWO_WORKERS, ONE_WORKER)])


def postgresql_group(ids: PageIds, recorded: Path) -> Group:
    """Return the servers that can serve the page from PostgreSQL."""
    bare = Case(BARE, contenders.bare(ids.url, recorded), Request("/plain"), has_items=False)
    pairs = [(CACHED, BARE), (UNCACHED, SMOREST), (UNCACHED, FASTAPI), (CACHED, FASTAPI)]
    about = "The same page from PostgreSQL on the same machine. CPU time is that of the server alone."
    return Group("postgresql", "PostgreSQL", about, [bare, *_same_json(ids, page_request(ids))], pairs)


def _same_json(ids: PageIds, request: Request) -> list[Case]:
    """Return the cases of a request that return the same JSON, on either database."""
    servers = {UNCACHED: _uncached(ids), CACHED: contenders.subtext(ids.url)}
    servers |= {SMOREST: contenders.smorest(ids.url), FASTAPI: contenders.fastapi(ids.url)}
    return [Case(name, server, request) for name, server in servers.items()]


def _uncached(ids: PageIds) -> Server:
    return contenders.subtext(ids.url, name="Subtext without cache", cache=0)
