"""How much there is of a film: counts that are read only where they are shown."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import column_property

from models.character import Character
from models.commentary import Commentary
from models.film import Film
from models.quote import Quote
from models.scene import Scene


def _count_of(noun: Any) -> Any:
    counted = select(func.count()).where(noun.film_id == Film.id, noun.visible())
    return column_property(counted.correlate_except(noun).scalar_subquery(), deferred=True)


Film.character_count = _count_of(Character)
Film.scene_count = _count_of(Scene)
Film.quote_count = _count_of(Quote)
Film.commentary_count = _count_of(Commentary)
