"""Operations: the requests that are measured in each catalogue, by their name in the results."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.openapi_spec.components import has_public_get
from api.query.cursors import Cursor
from bench.sample_ids import SampleIds, path_ids
from models.search.index_tables import DocumentFrequency

#: Paths with queries; ``{names}`` are attributes of ``SampleIds``.
LISTS = {
    "list": "/v1/quotes?limit=20",
    "list by -created_at": "/v1/quotes?limit=20&sort=-created_at",
    "list by updated_at": "/v1/quotes?limit=20&sort=updated_at",
    "list by word_count": "/v1/quotes?limit=20&sort=word_count",
    "list by -id": "/v1/quotes?limit=20&sort=-id",
    "list by -film": "/v1/quotes?limit=20&sort=-film",
    "list by film, -position": "/v1/quotes?limit=20&sort=film,-position",
    "list without flagged": "/v1/quotes?limit=20&max_severity=0",
    "theme, broad": "/v1/quotes?limit=20&theme={broad}",
    "theme, rare": "/v1/quotes?limit=20&theme={rare}",
    "theme with subthemes": "/v1/quotes?limit=20&theme={narrower}",
    "three themes": "/v1/quotes?limit=20&theme={broad},{common},{rare}",
    "all of two themes": "/v1/quotes?limit=20&theme_all={broad},{common}",
    "theme, broad, by -created_at": "/v1/quotes?limit=20&theme={broad}&sort=-created_at",
    "theme, broad, by word_count": "/v1/quotes?limit=20&theme={broad}&sort=word_count",
    "theme, rare, by -created_at": "/v1/quotes?limit=20&theme={rare}&sort=-created_at",
    "theme and kind": "/v1/quotes?limit=20&theme={broad}&kind=fragment",
    "scenes": "/v1/scenes?limit=20",
    "scenes by theme": "/v1/scenes?limit=20&theme={broad}",
    "commentary": "/v1/commentary?limit=20",
    "commentary by theme": "/v1/commentary?limit=20&theme={broad}",
}
OTHERS = {
    "by id": "/v1/quotes/{quote}",
    "film": "/v1/films/{film}",
    "quotes of a film": "/v1/films/{film}/quotes?limit=20",
    "quotes in a rare language": "/v1/quotes?limit=20&language=pt",
    "random": "/v1/quotes/random?seed=a",
    "random by theme, broad": "/v1/quotes/random?seed=a&theme={broad}",
    "random by theme, rare": "/v1/quotes/random?seed=a&theme={rare}",
    "random by film": "/v1/quotes/random?seed=a&film={film}",
    "daily": "/v1/quotes/daily?date=2026-11-20",
    "count": "/v1/quotes?limit=1&fields=id&count=true",
    "count by theme, broad": "/v1/quotes?limit=1&fields=id&count=true&theme={broad}",
    "facets": "/v1/quotes?limit=1&fields=id&facets=theme,kind,film",
    "facets by theme, broad": "/v1/quotes?limit=1&fields=id&facets=theme,kind,film&theme={broad}",
    "related themes": "/v1/themes/{broad}/related",
    "theme map": "/v1/films/{film}/theme-map",
    "meta": "/v1/meta",
    "advisory": "/v1/quotes?limit=20&advisory=note-1",
    "list by search text": "/v1/quotes?limit=20&q={common_word}",
    "list by search text and theme": "/v1/quotes?limit=20&q={common_word}&theme={broad}",
    "list by search text, by word_count": "/v1/quotes?limit=20&q={common_word}&sort=word_count",
    "list by search text, counted": "/v1/quotes?limit=1&fields=id&q={common_word}&count=true",
    "list by search text, facets": "/v1/quotes?limit=1&fields=id&q={common_word}&facets=theme,kind,film",
    "web page of a quote": "/quotes/{quote}",
    "web page of a theme": "/themes/{broad}",
    "feed": "/feeds/quotes.atom",
}
LATE_PAGE = ", late page"
#: Searches by the number of documents that contain the word.
SEARCHES = {"search, rare": 50, "search, 1,000 hits": 1_000, "search, 10,000 hits": 10_000}
BROAD_SEARCHES = {
    "search, most common word": "{common_word}",
    "search, common word and theme": "{common_word}&theme={broad}",
    "search, two letters as a prefix": "th*",
    "search, common word with no hits of its type": "{common_word}&type=commentary",
}
#: Paths of the document that are measured under other names, or read no content.
NAMED_PATHS = {
    *("/v1", "/v1/meta", "/v1/search", "/v1/quotes", "/v1/scenes", "/v1/commentary", "/v1/quotes/random"),
    *("/v1/quotes/daily", "/v1/quotes/{quote_id}", "/v1/films/{film_id}", "/v1/films/{film_id}/theme-map"),
    *("/v1/films/{film_id}/quotes", "/v1/themes/{theme_id}/related"),
}
#: The query of a path, by the end of the path.
QUERIES = {"/random": "?seed=a", "/daily": "?date=2026-11-20", "/coverage": "", "}": "", "": "?limit=20"}


def operations(client: FlaskClient, session: Session, ids: SampleIds) -> dict[str, str]:
    """Return the URL of each operation by its name."""
    names = vars(ids) | {"common_word": word_in(session, None)}
    urls = {name: url.format(**names) for name, url in (LISTS | OTHERS).items()}
    paths = client.get("/v1/openapi.json").get_json()["paths"]
    urls |= path_urls(paths, path_ids(session, ids.film, ids.broad))
    for name in LISTS:
        is_short = name.startswith(("theme, rare", "scenes", "commentary"))
        if not is_short and (cursor := _late_cursor(client, urls[name], ids.late)):
            urls[name + LATE_PAGE] = f"{urls[name]}&cursor={cursor}"
    urls |= {name: f"/v1/search?q={word_in(session, hits)}" for name, hits in SEARCHES.items()}
    return urls | {name: f"/v1/search?q={query.format(**names)}" for name, query in BROAD_SEARCHES.items()}


def path_urls(paths: dict[str, dict[str, Any]], ids: dict[str, str]) -> dict[str, str]:
    """Return the URL of each other GET of the document that needs no key, by its path.

    Generated content has no history.
    """
    urls: dict[str, str] = {}
    for path, methods in paths.items():
        if has_public_get(methods) and "/revisions" not in path and path not in NAMED_PATHS:
            query = next(query for end, query in QUERIES.items() if path.endswith(end))
            urls[path] = f"{path.format(**ids)}{query}"
    return urls


def _late_cursor(client: FlaskClient, url: str, late: dict[str, Any]) -> str | None:
    """Return the cursor of a late page: that of the second page, with other values."""
    next_url = client.get(url).get_json()["page"]["next"]
    if next_url is None:
        return None
    fingerprint = Cursor.decode(next_url.partition("cursor=")[2].partition("&")[0])[0]
    args = dict(pair.split("=") for pair in url.partition("?")[2].split("&"))
    keys = [key.lstrip("-") for key in args.get("sort", "film,position").split(",")]
    return str(Cursor(fingerprint, False, [late[key] for key in dict.fromkeys([*keys, "id"])]))


def word_in(session: Session, documents: int | None) -> str:
    """Return the most common word in at most ``documents`` documents, or in any number for None."""
    words = select(DocumentFrequency.term).where(DocumentFrequency.term.like("~____%")).limit(1)
    if documents is not None:
        words = words.where(DocumentFrequency.documents <= documents)
    term = session.scalar(words.order_by(DocumentFrequency.documents.desc(), DocumentFrequency.term))
    return (term or "~none")[1:]
