"""Paragraph citations: the commentary, quotes and scenes that cite a paragraph.

They are relationships of ``Paragraph``, loaded only on access. ``models.source`` cannot import what cites it.
Of commentary, they have what sources say, as lists do by default.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, join
from sqlalchemy.orm import relationship

from models.asserted_by import asserted_by_filter
from models.citation import Citation, citation_paragraphs
from models.commentary import Commentary
from models.quote import Quote
from models.scene import Scene
from models.source import Paragraph


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
        secondaryjoin=and_(cited, owner_id == model.id, *asserted_by_filter(model, None)),
    )


Paragraph.citing_commentary = _citing_rows(Commentary, Citation.commentary_id)
Paragraph.citing_quotes = _citing_rows(Quote, Citation.quote_id)
Paragraph.citing_scenes = _citing_rows(Scene, Citation.scene_id)
