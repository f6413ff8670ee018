"""References in create bodies that can be taken out: what goes with each, and which are required."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from marshmallow import Schema, fields

from api.entries.entry import Key
from api.entries.resolve import Path
from api.schemas.fields import Reference

#: Values that make no sense without the reference beside them, by the name of the reference.
DEPENDENT = {"speaker": "speaker_certainty"}


class RemovableReference(NamedTuple):
    """A reference in a body: its path, the type and id that it names, and the path of what goes with it.

    That is the element of a list, or the value of an optional key; empty if it is required.
    """

    path: Path
    key: Key
    place: Path

    @property
    def is_required(self) -> bool:
        """Whether the body is invalid without it."""
        return not self.place


def removable_references(
    schema: Schema, body: Mapping[str, Any], path: Path = (), part: Path = ()
) -> Iterator[RemovableReference]:
    """Yield the references of a body, as it is before or after a schema loads it.

    Loaded bodies have the names of attributes, such as ``target`` for the ``commentary`` of a relation.
    ``path`` leads to the body, and ``part`` to the element of a list that it is in, if it is in one.
    """
    for name, field in schema.fields.items():
        key_in_body = name if name in body else field.attribute or name
        value = body.get(key_in_body)
        place = (*path, key_in_body)
        if value is None:
            continue
        if isinstance(field, Reference):
            key = field.type_name, value
            yield RemovableReference(place, key, part or (() if field.required else place))
        elif isinstance(field, fields.List):
            for index, element in enumerate(value):
                element_place = (*place, index)
                if isinstance(field.inner, Reference):
                    yield RemovableReference(element_place, (field.inner.type_name, element), element_place)
                elif isinstance(field.inner, fields.Nested):
                    yield from removable_references(field.inner.schema, element, element_place, element_place)


def remove_reference(body: dict[str, Any], reference: RemovableReference) -> None:
    """Remove a reference, and what goes with it; of several, remove the last ones first."""
    *parents, last = reference.place
    target: Any = body
    for step in parents:
        target = target[step]
    if isinstance(target, dict):
        for name in (last, DEPENDENT.get(last)):
            if name in target:
                target[name] = None
    elif last < len(target):
        # The element of a list may have gone with another reference in it.
        del target[last]
