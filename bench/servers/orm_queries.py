"""The ORM statements of flask-smorest and FastAPI: quotes with all that they show, in few statements."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from models import AdvisoryLink, Citation, Quote, QuoteTheme

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


SORT_KEYS = Quote.sort_keys()


def select_page(
    *, limit: int, sort: Sequence[str] = ("film", "position"), theme: Any = None, **filters: Any
) -> Select[Any]:
    """Return the statement for the first quotes in an order, and one more to detect a next page."""
    themes = [theme] if isinstance(theme, str) else theme
    order = [SORT_KEYS[key.lstrip("-")].desc() if key[0] == "-" else SORT_KEYS[key] for key in sort]
    statement = Quote.select_where(theme=themes, **filters)
    return statement.order_by(*order, Quote.slug).limit(limit + 1).options(*LOADED)


def select_one(slug: str) -> Select[Any]:
    """Return the statement for one quote."""
    return Quote.select_where(id=[slug]).options(*LOADED)
