"""Related themes: the themes that the same scenes, quotes and commentary are tagged with."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CompoundSelect, literal_column, select, union_all
from sqlalchemy.orm import Session

from models.asserted_by import AssertedByFilter
from models.facet_queries import run_facet_queries
from models.theme import Theme, ThemeRelation
from models.theme_counts import ThemeCounts, are_complete, rank_themes, theme_facet_queries


def related_themes(
    session: Session, theme: Theme, film: list[str], asserted_by: AssertedByFilter | None = None
) -> tuple[list[ThemeCounts], bool]:
    """Return the themes that co-occur with ``theme``, most frequent first, and whether the list is complete.

    As in every filter, a theme includes its subthemes. It co-occurs with its broader theme and its subthemes
    by definition, so these are left out. ``film`` restricts the counts to films with these slugs. Of
    commentary, ``asserted_by`` is the filter of ``models.asserted_by``. Runs two statements.
    """
    connections = session.execute(_select_connected_themes(theme)).all()
    queries = theme_facet_queries(theme=[theme.slug], film=film, asserted_by=asserted_by)
    counts = run_facet_queries(session, *queries)
    related = frozenset(slug for kind, slug in connections if kind == "related")
    hierarchy = {theme.slug} | {slug for kind, slug in connections if kind == "same"}
    ranked = [counted for counted in rank_themes(counts, related) if counted.slug not in hierarchy]
    return ranked, are_complete(counts)


def _select_connected_themes(theme: Theme) -> CompoundSelect[Any]:
    """Return the statement for the related themes of a theme, its broader theme and its subthemes.

    Its columns are ``related`` or, for the hierarchy, ``same``, and the slug.
    """
    related_ids = select(ThemeRelation.related_id).where(ThemeRelation.theme_id == theme.id)
    is_in_hierarchy = (Theme.broader_id == theme.id) | (Theme.id == theme.broader_id)
    return union_all(
        select(literal_column("'related'"), Theme.slug).where(Theme.id.in_(related_ids)),
        select(literal_column("'same'"), Theme.slug).where(is_in_hierarchy),
    )
