"""SQL conditions of the filters in every model's ``select_where``, and joins with the list index.

The argument of a filter is None if the filter is not set, else a placeholder or a list of values.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, literal, literal_column, select, union_all
from sqlalchemy.orm import aliased

from models.asserted_by import AssertedByFilter
from models.list_index_table import LIST_ORDER, USES_LIST_INDEX, ListIndexRow
from models.list_selectivity import theme_document_count
from models.search.match_conditions import matches_query
from models.statement_placeholders import FilmPlace, bound, is_given, sole_placeholder

Conditions = list[ColumnElement[bool]]


def in_filter(column: Any, values: Any) -> Conditions:
    """Return the condition that ``column`` has any of ``values``; no condition if the filter is not set."""
    return [column.in_(bound(values))] if is_given(values) else []


def foreign_slug_in(column: Any, slugs: Any) -> Conditions:
    """Return the condition that a foreign key refers to a resource with any of these ids."""
    if not is_given(slugs):
        return []
    (key,) = column.expression.foreign_keys
    resources = key.column.table.c
    return [column.in_(select(resources.id).where(resources.slug.in_(bound(slugs))))]


def concerns_film(model: Any, film: Any) -> Conditions:
    """Return the condition that a row, joined with its film, concerns any of these films.

    They are its film or one of its further films; for placeholders with a ``film_place``, only in that place.
    """
    if not is_given(film):
        return []
    link, main_film = _class_of(model.further_film_links), _class_of(model.film)
    visible = select(main_film.id).where(main_film.slug.in_(bound(film)), main_film.visible())
    further = select(link.commentary_id).where(link.film_id.in_(visible))
    placeholder = sole_placeholder(film)
    place = None if placeholder is None else placeholder.film_place
    if place is FilmPlace.MAIN:
        return in_filter(main_film.slug, film)
    if place is FilmPlace.FURTHER:
        return [model.id.in_(further), main_film.slug.not_in(bound(film))]
    # Not OR, for which databases would read the whole table.
    other = aliased(model)
    return [model.id.in_(union_all(select(other.id).where(other.film_id.in_(visible)), further))]


def _class_of(relationship: Any) -> Any:
    return relationship.property.mapper.class_


def linked(model: Any, owner: Any, *conditions: Conditions) -> Conditions:
    """Return the condition that a single link of a row meets all conditions; none if there are none.

    ``owner`` is the links' foreign key to ``model``.
    """
    merged = [condition for group in conditions for condition in group]
    return [model.id.in_(select(owner).where(*merged))] if merged else []


def matches_text(model: Any, q: Any) -> Conditions:
    """Return the condition that a row matches the search text ``q``, a list of one value."""
    return [matches_query(model, text) for text in bound(q)]


def cites_source(model: Any, source: Any) -> Conditions:
    """Return the condition that a row cites any of these sources."""
    if not is_given(source):
        return []
    citation = model.citations.property.mapper.class_
    owner = getattr(citation, f"{model.type_name}_id")
    owners = select(owner).where(owner.is_not(None), *foreign_slug_in(citation.source_id, source))
    return [model.id.in_(owners)]


def advisory_filters(
    model: Any, advisory: Any, exclude_advisory: Any, max_severity: int | None
) -> Conditions:
    """Return the conditions of the three advisory filters; ``max_severity=0`` excludes every flagged row."""
    conditions: Conditions = []
    if is_given(advisory):
        conditions.append(model.id.in_(select_keys_with_advisory(model, advisory)))
    if is_given(exclude_advisory):
        owner, link = _advisory_of_row(model)
        excluded = link.where(owner.class_.advisory_id.in_(_advisory_keys(owner.class_, exclude_advisory)))
        conditions.append(excluded.scalar_subquery().is_(None))
    if max_severity is not None:
        owner, link = _advisory_of_row(model)
        conditions.append(link.where(owner.class_.severity > max_severity).scalar_subquery().is_(None))
    return conditions


def select_keys_with_advisory(model: Any, advisory: Any) -> Select[Any]:
    """Return the statement for the keys of rows with any of these advisories; keys may be repeated."""
    owner = _advisory_owner(model)
    advisory_model = owner.class_.advisory.property.mapper.class_
    return (
        select(owner)
        .join(owner.class_.advisory)
        .where(owner.is_not(None), advisory_model.slug.in_(bound(advisory)))
    )


def has_advisory(model: Any, advisory: Any) -> ColumnElement[bool]:
    """Return the condition that a row has any of these advisories, checked row by row."""
    owner = _advisory_owner(model)
    link = select(literal(1)).where(
        owner == model.id, owner.class_.advisory_id.in_(_advisory_keys(owner.class_, advisory))
    )
    return link.correlate(model).limit(1).scalar_subquery().is_not(None)


def _advisory_owner(model: Any) -> Any:
    return getattr(model.advisory_links.property.mapper.class_, f"{model.type_name}_id")


def _advisory_of_row(model: Any) -> tuple[Any, Select[Any]]:
    """Return the foreign key of advisory links to ``model``, and the statement for one link of a row.

    As a scalar subquery compared with NULL, it is evaluated row by row; a database may turn NOT EXISTS into a
    join that reads all links.
    """
    owner = _advisory_owner(model)
    return owner, select(literal(1)).where(owner == model.id).limit(1)


def _advisory_keys(link: Any, advisory: Any) -> Select[Any]:
    advisory_model = link.advisory.property.mapper.class_
    return select(advisory_model.id).where(advisory_model.slug.in_(bound(advisory)))


def join_list_index(statement: Select[Any], model: Any, theme: Any) -> Select[Any]:
    """Return the statement joined with the list of a theme or of all themes, which is in list order."""
    on_clause = and_(ListIndexRow.type_number == model.search_number, ListIndexRow.resource_id == model.id)
    statement = statement.join(ListIndexRow, on_clause).execution_options(**{USES_LIST_INDEX: True})
    return statement.where(has_theme(theme))


def is_in_a_list_of(model: Any, themes: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition that a row is in the list of any of several themes.

    A semi-join by primary key: the lists are read once, where a join would have to skip duplicates.
    """
    keys = select(ListIndexRow.resource_id).where(
        ListIndexRow.type_number == model.search_number, ListIndexRow.theme.in_(themes)
    )
    return cast("ColumnElement[bool]", model.id.in_(keys))


def has_theme(theme: Any) -> ColumnElement[bool]:
    """Return the condition that a list index row is in the list of a theme, or of all themes."""
    # A literal, because a bind parameter would get the name of a requested theme.
    return ListIndexRow.theme == (literal_column("''") if isinstance(theme, str) and not theme else theme)


def is_tagged_with(model: Any, themes: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition that a row, joined with its film, is tagged with one of ``themes``."""
    film, other = model.film.property.mapper.class_, aliased(ListIndexRow)
    row = select(literal(1)).where(
        other.type_number == model.search_number,
        other.theme.in_(themes),
        other.film == film.slug,
        other.position == model.position,
        other.slug == model.slug,
    )
    # Planners expect IS NOT NULL to match more often than equality, and so prefer to scan in order.
    return row.correlate(model, film).limit(1).scalar_subquery().is_not(None)


def is_tagged_with_none(themes: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition that the resource of a list index row is tagged with none of ``themes``."""
    other = aliased(ListIndexRow)
    same_position = [
        getattr(other, name) == getattr(ListIndexRow, name)
        for name in ("type_number", "film", "position", "slug")
    ]
    row = select(literal(1)).where(*same_position, other.theme.in_(themes))
    # Not NOT EXISTS: a planner may turn it into a join that reads every row of the themes.
    return row.correlate(ListIndexRow).limit(1).scalar_subquery().is_(None)


def select_listed_slugs(model: Any, theme: Any, asserted_by: AssertedByFilter | None = None) -> Select[Any]:
    """Return the statement for the ids in the list of a theme, or of all themes.

    Of commentary, the list has what ``models.asserted_by.asserted_by_filter`` would select.
    """
    rows = select(ListIndexRow.slug).where(ListIndexRow.type_number == model.search_number, has_theme(theme))
    if not hasattr(model, "asserted_by") or asserted_by is AssertedByFilter.ANY:
        return rows
    return rows.where(ListIndexRow.by_editors == int(asserted_by is AssertedByFilter.EDITOR))


def select_listed_keys(statement: Select[Any]) -> Select[Any]:
    """Return a list index statement with primary keys, labelled ``id``, as its column, in list order."""
    # Ordered, so that a capped count covers the same rows on both databases.
    keys = statement.with_only_columns(ListIndexRow.resource_id.label("id"))
    return keys.order_by(ListIndexRow.film, ListIndexRow.position, ListIndexRow.slug)


def uses_list_index(statement: Select[Any]) -> bool:
    """Whether the statement joins the list index."""
    return bool(statement.get_execution_options().get(USES_LIST_INDEX))


def in_default_order(model: Any, statement: Select[Any]) -> Select[Any]:
    """Return the statement in the model's default order, with the keys that make the order unique."""
    keys = model.sort_keys() | (LIST_ORDER if uses_list_index(statement) else {})
    names = dict.fromkeys((*model.default_sort, *model.unique_sort))
    return statement.order_by(*(keys[name] for name in names))


def filter_by_theme(statement: Select[Any], model: Any, theme: Any, theme_all: Any) -> Select[Any]:
    """Return the statement for rows that are tagged with any of ``theme`` and with all of ``theme_all``.

    A theme includes its narrower themes. The rows are read from the list index of the themes, unless these
    are marked as ``per_row``: then the themes are checked row by row.
    """
    placeholders = map(sole_placeholder, (theme, theme_all))
    per_row = any(each.is_per_row for each in placeholders if each is not None)
    indexed_themes = [] if per_row else bound(theme)
    checked_themes = [bound(theme)] if per_row and is_given(theme) else []
    themes_per_row = [[slug] for slug in bound(theme_all)] + checked_themes
    if is_given(theme_all) and not is_given(theme) and not per_row:
        slugs = bound(theme_all)
        indexed_themes = [_rarest_theme(model, slugs)] if len(slugs) > 1 else slugs
        themes_per_row = themes_per_row if len(slugs) > 1 else []
    if len(indexed_themes) == 1:
        statement = join_list_index(statement, model, indexed_themes[0])
    elif indexed_themes:
        statement = statement.where(is_in_a_list_of(model, indexed_themes))
    return statement.where(*(is_tagged_with(model, slugs) for slugs in themes_per_row))


def _rarest_theme(model: Any, slugs: Sequence[Any]) -> Any:
    """Return SQL for the theme that the fewest resources are tagged with."""
    theme = model.theme_links.property.mapper.class_.theme.property.mapper.class_
    matches = select(theme.slug).where(theme.slug.in_(slugs))
    return matches.order_by(theme_document_count([theme.slug]), theme.slug).limit(1).scalar_subquery()
