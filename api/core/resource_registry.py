"""The resource registry: what follows from the declaration of each resource by its model.

A model in ``models.RESOURCES`` says what its resource is called and where it lives: the name of its table is
the URL segment of its collection, the package in ``api/resources/`` and the file in a pack.
Schemas are found by name: ``QuoteSchema``, ``QuoteCreateSchema`` and ``QuoteQuerySchema`` for ``quote``.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from marshmallow import Schema, class_registry
from marshmallow.exceptions import RegistryError

from api.core.config import ROOT
from models import RESOURCES, Versioned
from models.film import OfFilm
from models.list_index_table import Listed
from models.searchable import MAX_NUMBER, SEARCHABLE, Searchable
from models.types import TYPE_NAME_LENGTH

#: The path of each resource's list in the first version of the API, by the name of its type.
COLLECTION_PATHS = {model.type_name: f"/v1/{model.__tablename__}" for model in RESOURCES}
TYPE_BY_COLLECTION = {path.rsplit("/", 1)[1]: type_name for type_name, path in COLLECTION_PATHS.items()}


class IncompleteResource(Exception):
    """A resource is declared in part; ``str()`` names the file to edit and what is missing there."""


def require_type(type_name: str) -> str:
    """Return the name of a type that a field refers to.

    Raises:
        IncompleteResource: no model has it.
    """
    if type_name not in COLLECTION_PATHS:
        raise IncompleteResource(
            f"{_declaring_file()}: a field refers to the resource type “{type_name}”, but no model in models/"
            f" declares it. There are {', '.join(COLLECTION_PATHS)}."
        )
    return type_name


def _declaring_file() -> Path:
    """Return the file that declares the field whose constructor is running, for messages."""
    callers = (Path(frame.filename) for frame in inspect.stack(0))
    constructors = (Path(__file__), ROOT / "api/schemas/fields.py", ROOT / "api/schemas/reference_fields.py")
    file = next(path for path in callers if path not in constructors)
    return file.relative_to(ROOT) if file.is_relative_to(ROOT) else file


def require_schema(type_name: str) -> str:
    """Return the name of a type that a reference leads to: of a resource, or with a schema of its own.

    Raises:
        IncompleteResource: there is neither.
    """
    return type_name if find_schema_class(f"{type_name.title()}RefSchema") else require_type(type_name)


def check_model(model: Any) -> None:
    """Check what a model declares of its resource.

    Raises:
        IncompleteResource: a part is missing or contradicts another.
    """
    for problem in _problems(model):
        raise IncompleteResource(f"{model_file(model)}: {model.__name__} {problem}.")


def _problems(model: Any) -> Iterator[str]:
    if model.__name__ != model.type_name.title() or len(model.type_name) > TYPE_NAME_LENGTH:
        yield f"needs another name: one capitalised word of at most {TYPE_NAME_LENGTH} letters"
    if not hasattr(model, "example_id"):
        yield "needs an example_id: an id that the first pack has"
    if model.to_record is Versioned.to_record:
        yield "needs a method to_record(), which returns its fields as a pack writes them"
    sort_keys = model.sort_keys()
    for name in model.default_sort:
        if name not in sort_keys:
            yield f"has “{name}” in default_sort, but not in sort_keys()"
    if issubclass(model, Searchable):
        yield from _search_problems(model)
    if issubclass(model, Listed) and not (issubclass(model, OfFilm) and hasattr(model, "position")):
        yield "is Listed, so it must be OfFilm and have a position"


def _search_problems(model: Any) -> Iterator[str]:
    number = getattr(model, "search_number", None)
    used = {
        getattr(other, "search_number", None): other.__name__
        for other in SEARCHABLE.values()
        if other is not model
    }
    if not isinstance(number, int) or not 1 <= number <= MAX_NUMBER or number in used:
        numbers = ", ".join(f"{key} ({used[key]})" for key in sorted(used, key=str))
        yield f"needs a unique search_number between 1 and {MAX_NUMBER}; these are in use: {numbers}"
    if not getattr(model, "search_weights", None):
        yield "needs search_weights: the columns that are searched, each with its weight"
    for name in model.search_weights:
        if not hasattr(model, name):
            yield f"has “{name}” in search_weights, but no such column"


def find_schema_class(name: str) -> type[Any] | None:
    """Return the schema class of this name, None if there is none."""
    try:
        found = class_registry.get_class(name, all=True)
    except RegistryError:
        return None
    return found[-1] if isinstance(found, list) else found


def model_file(model: Any) -> str:
    """Return the file that declares a model, for messages."""
    return f"{model.__module__.replace('.', '/')}.py"


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
