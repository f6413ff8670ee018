"""The conditions that filters make, for every model's ``select_where``.

Each takes an argument as it came: None for a filter that is not given, else values or placeholders.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, select

from models.list_index import is_in_a_list_of, is_tagged_with, join_list_index
from models.placeholders import Placeholder, bound, is_given
from models.search.match_conditions import matches_query
from models.search.selectivity import theme_document_count

Conditions = list[ColumnElement[bool]]


def in_filter(column: Any, values: Any) -> Conditions:
    """Return the condition that ``column`` has any of ``values``; none where the filter is not given."""
    return [column.in_(bound(values))] if is_given(values) else []


def foreign_slug_in(column: Any, slugs: Any) -> Conditions:
    """Return the condition that a foreign key refers to a resource with any of these ids."""
    if not is_given(slugs):
        return []
    (key,) = column.expression.foreign_keys
    resources = key.column.table.c
    return [column.in_(select(resources.id).where(resources.slug.in_(bound(slugs))))]


def linked(model: Any, owner: Any, *conditions: Conditions) -> Conditions:
    """Return the condition that a row has one link that meets all conditions; none where there are none.

    ``owner`` is the column by which links refer to rows of ``model``.
    """
    together = [condition for some in conditions for condition in some]
    return [model.id.in_(select(owner).where(*together))] if together else []


def matches_text(model: Any, q: Any) -> Conditions:
    """Return the condition that a row matches the search text ``q``, which comes in a list of one."""
    return [matches_query(model, words) for words in bound(q)]


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
    """Return the conditions of the three advisory filters; ``max_severity=0`` admits no advisory at all."""
    conditions: Conditions = []
    if is_given(advisory):
        conditions.append(model.id.in_(select_keys_with_advisory(model, advisory)))
    if is_given(exclude_advisory):
        owner, carried = _advisory_of_row(model)
        named = carried.where(owner.class_.advisory_id.in_(_advisory_keys(owner.class_, exclude_advisory)))
        conditions.append(named.scalar_subquery().is_(None))
    if max_severity is not None:
        owner, carried = _advisory_of_row(model)
        conditions.append(carried.where(owner.class_.severity > max_severity).scalar_subquery().is_(None))
    return conditions


def select_keys_with_advisory(model: Any, advisory: Any) -> Select[Any]:
    """Return the statement for the keys of rows that carry any of these advisories, some maybe twice."""
    owner = _advisory_owner(model)
    vocabulary = owner.class_.advisory.property.mapper.class_
    return (
        select(owner)
        .join(owner.class_.advisory)
        .where(owner.is_not(None), vocabulary.slug.in_(bound(advisory)))
    )


def has_advisory(model: Any, advisory: Any) -> ColumnElement[bool]:
    """Return the condition that a row carries any of these advisories, checked row by row."""
    owner = _advisory_owner(model)
    carried = select(literal(1)).where(
        owner == model.id, owner.class_.advisory_id.in_(_advisory_keys(owner.class_, advisory))
    )
    return carried.correlate(model).limit(1).scalar_subquery().is_not(None)


def _advisory_owner(model: Any) -> Any:
    return getattr(model.advisory_links.property.mapper.class_, f"{model.type_name}_id")


def _advisory_of_row(model: Any) -> tuple[Any, Select[Any]]:
    """Return the owner column of advisory links, and the statement for one link of a row.

    A scalar subquery that is compared with NULL is evaluated row by row; of NOT EXISTS a database may make
    a join that reads all links.
    """
    owner = _advisory_owner(model)
    return owner, select(literal(1)).where(owner == model.id).limit(1)


def _advisory_keys(link: Any, advisory: Any) -> Select[Any]:
    vocabulary = link.advisory.property.mapper.class_
    return select(vocabulary.id).where(vocabulary.slug.in_(bound(advisory)))


def filter_by_theme(statement: Select[Any], model: Any, theme: Any, theme_all: Any) -> Select[Any]:
    """Return the statement for rows that are tagged with any of ``theme`` and with all of ``theme_all``.

    A theme means itself and its narrower themes. The statement is read from the list index of the themes,
    unless they are marked as ``per_row``: those are looked up for each row.
    """
    per_row = isinstance(theme, Placeholder) and theme.is_per_row
    leading = [] if per_row else bound(theme)
    checked = [[slug] for slug in bound(theme_all)] + ([bound(theme)] if per_row else [])
    if is_given(theme_all) and not is_given(theme):
        slugs = bound(theme_all)
        leading = [_rarest_theme(model, slugs)] if len(slugs) > 1 else slugs
        checked = checked if len(slugs) > 1 else []
    if len(leading) == 1:
        statement = join_list_index(statement, model, leading[0])
    elif leading:
        statement = statement.where(is_in_a_list_of(model, leading))
    return statement.where(*(is_tagged_with(model, slugs) for slugs in checked))


def _rarest_theme(model: Any, slugs: Sequence[Any]) -> Any:
    """Return SQL for the theme, of several, that the fewest resources are tagged with."""
    theme = model.theme_links.property.mapper.class_.theme.property.mapper.class_
    matches = select(theme.slug).where(theme.slug.in_(slugs))
    return matches.order_by(theme_document_count([theme.slug]), theme.slug).limit(1).scalar_subquery()
