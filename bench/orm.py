"""Reading as it is usually done: objects that the ORM loads with all they need, dumped by their schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from unittest.mock import patch

import orjson
from marshmallow import Schema, fields
from sqlalchemy import inspect
from sqlalchemy.ext.associationproxy import AssociationProxy
from sqlalchemy.orm import ColumnProperty, Mapper, joinedload, selectinload, undefer

from api.core.resource_registry import get_schema_class
from api.query.pagination import ROW_LIMIT, ListRequest, Page, build_page, paged_statement
from api.query.resource_reader import ItemRow, ResourceReader
from api.schemas.item_shape import Shape
from api.schemas.reference_fields import ExpandedList, NestedObject, ReferenceTo
from models.owned_rows import ConcatenatedLists


class ThroughORM(ResourceReader):
    """The same lists and items, by way of objects."""

    def item(self, path: Mapping[str, Any], shape: Shape) -> ItemRow | None:
        """Return the item at the path."""
        statement = self.view(**path)
        model = statement.column_descriptions[0]["entity"]
        found = self.session.scalars(statement.options(*options_for(shape, model))).first()
        return found and ItemRow(_json(shape.build_schema().dump(found)), getattr(found, "revision", None))

    def page(self, asked: ListRequest, path: Mapping[str, Any], shape: Shape) -> Page:
        """Return the page that is asked for."""
        statement = self.view(asked.filters, **path).options(*options_for(shape, asked.model))
        rows = self.session.execute(
            paged_statement([statement], [asked.order], asked.cursor).limit(ROW_LIMIT),
            {"row_limit": asked.args["limit"] + 1},
        )
        page = build_page(rows.all(), asked, asked.cursor)
        dumped = shape.build_schema().dump([row[0] for row in page.rows], many=True)
        return Page([(_json(item),) for item in dumped], page.next, page.previous)


def _json(item: Any) -> str:
    return orjson.dumps(item).decode()


@contextmanager
def through_orm() -> Iterator[None]:
    """Let every request inside the block be read through the ORM."""
    with patch("api.views.blueprint.Reading", ThroughORM):
        yield


@lru_cache(maxsize=64)
def options_for(shape: Shape, model: type[Any]) -> tuple[Any, ...]:
    """Return what to load with objects of ``noun``: all that the shape shows, in few statements."""
    return tuple(_options(shape.build_schema(), inspect(model)))


def _options(schema: Schema, mapper: Mapper[Any]) -> list[Any]:
    found: list[Any] = []
    for name, field in schema.fields.items():
        if isinstance(field, NestedObject):
            found += _options(field.schema, mapper)
        elif not isinstance(field, ExpandedList | fields.Constant):
            found += _attribute(mapper, (field.attribute or name).split(".")[0], _shown_by(field))
    return found


def _shown_by(field: fields.Field[Any]) -> Schema | None:
    inner = field.inner if isinstance(field, fields.List) else field
    if isinstance(inner, ReferenceTo) and inner.is_included:
        made: Schema = get_schema_class(inner.type_name)()
        return made
    return inner.schema if isinstance(inner, fields.Nested) else None


def _attribute(mapper: Mapper[Any], name: str, shown: Schema | None) -> list[Any]:
    owner = mapper.class_
    if isinstance(getattr(owner, name), ConcatenatedLists):
        return [selectinload(getattr(owner, one)) for one in getattr(owner, name).lists]
    proxy = mapper.all_orm_descriptors.get(name)
    if isinstance(proxy, AssociationProxy):
        return _proxied(owner, proxy, shown)
    found = mapper.attrs[name]
    if isinstance(found, ColumnProperty):
        return [undefer(getattr(owner, name))] if found.deferred else []
    load = selectinload if found.uselist else joinedload
    below = _options(shown, found.mapper) if shown else []
    return [load(getattr(owner, name)).options(*below)]


def _proxied(owner: Any, proxy: Any, shown: Schema | None) -> list[Any]:
    link = getattr(owner, proxy.target_collection)
    if shown is None:
        return [selectinload(link)]
    target = getattr(link.property.mapper.class_, proxy.value_attr)
    return [selectinload(link).joinedload(target).options(*_options(shown, target.property.mapper))]
