"""Document builder: reads resources from their tables and returns their documents for the index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, Text, bindparam, cast, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from models.search.index_tables import SearchDocument
from models.search.text_analysis import analyse_document
from models.searchable import SEARCHABLE

#: Resources read by one statement.
BATCH_SIZE = 500


def build_documents(session: Session, model: Any, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return the documents of these resources by document id, as ``SearchDocument.build_row`` makes them.

    Hidden resources have none.
    """
    rows = session.connection().execute(_select_resources(model), {"ids": list(ids)}).mappings()
    documents = (
        SearchDocument.build_row(dict(row), analyse_document(_weighted_texts(model, row))) for row in rows
    )
    return {document["id"]: document for document in documents}


@cache
def _select_resources(model: Any) -> Select[Any]:
    """Return the statement for the columns that a document is built of; its parameter is ``ids``."""
    texts = (getattr(model, name) for name in model.search_weights)
    statement = select(
        model.id, literal(model.type_name).label("type_name"), model.slug, model.random_key, *texts
    )
    if hasattr(model, "film_id"):
        film = model.film.property.mapper.class_
        statement = statement.join(model.film).add_columns(film.slug.label("film"))
    else:
        statement = statement.add_columns(_film_slug(model).label("film"))
    statement = statement.add_columns(
        _max_severity(model).label("severity"),
        _kind(model).label("kind"),
        _asserted_by(model).label("asserted_by"),
        _theme_slugs(model).label("themes"),
        _source_slugs(model).label("sources"),
        _further_film_slugs(model).label("further_films"),
        _position(model).label("position"),
    )
    return statement.where(model.is_visible, model.id.in_(bindparam("ids", expanding=True)))


def _film_slug(model: Any) -> Any:
    return model.slug if model.type_name == "film" else null()


def _further_film_slugs(model: Any) -> Any:
    """Return SQL for the slugs of the visible films that a resource concerns besides its own."""
    if not hasattr(model, "further_film_links"):
        return null()
    link, film = model.further_film_links.property.mapper.class_, aliased(SEARCHABLE["film"])
    slugs = select(func.aggregate_strings(film.slug, " ")).join(link, link.film_id == film.id)
    return slugs.where(link.commentary_id == model.id, film.is_visible).scalar_subquery()


def _max_severity(model: Any) -> Any:
    """Return SQL for the severity of a resource's strongest advisory; 0 without any."""
    if not hasattr(model, "advisory_links"):
        return literal(0)
    link = model.advisory_links.property.mapper.class_
    maximum = select(func.max(link.severity)).where(getattr(link, f"{model.type_name}_id") == model.id)
    return func.coalesce(maximum.scalar_subquery(), 0)


def _kind(model: Any) -> Any:
    return cast(model.kind, Text) if hasattr(model, "kind") else null()


def _asserted_by(model: Any) -> Any:
    return cast(model.asserted_by, Text) if hasattr(model, "asserted_by") else null()


def _position(model: Any) -> Any:
    return model.position if hasattr(model, "position") else cast(null(), Integer)


def _theme_slugs(model: Any) -> Any:
    """Return SQL for the slugs of a resource's themes and of their broader themes, separated by blanks.

    A theme counts as tagged with itself, so that its document changes when it moves in the hierarchy.
    """
    theme, broader = (aliased(SEARCHABLE["theme"]) for _ in range(2))
    slugs = func.aggregate_strings(theme.slug.concat(" ").concat(func.coalesce(broader.slug, "")), " ")
    statement = select(slugs).select_from(theme).outerjoin(broader, theme.broader_id == broader.id)
    if model.type_name == "theme":
        return statement.where(theme.id == model.id).scalar_subquery()
    if not hasattr(model, "theme_links"):
        return null()
    link = model.theme_links.property.mapper.class_
    owner = getattr(link, f"{model.type_name}_id")
    return statement.join(link, link.theme_id == theme.id).where(owner == model.id).scalar_subquery()


def _source_slugs(model: Any) -> Any:
    """Return SQL for the slug of a resource's source, or those of all that it cites, separated by blanks."""
    if hasattr(model, "source_id"):
        source = model.source.property.mapper.class_
        return select(source.slug).where(source.id == model.source_id).scalar_subquery()
    if not hasattr(model, "citations"):
        return null()
    citation = model.citations.property.mapper.class_
    source = citation.source.property.mapper.class_
    slugs = select(func.aggregate_strings(source.slug, " ")).join(citation, citation.source_id == source.id)
    return slugs.where(getattr(citation, f"{model.type_name}_id") == model.id).scalar_subquery()


def _weighted_texts(model: Any, row: Any) -> Iterator[tuple[str, int]]:
    """Yield each searched text of a resource with its weight; a list column has several texts."""
    for name, weight in model.search_weights.items():
        texts = row[name] if isinstance(row[name], list) else [row[name]]
        yield from ((text, weight) for text in texts if text)


def ids_in_films(session: Session, model: Any, films: Iterable[int]) -> Iterator[int]:
    """Yield the ids of a model's rows that belong to or concern one of these films, given by id."""
    if hasattr(model, "film_id"):
        ids = [select(model.id).where(model.film_id.in_(list(films)))]
        if hasattr(model, "further_film_links"):
            link = model.further_film_links.property.mapper.class_
            ids.append(select(link.commentary_id).where(link.film_id.in_(list(films))))
        yield from session.connection().scalars(union_all(*ids))


def ids_of_sources(session: Session, model: Any, sources: Iterable[int]) -> Iterator[int]:
    """Yield the ids of a model's rows that belong to one of these sources, given by id, or cite it."""
    if hasattr(model, "source_id"):
        yield from session.connection().scalars(select(model.id).where(model.source_id.in_(list(sources))))
    elif hasattr(model, "citations"):
        citation = model.citations.property.mapper.class_
        owner = getattr(citation, f"{model.type_name}_id")
        owners = select(owner).where(owner.is_not(None), citation.source_id.in_(list(sources)))
        yield from session.connection().scalars(owners)


def ids_tagged_with(session: Session, model: Any, themes: Iterable[int]) -> Iterator[int]:
    """Yield the ids of a model's rows that are tagged with one of these themes or a subtheme.

    For the theme model itself, these are the themes and their subthemes.
    """
    theme = SEARCHABLE["theme"]
    is_selected = or_(theme.id.in_(list(themes)), theme.broader_id.in_(list(themes)))
    if model is theme:
        yield from session.connection().scalars(select(theme.id).where(is_selected))
    elif hasattr(model, "theme_links"):
        link = model.theme_links.property.mapper.class_
        owners = select(getattr(link, f"{model.type_name}_id"))
        yield from session.connection().scalars(
            owners.where(link.theme_id.in_(select(theme.id).where(is_selected)))
        )


def iter_id_batches(session: Session, model: Any) -> Iterator[list[int]]:
    """Yield all ids of a model in batches of ``BATCH_SIZE`` (keyset pagination by id)."""
    last: int | None = None
    while True:
        statement = select(model.id).order_by(model.id).limit(BATCH_SIZE)
        if last is not None:
            statement = statement.where(model.id > last)
        ids = list(session.connection().scalars(statement))
        if not ids:
            return
        yield ids
        last = ids[-1]
