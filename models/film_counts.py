"""Film counts: the numbers of public characters, scenes, quotes and commentary entries of a film.

Of commentary, only what sources say is counted, as in lists.

They are columns of ``Film``, loaded only on access. ``models.film`` cannot import what it counts.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import column_property

from models.asserted_by import asserted_by_filter
from models.character import Character
from models.commentary import Commentary
from models.film import Film
from models.quote import Quote
from models.scene import Scene


def _count_of(model: Any) -> Any:
    asserted = asserted_by_filter(model, None)
    count = select(func.count()).where(model.film_id == Film.id, model.visible(), *asserted)
    return column_property(count.correlate_except(model).scalar_subquery(), deferred=True)


Film.character_count = _count_of(Character)
Film.scene_count = _count_of(Scene)
Film.quote_count = _count_of(Quote)
Film.commentary_count = _count_of(Commentary)
