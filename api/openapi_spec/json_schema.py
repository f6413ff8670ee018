"""How marshmallow schemas become JSON Schema: what apispec leaves out or gets wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import marshmallow
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter

from api.core.api_versions import get_schema, version_of_field
from api.http.deprecation.declaration import deprecation_to_document
from api.schemas.base import ReferenceSchema, ResponseSchema
from api.schemas.fields import (
    Choice,
    ConstantField,
    Enumerated,
    JSONObject,
    NullableConstant,
    RegexpRule,
    Slug,
)
from api.schemas.random_queries import TimeZoneField, time_zone_names
from api.schemas.references import MAX_EXPANDED_ITEMS, UnionField, list_links
from models.types import SLUG_LENGTH


class SchemaConverter(OpenAPIConverter):
    """Turns marshmallow schemas into JSON Schema that says what is enforced."""

    def init_attribute_functions(self, *args: Any) -> None:
        """Ask ours of each field after apispec's own."""
        super().init_attribute_functions(*args)  # type: ignore[no-untyped-call]
        for function in ATTRIBUTES:
            self.add_attribute_function(function)  # type: ignore[no-untyped-call]

    def schema2jsonschema(self, schema: Any) -> dict[str, Any]:
        """Add the docstring, closed bodies, and required keys in the order of the keys."""
        instance = schema() if isinstance(schema, type) else schema
        converted: dict[str, Any] = super().schema2jsonschema(instance)  # type: ignore[no-untyped-call]
        converted.pop("additionalProperties", None)
        if isinstance(instance, ResponseSchema):
            whole = converted.get("properties", {}) | self._included(instance)
            converted["properties"] = type(instance).order_fields(whole)
        if instance.unknown == marshmallow.RAISE:
            converted["additionalProperties"] = False
        for property_ in converted.get("properties", {}).values():
            # Whole shapes are either served or taken here: a mark on each property says nothing more.
            property_.pop("readOnly", None)
        if "required" in converted:
            needed = set(converted["required"])
            converted["required"] = [name for name in converted["properties"] if name in needed]
        return {"description": _first_line(type(instance).__doc__)} | converted

    def _field2parameter(self, field: Any, *, name: str, location: str) -> Any:
        """Make each parameter a component, named after the schema that declares it."""
        described = super()._field2parameter(field, name=name, location=location)
        component, known = parameter_component(field), self.spec.components.parameters
        if component not in known:
            self.spec.components.parameter(component, location, described)
        elif known[component] != described:
            raise ValueError(f"Two parameters {name} would be called {component}: give one a `component`.")
        return component

    def _included(self, schema: ResponseSchema) -> dict[str, Any]:
        """Return the properties that items and references have only when they are included."""
        led, version = list_links(schema._declared_fields), schema.api_version
        listed = {name: self._listed(name, link, version) for name, link in led.items() if link.lists}
        if not isinstance(schema, ReferenceSchema):
            return listed
        whole = get_schema(schema.fields["type"].constant, "", version)  # type: ignore[attr-defined]
        shown: dict[str, Any] = super().schema2jsonschema(whole)["properties"]  # type: ignore[no-untyped-call]
        return {name: shown[name] for name in shown if name not in schema.fields}

    def _listed(self, name: str, link: Any, version: int) -> dict[str, Any]:
        only = f"Only with `include={name}`: the first {MAX_EXPANDED_ITEMS}."
        item = self.resolve_nested_schema(get_schema(link.lists[0], "", version))  # type: ignore[no-untyped-call]
        description = f"{only} {link.metadata['description']}"
        return {"type": "array", "maxItems": MAX_EXPANDED_ITEMS, "items": item, "description": description}


def _first_line(docstring: str | None) -> str:
    return (docstring or "").strip().split("\n")[0]


class SchemaPlugin(MarshmallowPlugin):
    """Uses our converter."""

    Converter = SchemaConverter


def parameter_component(field: Any) -> str:
    """Return the name of a parameter's component.

    It is what the field says itself, or the name of the schema that declares it and its own:
    ``QuoteFilm`` of ``QuoteQuerySchema``; of what all lists share, its own alone: ``Limit``.
    """
    if "component" in field.metadata:
        return str(field.metadata["component"])
    declared = type(field.parent)._declared_fields[field.name]
    owner = [base for base in type(field.parent).__mro__ if _declares(base, field.name, declared)][-1]
    of_one = re.fullmatch(r"(?!List)(\w+)QuerySchema", owner.__name__)
    own = "".join(word.title() for word in field.name.split("_"))
    return (of_one[1] if of_one else "") + own


def _declares(schema: type, name: str, declared: Any) -> bool:
    return getattr(schema, "_declared_fields", {}).get(name) is declared


def enumeration_to_reference(self: Any, field: Any, ret: dict[str, Any]) -> dict[str, Any]:
    """Make each enumeration one named component, which a client generator names well."""
    if isinstance(field, Choice):
        name, described = field.enum.__name__, _first_line(field.enum.__doc__)
    elif isinstance(field, Enumerated):
        name, described = field.enumeration, field.described
    else:
        return {}
    _register(self.spec, name, field.allowed, described)
    for key in ("type", "enum"):
        ret.pop(key, None)
    reference = {"$ref": f"#/components/schemas/{name}"}
    return {"anyOf": [reference, {"type": "null"}]} if field.allow_none else reference


def _register(spec: Any, name: str, values: Sequence[str], description: str) -> None:
    """Register an enumeration; values that no generator could name well come with names for them."""
    made: dict[str, Any] = {"type": "string", "enum": list(values), "description": description}
    if not all(PLAIN_NAME.fullmatch(value) for value in values):
        made["x-enum-varnames"] = [_constant(value) for value in values]
    known = spec.components.schemas
    if name not in known:
        spec.components.schema(name, made)
    elif known[name] != made:
        raise ValueError(f"Two enumerations would be called {name}.")


#: A value that is a good name already, in upper case.
PLAIN_NAME = re.compile(r"[a-z][a-z0-9_]*(?:-[a-z0-9_]+)*")


def _constant(value: str) -> str:
    """Return the name of a value as a constant: ``POSITION_DESC`` for ``-position``."""
    descending = "_DESC" if value.startswith("-") else ""
    plain = re.sub(r"[^A-Za-z0-9]+", "_", value.removeprefix("-").replace("+", "_PLUS_"))
    return plain.upper() + descending


def constant_to_const(self: Any, field: Any, ret: dict[str, Any]) -> dict[str, Any]:
    """Say that a constant is one."""
    if not isinstance(field, ConstantField | NullableConstant):
        return {}
    ret.pop("default", None)
    if isinstance(field, ConstantField):
        kind = "integer" if isinstance(field.constant, int) else "string"
        return {"type": kind, "const": field.constant}
    return {"type": "string" if field.constant else ["string", "null"]}


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
            "description": field.described,
            "oneOf": list(members.values()),
            "discriminator": {
                "propertyName": "type",
                "mapping": {name: reference["$ref"] for name, reference in members.items()},
            },
        }
        self.spec.components.schema(field.union_name, union)
    return {"$ref": f"#/components/schemas/{field.union_name}"}


def bounds_of_text(self: Any, field: Any, ret: dict[str, Any]) -> dict[str, Any]:
    """State the bounds that our own fields enforce: slugs, patterns, texts by key."""
    if isinstance(field, Slug):
        return {"type": "string", "maxLength": SLUG_LENGTH, "pattern": field.metadata["pattern"]}
    for rule in field.validators:
        if isinstance(rule, RegexpRule):
            return {"pattern": f"^{rule.pattern.pattern}$"}
    if isinstance(field, JSONObject):
        keys = {key: {"type": "string", "description": text} for key, text in field.described_keys.items()}
        return {"type": "object", "properties": keys, "required": list(keys), "additionalProperties": False}
    return {}


def zone_to_reference(self: Any, field: Any, ret: dict[str, Any]) -> dict[str, Any]:
    """Make the time zones one named component."""
    if not isinstance(field, TimeZoneField):
        return {}
    _register(self.spec, "TimeZone", time_zone_names(), "The name of a time zone (IANA).")
    ret.pop("type", None)
    return {"$ref": "#/components/schemas/TimeZone"}


#: What the converter asks of each field besides its own.
ATTRIBUTES = (
    enumeration_to_reference,
    constant_to_const,
    union_to_one_of,
    zone_to_reference,
    bounds_of_text,
    deprecation_to_document,
)
