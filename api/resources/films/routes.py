"""Routes of films."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from sqlalchemy import Select

from api.core.request_context import session
from api.http.url_converters import slug_parameter
from api.resources.films.coverage_schemas import FilmCoverageSchema
from api.resources.films.schemas import FilmQuerySchema, FilmSchema, SourceFilmQuerySchema
from api.resources.films.theme_map_schemas import ThemeMapQuerySchema, ThemeMapSchema
from api.views.blueprint import Blueprint
from api.views.computed import computed_view
from models import Film, Source
from models.film_coverage import FilmCoverage, film_coverage
from models.theme_map import ThemeMap, theme_map

blp = Blueprint("films", __name__, url_prefix="/v1", description="The works that are commented on.")


@blp.route("/films")
class FilmList(MethodView):
    """All films."""

    @blp.list_view(FilmQuerySchema, FilmSchema, operation="listFilms", example="/v1/films")
    def get(self, filters: dict[str, Any]) -> Select[Any]:
        """List films

        Every film that has commentary here, by title unless sorted otherwise.
        """
        return Film.select_where(**filters)


@blp.route("/films/<slug:film>", parameters=[slug_parameter("film", "film")])
class FilmDetail(MethodView):
    """One film."""

    @blp.item(FilmSchema, operation="getFilm", example="/v1/films/her-2013")
    def get(self, film: str) -> Select[Any]:
        """Get a film

        The film with this id, with the facts that are certain.
        """
        return Film.select_where(id=[film])


@blp.route("/films/<slug:film>/coverage", parameters=[slug_parameter("film", "film")])
@computed_view(
    blp,
    FilmCoverageSchema,
    operation="getFilmCoverage",
    example="/v1/films/her-2013/coverage",
    description="The coverage.",
)
def get_film_coverage(_asked: dict[str, Any], film: str) -> FilmCoverage:
    """Get a film's coverage

    How much there is of the film, in all and by kind, theme, scene and source, and which scenes have
    nothing. Counts are those of the lists with the filters of the same names.
    """
    return film_coverage(session(), Film.by_slug(session(), film))


@blp.route("/films/<slug:film>/theme-map", parameters=[slug_parameter("film", "film")])
@computed_view(
    blp,
    ThemeMapSchema,
    query=ThemeMapQuerySchema,
    operation="getFilmThemeMap",
    example="/v1/films/her-2013/theme-map?max_severity=0",
    description="The map.",
)
def get_film_theme_map(asked: dict[str, Any], film: str) -> ThemeMap:
    """Get a film's theme map

    Which scenes are about which themes, and how much: scenes in narrated order, themes by name with those
    that are narrower behind each, and a cell wherever a scene, its quotes or claims about it carry a
    theme. To be drawn as it is: scenes across, themes down, weights as sizes.
    """
    return theme_map(session(), Film.by_slug(session(), film), asked.get("max_severity"))


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

    The films that the source speaks of.
    """
    return Film.select_where(source=[source], **filters)
