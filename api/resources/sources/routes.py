"""Routes of sources and their paragraphs."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from sqlalchemy import Select

from api.core.app_context import session
from api.http.url_converters import PARAGRAPH_NUMBER, slug_parameter
from api.resources.sources.coverage_schemas import SourceCoverageSchema
from api.resources.sources.schemas import (
    FilmSourceQuerySchema,
    ParagraphQuerySchema,
    ParagraphSchema,
    SourceQuerySchema,
    SourceSchema,
)
from api.schemas.coverage_fields import CoverageQuerySchema
from api.views.blueprint import Blueprint
from api.views.computed import computed_view
from models import Film, Paragraph, Source
from models.source_coverage import SourceCoverage, source_coverage

blp = Blueprint(
    "sources",
    __name__,
    url_prefix="/v1",
    description="Essays, reviews, books and talks, with their paragraphs.",
)

ESSAY = "/v1/sources/her-perfection-is-the-enemy-of-real"


@blp.route("/sources")
class SourceList(MethodView):
    """All sources."""

    @blp.list_view(SourceQuerySchema, SourceSchema, operation="listSources", example="/v1/sources")
    def get(self, filters: dict[str, Any]) -> Select[Any]:
        """List sources

        Returns all essays, reviews, books and talks, sorted by title by default.
        """
        return Source.select_where(**filters)


@blp.route("/sources/<slug:source>", parameters=[slug_parameter("source", "source")])
class SourceDetail(MethodView):
    """One source."""

    @blp.item(SourceSchema, operation="getSource", example=ESSAY, format_type="source")
    def get(self, source: str) -> Select[Any]:
        """Get a source

        Returns the source with this id. The full text belongs to its author and is not served.
        """
        return Source.select_where(id=[source])


@blp.route("/sources/<slug:source>/coverage", parameters=[slug_parameter("source", "source")])
@computed_view(
    blp,
    SourceCoverageSchema,
    query=CoverageQuerySchema,
    operation="getSourceCoverage",
    example=f"{ESSAY}/coverage",
    description="The coverage of the source.",
)
def get_source_coverage(args: dict[str, Any], source: str) -> SourceCoverage:
    """Get a source's coverage

    Returns how much content cites a source: in total, by paragraph and by theme. Body paragraphs that nothing
    cites are listed.
    """
    return source_coverage(session(), Source.by_slug(session(), source), args.get("asserted_by"))


@blp.route("/sources/<slug:source>/paragraphs", parameters=[slug_parameter("source", "source")])
@blp.list_view(
    ParagraphQuerySchema,
    ParagraphSchema,
    operation="listSourceParagraphs",
    example=f"{ESSAY}/paragraphs?number=34,35",
    parent=Source,
)
def source_paragraphs(filters: dict[str, Any], source: str) -> Select[Any]:
    """List a source's paragraphs

    Returns the paragraphs of a source in order, each with references to everything that cites it.
    """
    return Paragraph.select_where(source=[source], **filters)


@blp.route(
    "/sources/<slug:source>/paragraphs/<int(max=100000):number>",
    parameters=[slug_parameter("source", "source"), PARAGRAPH_NUMBER],
)
@blp.item(ParagraphSchema, operation="getSourceParagraph", example=f"{ESSAY}/paragraphs/35")
def source_paragraph(source: str, number: int) -> Select[Any]:
    """Get a paragraph

    Returns one paragraph of a source, with references to everything that cites it.
    """
    return Paragraph.select_where(source=[source], number=[number])


@blp.route("/films/<slug:film>/sources", parameters=[slug_parameter("film", "film")])
@blp.list_view(
    FilmSourceQuerySchema,
    SourceSchema,
    operation="listFilmSources",
    example="/v1/films/her-2013/sources",
    parent=Film,
)
def film_sources(filters: dict[str, Any], film: str) -> Select[Any]:
    """List a film's sources

    Returns the sources that discuss a film.
    """
    return Source.select_where(film=[film], **filters)
