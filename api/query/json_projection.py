"""Items as finished JSON in SQL: a schema, as a request shapes it, compiled into one expression.

The schema that documents a resource also says what is read. ``item_json`` gives the expression whose
value, for each row, is the item's JSON text, byte for byte what ``Schema.dump`` and orjson make of
the object. It is compiled once for each shape.
"""

from __future__ import annotations

from functools import lru_cache, singledispatch
from typing import Any

from marshmallow import Schema, fields
from sqlalchemy import ColumnElement, Label, Select, and_, case, func, inspect, literal_column, select
from sqlalchemy.ext.associationproxy import AssociationProxyInstance
from sqlalchemy.orm import aliased
from sqlalchemy.sql.util import ClauseAdapter

from api.core.api_versions import made_of, version_of
from api.query.sql_json import Frozen, Instant, Piece, Quoted, Stored, aggregated, joined, raw, written
from api.schemas.fields import Mapped, Moment
from api.schemas.links import Address
from api.schemas.references import Grouped, Including, Listed, OneOfReference, ReferenceTo
from api.schemas.sparse_fields import Shape
from models import AdvisoryLink

#: Shapes that are kept; each holds some 50 KB, and whoever tries them all must not fill a worker.
MOST_SHAPES = 64


@lru_cache(maxsize=MOST_SHAPES)
def item_json(shape: Shape, noun: type[Any], base_url: str) -> Frozen:
    """Return the expression for the JSON of a row of ``noun`` in this shape.

    It belongs into the columns of a statement that selects from ``noun``. Call it within an app:
    addresses are written with its base, ``base_url``, which is part of what is kept.
    """
    name = f"{noun.__name__} {shape} {base_url}"
    return Frozen(name, lambda: joined(item(shape.made(), noun, base_url)))


def item(schema: Schema, row: Any, base_url: str) -> list[Piece]:
    """Return the pieces of one JSON object: the fields of ``schema``, read from ``row``."""
    pieces: list[Piece] = []
    for name, field in schema.fields.items():
        pieces += [",", written(name), ":"] if pieces else ["{", written(name), ":"]
        pieces += value(field, row, base_url)
    return [*pieces, "}"] if pieces else ["{}"]


@singledispatch
def value(field: fields.Field[Any], row: Any, base_url: str) -> list[Piece]:
    """Return the pieces of a field's value.

    Raises:
        TypeError: the field is of a kind that SQL cannot show alike on both databases.
    """
    raise TypeError(f"{field!r} cannot be projected: give it a column, an SQL expression or a constant")


@value.register(fields.String)
@value.register(fields.Integer)
@value.register(fields.Enum)
@value.register(fields.Date)
def _column(field: Any, row: Any, base_url: str) -> list[Piece]:
    return [Quoted(read(row, field))]


@value.register(fields.Boolean)
def _truth(field: Any, row: Any, base_url: str) -> list[Piece]:
    column = read(row, field)
    return [case((column.is_(True), raw("true")), (column.is_(False), raw("false")), else_=raw("null"))]


@value.register(Moment)
def _moment(field: Any, row: Any, base_url: str) -> list[Piece]:
    return [Instant(read(row, field))]


@value.register(Mapped)
def _stored(field: Any, row: Any, base_url: str) -> list[Piece]:
    return [Stored(read(row, field))]


@value.register(fields.Constant)
def _constant(field: Any, row: Any, base_url: str) -> list[Piece]:
    return [written(field.constant)]


@value.register(Address)
def _address(field: Any, row: Any, base_url: str) -> list[Piece]:
    # A slug needs no quoting, and the base is checked to hold nothing that would.
    pieces: list[Piece] = [f'"{base_url}{field.path}', read(row, field), f'{field.suffix}"']
    return [func.coalesce(joined(pieces), raw("null"))] if field.allow_none else pieces


@value.register(Grouped)
def _grouped(field: Any, row: Any, base_url: str) -> list[Piece]:
    return item(field.schema, row, base_url)


@value.register(ReferenceTo)
def _reference(field: Any, row: Any, base_url: str) -> list[Piece]:
    relation = getattr(row, field.attribute or field.name)
    target = aliased(relation.property.mapper.class_)
    found = select(named(field, field.type_name, target, base_url)).where(
        relation.of_type(target), target.is_visible
    )
    return [func.coalesce(found.correlate(row).scalar_subquery(), raw("null"))]


@value.register(fields.List)
def _list(field: Any, row: Any, base_url: str) -> list[Piece]:
    many = getattr(row, field.attribute or field.name)
    if isinstance(field.inner, OneOfReference):
        return _one_of(field.inner, many.lists, row, base_url)
    if isinstance(many, AssociationProxyInstance):
        items = _proxied(field.inner, row, many, base_url)
    elif isinstance(field.inner, fields.Nested):
        items = _related(field.inner, row, many, base_url)
    else:
        return [Stored(many)]
    return ["[", aggregated(items), "]"]


@value.register(Listed)
def _listed(field: Any, row: Any, base_url: str) -> list[Piece]:
    noun = field.noun
    # The list names its owner as any filter does, by a slug. Under a name of its own that slug
    # is the owner's row wherever the statement stands.
    owner = aliased(inspect(row).mapper.class_, name=f"owner_of_{noun.__tablename__}")
    slug: Any = literal_column(f"{inspect(owner).name}.slug")
    shown = joined(item(made_of(field.type_name, "", version_of(field)), noun, base_url))
    statement = field.select_of(slug).with_only_columns(shown.label("item"), maintain_column_froms=True)
    listed = select(joined(["[", aggregated(statement), "]"])).select_from(owner).where(owner.id == row.id)
    return [listed.correlate(row).scalar_subquery()]


def read(row: Any, field: fields.Field[Any]) -> Any:
    """Return the column of ``row`` that a field shows; ``a.b`` is column b of what a refers to."""
    name, *rest = (field.attribute or str(field.name)).split(".")
    found = getattr(row, name)
    if not rest:
        column = found.__clause_element__()
        # A label would be written out as a name in the middle of the expression.
        return column.element if isinstance(column, Label) else column
    target = aliased(found.property.mapper.class_)
    return select(getattr(target, *rest)).where(found.of_type(target)).correlate(row).scalar_subquery()


def named(field: Including, type_name: str, row: Any, base_url: str) -> ColumnElement[str]:
    """Return the JSON of a resource: whole where it is included and admitted, else a reference."""
    reference = joined(item(made_of(type_name, "Ref", version_of(field)), row, base_url))
    if not field.is_included:
        return reference
    whole = joined(item(made_of(type_name, "", version_of(field)), row, base_url))
    if field.ceiling is None or not hasattr(row, "advisory_links"):
        return whole
    above = row.advisory_links.any(AdvisoryLink.severity > literal_column(str(field.ceiling)))
    return case((above, reference), else_=whole)


def _related(nested: Any, row: Any, relation: Any, base_url: str) -> Select[Any]:
    """Return the JSON of what a relationship leads to, in its order."""
    target = aliased(relation.property.mapper.class_)
    adapted = ClauseAdapter(inspect(target).selectable).traverse
    return (
        select(_shown(nested, target, base_url).label("item"))
        .where(relation.of_type(target), target.is_visible)
        .order_by(*(adapted(column) for column in relation.property.order_by or ()))
        .correlate(row)
    )


def _proxied(inner: Any, row: Any, proxy: Any, base_url: str) -> Select[Any]:
    """Return the JSON of what ordered links lead to, or of a column of theirs, in the order of the links."""
    relation = getattr(row, proxy.target_collection)
    link = aliased(relation.property.mapper.class_)
    adapted = ClauseAdapter(inspect(link).selectable).traverse
    order = [adapted(column) for column in relation.property.order_by]
    led = getattr(link, proxy.value_attr)
    if not isinstance(inner, fields.Nested):
        if relation.property.secondary is not None:
            return _between(row, relation.property, proxy.value_attr)
        found = select(Quoted(led).label("item")).where(relation.of_type(link))
    else:
        target = aliased(led.property.mapper.class_)
        shown = _shown(inner, target, base_url).label("item")
        found = select(shown).where(relation.of_type(link), led.of_type(target), target.is_visible)
    return found.order_by(*order).correlate(row)


def _between(row: Any, relation: Any, name: str) -> Select[Any]:
    """Return the JSON of a column by which a table between refers to what is linked, in its order.

    The table between has it too, and nothing is linked that is not there: what is linked need not be read.
    """
    between = relation.secondary.alias()
    own = {there.key: between.c[here.key] for there, here in relation.secondary_synchronize_pairs}
    linked = ClauseAdapter(inspect(row).selectable).traverse(
        ClauseAdapter(between).traverse(relation.primaryjoin)
    )
    order = [own[column.key] for column in relation.order_by]
    return select(Quoted(own[name]).label("item")).where(linked).order_by(*order).correlate(row)


def _one_of(field: OneOfReference, lists: tuple[str, ...], row: Any, base_url: str) -> list[Piece]:
    """Return the JSON of several lists as one, each in its order."""
    pieces: list[Piece] = []
    for type_name, name in zip(field.type_names, lists, strict=True):
        relation = getattr(row, name)
        target = aliased(relation.property.mapper.class_)
        adapted = ClauseAdapter(inspect(target).selectable).traverse
        # Each brings its comma along, so that an empty list leaves none behind.
        shown = raw(",").concat(named(field, type_name, target, base_url)).label("item")
        items = select(shown).where(and_(relation.of_type(target), target.is_visible))
        ordered = items.order_by(*(adapted(column) for column in relation.property.order_by))
        pieces.append(aggregated(ordered.correlate(row), ""))
    return ["[", func.substr(joined(pieces), 2), "]"]


def _shown(nested: Any, row: Any, base_url: str) -> ColumnElement[str]:
    if isinstance(nested, ReferenceTo):
        return named(nested, nested.type_name, row, base_url)
    return joined(item(nested.schema, row, base_url))
