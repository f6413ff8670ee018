"""Select the daily or a random quote for feeds, redirects and frames, and parse their query parameters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from secrets import token_hex
from typing import Any

from flask import request
from marshmallow import Schema

from api.core.app_context import session, settings
from api.http.errors import ProblemException
from api.http.query_parser import TolerantParser
from api.http.response_cache.current_date import is_future
from api.query.internal_reader import select_list
from api.query.notices import notice_of_unknown_ids
from api.query.random_selection import EARLIEST_ZONE, RandomSelection
from api.query.resource_reader import ResourceReader
from api.schemas.fields import CommaSeparated, Reference, StrictInteger
from api.schemas.random_queries import SeedField, TimeZoneField
from api.views.reads import parse_calendar_date
from models import Quote

PARSER = TolerantParser()
#: The filters, named as in the API's lists.
FILTERS = ("film", "theme", "max_severity")


class BaseSelectionSchema(Schema):
    """Query parameters of every selection; unknown ones are ignored, because sites append their own."""

    film = CommaSeparated(Reference("film"))
    max_severity = StrictInteger(0, 3, load_default=0)


class SelectionSchema(BaseSelectionSchema):
    """Query parameters of feeds and redirects."""

    theme = CommaSeparated(Reference("theme"))


class FrameSelectionSchema(BaseSelectionSchema):
    """Query parameters of daily and random frames: ``about`` filters, as ``theme`` is the colour theme."""

    about = CommaSeparated(Reference("theme"), attribute="theme")
    seed = SeedField(load_default=None)
    tz = TimeZoneField(load_default=dt.UTC)


def load_args(schema: type[BaseSelectionSchema] = SelectionSchema) -> dict[str, Any]:
    """Return the request's validated query parameters.

    Raises:
        ProblemException: 422, with the invalid parameter and its allowed values.
    """
    args: dict[str, Any] = PARSER.parse(schema, request, location="query")
    return args


def explain_no_match(schema: type[BaseSelectionSchema] = SelectionSchema) -> str:
    """Return what to say if no quote matches the request; it names the ids in filters that do not exist."""
    notice = notice_of_unknown_ids(session(), schema, load_args(schema))
    return f"No quote matches. {notice or ''}".strip()


def pick_random(args: dict[str, Any]) -> str | None:
    """Return the id of a random quote, or None if none matches; the same seed selects the same quote."""
    return next(iter(_selection(args).sample(args.get("seed") or token_hex(8), 1)), None)


def pick_daily(day: dt.date, args: dict[str, Any]) -> str | None:
    """Return the id of a day's quote, or None for days before the first quote."""
    return _selection(args).daily_pick(day)


def pick_daily_range(days: Iterable[dt.date], args: dict[str, Any]) -> dict[dt.date, str]:
    """Return the ids of the daily quotes by day, without the days that have none."""
    return _selection(args).daily_picks(list(days))


def _selection(args: dict[str, Any]) -> RandomSelection:
    filters = {name: args[name] for name in FILTERS if name in args}
    read = ResourceReader(session(), select_list("quote"), settings().base_url)
    planner, params = read.planner(filters, {})
    return RandomSelection(session(), planner.search_statement, Quote, params, planner.random_scan)


def parse_day(path: str) -> dt.date:
    """Return the calendar date in a path segment.

    Raises:
        ProblemException: 404, if it is not a date, or is in the future in every time zone.
    """
    day = parse_calendar_date(path)
    if is_future(day, EARLIEST_ZONE):
        raise ProblemException("not-found", f"There is no quote for {day} yet: the date is in the future.")
    return day
