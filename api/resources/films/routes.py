"""Routes of films."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from sqlalchemy import Select

from api.core.app_context import session
from api.http.url_converters import slug_parameter
from api.resources.films.coverage_schemas import FilmCoverageSchema
from api.resources.films.schemas import FilmQuerySchema, FilmSchema, SourceFilmQuerySchema
from api.resources.films.theme_map_schemas import ThemeMapQuerySchema, ThemeMapSchema
from api.schemas.coverage_fields import CoverageQuerySchema
from api.views.blueprint import Blueprint
from api.views.computed import computed_view
from models import Film, Source
from models.film_coverage import FilmCoverage, film_coverage
from models.theme_map import ThemeMap, theme_map

blp = Blueprint("films", __name__, url_prefix="/v1", description="The films that have commentary.")


@blp.route("/films")
class FilmList(MethodView):
    """All films."""

    @blp.list_view(FilmQuerySchema, FilmSchema, operation="listFilms", example="/v1/films")
    def get(self, filters: dict[str, Any]) -> Select[Any]:
        """List films

        Returns all films, sorted by title by default.
        """
        return Film.select_where(**filters)


@blp.route("/films/<slug:film>", parameters=[slug_parameter("film", "film")])
class FilmDetail(MethodView):
    """One film."""

    @blp.item(FilmSchema, operation="getFilm", example="/v1/films/her-2013")
    def get(self, film: str) -> Select[Any]:
        """Get a film

        Returns the film with this id. Facts that are not certain are null.
        """
        return Film.select_where(id=[film])


@blp.route("/films/<slug:film>/coverage", parameters=[slug_parameter("film", "film")])
@computed_view(
    blp,
    FilmCoverageSchema,
    query=CoverageQuerySchema,
    operation="getFilmCoverage",
    example="/v1/films/her-2013/coverage",
    description="The coverage of the film.",
)
def get_film_coverage(args: dict[str, Any], film: str) -> FilmCoverage:
    """Get a film's coverage

    Returns how much content a film has: in total, by kind, theme, scene and source. Scenes without quotes and
    commentary are listed. Each count is the size of the list with the filter of the same name.
    """
    return film_coverage(session(), Film.by_slug(session(), film), args.get("asserted_by"))


@blp.route("/films/<slug:film>/theme-map", parameters=[slug_parameter("film", "film")])
@computed_view(
    blp,
    ThemeMapSchema,
    query=ThemeMapQuerySchema,
    operation="getFilmThemeMap",
    example="/v1/films/her-2013/theme-map?max_severity=0",
    description="The theme map of the film.",
)
def get_film_theme_map(args: dict[str, Any], film: str) -> ThemeMap:
    """Get a film's theme map

    Returns which scenes are about which themes, ready to be drawn as a grid. Scenes are the columns, in
    the film's order. Themes are the rows, sorted by name, each followed by its subthemes. There is a cell
    where a scene, one of its quotes or commentary on it is tagged with a theme; its weight says how often.
    """
    item = Film.by_slug(session(), film)
    return theme_map(session(), item, args.get("max_severity"), args.get("asserted_by"))


@blp.route("/sources/<slug:source>/films", parameters=[slug_parameter("source", "source")])
@blp.list_view(
    SourceFilmQuerySchema,
    FilmSchema,
    operation="listSourceFilms",
    example="/v1/sources/her-perfection-is-the-enemy-of-real/films",
    parent=Source,
)
def source_films(filters: dict[str, Any], source: str) -> Select[Any]:
    """List a source's films

    Returns the films that a source discusses.
    """
    return Film.select_where(source=[source], **filters)
