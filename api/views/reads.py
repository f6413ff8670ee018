"""What a read answers: a page of a list, an item in one of its forms, some or one chosen by lot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import wraps
from secrets import token_hex
from typing import Any

import orjson
from flask import Response, request

from api.core.request_context import session, settings
from api.http.clock import today
from api.http.errors import ProblemException
from api.http.responses import cacheable_response, encode_json, etag_hash, uncacheable_response
from api.query.facets import compute_facets
from api.query.pagination import ListRequest, filters_from_args
from api.query.random_selection import EARLIEST_ZONE, RandomSelection, exclude_flagged
from api.query.resource_reader import ItemRow, ResourceReader, View
from api.representations import Format, format_named, formats_for, negotiate
from api.schemas.item_shape import shape_for_representations, shape_from_args
from api.schemas.shared_schemas import ResponseSchema

NO_LINKS: Mapping[str, str] = {}
#: Makes a response from a reader of what a view selects, the loaded query and the path's parameters.
Responder = Callable[[ResourceReader, dict[str, Any], dict[str, Any]], Response]


def read_endpoint(view: View, select: View, respond: Responder) -> Callable[..., Response]:
    """Return the endpoint of a view: ``respond`` reads what ``select``, the view as a function, selects."""

    @wraps(view)
    def endpoint(*args: Any, **path: Any) -> Response:
        # The method of a view class gets its instance first; the loaded query always comes last.
        return respond(ResourceReader(session(), select, settings().base_url), args[-1], path)

    return endpoint


def list_response(
    read: ResourceReader,
    asked: dict[str, Any],
    path: dict[str, Any],
    *,
    model: Any,
    item: type[ResponseSchema],
    parent: Any,
) -> Response:
    """Answer with a page.

    Raises:
        NotFound, Gone, Renamed: the ``parent`` that the path names is not there.
        ProblemException: 422, when the cursor is not of this list.
    """
    wanted = ListRequest(model, request.path, asked)
    page = read.page(wanted, path, shape_from_args(item, asked))
    if parent and not page.rows:
        # Rows prove that the parent is there; only their absence makes it a question.
        parent.by_slug(read.session, next(iter(path.values())))
    total, relation = read.count(wanted, path) if asked["count"] else (None, None)
    base = settings().base_url
    following, previous = (
        wanted.url(base, cursor=str(cursor)) if cursor else None for cursor in (page.next, page.previous)
    )
    place = {"limit": asked["limit"], "next": following, "previous": previous}
    place |= {"total": total, "total_relation": relation}
    facets = compute_facets(read, wanted, path) if "facets" in asked else None
    body = _list_body([row[0] for row in page.rows], place, facets)
    return cacheable_response(body, etag=etag_hash(body), links={"next": following, "prev": previous})


def item_response(
    read: ResourceReader,
    asked: dict[str, Any],
    path: dict[str, Any],
    *,
    item: type[ResponseSchema],
    forms: str | None,
) -> Response:
    """Answer with the item at the path, in the form that is asked for.

    Raises:
        NotFound, Gone, Renamed: there is no such item.
        ProblemException: 406, when it has none of the forms that the client takes.
    """
    form = _negotiated_format(forms, asked, path.pop("extension", None))
    found = read.item(path, _requested_shape(item, form, asked))
    if found is None:
        raise read.item_model(path).missing_error(read.session, *path.values())
    return _formatted_response(form, found)


def random_response(
    read: ResourceReader,
    asked: dict[str, Any],
    path: dict[str, Any],
    *,
    model: Any,
    item: type[ResponseSchema],
) -> Response:
    """Answer with some of the list, chosen by lot; to be kept only where a seed makes it repeatable."""
    unseeded = {name: value for name, value in asked.items() if name != "seed"}
    wanted, asked = ListRequest(model, request.path, unseeded), exclude_flagged(asked)
    seed = asked.get("seed") or token_hex(8)
    lots = selection_for(read, filters_from_args(model, asked), path, model)
    if "exclude" in asked:
        lots = lots.where(model.slug.not_in(asked["exclude"]))
    slugs = lots.sample(seed, asked["count"])
    place = {"limit": asked["count"], "next": None, "previous": None, "total": None, "total_relation": None}
    body = _list_body([row.json for row in read.items(model, slugs, shape_from_args(item, asked))], place)
    again = {"bookmark": wanted.url(settings().base_url, seed=seed)}
    return (
        cacheable_response(body, etag=etag_hash(body), links=again)
        if "seed" in asked
        else uncacheable_response(body, links=again)
    )


def daily_response(
    read: ResourceReader,
    asked: dict[str, Any],
    path: dict[str, Any],
    *,
    model: Any,
    item: type[ResponseSchema],
    forms: str,
) -> Response:
    """Answer with the day's item, in the form that is asked for.

    Raises:
        ProblemException: 404, when the day has not come, or is before the first item; 406 as for an item.
    """
    given, asked = asked, exclude_flagged(asked)
    form = _negotiated_format(forms, asked, None)
    in_path = path.pop("date", None)
    day = _requested_day(asked, in_path)
    slug = selection_for(read, filters_from_args(model, asked), path, model).daily_pick(day)
    if slug is None:
        raise ProblemException("not-found", f"Nothing that matches was there on {day} yet.")
    (found,) = read.items(model, [slug], _requested_shape(item, form, asked))
    lasting = ListRequest(model, f"{request.path}/{day}", given).url(settings().base_url, date=None, tz=None)
    return _formatted_response(form, found, {} if in_path else {"bookmark": lasting})


def selection_for(
    read: ResourceReader, filters: dict[str, Any], path: dict[str, Any], model: Any
) -> RandomSelection:
    """Return what the view selects, each of which can draw a lot."""
    planner, params = read.planner(filters, path)
    return RandomSelection(read.session, planner.search_statement, model, params, planner.random_scan)


def _requested_day(asked: dict[str, Any], in_path: str | None) -> dt.date:
    """Return the day that the path names, or else the query; where neither does, today.

    Raises:
        ProblemException: 422, when both do; 404, when the day has not come.
    """
    if in_path and "date" in asked:
        fault = {"location": "query", "pointer": "date", "detail": "The path says already which day."}
        raise ProblemException("invalid-parameters", "1 parameter is not valid.", [fault])
    if in_path is None and "date" not in asked:
        return today(asked.get("tz", dt.UTC))
    day: dt.date = parse_calendar_date(in_path) if in_path else asked["date"]
    if day > today(EARLIEST_ZONE):
        raise ProblemException("not-found", f"Nothing is chosen for {day}: the day has not come.")
    return day


def parse_calendar_date(text: str) -> dt.date:
    """Return the day of a path that looks like one; 404 where the calendar has none such."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ProblemException("not-found", f"{text} is not a day of the calendar.") from None


def _list_body(items: list[str], place: dict[str, Any], facets: dict[str, Any] | None = None) -> bytes:
    counted = b',"facets":%b' % encode_json(facets) if facets else b""
    return b'{"data":[%b],"page":%b%b}' % (",".join(items).encode(), encode_json(place), counted)


def _negotiated_format(type_name: str | None, asked: dict[str, Any], extension: str | None) -> Format | None:
    """Return the form that the path, the query or, failing these, the Accept header asks for."""
    if type_name is None:
        return None
    forms = formats_for(type_name)
    if extension is not None:
        found = next((form for form in forms if form.extension == extension), None)
        if found is None:
            known = ", ".join(f".{form.extension}" for form in forms if form.extension)
            raise ProblemException("not-found", f"There is no form “.{extension}” here; there are {known}.")
        return found
    if "format" in asked:
        return format_named(asked["format"], type_name)
    found = negotiate(request.accept_mimetypes, type_name)
    if found is None:
        served = ", ".join(form.full_type for form in forms)
        raise ProblemException("not-acceptable", f"This address is served as {served}.")
    return found


def _requested_shape(item: type[ResponseSchema], form: Format | None, asked: dict[str, Any]) -> Any:
    return (
        shape_from_args(item, asked)
        if form is None or form.write is None
        else shape_for_representations(item)
    )


def _formatted_response(form: Format | None, found: ItemRow, links: Mapping[str, str] = NO_LINKS) -> Response:
    body = found.json.encode()
    if form and form.write:
        body = form.body(orjson.loads(body))
    etag = etag_hash(body) if found.revision is None else f"{found.revision}.{etag_hash(body)}"
    if form is None:
        return cacheable_response(body, etag=etag, links=links)
    return cacheable_response(body, etag=etag, links=links, content_type=form.content_type, negotiated=True)
