"""Versions of the API side by side: which schema, and which address, a type has in each.

A later version declares only what changed. The schema of a type in it is found by its name,
``QuoteV2Schema``, and there alone is the type served anew: every other keeps the schema and the
address that it had. ``docs/adr/0014-two-versions-side-by-side.md`` says more.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from marshmallow import Schema

from api.core.resource_registry import TYPE_BY_COLLECTION, find_schema_class

#: What every path of the API begins with, whichever version it is of.
VERSION_PREFIX = re.compile(r"/v[1-9](?=/|$)")


def get_schema_class(type_name: str, kind: str = "", version: int = 1) -> type[Any]:
    """Return the schema of a type: of the whole item, or of another ``kind`` (``Ref``).

    It is that of the nearest version up to ``version``.
    """
    later = (f"{type_name.title()}{kind}V{number}Schema" for number in range(version, 1, -1))
    name = next(filter(find_schema_class, later), f"{type_name.title()}{kind}Schema")
    schema = find_schema_class(name)
    if schema is None:
        raise LookupError(f"There is no schema {name}.")
    return schema


@cache
def get_schema(type_name: str, kind: str = "", version: int = 1) -> Schema:
    """Return that schema, made once, to show what belongs to an item of ``version``."""
    made: Schema = get_schema_class(type_name, kind, version)(api_version=version)
    return made


def version_of_field(field: Any) -> int:
    """Return the version of the item that a field belongs to."""
    return getattr(field.root, "api_version", 1)


def path_in_version(path: str, version: int) -> str:
    """Return a path of the first version as it is in another: the same, unless its type is served anew."""
    type_name = (
        TYPE_BY_COLLECTION.get(path.partition("?")[0].split("/")[2]) if VERSION_PREFIX.match(path) else None
    )
    if version == 1 or type_name is None:
        return path
    return VERSION_PREFIX.sub(f"/v{get_schema_class(type_name, version=version).api_version}", path, count=1)
