"""Sample ids: common and rare themes, and items at the beginning and near the end of a catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Select, func, make_url, select
from sqlalchemy.orm import Session, aliased

import models
from models import Film, Quote, QuoteTheme, Theme
from models.database import Database

#: The fraction of all items before a late page.
LATE = 0.9


@dataclass(frozen=True)
class SampleIds:
    """Ids to request, and the sort values of a quote near the end of the default order."""

    broad: str
    common: str
    rare: str
    narrower: str
    film: str
    quote: str
    late: dict[str, Any]


def sample_ids(session: Session) -> SampleIds:
    """Choose the ids; ``broad``, ``common`` and ``rare`` by links, ``narrower`` has the most subthemes."""
    film = _nth(session, select(Film.slug).where(Film.is_visible).order_by(Film.slug), LATE)
    quotes = select(Quote).where(Quote.is_visible, Quote.film.has(Film.slug == film)).order_by(Quote.position)
    quote = session.scalars(quotes.offset(1)).first() or session.scalars(quotes).one()
    links = select(QuoteTheme.theme_id, func.count().label("number")).group_by(QuoteTheme.theme_id).subquery()
    by_links = select(Theme.slug).join(links, links.c.theme_id == Theme.id)
    themes = session.scalars(by_links.order_by(links.c.number.desc(), Theme.slug)).all()
    created_at = _nth(session, select(Film.created_at).order_by(Film.created_at), 1 - LATE).isoformat()
    word_count = (session.scalar(select(func.max(Quote.word_count))) or 2) - 2
    late = {"film": film, "position": quote.position, "id": quote.slug, "created_at": created_at}
    late |= {"updated_at": created_at, "word_count": word_count}
    subtheme = aliased(Theme)
    broader = select(Theme.slug).join(subtheme, subtheme.broader_id == Theme.id).group_by(Theme.slug)
    narrower = session.scalars(broader.order_by(func.count().desc(), Theme.slug)).all()[0]
    return SampleIds(themes[0], themes[1], themes[-5], narrower, film, quote.slug, late)


def _nth(session: Session, statement: Select[Any], part: float) -> Any:
    """Return the first column of the row after this fraction of all rows."""
    number = session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    return session.scalars(statement.offset(int(number * part)).limit(1)).one()


def path_ids(session: Session, film: str, theme: str) -> dict[str, str]:
    """Return an id for each path parameter of the OpenAPI document, of items that belong to one film."""
    key = session.scalars(select(Film.id).where(Film.slug == film)).one()
    related = select(models.CommentaryRelation.commentary_id)
    advisory, commentary, source, cited = models.Advisory, models.Commentary, models.Source, models.Citation
    in_film = select(commentary.slug).where(commentary.film_id == key, commentary.is_visible)
    sources = select(source.slug).join(cited, cited.source_id == source.id).where(source.is_visible)
    statements = {
        "character_id": _most_referenced(models.Character, Quote.speaker_id, key),
        "scene_id": _most_referenced(models.Scene, Quote.scene_id, key),
        "quote_id": _most_referenced(Quote, models.CommentaryQuote.quote_id, key),
        "commentary_id": in_film.order_by(commentary.id.in_(related).desc(), commentary.slug),
        "source_id": sources.join(Quote, Quote.id == cited.quote_id).where(Quote.film_id == key),
        "advisory_id": select(advisory.slug).where(advisory.is_visible).order_by(advisory.slug),
    }
    slugs = {name: session.scalars(statement.limit(1)).one() for name, statement in statements.items()}
    return slugs | {"film_id": film, "theme_id": theme, "number": "1"}


def _most_referenced(model: Any, foreign_key: Any, film: int) -> Select[Any]:
    joined = select(model.slug).join(foreign_key.class_, foreign_key == model.id)
    grouped = joined.where(model.film_id == film, model.is_visible).group_by(model.slug)
    return grouped.order_by(func.count().desc(), model.slug)


@dataclass(frozen=True)
class PageIds:
    """A catalogue, a theme whose page all servers can serve, its first quote, and its number of quotes."""

    url: str
    file: Path
    theme: str
    theme_key: int
    quote: str
    quote_key: int
    hits: int


def page_ids(url: str) -> PageIds:
    """Choose the theme with most quotes among those without subthemes, which not all servers include."""
    database, subtheme = Database(url), aliased(Theme)
    broader = select(subtheme.broader_id).where(subtheme.broader_id.is_not(None))
    themes = select(Theme.slug, Theme.id).join(QuoteTheme).where(~Theme.id.in_(broader))
    by_links = themes.group_by(Theme.slug, Theme.id).order_by(func.count().desc(), Theme.slug)
    with database.read_session() as session:
        theme, theme_key = session.execute(by_links.limit(1)).one()
        by_theme = Quote.select_where(theme=[theme]).order_by(Film.slug, Quote.position)
        quotes = session.scalars(by_theme).all()
        file = Path(make_url(url).database or "")
        ids = PageIds(url, file, theme, theme_key, quotes[0].slug, quotes[0].id, len(quotes))
    database.close()
    return ids
