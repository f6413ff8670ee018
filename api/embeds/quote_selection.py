"""Which quotes feeds, redirects and frames show: their parameters, and what is chosen by lot among them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from secrets import token_hex
from typing import Any

from flask import request
from marshmallow import Schema

from api.core.request_context import session, settings
from api.http.clock import today
from api.http.errors import ProblemException
from api.http.query_parser import TolerantParser
from api.query.internal_reader import select_list
from api.query.random_selection import EARLIEST_ZONE, RandomSelection
from api.query.statement_cache import ResourceReader
from api.schemas.fields import CommaSeparated, Slug, StrictInteger
from api.schemas.random_queries import SeedField, TimeZoneField
from api.views.reads import parse_calendar_date
from models import Quote

PARSER = TolerantParser()
#: What narrows the choice, by the names that lists give it.
FILTERS = ("film", "theme", "max_severity")


class BaseSelectionSchema(Schema):
    """Parameters that all of them take; others may stand beside them, as readers and sites add some."""

    film = CommaSeparated(Slug())
    max_severity = StrictInteger(0, 3, load_default=0)


class SelectionSchema(BaseSelectionSchema):
    """What feeds and redirects take."""

    theme = CommaSeparated(Slug())


class FrameSelectionSchema(BaseSelectionSchema):
    """What frames that choose take; ``theme`` is how a frame looks, so ``about`` filters."""

    about = CommaSeparated(Slug(), attribute="theme")
    seed = SeedField(load_default=None)
    tz = TimeZoneField(load_default=dt.UTC)


def load_args(schema: type[BaseSelectionSchema] = SelectionSchema) -> dict[str, Any]:
    """Return the request's parameters, loaded.

    Raises:
        ProblemException: 422, naming the parameter and what it takes.
    """
    found: dict[str, Any] = PARSER.parse(schema, request, location="query")
    return found


def pick_random(asked: dict[str, Any]) -> str | None:
    """Return the id of a quote chosen by lot, the same each time for the same seed; None if none matches."""
    return next(iter(_selection(asked).sample(asked.get("seed") or token_hex(8), 1)), None)


def pick_daily(day: dt.date, asked: dict[str, Any]) -> str | None:
    """Return the id of a day's quote; a day before the first quote has none."""
    return _selection(asked).daily_pick(day)


def pick_daily_range(days: Iterable[dt.date], asked: dict[str, Any]) -> dict[dt.date, str]:
    """Return the ids of the quotes of some days, without those that have none."""
    return _selection(asked).daily_picks(list(days))


def _selection(asked: dict[str, Any]) -> RandomSelection:
    filters = {name: asked[name] for name in FILTERS if name in asked}
    read = ResourceReader(session(), select_list("quote"), settings().base_url)
    planner, params = read.planner(filters, {})
    return RandomSelection(session(), planner.search_statement, Quote, params, planner.random_scan)


def parse_day(path: str) -> dt.date:
    """Return the day that a path names.

    Raises:
        ProblemException: 404, when it is no day, or has not come anywhere yet.
    """
    day = parse_calendar_date(path)
    if day > today(EARLIEST_ZONE):
        raise ProblemException("not-found", f"Nothing is chosen for {day}: the day has not come.")
    return day
