"""Routes of sources and their paragraphs."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from sqlalchemy import Select

from api.core.request_context import session
from api.http.url_converters import PARAGRAPH_NUMBER, slug_parameter
from api.resources.sources.coverage_schemas import SourceCoverageSchema
from api.resources.sources.schemas import (
    FilmSourceQuerySchema,
    ParagraphQuerySchema,
    ParagraphSchema,
    SourceQuerySchema,
    SourceSchema,
)
from api.views.blueprint import Blueprint
from api.views.computed import computed_view
from models import Film, Paragraph, Source
from models.source_coverage import SourceCoverage, source_coverage

blp = Blueprint(
    "sources", __name__, url_prefix="/v1", description="The essays, and their numbered paragraphs."
)

ESSAY = "/v1/sources/her-perfection-is-the-enemy-of-real"


@blp.route("/sources")
class SourceList(MethodView):
    """All sources."""

    @blp.list_view(SourceQuerySchema, SourceSchema, operation="listSources", example="/v1/sources")
    def get(self, filters: dict[str, Any]) -> Select[Any]:
        """List sources

        Every essay, review, book or talk whose argument is served, by title unless sorted otherwise.
        """
        return Source.select_where(**filters)


@blp.route("/sources/<slug:source>", parameters=[slug_parameter("source", "source")])
class SourceDetail(MethodView):
    """One source."""

    @blp.item(SourceSchema, operation="getSource", example=ESSAY, forms="source")
    def get(self, source: str) -> Select[Any]:
        """Get a source

        The source with this id. Its text is its author's and is not served.
        """
        return Source.select_where(id=[source])


blp.route_undocumented(
    "/sources/<slug:source>.<extension:extension>", SourceDetail.as_view("form"), "source_form"
)


@blp.route("/sources/<slug:source>/coverage", parameters=[slug_parameter("source", "source")])
@computed_view(
    blp,
    SourceCoverageSchema,
    operation="getSourceCoverage",
    example=f"{ESSAY}/coverage",
    description="The coverage.",
)
def get_source_coverage(_asked: dict[str, Any], source: str) -> SourceCoverage:
    """Get a source's coverage

    How much rests on the source, in all, by paragraph and by theme, and which paragraphs of its body
    nothing cites.
    """
    return source_coverage(session(), Source.by_slug(session(), source))


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

    Its paragraphs in order, each with everything that cites it.
    """
    return Paragraph.select_where(source=[source], **filters)


@blp.route(
    "/sources/<slug:source>/paragraphs/<int(max=100000):number>",
    parameters=[slug_parameter("source", "source"), PARAGRAPH_NUMBER],
)
@blp.item(ParagraphSchema, operation="getSourceParagraph", example=f"{ESSAY}/paragraphs/35")
def source_paragraph(source: str, number: int) -> Select[Any]:
    """Get a paragraph

    One paragraph of a source by its number, with everything that cites it.
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

    The sources that speak of the film.
    """
    return Source.select_where(film=[film], **filters)
