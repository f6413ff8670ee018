"""Paths: every other operation of the document, about things that stand far behind in the catalogue."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models import (
    Advisory,
    Character,
    Citation,
    Commentary,
    CommentaryQuote,
    CommentaryRelation,
    Film,
    Quote,
    Scene,
    Source,
)

#: What is written by hand has them under other names, or asks nothing of the content.
LEFT_OUT = (
    *(
        "/v1",
        "/v1/meta",
        "/v1/search",
        "/v1/quotes/random",
        "/v1/quotes/daily",
        "/v1/films/{film_id}/theme-map",
    ),
    *("/v1/quotes", "/v1/scenes", "/v1/commentary", "/v1/quotes/{quote_id}", "/v1/films/{film_id}"),
    *("/v1/films/{film_id}/quotes", "/v1/themes/{theme_id}/related"),
)
#: What is asked for at a path, by how that ends; lists are asked for as many items as the other lists.
QUERIES = {"/random": "?seed=a", "/daily": "?date=2026-11-20", "/coverage": "", "}": "", "": "?limit=20"}


def ids(session: Session, film: str, theme: str) -> dict[str, str]:
    """Return an id for each parameter that a path of the document has, of things of one film."""
    number = session.scalars(select(Film.id).where(Film.slug == film)).one()
    related = select(CommentaryRelation.commentary_id)
    claim = select(Commentary.slug).where(Commentary.film_id == number, Commentary.is_visible)
    source = (
        select(Source.slug)
        .join(Citation, Citation.source_id == Source.id)
        .join(Quote, Quote.id == Citation.quote_id)
        .where(Quote.film_id == number, Source.is_visible)
    )
    found = {
        "character_id": _with_most(Character, Quote.speaker_id, number),
        "scene_id": _with_most(Scene, Quote.scene_id, number),
        "quote_id": _with_most(Quote, CommentaryQuote.quote_id, number),
        "commentary_id": claim.order_by(Commentary.id.in_(related).desc(), Commentary.slug),
        "source_id": source,
        "advisory_id": select(Advisory.slug).where(Advisory.is_visible).order_by(Advisory.slug),
    }
    first = {name: session.scalars(statement.limit(1)).one() for name, statement in found.items()}
    return first | {"film_id": film, "theme_id": theme, "number": "1"}


def _with_most(model: Any, referring: Any, film: int) -> Select[Any]:
    """Return the statement for the ids of what a film has, that which most refer to by a column first."""
    found = select(model.slug).join(referring.class_, referring == model.id)
    counted = found.where(model.film_id == film, model.is_visible).group_by(model.slug)
    return counted.order_by(func.count().desc(), model.slug)


def addresses(paths: dict[str, dict[str, object]], known: dict[str, str]) -> dict[str, str]:
    """Return the address of each path of the document that can be read, by that path."""
    named: dict[str, str] = {}
    for path, operations in paths.items():
        if "get" in operations and path not in LEFT_OUT:
            query = next(query for end, query in QUERIES.items() if path.endswith(end))
            named[path] = f"{path.format(**known)}{query}"
    return named
