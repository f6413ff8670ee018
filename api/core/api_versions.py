"""Versions of the API side by side: the schema and the URL of a resource type in each version.

A later version declares only what changed. If a schema ``QuoteV2Schema`` exists, quotes have new URLs in
version 2; every other type keeps its schema and its URLs. See
``docs/adr/0014-two-versions-side-by-side.md``.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from marshmallow import Schema

from api.core.resource_registry import TYPE_BY_COLLECTION, find_schema_class

#: The start of every path of the API, in any version.
VERSION_PREFIX = re.compile(r"/v[1-9](?=/|$)")


def get_schema_class(type_name: str, kind: str = "", version: int = 1) -> type[Any]:
    """Return the schema class of a type in a version: the latest one up to ``version``.

    ``kind`` is empty for the whole item, or the suffix of another schema, such as ``Ref``.

    Raises:
        LookupError: the type has no such schema.
    """
    candidates = (f"{type_name.title()}{kind}V{number}Schema" for number in range(version, 1, -1))
    name = next(filter(find_schema_class, candidates), f"{type_name.title()}{kind}Schema")
    schema = find_schema_class(name)
    if schema is None:
        raise LookupError(f"The schema class {name} does not exist.")
    return schema


@cache
def get_schema(type_name: str, kind: str = "", version: int = 1) -> Schema:
    """Return an instance of that schema, created once, which serializes for ``version``."""
    schema: Schema = get_schema_class(type_name, kind, version)(api_version=version)
    return schema


def version_of_field(field: Any) -> int:
    """Return the version of the API in which a field's item is served."""
    return getattr(field.root, "api_version", 1)


def path_in_version(path: str, version: int) -> str:
    """Return a path of version 1 for another version; it only differs if its type has a new schema there."""
    type_name = (
        TYPE_BY_COLLECTION.get(path.partition("?")[0].split("/")[2]) if VERSION_PREFIX.match(path) else None
    )
    if version == 1 or type_name is None:
        return path
    return VERSION_PREFIX.sub(f"/v{get_schema_class(type_name, version=version).api_version}", path, count=1)
