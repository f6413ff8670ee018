"""What the catalogue is asked for: a theme that many quotes are about, and one of its quotes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, make_url, select
from sqlalchemy.orm import aliased

from models import Film, Quote, QuoteTheme, Theme
from models.database import Database


@dataclass(frozen=True)
class Subjects:
    """A database, with ids and keys of what is in it."""

    url: str
    theme: str
    theme_key: int
    quote: str
    quote_key: int
    hits: int

    @property
    def file(self) -> Path:
        """The file of a SQLite database."""
        return Path(make_url(self.url).database or "")


def subjects(url: str) -> Subjects:
    """Find the theme with most quotes among those without narrower ones, which not all servers follow."""
    database, narrower = Database(url), aliased(Theme)
    themes = (
        select(Theme.slug, Theme.id)
        .join(QuoteTheme)
        .where(~Theme.id.in_(select(narrower.broader_id).where(narrower.broader_id.is_not(None))))
    )
    with database.read_session() as session:
        ranked = themes.group_by(Theme.slug, Theme.id).order_by(func.count().desc(), Theme.slug)
        theme, theme_key = session.execute(ranked.limit(1)).one()
        of_theme = Quote.select_where(theme=[theme]).order_by(Film.slug, Quote.position)
        quotes = session.scalars(of_theme).all()
        found = Subjects(url, theme, theme_key, quotes[0].slug, quotes[0].id, len(quotes))
    database.close()
    return found
