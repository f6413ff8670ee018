"""Changes as clients request them, one by one or in bulk, before anything is read from the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any

from marshmallow import missing

from api.core.resource_registry import get_schema_class
from api.entries.entry_schemas import entry_schema
from api.writing.json_body import Fault, invalid_body, pointer
from api.writing.preconditions import Preconditions


class Method(StrEnum):
    """What a change does to an item."""

    POST = "POST"
    PUT = "PUT"
    PATCH = "PATCH"
    DELETE = "DELETE"
    RENAME = "RENAME"


#: Methods whose changes have a body that becomes a create body.
ENTRY_METHODS = frozenset({Method.POST, Method.PUT, Method.PATCH})


@dataclass(frozen=True)
class RequestedChange:
    """One change. ``body`` is the create body without the id, a merge patch of it, or for RENAME the new id.

    The id of an item to create is in ``slug``, too. An item ``is_restored`` if it was deleted until now.
    """

    method: Method
    type_name: str
    slug: str
    body: dict[str, Any] = field(default_factory=dict)
    preconditions: Preconditions = field(default_factory=Preconditions)
    is_restored: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """Type and id."""
        return self.type_name, self.slug


def new_item(type_name: str, body: dict[str, Any]) -> RequestedChange:
    """Return the change that a POST requests: its body has the id.

    Raises:
        ProblemException: 422, without an id, or with what the service sets itself.
    """
    slug = body.get("id")
    if not isinstance(slug, str):
        detail = (
            "Must be a text." if "id" in body else "Missing. An item is created with the id that you choose."
        )
        raise invalid_body([Fault("/id", detail)])
    values = {name: value for name, value in body.items() if name != "id"}
    require_writable(type_name, values)
    return RequestedChange(Method.POST, type_name, slug, values)


def require_writable(type_name: str, body: dict[str, Any]) -> None:
    """Refuse members of a body that a response has, but that no request may set.

    Raises:
        ProblemException: 422. It names each.
    """
    faults = [
        Fault(pointer(name), _READ_ONLY_DETAILS.get(name, "Read-only: the service sets this value itself."))
        for name in body
        if name in _read_only_names(type_name)
    ]
    if faults:
        raise invalid_body(faults)


_READ_ONLY_DETAILS = {
    "id": 'The id cannot be changed like this. POST {"id": …} to the item\'s URL + /rename.'
}


@cache
def _read_only_names(type_name: str) -> frozenset[str]:
    """Return the names in responses that create bodies do not have."""
    return frozenset(get_schema_class(type_name)._declared_fields) - entry_schema(type_name).fields.keys()


def merge_patch(type_name: str, body: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """Return a create body with a merge patch applied (RFC 7396).

    In a merge patch, null removes a member. Here every member has a value: a nullable one becomes null, and
    one with a default gets it. A required member cannot be removed, which the create schema reports.
    """
    fields = entry_schema(type_name).fields
    merged = _merge(body, patch)
    for name, value in patch.items():
        known = fields.get(name)
        if value is None and known is not None and not known.allow_none and known.load_default is not missing:
            del merged[name]
    return merged


def _merge(target: Any, patch: dict[str, Any]) -> dict[str, Any]:
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        merged[name] = _merge(merged.get(name), value) if isinstance(value, dict) else value
    return merged
