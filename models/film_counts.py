"""Film counts: the numbers of public characters, scenes, quotes and commentary entries of a film.

Of commentary, only what sources say is counted, as in lists.

They are columns of ``Film``, loaded only on access. ``models.film`` cannot import what it counts.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import column_property

from models.asserted_by import AssertedByFilter, asserted_by_filter
from models.character import Character
from models.commentary import Commentary
from models.commentary_links import CommentaryFilm
from models.film import Film
from models.quote import Quote
from models.scene import Scene


def _count_of(model: Any) -> Any:
    count = select(func.count()).where(model.film_id == Film.id, model.visible())
    return column_property(count.correlate_except(model).scalar_subquery(), deferred=True)


def count_commentary(asserted_by: AssertedByFilter | None) -> Any:
    """Return SQL for the number of a film's commentary entries, and of those of others that concern it."""
    conditions = Commentary.visible(), *asserted_by_filter(Commentary, asserted_by)
    own = select(func.count()).where(Commentary.film_id == Film.id, *conditions)
    further = (
        select(func.count())
        .select_from(CommentaryFilm)
        .join(Commentary, Commentary.id == CommentaryFilm.commentary_id)
        .where(CommentaryFilm.film_id == Film.id, Commentary.is_visible, *conditions)
    )
    return (
        own.correlate_except(Commentary).scalar_subquery()
        + further.correlate_except(Commentary, CommentaryFilm).scalar_subquery()
    )


Film.character_count = _count_of(Character)
Film.scene_count = _count_of(Scene)
Film.quote_count = _count_of(Quote)
Film.commentary_count = column_property(count_commentary(None), deferred=True)
