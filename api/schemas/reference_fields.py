"""Fields that refer to other resources, and their expansion with ``include=``.

An instance of a schema created with ``include=`` has whole items in place of references, and the lists that
its ``links`` point to. Schemas are looked up by name in marshmallow's class registry, so that resources need
not import each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, ClassVar

from marshmallow import Schema, fields
from sqlalchemy import Select
from sqlalchemy.orm import object_session

from api.core.app_context import settings
from api.core.resource_registry import (
    COLLECTION_PATHS,
    get_schema,
    path_in_version,
    require_schema,
    require_type,
    version_of_field,
)
from models import MODELS_BY_TYPE
from models.filters import in_default_order


class URLField(fields.String):
    """An absolute URL: the base URL, a path, and the id in ``attribute``.

    The URL is null if the id is null. In SQL it is a literal and one column. The path is written for version
    1 of the API. In an item of a later version, the URL points to that version if it serves the target.
    """

    def __init__(
        self,
        path: str,
        *,
        attribute: str = "slug",
        suffix: str = "",
        lists: tuple[str, str] | None = None,
        description: str,
        **options: Any,
    ) -> None:
        """Set the path before the id, and the suffix after it.

        If the URL is that of a list, ``lists`` holds the resource type of its items and the filter that the
        id is a value of.
        """
        metadata = {"description": description, "format": "uri"}
        super().__init__(attribute=attribute, metadata=metadata, **options)
        self.v1_path, self.suffix, self.lists = path, suffix, lists

    @property
    def path(self) -> str:
        """The path before the id, in the version of the item."""
        return path_in_version(self.v1_path, version_of_field(self))

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else f"{settings().base_url}{self.path}{value}{self.suffix}"


class ListURLField(URLField):
    """The URL of a list of items that belong to this one."""

    def __init__(self, type_name: str, *, by: str, description: str) -> None:
        """Set the resource type of the list, and the filter whose value is the id."""
        super().__init__(
            f"{COLLECTION_PATHS[require_type(type_name)]}?{by}=",
            lists=(type_name, by),
            description=description,
        )


#: The maximum number of items of an included list; ``links`` has the URL of the whole list.
MAX_EXPANDED_ITEMS = 100


class Expandable(fields.Field[Any]):
    """A field that ``include=`` can expand, by its own name unless ``include`` is another."""

    include: str | None = None

    @property
    def include_name(self) -> str:
        """The name of the field in ``include=``."""
        return self.include or str(self.name)

    @property
    def is_included(self) -> bool:
        """Whether the schema expands the field."""
        return self.include_name in getattr(self.root, "include", ())

    @property
    def severity_ceiling(self) -> int | None:
        """The highest severity of an advisory on expanded items; None for no limit."""
        max_severity = getattr(self.root, "max_severity", None)
        return None if max_severity is None or max_severity >= 3 else max_severity

    def admits(self, resource: Any) -> bool:
        """Whether the resource has no advisory above the ceiling."""
        links = getattr(resource, "advisory_links", ())
        return self.severity_ceiling is None or all(link.severity <= self.severity_ceiling for link in links)

    def serialize_resource(self, type_name: str, resource: Any) -> Any:
        """Return the whole resource if it is included here, otherwise a reference to it."""
        is_expanded = self.is_included and self.admits(resource)
        return get_schema(type_name, "" if is_expanded else "Ref", version_of_field(self)).dump(resource)


class ReferenceTo(Expandable, fields.Nested):
    """A reference to a resource of one type; null if the resource is not visible."""

    def __init__(self, type_name: str, *, include: str | None = None, **options: Any) -> None:
        """Set the resource type, and the name in ``include=`` if it is not the field's."""
        super().__init__(f"{require_schema(type_name).title()}RefSchema", **options)
        self.type_name, self.include = type_name, include

    @property
    def schema(self) -> Schema:
        """The schema of the reference, in the version of the item."""
        return get_schema(self.type_name, "Ref", version_of_field(self))

    def _serialize(  # type: ignore[override]
        self, nested_obj: Any, attr: Any, obj: Any, **kwargs: Any
    ) -> Any:
        is_visible = nested_obj is not None and nested_obj.is_visible
        return self.serialize_resource(self.type_name, nested_obj) if is_visible else None


class UnionField(fields.Field[Any]):
    """An object of any of several types, discriminated by ``type``."""

    def __init__(self, name: str, *type_names: str, kind: str, description: str, **options: Any) -> None:
        """Set the union's name in the document, its types, their ``kind`` of schema and a description."""
        super().__init__(**options)
        self.union_name, self.type_names, self.kind, self.description = name, type_names, kind, description


class UnionReference(Expandable, UnionField):
    """A reference to a resource of any of several types."""

    def __init__(self, name: str, *type_names: str, **options: Any) -> None:
        """Set the union's name in the document, and the types in the order of the list."""
        description = "A reference to a resource of one of these types, according to `type`."
        super().__init__(name, *type_names, kind="Ref", description=description, **options)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return self.serialize_resource(value.type_name, value)


class VisibleList(fields.List[Any]):
    """A list of the visible ones among its items."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> list[Any] | None:
        return super()._serialize([item for item in value if item.is_visible], attr, obj, **kwargs)


class ReferencesTo(VisibleList):
    """References to resources of one type; the one in the attribute ``first``, if any, comes first."""

    def __init__(self, type_name: str, *, first: str | None = None, **options: Any) -> None:
        """Set the resource type, and the attribute of the first resource, which must be visible."""
        super().__init__(ReferenceTo(type_name), **options)
        self.first = first

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> list[Any] | None:
        members = [getattr(obj, self.first), *value] if self.first else value
        return super()._serialize(members, attr, obj, **kwargs)


class NestedPart(fields.Nested):
    """A part of the item. ``include=`` applies to its fields too."""

    @property
    def schema(self) -> Schema:
        """The schema of the part, with the includes and the version of the item's schema."""
        if self._schema is None:
            root: Any = self.root
            schema_class: type[Any] = self.nested  # type: ignore[assignment]
            self._schema = schema_class(
                include=root.include, max_severity=root.max_severity, api_version=version_of_field(self)
            )
        return self._schema


class NestedParts(VisibleList):
    """The item's parts of one kind, in order."""

    def __init__(self, part: type[Schema], **options: Any) -> None:
        """Set the schema of a part."""
        super().__init__(NestedPart(part), **options)


class NestedObject(NestedPart):
    """A JSON object whose fields come from the item's own row, such as ``links`` or ``identifiers``."""

    def get_value(self, obj: Any, attr: str, accessor: Any = None, default: Any = None) -> Any:
        """Return the row itself."""
        return obj


class ExpandedList(Expandable):
    """The first items of a list that ``links`` point to."""

    max_items: ClassVar[int] = MAX_EXPANDED_ITEMS

    def __init__(self, type_name: str, by: str, **options: Any) -> None:
        """Set the resource type of the list, and the filter that takes this item's id."""
        super().__init__(**options)
        self.type_name, self.by = type_name, by

    @cached_property
    def model(self) -> Any:
        """The model of the list."""
        return MODELS_BY_TYPE[self.type_name]

    def select_items(self, slug: Any) -> Select[Any]:
        """Return the statement for the list of the item ``slug``, which is a text or an SQL expression."""
        filters: dict[str, Any] = {self.by: [slug]}
        if self.severity_ceiling is not None and hasattr(self.model, "advisory_links"):
            filters["max_severity"] = self.severity_ceiling
        return in_default_order(self.model, self.model.select_where(**filters)).limit(self.max_items)

    def get_value(self, obj: Any, attr: str, accessor: Any = None, default: Any = None) -> Any:
        """Return the row that the list belongs to."""
        return obj

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        session = object_session(value)
        assert session is not None  # noqa: S101 (only rows that were read are serialized)
        rows = session.scalars(self.select_items(value.slug)).all()
        return get_schema(self.type_name, "", version_of_field(self)).dump(rows, many=True)


def list_links(declared: dict[str, Any]) -> dict[str, URLField]:
    """Return the links to lists of items, by name, from a schema's declared fields."""
    links = declared.get("links")
    if not isinstance(links, NestedObject):
        return {}
    link_fields = links.nested._declared_fields  # type: ignore[union-attr]
    return {name: link for name, link in link_fields.items() if isinstance(link, URLField) and link.lists}


def expandable_names(schema: Schema) -> dict[str, str]:
    """Return the names that ``include=`` accepts for ``schema``, each with the key that it expands."""
    references = {name: key for key, field in schema.fields.items() for name in expandable_names_of(field)}
    return references | {name: name for name in list_links(schema._declared_fields)}


def expandable_names_of(field: Any) -> Iterator[str]:
    """Yield the names in ``include=`` that expand something in a field."""
    inner = field.inner if isinstance(field, fields.List) else field
    if isinstance(inner, Expandable):
        yield inner.include_name
    elif isinstance(inner, NestedPart):
        for part in inner.schema.fields.values():
            yield from expandable_names_of(part)
