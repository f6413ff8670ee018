"""JSON projection: compile a schema into an SQL expression that returns each row's finished JSON.

The text is byte for byte the one that ``Schema.dump`` and orjson produce from the object. Each field is
compiled once, in each of its few variants; an item in a new shape (``fields``, ``include``) is joined from
their texts.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, singledispatch
from typing import Any

from marshmallow import Schema, fields
from sqlalchemy import ColumnElement, Label, Select, and_, case, func, inspect, literal_column, select
from sqlalchemy.ext.associationproxy import AssociationProxyInstance
from sqlalchemy.orm import ColumnProperty, aliased
from sqlalchemy.sql.util import ClauseAdapter

from api.core.resource_registry import get_schema, version_of_field
from api.query.sql_json import (
    JSONScalar,
    JSONTimestamp,
    SQLFragment,
    StoredJSON,
    TextFragment,
    TextSQL,
    aggregate,
    compile_fragments,
    concatenate,
    join_fragments,
    text_literal,
    to_json,
)
from api.schemas.fields import JSONObject, JSONObjectEntries, UTCDateTime
from api.schemas.item_shape import Shape, includes_by_field
from api.schemas.reference_fields import (
    Expandable,
    ExpandedList,
    NestedObject,
    ReferenceTo,
    UnionReference,
    URLField,
)
from models import AdvisoryLink
from models.shared_alias import shared_alias


def compile_item(shape: Shape, model: type[Any], base_url: str) -> TextSQL:
    """Return the expression for the JSON of a row of ``model`` in this shape.

    Use it as a column of a statement that selects from ``model``. URLs in the JSON begin with ``base_url``.
    """
    name = f"{model.__name__} {shape} {base_url}"
    return TextSQL(name, lambda dialect: item_sql(shape, model, base_url, dialect))


def item_sql(shape: Shape, model: type[Any], base_url: str, dialect: str) -> str:
    """Return the SQL text of that expression for a dialect; it has no parameters."""
    members = [(_schema_of_member(shape, name), name) for name in shape.keys]
    return _object_sql(members, model, base_url, dialect)


def _whole_item(type_name: str, version: int, row: Any, base_url: str) -> TextSQL:
    """Return the JSON of a whole item inside another one, read from ``row``."""
    schema = get_schema(type_name, "", version)
    members = [(schema, name) for name in schema.fields]
    # Never cached by SQLAlchemy: it is only compiled as a part of a member.
    return TextSQL(type_name, lambda dialect: _object_sql(members, row, base_url, dialect))


def _object_sql(members: Iterable[tuple[Schema, str]], row: Any, base_url: str, dialect: str) -> str:
    fragments: list[TextFragment] = []
    for schema, name in members:
        fragments += [",", *_member_fragments(schema, name, row, base_url, dialect)]
    return join_fragments(["{", *fragments[1:], "}"], dialect)


def _schema_of_member(shape: Shape, name: str) -> Schema:
    """Return the schema whose field writes this member; it depends on the includes that expand the field."""
    item: Any = shape.schema
    own = includes_by_field(item).get(name, ())
    include = tuple(one for one in shape.include if one in own)
    return _expanded_schema(Shape(shape.schema, None, include, shape.max_severity if include else None))


# Not bounded by a size: the shapes have one include or few, and a process has one base URL.
@cache
def _expanded_schema(shape: Shape) -> Schema:
    return shape.build_schema()


@cache
def _member_fragments(
    schema: Schema, name: str, row: Any, base_url: str, dialect: str
) -> tuple[TextFragment, ...]:
    """Return the fragments of one member of an object, compiled."""
    fragments = [f"{to_json(name)}:", *field_fragments(schema.fields[name], row, base_url)]
    return compile_fragments(fragments, row, dialect)


@cache
def _included_row(model: Any) -> Any:
    """Return the alias of the rows that an include expands, the same in every statement."""
    return shared_alias(model, f"included_{model.__tablename__}")


def _target_row(relation: Any, field: Any) -> Any:
    """Return the alias of the rows that a relationship refers to.

    Whole items are compiled once, for a fixed alias. Within them nothing is expanded, so no other subquery
    has that alias.
    """
    model: Any = relation.property.mapper.class_
    return _included_row(model) if isinstance(field, Expandable) and field.is_included else aliased(model)


def object_fragments(schema: Schema, row: Any, base_url: str) -> list[SQLFragment]:
    """Return the fragments of a JSON object with the fields of ``schema``, read from ``row``."""
    fragments: list[SQLFragment] = []
    for name, field in schema.fields.items():
        fragments += [",", to_json(name), ":"] if fragments else ["{", to_json(name), ":"]
        fragments += field_fragments(field, row, base_url)
    return [*fragments, "}"] if fragments else ["{}"]


@singledispatch
def field_fragments(field: fields.Field[Any], row: Any, base_url: str) -> list[SQLFragment]:
    """Return the fragments of a field's value.

    Raises:
        TypeError: no function is registered for this class of fields.
    """
    raise TypeError(f"{field!r} cannot be compiled to SQL. Use a column, an SQL expression or a constant.")


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


@field_fragments.register(JSONObjectEntries)
def _json_entries(field: Any, row: Any, base_url: str) -> list[SQLFragment]:
    number, text = map(to_json, field.names)
    entries: list[SQLFragment] = []
    for key in field.keys:
        entries += [",{" if entries else "{", f"{number}:{key},{text}:"]
        entries += [JSONScalar(column_of(row, field)[key].as_string()), "}"]
    return ["[", *entries, "]"]


@field_fragments.register(fields.Constant)
def _constant(field: Any, row: Any, base_url: str) -> list[SQLFragment]:
    return [to_json(field.constant)]


@field_fragments.register(URLField)
def _url(field: Any, row: Any, base_url: str) -> list[SQLFragment]:
    # Neither slugs nor base URLs, which are validated, contain characters that JSON escapes.
    fragments: list[SQLFragment] = [f'"{base_url}{field.path}', column_of(row, field), f'{field.suffix}"']
    return [func.coalesce(concatenate(fragments), text_literal("null"))] if field.allow_none else fragments


@field_fragments.register(NestedObject)
def _nested_object(field: Any, row: Any, base_url: str) -> list[SQLFragment]:
    return object_fragments(field.schema, row, base_url)


@field_fragments.register(ReferenceTo)
def _reference(field: Any, row: Any, base_url: str) -> list[SQLFragment]:
    relation = getattr(row, field.attribute or field.name)
    target = _target_row(relation, field)
    reference = select(compile_reference(field, field.type_name, target, base_url)).where(
        relation.of_type(target), target.is_visible
    )
    return [func.coalesce(reference.correlate(row).scalar_subquery(), text_literal("null"))]


@field_fragments.register(fields.List)
def _list(field: Any, row: Any, base_url: str) -> list[SQLFragment]:
    attribute = getattr(row, field.attribute or field.name)
    if isinstance(field.inner, UnionReference):
        return _union_list(field.inner, attribute.lists, row, base_url)
    if first := getattr(field, "first", None):
        items = _with_leading_comma(_select_through_proxy(field.inner, row, attribute, base_url))
        return ["[", _select_first(field.inner, row, first, base_url), aggregate(items, ""), "]"]
    if isinstance(attribute, AssociationProxyInstance):
        items = _select_through_proxy(field.inner, row, attribute, base_url)
    elif isinstance(field.inner, fields.Nested) and not isinstance(attribute.property, ColumnProperty):
        items = _select_related(field.inner, row, attribute, base_url)
    else:
        return [StoredJSON(attribute)]
    return ["[", aggregate(items), "]"]


def _select_first(inner: Any, row: Any, name: str, base_url: str) -> Any:
    """Return the JSON of the resource that is the first of a list."""
    relation = getattr(row, name)
    target = _target_row(relation, inner)
    reference = select(_compile_nested(inner, target, base_url)).where(relation.of_type(target))
    return reference.correlate(row).scalar_subquery()


def _with_leading_comma(items: Select[Any]) -> Select[Any]:
    (item,) = items.selected_columns
    return items.with_only_columns(text_literal(",").concat(item).label("item"), maintain_column_froms=True)


@field_fragments.register(ExpandedList)
def _expanded_list(field: Any, row: Any, base_url: str) -> list[SQLFragment]:
    model = field.model
    # The list is filtered by its owner's slug, as in a request. An alias with a fixed name lets any subquery
    # refer to the owner's row.
    owner = aliased(inspect(row).mapper.class_, name=f"owner_of_{model.__tablename__}")
    slug: Any = literal_column(f"{inspect(owner).name}.slug")
    item = _whole_item(field.type_name, version_of_field(field), model, base_url)
    statement = field.select_items(slug).with_only_columns(item.label("item"), maintain_column_froms=True)
    array = select(concatenate(["[", aggregate(statement), "]"])).select_from(owner).where(owner.id == row.id)
    return [array.correlate(row).scalar_subquery()]


def column_of(row: Any, field: fields.Field[Any]) -> Any:
    """Return the column of ``row`` for a field; ``a.b`` is column b of the row that a refers to."""
    name, *rest = (field.attribute or str(field.name)).split(".")
    attribute = getattr(row, name)
    if not rest:
        column = attribute.__clause_element__()
        # A label would be compiled to its name instead of the expression.
        return column.element if isinstance(column, Label) else column
    target = aliased(attribute.property.mapper.class_)
    return select(getattr(target, *rest)).where(attribute.of_type(target)).correlate(row).scalar_subquery()


def compile_reference(field: Expandable, type_name: str, row: Any, base_url: str) -> ColumnElement[str]:
    """Return the JSON of an item if it is included and not above the severity limit, else a reference."""
    reference = concatenate(
        object_fragments(get_schema(type_name, "Ref", version_of_field(field)), row, base_url)
    )
    if not field.is_included:
        return reference
    item = _whole_item(type_name, version_of_field(field), row, base_url)
    if field.severity_ceiling is None or not hasattr(row, "advisory_links"):
        return item
    is_too_severe = row.advisory_links.any(
        AdvisoryLink.severity > literal_column(str(field.severity_ceiling))
    )
    return case((is_too_severe, reference), else_=item)


def _select_related(nested: Any, row: Any, relation: Any, base_url: str) -> Select[Any]:
    """Return the statement for the JSON of related rows, in the order of the relationship."""
    target = _target_row(relation, nested)
    adapted = ClauseAdapter(inspect(target).selectable).traverse
    return (
        select(_compile_nested(nested, target, base_url).label("item"))
        .where(relation.of_type(target), target.is_visible)
        .order_by(*(adapted(column) for column in relation.property.order_by or ()))
        .correlate(row)
    )


def _select_through_proxy(inner: Any, row: Any, proxy: Any, base_url: str) -> Select[Any]:
    """Return the statement for the JSON of the targets of ordered link rows, or of a column of theirs."""
    relation = getattr(row, proxy.target_collection)
    link = aliased(relation.property.mapper.class_)
    adapted = ClauseAdapter(inspect(link).selectable).traverse
    order = [adapted(column) for column in relation.property.order_by]
    target_attribute = getattr(link, proxy.value_attr)
    if not isinstance(inner, fields.Nested):
        if relation.property.secondary is not None:
            return _select_from_link_table(row, relation.property, proxy.value_attr)
        statement = select(JSONScalar(target_attribute).label("item")).where(relation.of_type(link))
    else:
        target = _target_row(target_attribute, inner)
        item = _compile_nested(inner, target, base_url).label("item")
        statement = select(item).where(
            relation.of_type(link), target_attribute.of_type(target), target.is_visible
        )
    return statement.order_by(*order).correlate(row)


def _select_from_link_table(row: Any, relation: Any, name: str) -> Select[Any]:
    """Return the statement for the JSON of a key of linked rows, read from the association table alone.

    The association table has the key, too, and its foreign key ensures that the linked row exists.
    """
    table = relation.secondary.alias()
    columns = {target.key: table.c[column.key] for target, column in relation.secondary_synchronize_pairs}
    is_linked = ClauseAdapter(inspect(row).selectable).traverse(
        ClauseAdapter(table).traverse(relation.primaryjoin)
    )
    order = [columns[column.key] for column in relation.order_by]
    return select(JSONScalar(columns[name]).label("item")).where(is_linked).order_by(*order).correlate(row)


def _union_list(field: UnionReference, lists: tuple[str, ...], row: Any, base_url: str) -> list[SQLFragment]:
    """Return the fragments of several lists as one JSON array, each list in its order."""
    arrays: list[SQLFragment] = []
    for type_name, name in zip(field.type_names, lists, strict=True):
        relation = getattr(row, name)
        target = _target_row(relation, field)
        adapted = ClauseAdapter(inspect(target).selectable).traverse
        # Each item begins with a comma, and the first comma is cut off: any of the lists may be empty.
        item = text_literal(",").concat(compile_reference(field, type_name, target, base_url)).label("item")
        items = select(item).where(and_(relation.of_type(target), target.is_visible))
        ordered = items.order_by(*(adapted(column) for column in relation.property.order_by))
        arrays.append(aggregate(ordered.correlate(row), ""))
    return ["[", func.substr(concatenate(arrays), 2), "]"]


def _compile_nested(nested: Any, row: Any, base_url: str) -> ColumnElement[str]:
    if isinstance(nested, ReferenceTo):
        return compile_reference(nested, nested.type_name, row, base_url)
    return concatenate(object_fragments(nested.schema, row, base_url))
