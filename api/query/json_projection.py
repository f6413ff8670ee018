"""Items as finished JSON in SQL: a schema, as a request shapes it, compiled into one expression.

The schema that documents a resource also says what is read. ``compile_item`` gives the expression whose
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

from api.core.resource_registry import get_schema, version_of_field
from api.query.sql_json import (
    JSONScalar,
    JSONTimestamp,
    PrecompiledSQL,
    SQLFragment,
    StoredJSON,
    aggregate,
    concatenate,
    text_literal,
    to_json,
)
from api.schemas.fields import JSONObject, UTCDateTime
from api.schemas.item_shape import Shape
from api.schemas.reference_fields import (
    Expandable,
    ExpandedList,
    NestedObject,
    ReferenceTo,
    UnionReference,
    URLField,
)
from models import AdvisoryLink

#: The bound of the cache of expressions, of about 50 KB each.
MAX_SHAPES = 256


@lru_cache(maxsize=MAX_SHAPES)
def compile_item(shape: Shape, model: type[Any], base_url: str) -> PrecompiledSQL:
    """Return the expression for the JSON of a row of ``noun`` in this shape.

    It belongs into the columns of a statement that selects from ``noun``. Call it within an app:
    addresses are written with its base, ``base_url``, which is part of what is kept.
    """
    name = f"{model.__name__} {shape} {base_url}"
    return PrecompiledSQL(name, lambda: concatenate(object_fragments(shape.build_schema(), model, base_url)))


def object_fragments(schema: Schema, row: Any, base_url: str) -> list[SQLFragment]:
    """Return the pieces of one JSON object: the fields of ``schema``, read from ``row``."""
    pieces: list[SQLFragment] = []
    for name, field in schema.fields.items():
        pieces += [",", to_json(name), ":"] if pieces else ["{", to_json(name), ":"]
        pieces += field_fragments(field, row, base_url)
    return [*pieces, "}"] if pieces else ["{}"]


@singledispatch
def field_fragments(field: fields.Field[Any], row: Any, base_url: str) -> list[SQLFragment]:
    """Return the pieces of a field's value.

    Raises:
        TypeError: the field is of a kind that SQL cannot show alike on both databases.
    """
    raise TypeError(f"{field!r} cannot be projected: give it a column, an SQL expression or a constant")


@field_fragments.register(fields.String)
@field_fragments.register(fields.Integer)
@field_fragments.register(fields.Enum)
@field_fragments.register(fields.Date)
def _column(field: Any, row: Any, base_url: str) -> list[SQLFragment]:
    return [JSONScalar(column_of(row, field))]


@field_fragments.register(fields.Boolean)
def _boolean(field: Any, row: Any, base_url: str) -> list[SQLFragment]:
    column = column_of(row, field)
    return [
        case(
            (column.is_(True), text_literal("true")),
            (column.is_(False), text_literal("false")),
            else_=text_literal("null"),
        )
    ]


@field_fragments.register(UTCDateTime)
def _timestamp(field: Any, row: Any, base_url: str) -> list[SQLFragment]:
    return [JSONTimestamp(column_of(row, field))]


@field_fragments.register(JSONObject)
def _json_column(field: Any, row: Any, base_url: str) -> list[SQLFragment]:
    return [StoredJSON(column_of(row, field))]


@field_fragments.register(fields.Constant)
def _constant(field: Any, row: Any, base_url: str) -> list[SQLFragment]:
    return [to_json(field.constant)]


@field_fragments.register(URLField)
def _url(field: Any, row: Any, base_url: str) -> list[SQLFragment]:
    # A slug needs no quoting, and the base is checked to hold nothing that would.
    pieces: list[SQLFragment] = [f'"{base_url}{field.path}', column_of(row, field), f'{field.suffix}"']
    return [func.coalesce(concatenate(pieces), text_literal("null"))] if field.allow_none else pieces


@field_fragments.register(NestedObject)
def _nested_object(field: Any, row: Any, base_url: str) -> list[SQLFragment]:
    return object_fragments(field.schema, row, base_url)


@field_fragments.register(ReferenceTo)
def _reference(field: Any, row: Any, base_url: str) -> list[SQLFragment]:
    relation = getattr(row, field.attribute or field.name)
    target = aliased(relation.property.mapper.class_)
    found = select(compile_reference(field, field.type_name, target, base_url)).where(
        relation.of_type(target), target.is_visible
    )
    return [func.coalesce(found.correlate(row).scalar_subquery(), text_literal("null"))]


@field_fragments.register(fields.List)
def _list(field: Any, row: Any, base_url: str) -> list[SQLFragment]:
    many = getattr(row, field.attribute or field.name)
    if isinstance(field.inner, UnionReference):
        return _union_list(field.inner, many.lists, row, base_url)
    if isinstance(many, AssociationProxyInstance):
        items = _select_through_proxy(field.inner, row, many, base_url)
    elif isinstance(field.inner, fields.Nested):
        items = _select_related(field.inner, row, many, base_url)
    else:
        return [StoredJSON(many)]
    return ["[", aggregate(items), "]"]


@field_fragments.register(ExpandedList)
def _expanded_list(field: Any, row: Any, base_url: str) -> list[SQLFragment]:
    model = field.model
    # The list names its owner as any filter does, by a slug. Under a name of its own that slug
    # is the owner's row wherever the statement stands.
    owner = aliased(inspect(row).mapper.class_, name=f"owner_of_{model.__tablename__}")
    slug: Any = literal_column(f"{inspect(owner).name}.slug")
    shown = concatenate(
        object_fragments(get_schema(field.type_name, "", version_of_field(field)), model, base_url)
    )
    statement = field.select_items(slug).with_only_columns(shown.label("item"), maintain_column_froms=True)
    listed = (
        select(concatenate(["[", aggregate(statement), "]"])).select_from(owner).where(owner.id == row.id)
    )
    return [listed.correlate(row).scalar_subquery()]


def column_of(row: Any, field: fields.Field[Any]) -> Any:
    """Return the column of ``row`` that a field shows; ``a.b`` is column b of what a refers to."""
    name, *rest = (field.attribute or str(field.name)).split(".")
    found = getattr(row, name)
    if not rest:
        column = found.__clause_element__()
        # A label would be written out as a name in the middle of the expression.
        return column.element if isinstance(column, Label) else column
    target = aliased(found.property.mapper.class_)
    return select(getattr(target, *rest)).where(found.of_type(target)).correlate(row).scalar_subquery()


def compile_reference(field: Expandable, type_name: str, row: Any, base_url: str) -> ColumnElement[str]:
    """Return the JSON of a resource: whole where it is included and admitted, else a reference."""
    reference = concatenate(
        object_fragments(get_schema(type_name, "Ref", version_of_field(field)), row, base_url)
    )
    if not field.is_included:
        return reference
    whole = concatenate(object_fragments(get_schema(type_name, "", version_of_field(field)), row, base_url))
    if field.severity_ceiling is None or not hasattr(row, "advisory_links"):
        return whole
    above = row.advisory_links.any(AdvisoryLink.severity > literal_column(str(field.severity_ceiling)))
    return case((above, reference), else_=whole)


def _select_related(nested: Any, row: Any, relation: Any, base_url: str) -> Select[Any]:
    """Return the JSON of what a relationship leads to, in its order."""
    target = aliased(relation.property.mapper.class_)
    adapted = ClauseAdapter(inspect(target).selectable).traverse
    return (
        select(_compile_nested(nested, target, base_url).label("item"))
        .where(relation.of_type(target), target.is_visible)
        .order_by(*(adapted(column) for column in relation.property.order_by or ()))
        .correlate(row)
    )


def _select_through_proxy(inner: Any, row: Any, proxy: Any, base_url: str) -> Select[Any]:
    """Return the JSON of what ordered links lead to, or of a column of theirs, in the order of the links."""
    relation = getattr(row, proxy.target_collection)
    link = aliased(relation.property.mapper.class_)
    adapted = ClauseAdapter(inspect(link).selectable).traverse
    order = [adapted(column) for column in relation.property.order_by]
    led = getattr(link, proxy.value_attr)
    if not isinstance(inner, fields.Nested):
        if relation.property.secondary is not None:
            return _select_from_link_table(row, relation.property, proxy.value_attr)
        found = select(JSONScalar(led).label("item")).where(relation.of_type(link))
    else:
        target = aliased(led.property.mapper.class_)
        shown = _compile_nested(inner, target, base_url).label("item")
        found = select(shown).where(relation.of_type(link), led.of_type(target), target.is_visible)
    return found.order_by(*order).correlate(row)


def _select_from_link_table(row: Any, relation: Any, name: str) -> Select[Any]:
    """Return the JSON of a column by which a table between refers to what is linked, in its order.

    The table between has it too, and nothing is linked that is not there: what is linked need not be read.
    """
    between = relation.secondary.alias()
    own = {there.key: between.c[here.key] for there, here in relation.secondary_synchronize_pairs}
    linked = ClauseAdapter(inspect(row).selectable).traverse(
        ClauseAdapter(between).traverse(relation.primaryjoin)
    )
    order = [own[column.key] for column in relation.order_by]
    return select(JSONScalar(own[name]).label("item")).where(linked).order_by(*order).correlate(row)


def _union_list(field: UnionReference, lists: tuple[str, ...], row: Any, base_url: str) -> list[SQLFragment]:
    """Return the JSON of several lists as one, each in its order."""
    pieces: list[SQLFragment] = []
    for type_name, name in zip(field.type_names, lists, strict=True):
        relation = getattr(row, name)
        target = aliased(relation.property.mapper.class_)
        adapted = ClauseAdapter(inspect(target).selectable).traverse
        # Each brings its comma along, so that an empty list leaves none behind.
        shown = text_literal(",").concat(compile_reference(field, type_name, target, base_url)).label("item")
        items = select(shown).where(and_(relation.of_type(target), target.is_visible))
        ordered = items.order_by(*(adapted(column) for column in relation.property.order_by))
        pieces.append(aggregate(ordered.correlate(row), ""))
    return ["[", func.substr(concatenate(pieces), 2), "]"]


def _compile_nested(nested: Any, row: Any, base_url: str) -> ColumnElement[str]:
    if isinstance(nested, ReferenceTo):
        return compile_reference(nested, nested.type_name, row, base_url)
    return concatenate(object_fragments(nested.schema, row, base_url))
