"""Conversion of marshmallow schemas to JSON Schema, where apispec's own is incomplete or wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import marshmallow
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter

from api.core.resource_registry import find_schema_class, get_schema, version_of_field
from api.http.deprecation.declaration import deprecation_to_document
from api.schemas.fields import (
    Choice,
    ConstantField,
    Enumerated,
    JSONObject,
    NullableConstant,
    RegexpRule,
    Slug,
)
from api.schemas.random_queries import MAX_ZONE_LENGTH, TIME_ZONE_PATTERN, TimeZoneField
from api.schemas.reference_fields import MAX_EXPANDED_ITEMS, UnionField, list_links
from api.schemas.shared_schemas import ReferenceSchema, RequestSchema, ResponseSchema
from models.types import SLUG_LENGTH


class SchemaConverter(OpenAPIConverter):
    """Converts marshmallow schemas to JSON Schema that describes exactly what they accept."""

    def init_attribute_functions(self, *args: Any) -> None:
        """Register our attribute functions after apispec's."""
        super().init_attribute_functions(*args)  # type: ignore[no-untyped-call]
        for function in ATTRIBUTES:
            self.add_attribute_function(function)  # type: ignore[no-untyped-call]

    def schema2jsonschema(self, schema: Any) -> dict[str, Any]:
        """Return the JSON Schema with a description, closed bodies, and required keys in order."""
        instance = schema() if isinstance(schema, type) else schema
        converted: dict[str, Any] = super().schema2jsonschema(instance)  # type: ignore[no-untyped-call]
        converted.pop("additionalProperties", None)
        if isinstance(instance, ResponseSchema):
            properties = converted.get("properties", {}) | self._included(instance)
            converted["properties"] = type(instance).order_fields(properties)
        if instance.unknown == marshmallow.RAISE:
            converted["additionalProperties"] = False
        if isinstance(instance, RequestSchema):
            describe_input(type(instance), converted.get("properties", {}))
        for property_ in converted.get("properties", {}).values():
            # A schema is for responses or for requests as a whole, so readOnly on a property adds nothing.
            property_.pop("readOnly", None)
        if "required" in converted:
            required = set(converted["required"])
            converted["required"] = [name for name in converted["properties"] if name in required]
        return {"description": _first_line(type(instance).__doc__)} | converted

    def _field2parameter(self, field: Any, *, name: str, location: str) -> Any:
        """Register each parameter as a component, and return its name."""
        parameter = super()._field2parameter(field, name=name, location=location)
        component, registered = parameter_component(field), self.spec.components.parameters
        if component not in registered:
            self.spec.components.parameter(component, location, parameter)
        elif registered[component] != parameter:
            raise ValueError(
                f"Two different parameters “{name}” have the component name {component}. "
                "Set `component` in the metadata of one of them."
            )
        return component

    def _included(self, schema: ResponseSchema) -> dict[str, Any]:
        """Return the properties that an item or a reference has only with ``include=``."""
        version = schema.api_version
        links = list_links(schema._declared_fields)
        lists = {name: self._list_property(name, link, version) for name, link in links.items() if link.lists}
        if not isinstance(schema, ReferenceSchema):
            return lists
        item = get_schema(schema.fields["type"].constant, "", version)  # type: ignore[attr-defined]
        properties: dict[str, Any] = super().schema2jsonschema(item)["properties"]  # type: ignore[no-untyped-call]
        return {name: properties[name] for name in properties if name not in schema.fields}

    def _list_property(self, name: str, link: Any, version: int) -> dict[str, Any]:
        item = self.resolve_nested_schema(get_schema(link.lists[0], "", version))  # type: ignore[no-untyped-call]
        description = (
            f"{link.metadata['description']} Only present with `include={name}`; holds the first "
            f"{MAX_EXPANDED_ITEMS} items."
        )
        return {"type": "array", "maxItems": MAX_EXPANDED_ITEMS, "items": item, "description": description}


#: What bodies of requests have and responses do not, or differently.
INPUT_DESCRIPTIONS = {
    "status": "`published`: the item is public.",
    "position": "Its place among the entries of its film. Without it, a new entry is the last of its source.",
    "author": "The names of the authors in one text, if they are not known in parts; null with `authors`.",
    "paragraphs": "The paragraphs of the source, in order: their kinds, lengths and hashes, not their words.",
    "character": "The id of the character.",
    "commentary": "The id of the other commentary entry.",
    "advisory": "The id of the advisory.",
    "source": "The id of the source.",
}


def describe_input(schema: type[Any], properties: dict[str, Any]) -> None:
    """Describe what a body writes as the response describes it that shows it: `QuotePatch` as `Quote`."""
    name = re.sub(r"^New|(?:Create|Body|Patch)$", "", schema.__name__.removesuffix("Schema"))
    shown = find_schema_class(f"{name}Schema")
    fields_shown = getattr(shown, "_declared_fields", {})
    for key, property_ in properties.items():
        described = fields_shown[key].metadata.get("description") if key in fields_shown else None
        text = described or INPUT_DESCRIPTIONS.get(key)
        if text:
            property_.setdefault("description", text)


def _first_line(docstring: str | None) -> str:
    return (docstring or "").strip().split("\n")[0]


class SchemaPlugin(MarshmallowPlugin):
    """apispec's marshmallow plugin with our converter."""

    Converter = SchemaConverter


def parameter_component(field: Any) -> str:
    """Return the name of a parameter's component.

    It is ``component`` in the field's metadata, or else the resource of the schema that declares the field,
    and the field's name: ``film`` in ``QuoteQuerySchema`` is ``QuoteFilm``, and ``id`` is ``QuoteIds``.
    Parameters that all lists share have no resource in their name: ``Limit``.
    """
    if "component" in field.metadata:
        return str(field.metadata["component"])
    if field.name == "id":
        # Declared once, but its example differs.
        return f"{type(field.parent).model.__name__}Ids"
    declared = type(field.parent)._declared_fields[field.name]
    owner = [base for base in type(field.parent).__mro__ if _declares(base, field.name, declared)][-1]
    resource = re.fullmatch(r"(?!List)(\w+)QuerySchema", owner.__name__)
    name = "".join(word.title() for word in field.name.split("_"))
    return (resource[1] if resource else "") + name


def _declares(schema: type, name: str, declared: Any) -> bool:
    return getattr(schema, "_declared_fields", {}).get(name) is declared


def enumeration_to_reference(self: Any, field: Any, ret: dict[str, Any]) -> dict[str, Any]:
    """Make each enumeration a named component, so that generated clients have one named type for it."""
    if isinstance(field, Choice):
        name, description = field.enum.__name__, _first_line(field.enum.__doc__)
    elif isinstance(field, Enumerated):
        name, description = field.enumeration, field.description
    else:
        return {}
    _register_enumeration(self.spec, name, field.allowed, description)
    for key in ("type", "enum"):
        ret.pop(key, None)
    reference = {"$ref": f"#/components/schemas/{name}"}
    return {"anyOf": [reference, {"type": "null"}]} if field.allow_none else reference


def _register_enumeration(spec: Any, name: str, values: Sequence[str], description: str) -> None:
    """Register an enumeration, with names for its values if generators could not derive good ones."""
    schema: dict[str, Any] = {"type": "string", "enum": list(values), "description": description}
    if not all(PLAIN_NAME.fullmatch(value) for value in values):
        schema["x-enum-varnames"] = [_constant_name(value) for value in values]
    registered = spec.components.schemas
    if name not in registered:
        spec.components.schema(name, schema)
    elif registered[name] != schema:
        raise ValueError(f"Two different enumerations have the name {name}.")


#: A value that is a valid name of a constant in upper case.
PLAIN_NAME = re.compile(r"[a-z][a-z0-9_]*(?:-[a-z0-9_]+)*")


def _constant_name(value: str) -> str:
    """Return the name of a value as a constant: ``POSITION_DESC`` for ``-position``."""
    descending = "_DESC" if value.startswith("-") else ""
    plain = re.sub(r"[^A-Za-z0-9]+", "_", value.removeprefix("-").replace("+", "_PLUS_"))
    return plain.upper() + descending


def constant_to_const(self: Any, field: Any, ret: dict[str, Any]) -> dict[str, Any]:
    """Declare the value of a constant with ``const``."""
    if not isinstance(field, ConstantField | NullableConstant):
        return {}
    ret.pop("default", None)
    if isinstance(field, ConstantField):
        kind = "integer" if isinstance(field.constant, int) else "string"
        return {"type": kind, "const": field.constant}
    return {"type": "string" if field.constant else ["string", "null"]}


def integer_to_int32(self: Any, field: Any, ret: dict[str, Any]) -> dict[str, Any]:
    """Declare the size of integers, which are those of columns and of bounded parameters."""
    is_constant = isinstance(field, ConstantField) and isinstance(field.constant, int)
    return {"format": "int32"} if isinstance(field, marshmallow.fields.Integer) or is_constant else {}


def union_to_one_of(self: Any, field: Any, ret: dict[str, Any]) -> dict[str, Any]:
    """Make a union a named component with a discriminator."""
    if not isinstance(field, UnionField):
        return {}
    if field.union_name not in self.spec.components.schemas:
        version = version_of_field(field)
        members = {
            name: self.resolve_nested_schema(get_schema(name, field.kind, version))
            for name in field.type_names
        }
        union = {
            "description": field.description,
            "oneOf": list(members.values()),
            "discriminator": {
                "propertyName": "type",
                "mapping": {name: reference["$ref"] for name, reference in members.items()},
            },
        }
        self.spec.components.schema(field.union_name, union)
    return {"$ref": f"#/components/schemas/{field.union_name}"}


def bounds_of_text(self: Any, field: Any, ret: dict[str, Any]) -> dict[str, Any]:
    """Declare the constraints of our own fields: slugs, patterns and objects with fixed keys."""
    if isinstance(field, Slug):
        kind: Any = ["string", "null"] if field.allow_none else "string"
        return {"type": kind, "maxLength": SLUG_LENGTH, "pattern": field.metadata["pattern"]}
    for rule in field.validators:
        if isinstance(rule, RegexpRule):
            return {"pattern": f"^{rule.pattern.pattern}$"}
    if isinstance(field, JSONObject):
        # Its keys are numbers, which are no names of properties in some languages.
        size = len(field.key_descriptions)
        values = {"type": "string"}
        return {
            "type": "object",
            "additionalProperties": values,
            "minProperties": size,
            "maxProperties": size,
        }
    return {}


def zone_to_reference(self: Any, field: Any, ret: dict[str, Any]) -> dict[str, Any]:
    """Make time zones a named component: a pattern, since a list of all names would take 22 KB."""
    if not isinstance(field, TimeZoneField):
        return {}
    if "TimeZone" not in self.spec.components.schemas:
        description = "The name of an IANA time zone, such as `Europe/Berlin`. Other names are errors."
        bounds = {"pattern": f"^{TIME_ZONE_PATTERN}$", "maxLength": MAX_ZONE_LENGTH}
        schema = {"type": "string", "description": description, "examples": ["Europe/Berlin"], **bounds}
        self.spec.components.schema("TimeZone", schema)
    ret.pop("type", None)
    return {"$ref": "#/components/schemas/TimeZone"}


#: The functions that add attributes to the JSON Schema of a field.
ATTRIBUTES = (
    enumeration_to_reference,
    constant_to_const,
    integer_to_int32,
    union_to_one_of,
    zone_to_reference,
    bounds_of_text,
    deprecation_to_document,
)
