"""Frames that choose: the day's quote, and one by lot, for an owner of a site to place once."""

from __future__ import annotations

import datetime as dt
from secrets import token_hex
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError

from api.chance import Lots, Seed, TimeZone
from api.context import session
from api.errors import Refused
from api.fields import AnyOf, Digits, Slug
from models import Quote


class ChosenQuerySchema(Schema):
    """Which quotes a frame may choose from, and how; ``theme`` is how a frame looks, so ``about`` filters."""

    class Meta:
        """Whoever shows a frame may add what it likes to its address."""

        unknown = EXCLUDE

    film = AnyOf(Slug())
    theme = AnyOf(Slug(), data_key="about")
    max_severity = Digits(0, 3, load_default=0)
    seed = Seed(load_default=None)
    tz = TimeZone(load_default=dt.UTC)


def asked_for(query: dict[str, str]) -> dict[str, Any]:
    """Return what is asked for.

    Raises:
        Refused: 422, naming each parameter that is not valid.
    """
    try:
        loaded: dict[str, Any] = ChosenQuerySchema().load(query)
    except ValidationError as error:
        said = error.normalized_messages()  # type: ignore[no-untyped-call]
        raise Refused("invalid-parameters", f"Not valid: {', '.join(said)}.", _faults(said)) from error
    return loaded


def _faults(said: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"location": "query", "pointer": name, "detail": " ".join(_sentences(messages))}
        for name, messages in said.items()
    ]


def _sentences(messages: Any) -> list[str]:
    nested = messages.values() if isinstance(messages, dict) else messages
    return [messages] if isinstance(messages, str) else [one for part in nested for one in _sentences(part)]


def drawn(asked: dict[str, Any]) -> str | None:
    """Return the id of a quote chosen by lot, the same each time for the same seed; None if none matches."""
    return next(iter(_lots(asked).draw(asked["seed"] or token_hex(8), 1)), None)


def of_day(asked: dict[str, Any]) -> tuple[str | None, int]:
    """Return the id of today's quote, None if there is none, and for how many seconds it is still today."""
    now = dt.datetime.now(asked["tz"])
    tomorrow = dt.datetime.combine(now.date() + dt.timedelta(days=1), dt.time(), asked["tz"])
    return _lots(asked).draw_of_day(now.date()), int((tomorrow - now).total_seconds())


def _lots(asked: dict[str, Any]) -> Lots:
    filters = {name: asked[name] for name in ("film", "theme", "max_severity") if name in asked}
    return Lots(session(), Quote.select_where(**filters), Quote, {})
