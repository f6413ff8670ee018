"""The history of every resource: the list of its revisions, one revision, and the difference of two.

The routes of all resources are the same and come from here; each belongs to the blueprint of its resource.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Response, request

from api.core.app_context import session, settings
from api.http.responses import PUBLIC_CACHE_CONTROL, cacheable_response, encode_json, etag_hash
from api.http.url_converters import COMPONENT_KEY, slug_parameter
from api.query.pagination import COUNT_CAP, ListRequest, build_page, capped_total, page_position
from api.query.past_reader import IMMUTABLE, find_revision, http_date, require_content
from api.query.record_diff import compare_records
from api.schemas.item_shape import ItemQuerySchema, shape_from_args, with_shape_parameters
from api.schemas.revision_schemas import (
    RevisionDetailSchema,
    RevisionDiffSchema,
    RevisionQuerySchema,
    RevisionSchema,
    entry_values,
    revisions_path,
)
from api.schemas.shared_schemas import ITEM_NAMES, ResponseSchema, list_schema
from api.views.blueprint import MISSING_RESPONSES, Blueprint
from models import RESOURCES, Versioned
from models.history import (
    HistoryEntry,
    count_public,
    find_with_history,
    history_entries,
    public_numbers,
)
from models.pin import Pin

#: Keys of a stored record that are no content.
STATE_KEYS = ("status", "deleted", "purged")
HEADERS = ("ETag", "Link", "Cache-Control", "Vary", "Memento-Datetime")


# Cached, because the blueprints are shared by all apps of a process.
@cache
def add_history_routes(blueprints: tuple[Blueprint, ...]) -> None:
    """Add the routes of their history to the blueprints of all resources, in the order of resources."""
    for blp, model in zip(blueprints, RESOURCES, strict=True):
        _add_list(blp, model)
        _add_detail(blp, model)
        _add_diff(blp, model)


def pin_parameter(name: str, component: str, description: str) -> dict[str, Any]:
    """Return the documentation of a path parameter that is a pin, for the component of this name."""
    return {
        "in": "path",
        "name": name,
        COMPONENT_KEY: component,
        "required": True,
        "description": description,
        "example": "2.489d9d",
        "schema": {"type": "string", "maxLength": 80},
    }


def _names(model: type[Versioned]) -> tuple[str, str]:
    """Return what operations and prose call the type: ``Quote``, ``quote``."""
    return model.type_name.title(), ITEM_NAMES.get(model.type_name, model.type_name)


def _add_list(blp: Blueprint, model: type[Versioned]) -> None:
    operation, name = _names(model)
    path = f"/{model.__tablename__}/<slug:{model.type_name}>/revisions"

    def revisions(args: dict[str, Any], **ids: str) -> Response:
        (slug,) = ids.values()
        resource = find_with_history(session(), model, slug)
        list_request = ListRequest(RevisionQuerySchema.model, request.path, args)
        page, body = _page(resource, list_request)
        links = {"next": page["next"], "prev": page["previous"]}
        return cacheable_response(body, etag=etag_hash(body), links=links)

    revisions.__doc__ = f"""List a {name}'s revisions

        Returns the public states of a {name}, the newest first by default, with who changed it, when and why.
        The history begins when it was published, so the first number may be above 1. It stays if the {name}
        is deleted; `is_purged` marks revisions whose content was removed for ever."""
    revisions.__name__ = f"{model.type_name}_revisions"
    document = blp.document_read(
        with_shape_parameters(RevisionQuerySchema, RevisionSchema),
        list_schema(RevisionSchema),
        description="A page of the list.",
        operation=f"list{operation}Revisions",
        example=f"/v1/{model.__tablename__}/{model.example_id}/revisions?limit=1",
        responses=MISSING_RESPONSES,
    )
    blp.route(path, parameters=[slug_parameter(model.type_name, model.type_name)])(document(revisions))


def _page(resource: Any, list_request: ListRequest) -> tuple[dict[str, Any], bytes]:
    """Return the position of a page, and the body of the list."""
    args, database = list_request.args, session()
    (key,), cursor, limit = list_request.order, list_request.cursor, args["limit"]
    is_ascending = key.descending == bool(cursor and cursor.backwards)
    after = cursor.values[0] if cursor and cursor.values else None
    numbers = public_numbers(database, resource, ascending=is_ascending, after=after, limit=limit + 1)
    dialect = database.connection().dialect.name
    found = build_page([(number,) for number in numbers], list_request, cursor, dialect)
    entries = history_entries(database, resource, [number for (number,) in found.rows])
    counted = capped_total(count_public(database, resource, COUNT_CAP + 1)) if args["count"] else (None, None)
    base = settings().base_url
    following, preceding = (
        list_request.neighbour(base, neighbour) for neighbour in (found.next, found.previous)
    )
    position = page_position(limit, following, preceding, *counted)
    schema = shape_from_args(RevisionSchema, args).build_schema()
    values = [entry_values(base, resource.type_name, resource.slug, entry) for entry in entries]
    return position, encode_json({"data": schema.dump(values, many=True), "page": position, "notice": None})


def _add_detail(blp: Blueprint, model: type[Versioned]) -> None:
    operation, name = _names(model)
    path = f"/{model.__tablename__}/<slug:{model.type_name}>/revisions/<pin:revision>"

    def revision(args: dict[str, Any], revision: Pin, **ids: str) -> Response:
        (slug,) = ids.values()
        resource = find_with_history(session(), model, slug)
        entry, stored = _entry(resource, revision)
        record = None if entry.is_deleted or entry.is_purged else public_record(stored.record)
        base = settings().base_url
        values = entry_values(base, model.type_name, resource.slug, entry) | {"record": record}
        return _permanent_response(RevisionDetailSchema, values, args, entry, revision)

    revision.__doc__ = f"""Get a revision of a {name}

        Returns a public revision of a {name} with its content, as a pack writes it. `revision` is a pin,
        which always names the same content, or a number."""
    revision.__name__ = f"{model.type_name}_revision"
    document = blp.document_read(
        with_shape_parameters(ItemQuerySchema, RevisionDetailSchema),
        RevisionDetailSchema,
        description="The revision.",
        operation=f"get{operation}Revision",
        example=f"/v1/{model.__tablename__}/{model.example_id}/revisions/{{pin}}",
        responses=MISSING_RESPONSES,
        headers=HEADERS,
    )
    parameters = [
        slug_parameter(model.type_name, model.type_name),
        pin_parameter("revision", "Revision", "The pin of a revision, or its number."),
    ]
    blp.route(path, parameters=parameters)(document(revision))


def _add_diff(blp: Blueprint, model: type[Versioned]) -> None:
    operation, name = _names(model)
    path = f"/{model.__tablename__}/<slug:{model.type_name}>/revisions/<pin:revision>/diff/<pin:other>"

    def difference(args: dict[str, Any], revision: Pin, other: Pin, **ids: str) -> Response:
        (slug,) = ids.values()
        resource = find_with_history(session(), model, slug)
        (before, old), (after, new) = (_entry(resource, pin) for pin in (revision, other))
        for stored in (old, new):
            require_content(resource, stored)
        base = settings().base_url
        values = {
            "url": f"{base}{revisions_path(model.type_name, resource.slug)}/{before.pin}/diff/{after.pin}",
            "from_": entry_values(base, model.type_name, resource.slug, before),
            "to": entry_values(base, model.type_name, resource.slug, after),
            "changes": list(compare_records(public_record(old.record), public_record(new.record))),
        }
        return _permanent_response(RevisionDiffSchema, values, args, after, revision, other)

    difference.__doc__ = f"""Compare two revisions of a {name}

        Returns the values that differ between two public revisions of a {name}. Texts are compared word by
        word: runs of words that are equal, deleted or inserted."""
    difference.__name__ = f"{model.type_name}_diff"
    document = blp.document_read(
        with_shape_parameters(ItemQuerySchema, RevisionDiffSchema),
        RevisionDiffSchema,
        description="The difference.",
        operation=f"compare{operation}Revisions",
        example=f"/v1/{model.__tablename__}/{model.example_id}/revisions/{{pin}}/diff/{{pin}}",
        responses=MISSING_RESPONSES,
        headers=HEADERS,
    )
    parameters = [
        slug_parameter(model.type_name, model.type_name),
        pin_parameter("revision", "Revision", "The pin of a revision, or its number."),
        pin_parameter("other", "OtherRevision", "The pin of the second revision, or its number."),
    ]
    blp.route(path, parameters=parameters)(document(difference))


def _entry(resource: Any, pin: Pin) -> tuple[HistoryEntry, Any]:
    """Return the entry of a public revision, and the stored revision.

    Raises:
        NotPublic: there is none that the pin names.
    """
    stored = find_revision(session(), resource, pin)
    (entry,) = history_entries(session(), resource, [stored.number])
    return entry, stored


def public_record(record: dict[str, Any]) -> dict[str, Any]:
    """Return the content of a stored record, as a create body has it."""
    return {name: value for name, value in record.items() if name not in STATE_KEYS}


def _permanent_response(
    schema: type[ResponseSchema],
    values: dict[str, Any],
    args: dict[str, Any],
    entry: HistoryEntry,
    *pins: Pin,
) -> Response:
    """Return a response that never changes if all pins name content, and not mere numbers."""
    body = encode_json(shape_from_args(schema, args).build_schema().dump(values))
    is_permanent = all(pin.digest for pin in pins)
    response = cacheable_response(
        body,
        etag=etag_hash(body),
        links={"canonical": values["url"]},
        cache_control=IMMUTABLE if is_permanent else PUBLIC_CACHE_CONTROL,
    )
    response.headers["Memento-Datetime"] = http_date(entry.created_at)
    return response
