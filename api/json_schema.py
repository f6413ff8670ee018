"""How marshmallow schemas become JSON Schema: what apispec leaves out or gets wrong."""

from __future__ import annotations

from typing import Any

import marshmallow
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter

from api.chance import TimeZone, zones
from api.fields import Choice, Const, Fixed, Mapped, Matching, Slug
from api.references import MOST_LISTED, OneOf, lists, schema_of
from api.schemas import Out, ReferenceSchema
from models.types import SLUG_LENGTH


class Converter(OpenAPIConverter):
    """Turns marshmallow schemas into JSON Schema that says what is enforced."""

    def schema2jsonschema(self, schema: Any) -> dict[str, Any]:
        """Add the docstring, closed bodies, and required keys in the order of the keys."""
        instance = schema() if isinstance(schema, type) else schema
        converted: dict[str, Any] = super().schema2jsonschema(instance)  # type: ignore[no-untyped-call]
        converted.pop("additionalProperties", None)
        if isinstance(instance, Out):
            whole = converted.get("properties", {}) | self._included(instance)
            converted["properties"] = type(instance).in_order(whole)
        if instance.unknown == marshmallow.RAISE:
            converted["additionalProperties"] = False
        for property_ in converted.get("properties", {}).values():
            # Whole shapes are either served or taken here: a mark on each property says nothing more.
            property_.pop("readOnly", None)
        if "required" in converted:
            needed = set(converted["required"])
            converted["required"] = [name for name in converted["properties"] if name in needed]
        return {"description": _first_line(type(instance).__doc__)} | converted

    def _included(self, schema: Out) -> dict[str, Any]:
        """Return the properties that items and references have only when they are included."""
        led = lists(schema._declared_fields)
        listed = {name: self._listed(name, link) for name, link in led.items() if link.lists}
        if not isinstance(schema, ReferenceSchema):
            return listed
        whole = schema_of(schema.fields["type"].constant)()  # type: ignore[attr-defined]
        shown: dict[str, Any] = super().schema2jsonschema(whole)["properties"]  # type: ignore[no-untyped-call]
        return {name: shown[name] for name in shown if name not in schema.fields}

    def _listed(self, name: str, link: Any) -> dict[str, Any]:
        only = f"Only with `include={name}`: the first {MOST_LISTED}."
        item = self.resolve_nested_schema(schema_of(link.lists[0]))  # type: ignore[no-untyped-call]
        description = f"{only} {link.metadata['description']}"
        return {"type": "array", "maxItems": MOST_LISTED, "items": item, "description": description}


def _first_line(docstring: str | None) -> str:
    return (docstring or "").strip().split("\n")[0]


class Plugin(MarshmallowPlugin):
    """Uses our converter."""

    Converter = Converter


def choice_to_reference(self: Any, field: Any, ret: dict[str, Any]) -> dict[str, Any]:
    """Make each enumeration one named component, which a client generator names well."""
    if not isinstance(field, Choice):
        return {}
    name = field.enum.__name__
    if name not in self.spec.components.schemas:
        self.spec.components.schema(
            name,
            {"type": "string", "enum": field.allowed, "description": _first_line(field.enum.__doc__)},
        )
    for key in ("type", "enum"):
        ret.pop(key, None)
    reference = {"$ref": f"#/components/schemas/{name}"}
    return {"anyOf": [reference, {"type": "null"}]} if field.allow_none else reference


def constant_to_const(self: Any, field: Any, ret: dict[str, Any]) -> dict[str, Any]:
    """Say that a constant is one."""
    if not isinstance(field, Const | Fixed):
        return {}
    ret.pop("default", None)
    if isinstance(field, Const):
        return {"type": "string", "const": field.constant}
    return {"type": "string" if field.constant else ["string", "null"]}


def union_to_one_of(self: Any, field: Any, ret: dict[str, Any]) -> dict[str, Any]:
    """Make a union a named component with a discriminator."""
    if not isinstance(field, OneOf):
        return {}
    if field.union_name not in self.spec.components.schemas:
        members = {name: self.resolve_nested_schema(schema_of(name, field.kind)) for name in field.type_names}
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
        if isinstance(rule, Matching):
            return {"pattern": f"^{rule.pattern.pattern}$"}
    if isinstance(field, Mapped):
        keys = {key: {"type": "string", "description": text} for key, text in field.described_keys.items()}
        return {"type": "object", "properties": keys, "required": list(keys), "additionalProperties": False}
    return {}


def zone_to_reference(self: Any, field: Any, ret: dict[str, Any]) -> dict[str, Any]:
    """Make the time zones one named component."""
    if not isinstance(field, TimeZone):
        return {}
    if "TimeZone" not in self.spec.components.schemas:
        described = {
            "type": "string",
            "enum": list(zones()),
            "description": "The name of a time zone (IANA).",
        }
        self.spec.components.schema("TimeZone", described)
    ret.pop("type", None)
    return {"$ref": "#/components/schemas/TimeZone"}


#: What the converter asks of each field besides its own.
ATTRIBUTES = (choice_to_reference, constant_to_const, union_to_one_of, zone_to_reference, bounds_of_text)
