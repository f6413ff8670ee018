"""Fields that name other resources, and what ``include=`` makes of them.

A schema made with ``include=`` shows the whole item where it otherwise shows a reference, and the
lists that its ``links`` lead to. Schemas are found by the names of their types in marshmallow's class
registry, so that resources do not import each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, ClassVar

from marshmallow import Schema, fields
from sqlalchemy import Select
from sqlalchemy.orm import object_session

from api.core.api_versions import get_schema, version_of_field
from api.core.resource_registry import require_schema
from api.schemas.links import URLField
from models import MODELS_BY_TYPE
from models.list_index import in_default_order

#: The most items that an included list holds; ``links`` has the address of all of them.
MAX_EXPANDED_ITEMS = 100


class Expandable(fields.Field[Any]):
    """A field that ``include=`` can fill; its name there is its own unless it says another."""

    include: str | None = None

    @property
    def include_name(self) -> str:
        """The name under which a request includes it."""
        return self.include or str(self.name)

    @property
    def is_included(self) -> bool:
        """Whether the schema was made to fill it."""
        return self.include_name in getattr(self.root, "include", ())

    @property
    def severity_ceiling(self) -> int | None:
        """The highest severity of an advisory on what is filled in; None for any."""
        most = getattr(self.root, "max_severity", None)
        return None if most is None or most >= 3 else most

    def admits(self, resource: Any) -> bool:
        """Whether the resource has no advisory above the ceiling."""
        links = getattr(resource, "advisory_links", ())
        return self.severity_ceiling is None or all(link.severity <= self.severity_ceiling for link in links)

    def serialize_resource(self, type_name: str, resource: Any) -> Any:
        """Return the resource as it is to be shown here: whole, or as a reference."""
        filled = self.is_included and self.admits(resource)
        return get_schema(type_name, "" if filled else "Ref", version_of_field(self)).dump(resource)


class ReferenceTo(Expandable, fields.Nested):
    """A reference to a resource of one type; null where nobody may see it."""

    def __init__(self, type_name: str, *, include: str | None = None, **options: Any) -> None:
        """Take the type's name, and the name in ``include=`` where it is not the field's."""
        super().__init__(f"{require_schema(type_name).title()}RefSchema", **options)
        self.type_name, self.include = type_name, include

    @property
    def schema(self) -> Schema:
        """The schema of the reference, in the version of the item."""
        return get_schema(self.type_name, "Ref", version_of_field(self))

    def _serialize(  # type: ignore[override]
        self, nested_obj: Any, attr: Any, obj: Any, **kwargs: Any
    ) -> Any:
        seen = nested_obj is not None and nested_obj.is_visible
        return self.serialize_resource(self.type_name, nested_obj) if seen else None


class UnionField(fields.Field[Any]):
    """A shape of any of several types, told apart by ``type``."""

    def __init__(self, name: str, *type_names: str, kind: str, described: str, **options: Any) -> None:
        """Take the union's name in the document, its types, their ``kind`` of schema, and what it is."""
        super().__init__(**options)
        self.union_name, self.type_names, self.kind, self.described = name, type_names, kind, described


class UnionReference(Expandable, UnionField):
    """A reference to a resource of any of several types."""

    def __init__(self, name: str, *type_names: str, **options: Any) -> None:
        """Take the union's name in the document, and the types in the order of the list."""
        described = "A reference to a resource of any of these types; `type` says which."
        super().__init__(name, *type_names, kind="Ref", described=described, **options)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return self.serialize_resource(value.type_name, value)


class VisibleList(fields.List[Any]):
    """A list of which only those are shown that everyone may see."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> list[Any] | None:
        return super()._serialize([one for one in value if one.is_visible], attr, obj, **kwargs)


class ReferencesTo(VisibleList):
    """References to resources of one type."""

    def __init__(self, type_name: str, **options: Any) -> None:
        """Take the type's name."""
        super().__init__(ReferenceTo(type_name), **options)


class NestedPart(fields.Nested):
    """A part of the item; what is included, is included in its parts too."""

    @property
    def schema(self) -> Schema:
        """The schema of the part, made for the same request as the item's."""
        if self._schema is None:
            root: Any = self.root
            made: type[Any] = self.nested  # type: ignore[assignment]
            self._schema = made(
                include=root.include, max_severity=root.max_severity, api_version=version_of_field(self)
            )
        return self._schema


class NestedParts(VisibleList):
    """The item's parts of one kind, in their order."""

    def __init__(self, part: type[Schema], **options: Any) -> None:
        """Take the schema of a part."""
        super().__init__(NestedPart(part), **options)


class NestedObject(NestedPart):
    """A JSON object made of fields of the same row: ``links``, ``identifiers``."""

    def get_value(self, obj: Any, attr: str, accessor: Any = None, default: Any = None) -> Any:
        """Return the row itself."""
        return obj


class ExpandedList(Expandable):
    """The first items of a list that ``links`` lead to, whole."""

    most: ClassVar[int] = MAX_EXPANDED_ITEMS

    def __init__(self, type_name: str, by: str, **options: Any) -> None:
        """Take the type that is listed, and the filter of its list that names this item."""
        super().__init__(**options)
        self.type_name, self.by = type_name, by

    @cached_property
    def model(self) -> Any:
        """What is listed."""
        return MODELS_BY_TYPE[self.type_name]

    def select_items(self, slug: Any) -> Select[Any]:
        """Return the statement for the list of the item whose id is ``slug``: a text, or SQL for it."""
        filters: dict[str, Any] = {self.by: [slug]}
        if self.severity_ceiling is not None and hasattr(self.model, "advisory_links"):
            filters["max_severity"] = self.severity_ceiling
        return in_default_order(self.model, self.model.select_where(**filters)).limit(self.most)

    def get_value(self, obj: Any, attr: str, accessor: Any = None, default: Any = None) -> Any:
        """Return the row whose list it is."""
        return obj

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        session = object_session(value)
        assert session is not None  # noqa: S101 (only what was read is shown)
        found = session.scalars(self.select_items(value.slug))
        return get_schema(self.type_name, "", version_of_field(self)).dump(found.all(), many=True)


def list_links(declared: dict[str, Any]) -> dict[str, URLField]:
    """Return the links, among a schema's declared fields, that lead to a list of items."""
    links = declared.get("links")
    if not isinstance(links, NestedObject):
        return {}
    led = links.nested._declared_fields  # type: ignore[union-attr]
    return {name: link for name, link in led.items() if isinstance(link, URLField) and link.lists}


def expandable_names(schema: Schema) -> dict[str, str]:
    """Return what ``include=`` can fill in the items of ``schema``: each name, and the key it is under."""
    found = {name: key for key, field in schema.fields.items() for name in _expandable_names(field)}
    return found | {name: name for name in list_links(schema._declared_fields)}


def _expandable_names(field: Any) -> Iterator[str]:
    inner = field.inner if isinstance(field, fields.List) else field
    if isinstance(inner, Expandable):
        yield inner.include_name
    elif isinstance(inner, NestedPart):
        for part in inner.schema.fields.values():
            yield from _expandable_names(part)
