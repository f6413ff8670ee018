"""Derived attributes: the counts of a film and the citations of a paragraph, loaded only on access."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, func, join, select
from sqlalchemy.orm import column_property, relationship

from models.character import Character
from models.citation import Citation, citation_paragraphs
from models.commentary import Commentary
from models.film import Film
from models.quote import Quote
from models.scene import Scene
from models.source import Paragraph


def _count_of(model: Any) -> Any:
    count = select(func.count()).where(model.film_id == Film.id, model.visible())
    return column_property(count.correlate_except(model).scalar_subquery(), deferred=True)


Film.character_count = _count_of(Character)
Film.scene_count = _count_of(Scene)
Film.quote_count = _count_of(Quote)
Film.commentary_count = _count_of(Commentary)


def _citing_rows(model: Any, owner_id: Any) -> Any:
    """Return the relationship from a paragraph to the rows of one model that cite it, by id."""
    cited = citation_paragraphs.c.citation_id == Citation.id
    links = join(citation_paragraphs, Citation.__table__, cited)
    return relationship(
        model,
        secondary=links,
        viewonly=True,
        order_by=model.slug,
        primaryjoin=and_(
            Paragraph.source_id == citation_paragraphs.c.source_id,
            Paragraph.number == citation_paragraphs.c.number,
        ),
        # Repeated for statements that name both tables without joining them.
        secondaryjoin=and_(cited, owner_id == model.id),
    )


Paragraph.citing_commentary = _citing_rows(Commentary, Citation.commentary_id)
Paragraph.citing_quotes = _citing_rows(Quote, Citation.quote_id)
Paragraph.citing_scenes = _citing_rows(Scene, Citation.scene_id)
