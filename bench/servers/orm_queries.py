"""The ORM statements of flask-smorest and FastAPI: quotes with all that they show, in few statements."""

from __future__ import annotations

import os
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from models import AdvisoryLink, Citation, Film, Quote, QuoteTheme

BASE_URL = os.environ.get("SUBTEXT_PUBLIC_URL", "")
#: A constant of every quote. To import it would load all of Subtext's schemas into the other servers.
RIGHTS = "Quoted from the source for criticism and review; the words belong to their author."
#: To-one by a join, to-many by one further statement each, as SQLAlchemy's documentation recommends.
LOADED = (
    contains_eager(Quote.film),
    joinedload(Quote.speaker),
    joinedload(Quote.scene),
    selectinload(Quote.theme_links).joinedload(QuoteTheme.theme),
    selectinload(Quote.advisory_links).joinedload(AdvisoryLink.advisory),
    selectinload(Quote.citations).options(joinedload(Citation.source), selectinload(Citation.cited)),
)


def select_page(theme: str, limit: int) -> Select[Any]:
    """Return the statement for the first quotes with a theme, and one more to detect a next page."""
    order = Film.slug, Quote.position, Quote.slug
    return Quote.select_where(theme=[theme]).order_by(*order).limit(limit + 1).options(*LOADED)


def select_one(slug: str) -> Select[Any]:
    """Return the statement for one quote."""
    return Quote.select_where(id=[slug]).options(*LOADED)
