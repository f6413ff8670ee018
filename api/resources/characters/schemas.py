"""Shapes of characters."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import ItemSchema, ResponseSchema
from api.schemas.create_bodies import CreateSchema, note_field
from api.schemas.fields import CommaSeparated, ConstantField, Reference, Slug, Text
from api.schemas.filters import IdFilter, ListQuerySchema, SortField, TextFilter, drop_filters
from api.schemas.links import ListURLField, URLField
from api.schemas.references import NestedObject, ReferenceTo
from models import Character


class CharacterLinksSchema(ResponseSchema):
    """Where to go from a character."""

    scenes = ListURLField("scene", by="character", description="Scenes it is in, or spoken of.")
    quotes = ListURLField("quote", by="speaker", description="Its lines.")
    commentary = ListURLField("commentary", by="character", description="What is argued about it.")


class CharacterSchema(ItemSchema):
    """Who appears in a film or is heard in it. What is said of a character is said of no person."""

    type = ConstantField("character", "Always `character`.")
    url = URLField("/v1/characters/", description="This character's address.")
    name = fields.String(allow_none=True, metadata={"description": "The name the film gives; null if none."})
    description = fields.String(metadata={"description": "Who this is, in our words."})
    performer = fields.String(allow_none=True, metadata={"description": "Who plays or voices the part."})
    film = ReferenceTo("film", metadata={"description": "The film."})
    editor_note = fields.String(allow_none=True, metadata={"description": "What an editor adds."})
    links = NestedObject(CharacterLinksSchema, metadata={"description": "Where to go from here."})


class CharacterQuerySchema(IdFilter, TextFilter, ListQuerySchema):
    """Filters and order of characters."""

    model = Character

    film = CommaSeparated(Slug(), metadata={"description": "Only characters of any of these films."})
    scene = CommaSeparated(
        Slug(), metadata={"description": "Only characters in, or spoken of in, any of these scenes."}
    )
    sort = SortField(Character)


FilmCharacterQuerySchema = drop_filters(CharacterQuerySchema, "FilmCharacterQuerySchema", "film")
SceneCharacterQuerySchema = drop_filters(CharacterQuerySchema, "SceneCharacterQuerySchema", "scene", "film")


class CharacterCreateSchema(CreateSchema):
    """A character, as it is written."""

    film = Reference("film", required=True)
    name = Text(120, allow_none=True, load_default=None)
    description = Text(1000, required=True)
    performer = Text(120, allow_none=True, load_default=None)
    editor_note = note_field()
