"""Responses of reads: a page of a list, an item in the negotiated format, random items, the daily item."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import wraps
from secrets import token_hex
from typing import Any

import orjson
from flask import Response, request

from api.core.app_context import session, settings
from api.http.errors import ProblemException
from api.http.response_cache.current_date import cache_control_until_tomorrow, is_future, today
from api.http.responses import (
    JSON,
    MAX_AGE,
    PUBLIC_CACHE_CONTROL,
    cacheable_response,
    encode_json,
    etag_hash,
    uncacheable_response,
)
from api.query.facets import compute_facets
from api.query.notices import notice_of_empty_list
from api.query.pagination import ListRequest, filters_from_args, page_position
from api.query.past_reader import IMMUTABLE, read_state, require_no_lists
from api.query.random_selection import EARLIEST_ZONE, RandomSelection, exclude_flagged
from api.query.resource_reader import ItemRow, ResourceReader, View
from api.representations import Format, negotiate
from api.schemas.item_shape import Shape, shape_for_representations, shape_from_args
from api.schemas.list_queries import ListQuerySchema
from api.schemas.shared_schemas import ResponseSchema

NO_LINKS: Mapping[str, str] = {}
#: Returns a response for a reader, the validated query parameters and the path parameters.
Responder = Callable[[ResourceReader, dict[str, Any], dict[str, Any]], Response]


def read_endpoint(view: View, select: View, respond: Responder) -> Callable[..., Response]:
    """Return the endpoint of a view; ``select`` is the view without ``self``."""

    @wraps(view)
    def endpoint(*args: Any, **path: Any) -> Response:
        # A view class's method is called with its instance first; the query parameters come last.
        return respond(ResourceReader(session(), select, settings().base_url), args[-1], path)

    return endpoint


def list_response(
    read: ResourceReader,
    args: dict[str, Any],
    path: dict[str, Any],
    *,
    query: type[ListQuerySchema],
    item: type[ResponseSchema],
    parent: Any,
    formats: tuple[Format, ...],
) -> Response:
    """Return a page of a list, in the requested or negotiated format.

    Raises:
        NotFound, Gone, Renamed: there is no visible ``parent`` with the id in the path.
        ProblemException: 422, if the cursor was issued for another list, filter or sort; 404, if the
            extension is unknown; 406, if the client accepts none of the formats.
    """
    extension = path.pop("extension", None)
    format_ = None if _accepts_json(args, extension) else _requested_format(formats, args, extension)
    list_request = ListRequest(query.model, request.path, args, f".{extension}" if extension else "")
    page = read.page(list_request, path, _requested_shape(item, format_, args))
    if parent and not page.rows:
        # If there are rows, the parent exists; only an empty page needs this lookup.
        parent.by_slug(read.session, next(iter(path.values())))
    base = settings().base_url
    following, preceding = (list_request.neighbour(base, cursor) for cursor in (page.next, page.previous))
    links = {"next": following.url, "prev": preceding.url}
    if format_ and not format_.is_json:
        body = format_.list_body([orjson.loads(row[0]) for row in page.rows])
        return cacheable_response(
            body,
            etag=etag_hash(body),
            links=links,
            content_type=format_.content_type,
            negotiated=True,
        )
    total, relation = read.count(list_request, path) if args["count"] else (None, None)
    position = page_position(args["limit"], following, preceding, total, relation)
    facets = compute_facets(read, list_request, path) if "facets" in args else None
    notice = None if page.rows else notice_of_empty_list(read.session, query, args)
    body = _list_body([row[0] for row in page.rows], position, notice, facets)
    return cacheable_response(
        body,
        etag=etag_hash(body),
        links=links,
        negotiated=format_ is not None,
    )


def _accepts_json(args: dict[str, Any], extension: str | None) -> bool:
    """Whether a request for a list is content with JSON, as nearly all are."""
    accept = request.headers.get("Accept")
    return extension is None and "format" not in args and accept in (None, "*/*", "application/json")


def item_response(
    read: ResourceReader,
    args: dict[str, Any],
    path: dict[str, Any],
    *,
    item: type[ResponseSchema],
    formats: tuple[Format, ...],
) -> Response:
    """Return the item at the path, in the requested or negotiated format.

    Raises:
        NotFound, Gone, Renamed: there is no visible item with this id.
        ProblemException: 404, if the extension is unknown; 406, if the client accepts none of the formats.
    """
    format_ = _requested_format(formats, args, path.pop("extension", None))
    if "as_of" in args or "revision" in args:
        return _past_response(read, args, path, _requested_shape(item, format_, args), format_)
    row = read.item(path, _requested_shape(item, format_, args))
    if row is None:
        raise read.item_model(path).missing_error(read.session, *path.values())
    return _formatted_response(format_, row)


def _past_response(
    read: ResourceReader, args: dict[str, Any], path: dict[str, Any], shape: Shape, format_: Format | None
) -> Response:
    """Return the item as it was, with the headers of a memento (RFC 7089)."""
    require_no_lists(shape)
    state = read_state(read.session, read.item_model(path), next(iter(path.values())), args)
    if format_ and not format_.is_json:
        body = format_.body(state.citable_item(shape))
    else:
        body = state.item_json(shape)
    response = cacheable_response(
        body,
        etag=etag_hash(body),
        links=state.links(),
        content_type=format_.content_type if format_ else JSON,
        negotiated=format_ is not None,
        cache_control=IMMUTABLE if state.never_changes else PUBLIC_CACHE_CONTROL,
    )
    response.headers.update(state.headers())
    return response


def random_response(
    read: ResourceReader,
    args: dict[str, Any],
    path: dict[str, Any],
    *,
    query: type[ListQuerySchema],
    item: type[ResponseSchema],
) -> Response:
    """Return random items of a list; without a seed, the response is not cacheable."""
    model = query.model
    unseeded = {name: value for name, value in args.items() if name != "seed"}
    list_request, args = ListRequest(model, request.path, unseeded), exclude_flagged(args)
    seed = args.get("seed") or token_hex(8)
    selection = selection_for(read, filters_from_args(model, args), path, model)
    if "exclude" in args:
        selection = selection.where(model.slug.not_in(args["exclude"]))
    slugs = selection.sample(seed, args["count"])
    items = [row.json for row in read.items(model, slugs, shape_from_args(item, args))]
    notice = None if items else notice_of_empty_list(read.session, query, args)
    body = _list_body(items, page_position(args["count"]), notice)
    links = {"bookmark": list_request.url(settings().base_url, seed=seed)}
    return (
        cacheable_response(body, etag=etag_hash(body), links=links)
        if "seed" in args
        else uncacheable_response(body, links=links)
    )


def daily_response(
    read: ResourceReader,
    args: dict[str, Any],
    path: dict[str, Any],
    *,
    query: type[ListQuerySchema],
    item: type[ResponseSchema],
    formats: tuple[Format, ...],
) -> Response:
    """Return the item of the day, in the requested or negotiated format.

    Raises:
        ProblemException: 404, if the day is in the future or before the first item; 406 as for an item.
    """
    model, request_args, args = query.model, args, exclude_flagged(args)
    format_ = _requested_format(formats, args, None)
    path_date = path.pop("date", None)
    is_dated = path_date or "date" in args
    cache_control = (
        PUBLIC_CACHE_CONTROL if is_dated else cache_control_until_tomorrow(MAX_AGE, args.get("tz", dt.UTC))
    )
    day = _requested_day(args, path_date)
    slug = selection_for(read, filters_from_args(model, args), path, model).daily_pick(day)
    if slug is None:
        notice = notice_of_empty_list(read.session, query, args)
        raise ProblemException(
            "not-found", f"No matching item had been added by {day}.{f' {notice}' if notice else ''}"
        )
    (row,) = read.items(model, [slug], _requested_shape(item, format_, args))
    list_request = ListRequest(model, f"{request.path}/{day}", request_args)
    permanent_url = list_request.url(settings().base_url, date=None, tz=None)
    links = NO_LINKS if path_date else {"bookmark": permanent_url}
    return _formatted_response(format_, row, links, cache_control)


def selection_for(
    read: ResourceReader, filters: dict[str, Any], path: dict[str, Any], model: Any
) -> RandomSelection:
    """Return the random selection among the rows that the view selects."""
    planner, params = read.planner(filters, path)
    return RandomSelection(read.session, planner.search_statement, model, params, planner.random_scan)


def _requested_day(args: dict[str, Any], path_date: str | None) -> dt.date:
    """Return the day in the path or in the query; if there is none, today.

    Raises:
        ProblemException: 422, if both have a day; 404, if the day is in the future in every time zone.
    """
    if path_date and "date" in args:
        detail = "Not allowed here: the path already contains a date."
        problem = {"location": "query", "pointer": "date", "detail": detail}
        raise ProblemException("invalid-parameters", "1 parameter is not valid.", [problem])
    if path_date is None and "date" not in args:
        return today(args.get("tz", dt.UTC))
    day: dt.date = parse_calendar_date(path_date) if path_date else args["date"]
    if is_future(day, EARLIEST_ZONE):
        raise ProblemException(
            "not-found", f"No item has been chosen for {day} yet: the date is in the future."
        )
    return day


def parse_calendar_date(text: str) -> dt.date:
    """Return the date in a path segment of the form ``2026-11-23``; raise 404 if there is no such date."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ProblemException("not-found", f"{text} is not a valid date.") from None


def _list_body(
    items: list[str], page: dict[str, Any], notice: str | None, facets: dict[str, Any] | None = None
) -> bytes:
    members = b'"page":%b' % encode_json(page)
    if facets:
        members += b',"facets":%b' % encode_json(facets)
    return b'{"data":[%b],%b,"notice":%b}' % (",".join(items).encode(), members, encode_json(notice))


def _requested_format(
    formats: tuple[Format, ...], args: dict[str, Any], extension: str | None
) -> Format | None:
    """Return the format in the path or the query or, without either, negotiate it by the Accept header.

    Without ``formats`` there is only JSON, and it is not negotiated.
    """
    if not formats:
        return None
    if extension is not None:
        by_extension = {format_.extension: format_ for format_ in formats if format_.extension}
        if extension not in by_extension:
            available = ", ".join(f".{known}" for known in by_extension)
            detail = f"Unknown format “.{extension}”. Available formats: {available}."
            raise ProblemException("not-found", detail)
        return by_extension[extension]
    if "format" in args:
        return next(format_ for format_ in formats if format_.name == args["format"])
    negotiated = negotiate(request.accept_mimetypes, formats)
    if negotiated is None:
        available = ", ".join(format_.full_type for format_ in formats)
        raise ProblemException("not-acceptable", f"This URL is available as {available}.")
    return negotiated


def _requested_shape(item: type[ResponseSchema], format_: Format | None, args: dict[str, Any]) -> Any:
    return (
        shape_from_args(item, args) if format_ is None or format_.is_json else shape_for_representations(item)
    )


def _formatted_response(
    format_: Format | None,
    row: ItemRow,
    links: Mapping[str, str] = NO_LINKS,
    cache_control: str = PUBLIC_CACHE_CONTROL,
) -> Response:
    body = row.json.encode()
    if format_ and not format_.is_json:
        body = format_.body(orjson.loads(body))
    return cacheable_response(
        body,
        etag=row.etag(body),
        links=links,
        content_type=format_.content_type if format_ else JSON,
        negotiated=format_ is not None,
        cache_control=cache_control,
    )
