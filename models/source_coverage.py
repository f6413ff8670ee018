"""Source coverage: how much content cites a source, by paragraph and theme, and its uncited paragraphs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import CompoundSelect, Executable, func, literal_column, select, union_all
from sqlalchemy.orm import Session

from models.asserted_by import AssertedByFilter, asserted_by_filter
from models.citation import Citation, citation_paragraphs
from models.commentary import Commentary
from models.facet_queries import count_relation, run_facet_queries
from models.quote import Quote
from models.scene import Scene
from models.source import Paragraph, ParagraphKind, Source
from models.theme_counts import ThemeCounts, are_complete, rank_themes, theme_facet_queries

#: The maximum number of paragraphs in a report; beyond it the counts are lower bounds.
MAX_PARAGRAPHS = 2_000


@dataclass(frozen=True)
class ParagraphCounts:
    """A paragraph, and the numbers of scenes, quotes and commentary entries that cite it."""

    number: int
    kind: ParagraphKind
    scenes: int = 0
    quotes: int = 0
    commentary: int = 0

    @property
    def is_cited(self) -> bool:
        """Whether anything cites it."""
        return bool(self.scenes + self.quotes + self.commentary)


@dataclass(frozen=True)
class SourceCoverage:
    """The coverage of a source; if ``relation`` is ``at-least``, lists are truncated or counts too low."""

    source: Source
    relation: str
    scenes: int
    quotes: int
    commentary: int
    by_paragraph: list[ParagraphCounts]
    by_theme: list[ThemeCounts]

    @property
    def body(self) -> list[ParagraphCounts]:
        """The paragraphs of the kind ``body``: all but headings and the like."""
        return [paragraph for paragraph in self.by_paragraph if paragraph.kind is ParagraphKind.BODY]

    @property
    def paragraphs(self) -> int:
        """The number of paragraphs."""
        return len(self.by_paragraph)

    @property
    def body_paragraphs(self) -> int:
        """The number of body paragraphs."""
        return len(self.body)

    @property
    def uncited_paragraphs(self) -> list[int]:
        """The numbers of the body paragraphs that nothing cites."""
        return [paragraph.number for paragraph in self.body if not paragraph.is_cited]

    @property
    def cited_body_paragraphs(self) -> int:
        """The number of body paragraphs that are cited."""
        return self.body_paragraphs - len(self.uncited_paragraphs)

    @property
    def percent_cited(self) -> int | None:
        """The percentage of body paragraphs that are cited, rounded down; None if there are none."""
        return 100 * self.cited_body_paragraphs // self.body_paragraphs if self.body else None


def source_coverage(
    session: Session, source: Source, asserted_by: AssertedByFilter | None = None
) -> SourceCoverage:
    """Return the coverage of a source, counting visible content. Runs three statements.

    Of commentary, it counts what ``models.asserted_by.asserted_by_filter`` would select.
    """
    queries = theme_facet_queries(source=[source.slug], asserted_by=asserted_by)
    counts = run_facet_queries(session, *queries)
    paragraphs = session.execute(_select_paragraphs(source)).all()
    citations: dict[int, dict[str, int]] = {}
    for name, number, count in session.execute(_select_citation_counts(source, asserted_by)):
        citations.setdefault(number, {})[name] = count
    return SourceCoverage(
        source,
        count_relation(are_complete(counts) and len(paragraphs) <= MAX_PARAGRAPHS),
        **{name: facet_counts.number for name, facet_counts in counts.items()},
        by_paragraph=[
            ParagraphCounts(number, kind, **citations.get(number, {}))
            for number, kind in paragraphs[:MAX_PARAGRAPHS]
        ],
        by_theme=rank_themes(counts),
    )


def _select_paragraphs(source: Source) -> Executable:
    return (
        select(Paragraph.number, Paragraph.kind)
        .where(Paragraph.source_id == source.id)
        .order_by(Paragraph.number)
        .limit(MAX_PARAGRAPHS + 1)
    )


def _select_citation_counts(source: Source, asserted_by: AssertedByFilter | None) -> CompoundSelect[Any]:
    """Return the statement for the number of resources of each model that cite each paragraph.

    Its columns are the table name of the model, the paragraph's number and the count.
    """
    paragraphs = citation_paragraphs.c
    branches = (
        select(literal_column(f"'{model.__tablename__}'"), paragraphs.number, func.count())
        .join(Citation, Citation.id == paragraphs.citation_id)
        .join(model, model.id == owner)
        .where(Citation.source_id == source.id, model.is_visible, *asserted_by_filter(model, asserted_by))
        .group_by(paragraphs.number)
        for model, owner in (
            (Scene, Citation.scene_id),
            (Quote, Citation.quote_id),
            (Commentary, Citation.commentary_id),
        )
    )
    return union_all(*branches)
