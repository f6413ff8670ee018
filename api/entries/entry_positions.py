"""The positions of changed entries in their films."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.entries.entry import ValidEntry
from api.entries.session_look_ups import SessionLookUps
from models import MODELS_BY_TYPE, Citation, Film, Source


def with_positions(session: Session, look_ups: SessionLookUps, entries: list[ValidEntry]) -> list[ValidEntry]:
    """Return the entries with the positions that their bodies say, that they have, or at the end."""
    last: dict[Any, int] = {}
    return [_with_position(session, look_ups, valid, last) for valid in entries]


def _with_position(
    session: Session, look_ups: SessionLookUps, valid: ValidEntry, last: dict[Any, int]
) -> ValidEntry:
    """Return an entry with its position; ``last`` are the last positions of films and sources so far."""
    if not hasattr(MODELS_BY_TYPE[valid.entry.type_name], "position"):
        return valid
    body = dict(valid.body)
    position = body.pop("position", None) or valid.entry.position
    if not position:
        film, sources = body["film"], tuple(sorted({each["source"] for each in body["citations"]}))
        place = valid.entry.type_name, film, sources
        if place not in last:
            last[place] = _last_position(session, look_ups, *place)
        last[place] += 1
        position = last[place]
    return ValidEntry(replace(valid.entry, position=position), body)


def _last_position(
    session: Session, look_ups: SessionLookUps, type_name: str, film: str, sources: tuple[str, ...]
) -> int:
    """Return the last position of a film's entries that cite one of the sources; if none does, of all."""
    stored_film = look_ups.find(Film.type_name, film)
    if stored_film is None:
        return 0
    model = MODELS_BY_TYPE[type_name]
    last = select(func.max(model.position)).where(model.film_id == stored_film.id)
    ids = [source.id for slug in sources if (source := look_ups.find(Source.type_name, slug))]
    of_sources = last.join(model.citations).where(Citation.source_id.in_(ids))
    return session.scalar(of_sources) or session.scalar(last) or 0
