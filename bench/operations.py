"""Operations: what is asked of each catalogue, under the name it has in the results."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.query.cursors import Cursor
from bench.growth.paths import addresses, ids
from bench.sample_ids import Places
from models.search.index_tables import DocumentFrequency

#: Paths with queries; ``{names}`` are those of places.
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
    "theme with narrower": "/v1/quotes?limit=20&theme={narrower}",
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
    "quotes in a language that is rare": "/v1/quotes?limit=20&language=pt",
    "random": "/v1/quotes/random?seed=a",
    "random of a theme, broad": "/v1/quotes/random?seed=a&theme={broad}",
    "random of a theme, rare": "/v1/quotes/random?seed=a&theme={rare}",
    "random of a film": "/v1/quotes/random?seed=a&film={film}",
    "daily": "/v1/quotes/daily?date=2026-11-20",
    "count": "/v1/quotes?limit=1&fields=id&count=true",
    "count of a theme, broad": "/v1/quotes?limit=1&fields=id&count=true&theme={broad}",
    "facets": "/v1/quotes?limit=1&fields=id&facets=theme,kind,film",
    "facets of a theme, broad": "/v1/quotes?limit=1&fields=id&facets=theme,kind,film&theme={broad}",
    "related themes": "/v1/themes/{broad}/related",
    "theme map": "/v1/films/{film}/theme-map",
    "meta": "/v1/meta",
    "advisory": "/v1/quotes?limit=20&advisory=note-1",
    "words in a list": "/v1/quotes?limit=20&q={common_word}",
    "words in a list, of a theme": "/v1/quotes?limit=20&q={common_word}&theme={broad}",
    "words in a list, by word_count": "/v1/quotes?limit=20&q={common_word}&sort=word_count",
    "words in a list, counted": "/v1/quotes?limit=1&fields=id&q={common_word}&count=true",
    "words in a list, facets": "/v1/quotes?limit=1&fields=id&q={common_word}&facets=theme,kind,film",
    "page of a quote": "/quotes/{quote}",
    "page of a theme": "/themes/{broad}",
    "feed": "/feeds/quotes.atom",
}
#: Searches by how many documents have the word: about so great a part of all of them, or so many.
SEARCHES = {"search, rare": 50, "search, 1,000 hits": 1_000, "search, 10,000 hits": 10_000}
#: Of these lists a page far behind is asked for too.
CURSORS = [name for name in LISTS if not name.startswith(("theme, rare", "scenes", "commentary"))]


def operations(client: FlaskClient, session: Session, known: Places) -> dict[str, str]:
    """Return the address of each operation by its name."""
    words = {"common_word": _word(session, None)}
    named = {name: url.format(**vars(known), **words) for name, url in (LISTS | OTHERS).items()}
    paths = client.get("/v1/openapi.json").get_json()["paths"]
    named |= addresses(paths, ids(session, known.film, known.broad))
    for name in CURSORS:
        if cursor := _deep(client, named[name], known.deep):
            named[f"{name}, far behind"] = f"{named[name]}&cursor={cursor}"
    for name, hits in SEARCHES.items():
        named[name] = f"/v1/search?q={_word(session, hits)}"
    named["search, commonest word"] = f"/v1/search?q={words['common_word']}"
    named["search, common word in a theme"] = f"{named['search, commonest word']}&theme={known.broad}"
    named["search, two letters and what follows"] = "/v1/search?q=th*"
    named["search, words that shun each other"] = f"{named['search, commonest word']}&type=commentary"
    return named


def _deep(client: FlaskClient, url: str, deep: dict[str, Any]) -> str | None:
    """Return the cursor of a page far behind: as the next page has it, with other values."""
    following = client.get(url).get_json()["page"]["next"]
    if following is None:
        return None
    text = following.partition("cursor=")[2].partition("&")[0]
    given = Cursor.decode(text)
    asked = dict(pair.split("=") for pair in url.partition("?")[2].split("&"))
    names = [name.lstrip("-") for name in asked.get("sort", "film,position").split(",")]
    values = [deep[name] for name in [*names, *(["id"] if "id" not in names else [])]]
    return str(Cursor(given[0], False, values))


def _word(session: Session, hits: int | None) -> str:
    """Return the word that about so many documents have; None for the one that most have."""
    words = select(DocumentFrequency.term).where(DocumentFrequency.term.like("~____%")).limit(1)
    if hits is None:
        term = session.scalar(words.order_by(DocumentFrequency.documents.desc(), DocumentFrequency.term))
    else:
        fewer = words.where(DocumentFrequency.documents <= hits)
        term = session.scalar(fewer.order_by(DocumentFrequency.documents.desc(), DocumentFrequency.term))
    return (term or "~none")[1:]
