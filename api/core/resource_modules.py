"""Find the modules of a resource, and the schemas in them, by the names that its model gives them."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from api.core.resource_registry import IncompleteResource, check_model, find_schema_class, model_file
from models import RESOURCES


def create_schema_class(model: Any) -> type[Any]:
    """Return the create schema of a resource, which validates its entries."""
    check_model(model)
    import_module(module_name(model, "schemas"))
    return schema_class(model, "Create")


def load_schemas() -> None:
    """Load the schemas of all resources, so that the registry finds them. An application has loaded them."""
    for model in RESOURCES:
        import_module(module_name(model, "schemas"))


def module_name(model: Any, part: str) -> str:
    """Return the name of the module with the ``schemas`` or ``routes`` of a resource."""
    name = f"api.resources.{model.__tablename__}"
    package = find_spec(name)
    if package and package.submodule_search_locations is None:
        return name
    if package is None or find_spec(f"{name}.{part}") is None:
        raise IncompleteResource(
            f"{_path(model, part)} is missing. {model_file(model)} declares the resource “{model.type_name}”,"
            f" whose {part} must be there, or in {_path(model)}."
        )
    return f"{name}.{part}"


def module_file(model: Any, part: str) -> str:
    """Return the file of that module, for messages."""
    return f"{module_name(model, part).replace('.', '/')}.py"


def schema_class(model: Any, kind: str = "") -> type[Any]:
    """Return a schema class of a resource whose modules are loaded: ``QuoteCreateSchema`` for ``Create``."""
    name = f"{model.type_name.title()}{kind}Schema"
    schema = find_schema_class(name)
    if schema is None:
        raise IncompleteResource(f"{module_file(model, 'schemas')} needs a class {name}.")
    return schema


def _path(model: Any, part: str | None = None) -> str:
    """Return the path of a module of a resource, for messages: of its one module if ``part`` is None."""
    return f"api/resources/{model.__tablename__}{f'/{part}' if part else ''}.py"
