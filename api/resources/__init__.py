"""The resources: a folder for each, with its routes and its schemas.

There is no list of folders: the folder of a model in ``models.RESOURCES`` has the name of its table. A list
below another resource, such as ``/v1/films/{film}/quotes``, is in the folder of what it returns. In it,
``schemas.py`` has the schema of an item, of the list's query and of an entry in a pack (the create schema).
"""

from __future__ import annotations

from importlib import import_module
from inspect import signature
from typing import Any

from marshmallow import fields

from api.core.resource_registry import (
    IncompleteResource,
    example_id,
    find_schema_class,
    model_file,
    resource_folder,
)
from api.query.pagination import filters_from_args
from api.schemas.reference_fields import list_links
from models import RESOURCES


def blueprints() -> list[Any]:
    """Return the blueprint of every resource, in reading order, with its schemas loaded.

    Raises:
        IncompleteResource: a resource lacks a module, a class or an attribute that its declaration requires.
    """
    for model in RESOURCES:
        example_id(model)
        _module(model, "schemas", "its schemas")
    routes = [_module(model, "routes", "its blueprint, blp") for model in RESOURCES]
    for model, module in zip(RESOURCES, routes, strict=True):
        if not hasattr(module, "blp"):
            raise IncompleteResource(f"{resource_folder(model)}/routes.py needs a blueprint named blp.")
        _check_schemas(model)
    return [module.blp for module in routes]


def create_schema_class(model: Any) -> type[Any]:
    """Return the create schema of a resource, which validates its entries in packs."""
    _module(model, "schemas", "its schemas")
    return _schema(model, "Create")


def _module(model: Any, name: str, content: str) -> Any:
    path = f"api.resources.{model.__tablename__}.{name}"
    try:
        return import_module(path)
    except ModuleNotFoundError as error:
        if not path.startswith(str(error.name)):
            raise
        raise IncompleteResource(
            f"{resource_folder(model)}/{name}.py is missing. {model_file(model)} declares the resource"
            f" “{model.type_name}”, so that module must contain {content}."
        ) from None


def _check_schemas(model: Any) -> None:
    """Check that all keys of the schemas are attributes of the model, and all filters are its filters."""
    item, query = _schema(model, ""), _schema(model, "Query")
    _schema(model, "Create")
    for name, field in item._declared_fields.items():
        attribute = (field.attribute or name).partition(".")[0]
        # Constants and nested objects have no attribute of their own.
        is_read = field._CHECK_ATTRIBUTE and type(field).get_value is fields.Field.get_value
        if is_read and not hasattr(model, attribute):
            raise IncompleteResource(
                f"{model_file(model)}: {model.__name__} has no attribute “{attribute}”, which"
                f" {item.__name__} in {resource_folder(model)}/schemas.py serializes."
            )
    supported = signature(model.select_where).parameters
    filters = filters_from_args(model, query._declared_fields).keys()
    for name in sorted(filters - supported.keys()):
        raise IncompleteResource(
            f"{model_file(model)}: {model.__name__}.select_where() has no parameter “{name}”, a filter that"
            f" {query.__name__} in {resource_folder(model)}/schemas.py declares."
        )
    sort_keys = model.sort_keys()
    for name in model.default_sort:
        if name not in sort_keys:
            raise IncompleteResource(
                f"{model_file(model)}: {model.__name__}.sort_keys() has no “{name}”, which default_sort has."
            )
    targets = {target.type_name: target for target in reversed(RESOURCES)}
    for name, link in list_links(item._declared_fields).items():
        target_type, parameter = link.lists or ("", "")
        target = targets.get(target_type)
        if target and parameter not in signature(target.select_where).parameters:
            raise IncompleteResource(
                f"{resource_folder(model)}/schemas.py: the link “{name}” filters by “{parameter}”, which is"
                f" no parameter of {target.__name__}.select_where() in {model_file(target)}."
            )
    for name in model.facets():
        if name not in filters:
            raise IncompleteResource(
                f"{model_file(model)}: {model.__name__}.facets() has “{name}”, but {query.__name__} in"
                f" {resource_folder(model)}/schemas.py has no filter of that name."
            )


def _schema(model: Any, kind: str) -> type[Any]:
    name = f"{model.type_name.title()}{kind}Schema"
    schema = find_schema_class(name)
    if schema is None:
        raise IncompleteResource(f"{resource_folder(model)}/schemas.py needs a class {name}.")
    return schema
