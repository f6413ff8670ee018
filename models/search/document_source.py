"""What the index should say: the documents of resources, read from their tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, Text, bindparam, cast, func, literal, null, or_, select
from sqlalchemy.orm import Session, aliased

from models.base import Base
from models.search.analysis import analyse_document
from models.search.index_tables import TYPE_NUMBERS, Document

#: Resources that are read at once.
BATCH = 500


@cache
def searchable_models() -> dict[str, Any]:
    """Return every noun that is searched, by the name of its type."""
    known = {getattr(mapper.class_, "type_name", None): mapper.class_ for mapper in Base.registry.mappers}
    return {type_name: known[type_name] for type_name in TYPE_NUMBERS}


def build_documents(session: Session, noun: Any, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return the documents of those resources that anyone may see, by the documents' keys."""
    found = session.connection().execute(_resources(noun), {"ids": list(ids)}).mappings()
    made = (Document.of(dict(row), analyse_document(_texts(noun, row))) for row in found)
    return {row["id"]: row for row in made}


@cache
def _resources(noun: Any) -> Select[Any]:
    """Return the statement for what a document needs of resources whose ``ids`` are given."""
    texts = (getattr(noun, name) for name in noun.searched)
    statement = select(
        noun.id, literal(noun.type_name).label("type_name"), noun.slug, noun.random_key, *texts
    )
    if hasattr(noun, "film_id"):
        film = noun.film.property.mapper.class_
        statement = statement.join(noun.film).add_columns(film.slug.label("film"))
    else:
        statement = statement.add_columns(_own_film(noun).label("film"))
    statement = statement.add_columns(
        _severity(noun).label("severity"), _kind(noun).label("kind"), _themes(noun).label("themes")
    )
    statement = statement.add_columns(_position(noun).label("position"))
    return statement.where(noun.is_visible, noun.id.in_(bindparam("ids", expanding=True)))


def _own_film(noun: Any) -> Any:
    return noun.slug if noun.type_name == "film" else null()


def _severity(noun: Any) -> Any:
    """Return how strong the strongest advisory on a resource is; 0 without any."""
    if not hasattr(noun, "advisory_links"):
        return literal(0)
    link = noun.advisory_links.property.mapper.class_
    severest = select(func.max(link.severity)).where(getattr(link, f"{noun.type_name}_id") == noun.id)
    return func.coalesce(severest.scalar_subquery(), 0)


def _kind(noun: Any) -> Any:
    return cast(noun.kind, Text) if hasattr(noun, "kind") else null()


def _position(noun: Any) -> Any:
    return noun.position if hasattr(noun, "position") else cast(null(), Integer)


def _themes(noun: Any) -> Any:
    """Return the ids of what a resource is about, and of what is broader, with blanks between.

    A theme is about itself: so its document says, too, when it gets another place among themes.
    """
    theme, broader = (aliased(searchable_models()["theme"]) for _ in range(2))
    slugs = func.aggregate_strings(theme.slug.concat(" ").concat(func.coalesce(broader.slug, "")), " ")
    found = select(slugs).select_from(theme).outerjoin(broader, theme.broader_id == broader.id)
    if noun.type_name == "theme":
        return found.where(theme.id == noun.id).scalar_subquery()
    if not hasattr(noun, "theme_links"):
        return null()
    link = noun.theme_links.property.mapper.class_
    owner = getattr(link, f"{noun.type_name}_id")
    return found.join(link, link.theme_id == theme.id).where(owner == noun.id).scalar_subquery()


def _texts(noun: Any, row: Any) -> Iterator[tuple[str, int]]:
    """Yield each text of a resource with its weight; a list is so many texts."""
    for name, weight in noun.searched.items():
        texts = row[name] if isinstance(row[name], list) else [row[name]]
        yield from ((text, weight) for text in texts if text)


def keys_of_films(session: Session, noun: Any, films: Iterable[int]) -> Iterator[int]:
    """Yield the keys of the resources of a noun that belong to these films."""
    if hasattr(noun, "film_id"):
        yield from session.connection().scalars(select(noun.id).where(noun.film_id.in_(list(films))))


def keys_of_themes(session: Session, noun: Any, themes: Iterable[int]) -> Iterator[int]:
    """Yield the keys of the resources of a noun that are about these themes, or about what is narrower."""
    theme = searchable_models()["theme"]
    meant = or_(theme.id.in_(list(themes)), theme.broader_id.in_(list(themes)))
    if noun is theme:
        yield from session.connection().scalars(select(theme.id).where(meant))
    elif hasattr(noun, "theme_links"):
        link = noun.theme_links.property.mapper.class_
        owners = select(getattr(link, f"{noun.type_name}_id"))
        yield from session.connection().scalars(
            owners.where(link.theme_id.in_(select(theme.id).where(meant)))
        )


def all_keys(session: Session, noun: Any) -> Iterator[list[int]]:
    """Yield the keys of all resources of a noun, in batches."""
    last: int | None = None
    while True:
        keys = select(noun.id).order_by(noun.id).limit(BATCH)
        if last is not None:
            keys = keys.where(noun.id > last)
        found = list(session.connection().scalars(keys))
        if not found:
            return
        yield found
        last = found[-1]
