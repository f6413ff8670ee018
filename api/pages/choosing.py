"""Which quotes redirects and feeds are about: their parameters, and what is chosen by lot among them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from flask import request
from marshmallow import EXCLUDE, Schema

from api.answers import calendar_day
from api.chance import EARLIEST_ZONE, Lots
from api.content import list_view
from api.context import session, settings
from api.errors import Refused
from api.fields import AnyOf, Digits, Slug
from api.query import StrictParser
from api.reading import Reading
from models import Quote

PARSER = StrictParser()


class ChoiceSchema(Schema):
    """Parameters that feeds and redirects take; others may stand beside them, as readers add some."""

    film = AnyOf(Slug())
    theme = AnyOf(Slug())
    max_severity = Digits(0, 3, load_default=0)


def asked_for(schema: type[Schema] = ChoiceSchema) -> dict[str, Any]:
    """Return the request's parameters, loaded.

    Raises:
        Refused: 422, naming the parameter and what it takes.
    """
    found: dict[str, Any] = PARSER.parse(schema, request, location="query", unknown=EXCLUDE)
    return found


def lots(filters: dict[str, Any]) -> Lots:
    """Return all quotes that match the filters, each of which can be drawn."""
    read = Reading(session(), list_view("quote"), settings().base_url)
    statement, now = read.selected(filters, {})
    return Lots(session(), statement, Quote, now)


def quotes_of_days(days: Iterable[dt.date], filters: dict[str, Any]) -> dict[dt.date, str]:
    """Return the ids of the quotes of some days; a day before the first quote has none."""
    return lots(filters).draw_of_days(list(days))


def day_of(path: str | None) -> dt.date:
    """Return the day that a path names; today (UTC), if it names none.

    Raises:
        Refused: 404, when it is no day, or has not come anywhere yet.
    """
    day = calendar_day(path) if path else dt.datetime.now(dt.UTC).date()
    if day > dt.datetime.now(EARLIEST_ZONE).date():
        raise Refused("not-found", f"Nothing is chosen for {day}: the day has not come.")
    return day
