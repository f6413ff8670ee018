"""What to load with an item, read off the schema that will show it.

So a page costs the same number of statements however long it is.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from marshmallow import Schema, fields
from sqlalchemy import inspect
from sqlalchemy.ext.associationproxy import AssociationProxy
from sqlalchemy.orm import ColumnProperty, Mapper, joinedload, selectinload, undefer
from sqlalchemy.orm.interfaces import ORMOption

from api.fields import Grouped


@lru_cache(maxsize=64)
def options_for(schema: type[Schema], noun: type[Any]) -> tuple[ORMOption, ...]:
    """Return the loader options that ``schema`` needs to show objects of ``noun``."""
    return tuple(_options(schema(), inspect(noun)))


def _options(schema: Schema, mapper: Mapper[Any]) -> list[Any]:
    found: list[Any] = []
    for name, field in schema.fields.items():
        if isinstance(field, Grouped):
            found += _options(field.schema, mapper)
            continue
        first, *rest = (field.attribute or name).split(".")
        found += _attribute(mapper, first, rest, _shown_by(field))
    return found


def _shown_by(field: fields.Field[Any]) -> Schema | None:
    inner = field.inner if isinstance(field, fields.List) else field
    return inner.schema if isinstance(inner, fields.Nested) else None


def _attribute(mapper: Mapper[Any], name: str, rest: list[str], shown: Schema | None) -> list[Any]:
    owner = mapper.class_
    descriptor = mapper.all_orm_descriptors.get(name)
    if isinstance(descriptor, AssociationProxy):
        link = getattr(owner, descriptor.target_collection)
        target = getattr(link.property.mapper.class_, descriptor.value_attr)
        below = _options(shown, target.property.mapper) if shown else []
        return [selectinload(link).joinedload(target).options(*below)]
    property_ = mapper.attrs.get(name)
    if isinstance(property_, ColumnProperty):
        return [undefer(getattr(owner, name))] if property_.deferred else []
    if property_ is None:
        return _python_property(owner, name)
    relation = getattr(owner, name)
    if rest:
        return [joinedload(relation)]
    below = _options(shown, property_.mapper) if shown else []
    load = selectinload(relation) if property_.uselist else joinedload(relation)
    return [load.options(*below)]


def _python_property(owner: type[Any], name: str) -> list[Any]:
    """Return what a property of ours reads, as the property itself declares it in ``loads``."""
    declared = getattr(owner, "loads", {}).get(name, ())
    return [_chain(owner, path.split(".")) for path in declared]


def _chain(owner: type[Any], path: list[str]) -> Any:
    """Return the loader option for a dotted path of relationships."""
    first, *rest = path
    relation = getattr(owner, first)
    load = (selectinload if relation.property.uselist else joinedload)(relation)
    return load.options(_chain(relation.property.mapper.class_, rest)) if rest else load
