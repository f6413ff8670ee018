"""Places in a catalogue: what is common and what is not, what stands at its beginning and far behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from models import Film, Quote, QuoteTheme, Theme

#: How far behind is far.
DEEP = 0.9


@dataclass(frozen=True)
class Places:
    """Ids to ask for, and the sort values of a quote that most others come before."""

    broad: str
    common: str
    rare: str
    narrower: str
    film: str
    quote: str
    deep: dict[str, Any]


def places(session: Session) -> Places:
    """Find them, in whatever time that takes."""
    film = _at(session, select(Film.slug).where(Film.is_visible).order_by(Film.slug), DEEP)
    quotes = select(Quote).where(Quote.is_visible, Quote.film.has(Film.slug == film)).order_by(Quote.position)
    quote = session.scalars(quotes.offset(1)).first() or session.scalars(quotes).one()
    ranked = _by_links(session)
    latest = _at(session, select(Film.created_at).order_by(Film.created_at), 1 - DEEP)
    words = func.max(Quote.word_count)
    deep = {"film": film, "position": quote.position, "id": quote.slug, "created_at": latest.isoformat()}
    deep |= {"updated_at": latest.isoformat(), "word_count": (session.scalar(select(words)) or 2) - 2}
    narrowest = aliased(Theme)
    broader = select(Theme.slug).join(narrowest, narrowest.broader_id == Theme.id).group_by(Theme.slug)
    return Places(
        broad=ranked[0],
        common=ranked[1],
        rare=ranked[-5],
        narrower=session.scalars(broader.order_by(func.count().desc(), Theme.slug)).all()[0],
        film=film,
        quote=quote.slug,
        deep=deep,
    )


def _by_links(session: Session) -> list[str]:
    """Return the ids of the themes that no other is broader than and that have none narrower, by quotes."""
    counted = (
        select(QuoteTheme.theme_id, func.count().label("links")).group_by(QuoteTheme.theme_id).subquery()
    )
    ids = select(Theme.slug).join(counted, counted.c.theme_id == Theme.id)
    return list(session.scalars(ids.order_by(counted.c.links.desc(), Theme.slug)))


def _at(session: Session, statement: Select[Any], part: float) -> Any:
    """Return the first column of the row of which so great a part of all rows is before."""
    number = session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    return session.scalars(statement.offset(int(number * part)).limit(1)).one()
