"""Routes of films."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from sqlalchemy import Select

from api.blueprint import Blueprint, slug_parameter
from api.films.schemas import FilmCoverageSchema, FilmQuerySchema, FilmSchema, SourceFilmQuerySchema
from models import Film, Source

blp = Blueprint("films", __name__, url_prefix="/v1", description="The works that are commented on.")


@blp.route("/films")
class FilmList(MethodView):
    """All films."""

    @blp.listing(FilmQuerySchema, FilmSchema, operation="listFilms", example="/v1/films")
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
@blp.item(FilmCoverageSchema, operation="getFilmCoverage", example="/v1/films/her-2013/coverage")
def film_coverage(film: str) -> Select[Any]:
    """Get a film's coverage

    How many characters, scenes, quotes and claims there are of the film.
    """
    return Film.select_where(id=[film])


@blp.route("/sources/<slug:source>/films", parameters=[slug_parameter("source", "source")])
@blp.listing(
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
