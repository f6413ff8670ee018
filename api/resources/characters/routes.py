"""Routes of characters."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from sqlalchemy import Select

from api.http.url_converters import slug_parameter
from api.resources.characters.schemas import (
    CharacterQuerySchema,
    CharacterSchema,
    FilmCharacterQuerySchema,
    SceneCharacterQuerySchema,
)
from api.views.blueprint import Blueprint
from models import Character, Film, Scene

blp = Blueprint("characters", __name__, url_prefix="/v1", description="The characters and voices of films.")


@blp.route("/characters")
class CharacterList(MethodView):
    """All characters."""

    @blp.list_view(
        CharacterQuerySchema,
        CharacterSchema,
        operation="listCharacters",
        example="/v1/characters?film=her-2013&limit=2",
    )
    def get(self, filters: dict[str, Any]) -> Select[Any]:
        """List characters

        Returns characters and voices of all films, sorted by film and in the editor's order by default.
        """
        return Character.select_where(**filters)


@blp.route("/characters/<slug:character>", parameters=[slug_parameter("character", "character")])
class CharacterDetail(MethodView):
    """One character."""

    @blp.item(CharacterSchema, operation="getCharacter", example="/v1/characters/her-2013-catherine")
    def get(self, character: str) -> Select[Any]:
        """Get a character

        Returns the character with this id.
        """
        return Character.select_where(id=[character])


@blp.route("/films/<slug:film>/characters", parameters=[slug_parameter("film", "film")])
@blp.list_view(
    FilmCharacterQuerySchema,
    CharacterSchema,
    operation="listFilmCharacters",
    example="/v1/films/her-2013/characters?limit=2",
    parent=Film,
)
def film_characters(filters: dict[str, Any], film: str) -> Select[Any]:
    """List a film's characters

    Returns the characters and voices of a film, in the editor's order by default.
    """
    return Character.select_where(film=[film], **filters)


@blp.route("/scenes/<slug:scene>/characters", parameters=[slug_parameter("scene", "scene")])
@blp.list_view(
    SceneCharacterQuerySchema,
    CharacterSchema,
    operation="listSceneCharacters",
    example="/v1/scenes/her-2013-lunch-with-catherine/characters?limit=1",
    parent=Scene,
)
def scene_characters(filters: dict[str, Any], scene: str) -> Select[Any]:
    """List a scene's characters

    Returns the characters who are present, heard or mentioned in a scene. The `appearances` of the scene say
    which of these applies to whom.
    """
    return Character.select_where(scene=[scene], **filters)
