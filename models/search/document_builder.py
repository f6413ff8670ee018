"""What the index should say: the documents of resources, read from their tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, Text, bindparam, cast, func, literal, null, or_, select
from sqlalchemy.orm import Session, aliased

from models.search.index_tables import Document
from models.search.text_analysis import analyse_document
from models.searchable import SEARCHABLE

#: Resources that are read at once.
BATCH = 500


def build_documents(session: Session, model: Any, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return the documents of those resources that anyone may see, by the documents' keys."""
    found = session.connection().execute(_resources(model), {"ids": list(ids)}).mappings()
    made = (Document.of(dict(row), analyse_document(_texts(model, row))) for row in found)
    return {row["id"]: row for row in made}


@cache
def _resources(model: Any) -> Select[Any]:
    """Return the statement for what a document needs of resources whose ``ids`` are given."""
    texts = (getattr(model, name) for name in model.search_weights)
    statement = select(
        model.id, literal(model.type_name).label("type_name"), model.slug, model.random_key, *texts
    )
    if hasattr(model, "film_id"):
        film = model.film.property.mapper.class_
        statement = statement.join(model.film).add_columns(film.slug.label("film"))
    else:
        statement = statement.add_columns(_own_film(model).label("film"))
    statement = statement.add_columns(
        _severity(model).label("severity"), _kind(model).label("kind"), _themes(model).label("themes")
    )
    statement = statement.add_columns(_position(model).label("position"))
    return statement.where(model.is_visible, model.id.in_(bindparam("ids", expanding=True)))


def _own_film(model: Any) -> Any:
    return model.slug if model.type_name == "film" else null()


def _severity(model: Any) -> Any:
    """Return how strong the strongest advisory on a resource is; 0 without any."""
    if not hasattr(model, "advisory_links"):
        return literal(0)
    link = model.advisory_links.property.mapper.class_
    severest = select(func.max(link.severity)).where(getattr(link, f"{model.type_name}_id") == model.id)
    return func.coalesce(severest.scalar_subquery(), 0)


def _kind(model: Any) -> Any:
    return cast(model.kind, Text) if hasattr(model, "kind") else null()


def _position(model: Any) -> Any:
    return model.position if hasattr(model, "position") else cast(null(), Integer)


def _themes(model: Any) -> Any:
    """Return the ids of what a resource is about, and of what is broader, with blanks between.

    A theme is about itself: so its document says, too, when it gets another place among themes.
    """
    theme, broader = (aliased(SEARCHABLE["theme"]) for _ in range(2))
    slugs = func.aggregate_strings(theme.slug.concat(" ").concat(func.coalesce(broader.slug, "")), " ")
    found = select(slugs).select_from(theme).outerjoin(broader, theme.broader_id == broader.id)
    if model.type_name == "theme":
        return found.where(theme.id == model.id).scalar_subquery()
    if not hasattr(model, "theme_links"):
        return null()
    link = model.theme_links.property.mapper.class_
    owner = getattr(link, f"{model.type_name}_id")
    return found.join(link, link.theme_id == theme.id).where(owner == model.id).scalar_subquery()


def _texts(model: Any, row: Any) -> Iterator[tuple[str, int]]:
    """Yield each text of a resource with its weight; a list is so many texts."""
    for name, weight in model.search_weights.items():
        texts = row[name] if isinstance(row[name], list) else [row[name]]
        yield from ((text, weight) for text in texts if text)


def keys_of_films(session: Session, model: Any, films: Iterable[int]) -> Iterator[int]:
    """Yield the keys of the resources of a noun that belong to these films."""
    if hasattr(model, "film_id"):
        yield from session.connection().scalars(select(model.id).where(model.film_id.in_(list(films))))


def keys_of_themes(session: Session, model: Any, themes: Iterable[int]) -> Iterator[int]:
    """Yield the keys of the resources of a noun that are about these themes, or about what is narrower."""
    theme = SEARCHABLE["theme"]
    meant = or_(theme.id.in_(list(themes)), theme.broader_id.in_(list(themes)))
    if model is theme:
        yield from session.connection().scalars(select(theme.id).where(meant))
    elif hasattr(model, "theme_links"):
        link = model.theme_links.property.mapper.class_
        owners = select(getattr(link, f"{model.type_name}_id"))
        yield from session.connection().scalars(
            owners.where(link.theme_id.in_(select(theme.id).where(meant)))
        )


def all_keys(session: Session, model: Any) -> Iterator[list[int]]:
    """Yield the keys of all resources of a noun, in batches."""
    last: int | None = None
    while True:
        keys = select(model.id).order_by(model.id).limit(BATCH)
        if last is not None:
            keys = keys.where(model.id > last)
        found = list(session.connection().scalars(keys))
        if not found:
            return
        yield found
        last = found[-1]
