"""The resources: a package for each, with its routes and its schemas, or one module if it is small.

There is no list of them: the package of a model in ``models.RESOURCES`` has the name of its table. A list
below another resource, such as ``/v1/films/{film}/quotes``, is in the package of what it returns. In it,
``schemas.py`` has the schema of an item, of the list's query and of an entry in a pack (the create schema).
"""

from __future__ import annotations

from importlib import import_module
from inspect import signature
from typing import Any

from flask import Flask
from marshmallow import fields

from api.core.resource_modules import module_file, module_name, schema_class
from api.core.resource_registry import IncompleteResource, check_model, model_file
from api.query.pagination import filters_from_args
from api.schemas.reference_fields import list_links
from models import RESOURCES


def blueprints() -> list[Any]:
    """Return the blueprint of every resource, in reading order.

    Raises:
        IncompleteResource: a resource lacks a module, a class, an attribute or a route.
    """
    # All models first: routes of one resource refer to others.
    for model in RESOURCES:
        check_model(model)
    return [_blueprint(model) for model in RESOURCES]


def check_routes(app: Flask) -> None:
    """Check that the list and the items of every resource have a route: references and links lead there.

    Raises:
        IncompleteResource: one has none.
    """
    router = app.url_map.bind("")
    for model in RESOURCES:
        collection = f"/{model.__tablename__}"
        for rule, path in (
            (collection, collection),
            (f"{collection}/<slug:{model.type_name}>", f"{collection}/{model.example_id}"),
        ):
            if not router.test(f"/v1{path}", "GET"):
                raise IncompleteResource(
                    f"{module_file(model, 'routes')} needs a view with the route {rule}."
                )


def _blueprint(model: Any) -> Any:
    import_module(module_name(model, "schemas"))
    item, query = schema_class(model), schema_class(model, "Query")
    schema_class(model, "Create")
    _check_fields(model, item)
    _check_filters(model, query)
    _check_links(model, item)
    blueprint = getattr(import_module(module_name(model, "routes")), "blp", None)
    if blueprint is None:
        raise IncompleteResource(f"{module_file(model, 'routes')} needs a blueprint named blp.")
    return blueprint


def _check_fields(model: Any, item: type[Any]) -> None:
    for name, field in item._declared_fields.items():
        attribute = (field.attribute or name).partition(".")[0]
        # Constants and nested objects have no attribute of their own.
        is_read = field._CHECK_ATTRIBUTE and type(field).get_value is fields.Field.get_value
        if is_read and not hasattr(model, attribute):
            raise IncompleteResource(
                f"{model_file(model)}: {model.__name__} has no attribute “{attribute}”, which"
                f" {item.__name__} in {module_file(model, 'schemas')} serializes."
            )


def _check_filters(model: Any, query: type[Any]) -> None:
    supported = signature(model.select_where).parameters
    filters = filters_from_args(model, query._declared_fields).keys()
    for name in sorted(filters - supported.keys()):
        raise IncompleteResource(
            f"{model_file(model)}: {model.__name__}.select_where() has no parameter “{name}”, a filter that"
            f" {query.__name__} in {module_file(model, 'schemas')} declares."
        )
    for name in model.facets():
        if name not in filters:
            raise IncompleteResource(
                f"{model_file(model)}: {model.__name__}.facets() has “{name}”, but {query.__name__} in"
                f" {module_file(model, 'schemas')} has no filter of that name."
            )


def _check_links(model: Any, item: type[Any]) -> None:
    targets = {target.type_name: target for target in reversed(RESOURCES)}
    for name, link in list_links(item._declared_fields).items():
        target_type, parameter = link.lists or ("", "")
        target = targets.get(target_type)
        if target and parameter not in signature(target.select_where).parameters:
            raise IncompleteResource(
                f"{module_file(model, 'schemas')}: the link “{name}” filters by “{parameter}”, which is"
                f" no parameter of {target.__name__}.select_where() in {model_file(target)}."
            )
