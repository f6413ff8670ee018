"""Assign a validated body to a resource: what its references name, cited paragraphs, position."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any, Protocol

from sqlalchemy import inspect

from api.entries.entry import ValidEntry
from api.entries.entry_schemas import entry_schema
from api.entries.resolve import referenced_types, resolve_references
from models import MODELS_BY_TYPE, RESOURCES, InvalidReference, Paragraph, Source, Versioned

#: Fields that refer to entries which refer to their owners: a pack's are written after all entries.
DEFERRED_FIELDS = frozenset({"narration"})


class LookUps(Protocol):
    """Finds what bodies refer to: a pack's entries in batches, or those of a request in the session."""

    def resource(self, type_name: str, slug: str) -> Any:
        """Return the resource that a reference names.

        Raises:
            InvalidReference: there is none.
        """

    def paragraphs(self, source: Source) -> dict[int, Paragraph]:
        """Return the paragraphs of a source by number, at least those that are cited."""


def new_resource(type_name: str, slug: str, **values: dt.datetime | None) -> Any:
    """Return a resource with an id and the values of columns, without what its body says."""
    model = MODELS_BY_TYPE[type_name]
    # Otherwise the lists that stay empty would be read from the database, to be stored in the record.
    empty: dict[str, Any] = {link.key: [] for link in assignable_links(model) if link.uselist}
    return model(slug=slug, **values, **empty)


@cache
def assignable_links(model: Any) -> tuple[Any, ...]:
    """Return the relationships that an assignment may change: to what a resource refers to or owns."""
    return tuple(link for link in inspect(model).relationships if not link.viewonly)


def assign(resource: Versioned, valid: ValidEntry, look_ups: LookUps, **columns: Any) -> None:
    """Assign an entry to the resource with its id, and the values of other columns.

    Raises:
        InvalidReference: a slug names no resource, or a number no paragraph.
    """
    schema = entry_schema(valid.entry.type_name)
    values = resolve_references(schema, valid.body, look_ups.resource)
    for citation in values.get("citations", ()):
        numbers = citation.pop("paragraphs")
        citation["cited"] = [_paragraph(look_ups, citation["source"], number) for number in numbers]
    if isinstance(resource, Source):
        numbered = enumerate(values["paragraphs"], 1)
        values["paragraphs"] = [paragraph | {"number": number} for number, paragraph in numbered]
    if hasattr(resource, "position"):
        values["position"] = valid.entry.position
    resource.assign(values | columns)


def _paragraph(look_ups: LookUps, source: Source, number: int) -> Paragraph:
    paragraph = look_ups.paragraphs(source).get(number)
    if paragraph is None:
        raise InvalidReference("citations", f"“{source.slug}” has no paragraph {number}.")
    return paragraph


@cache
def types_in_order() -> tuple[str, ...]:
    """Return the types, each after those that its entries refer to (except where two refer to each other)."""
    order: dict[str, None] = {}
    begun: set[str] = set()

    def add(type_name: str) -> None:
        if type_name not in begun:
            begun.add(type_name)
            schema = entry_schema(type_name)
            for other in referenced_types(type(schema)(exclude=DEFERRED_FIELDS & schema.fields.keys())):
                add(other)
            order[type_name] = None

    for model in RESOURCES:
        add(model.type_name)
    return tuple(order)
