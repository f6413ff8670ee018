"""Routes of scenes."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from sqlalchemy import Select

from api.http.url_converters import slug_parameter
from api.resources.scenes.schemas import (
    CharacterSceneQuerySchema,
    FilmSceneQuerySchema,
    SceneQuerySchema,
    SceneSchema,
    SourceSceneQuerySchema,
    ThemeSceneQuerySchema,
)
from api.views.blueprint import Blueprint
from models import Character, Film, Scene, Source, Theme

blp = Blueprint("scenes", __name__, url_prefix="/v1", description="The scenes of films, in the film's order.")


@blp.route("/scenes")
class SceneList(MethodView):
    """All scenes."""

    @blp.list_view(
        SceneQuerySchema, SceneSchema, operation="listScenes", example="/v1/scenes?theme=avoidance&limit=1"
    )
    def get(self, filters: dict[str, Any]) -> Select[Any]:
        """List scenes

        Returns scenes of all films, sorted by film and in the film's order by default.
        """
        return Scene.select_where(**filters)


@blp.route("/scenes/<slug:scene>", parameters=[slug_parameter("scene", "scene")])
class SceneDetail(MethodView):
    """One scene."""

    @blp.item(SceneSchema, operation="getScene", example="/v1/scenes/her-2013-lunch-with-catherine")
    def get(self, scene: str) -> Select[Any]:
        """Get a scene

        Returns the scene with this id: what happens, who appears, and where sources narrate it.
        """
        return Scene.select_where(id=[scene])


@blp.route("/films/<slug:film>/scenes", parameters=[slug_parameter("film", "film")])
@blp.list_view(
    FilmSceneQuerySchema,
    SceneSchema,
    operation="listFilmScenes",
    example="/v1/films/her-2013/scenes?limit=1&include=characters,quotes",
    parent=Film,
)
def film_scenes(filters: dict[str, Any], film: str) -> Select[Any]:
    """List a film's scenes

    Returns the scenes of a film, in the film's order by default.
    """
    return Scene.select_where(film=[film], **filters)


@blp.route("/characters/<slug:character>/scenes", parameters=[slug_parameter("character", "character")])
@blp.list_view(
    CharacterSceneQuerySchema,
    SceneSchema,
    operation="listCharacterScenes",
    example="/v1/characters/her-2013-catherine/scenes?presence=present&limit=1",
    parent=Character,
)
def character_scenes(filters: dict[str, Any], character: str) -> Select[Any]:
    """List a character's scenes

    Returns the scenes in which a character is present, heard or mentioned. Filter with `presence`.
    """
    return Scene.select_where(character=[character], **filters)


@blp.route("/themes/<slug:theme>/scenes", parameters=[slug_parameter("theme", "theme")])
@blp.list_view(
    ThemeSceneQuerySchema,
    SceneSchema,
    operation="listThemeScenes",
    example="/v1/themes/avoidance/scenes?limit=1",
    parent=Theme,
)
def theme_scenes(filters: dict[str, Any], theme: str) -> Select[Any]:
    """List a theme's scenes

    Returns scenes tagged with a theme or its subthemes.
    """
    return Scene.select_where(theme=[theme], **filters)


@blp.route("/sources/<slug:source>/scenes", parameters=[slug_parameter("source", "source")])
@blp.list_view(
    SourceSceneQuerySchema,
    SceneSchema,
    operation="listSourceScenes",
    example="/v1/sources/her-perfection-is-the-enemy-of-real/scenes?limit=1",
    parent=Source,
)
def source_scenes(filters: dict[str, Any], source: str) -> Select[Any]:
    """List a source's scenes

    Returns the scenes that a source narrates.
    """
    return Scene.select_where(source=[source], **filters)
