"""Shapes of characters."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import ItemSchema, Out
from api.schemas.create_bodies import CreateBody, note_field
from api.schemas.fields import AnyOf, Const, Reference, Slug, Text
from api.schemas.filters import IdFilter, ListQuerySchema, SortField, TextFilter, without
from api.schemas.links import Address, ListAddress
from api.schemas.references import Grouped, ReferenceTo
from models import Character


class CharacterLinksSchema(Out):
    """Where to go from a character."""

    scenes = ListAddress("scene", by="character", description="Scenes it is in, or spoken of.")
    quotes = ListAddress("quote", by="speaker", description="Its lines.")
    commentary = ListAddress("commentary", by="character", description="What is argued about it.")


class CharacterSchema(ItemSchema):
    """Who appears in a film or is heard in it. What is said of a character is said of no person."""

    type = Const("character", "Always `character`.")
    url = Address("/v1/characters/", description="This character's address.")
    name = fields.String(allow_none=True, metadata={"description": "The name the film gives; null if none."})
    description = fields.String(metadata={"description": "Who this is, in our words."})
    performer = fields.String(allow_none=True, metadata={"description": "Who plays or voices the part."})
    film = ReferenceTo("film", metadata={"description": "The film."})
    editor_note = fields.String(allow_none=True, metadata={"description": "What an editor adds."})
    links = Grouped(CharacterLinksSchema, metadata={"description": "Where to go from here."})


class CharacterQuerySchema(IdFilter, TextFilter, ListQuerySchema):
    """Filters and order of characters."""

    noun = Character

    film = AnyOf(Slug(), metadata={"description": "Only characters of any of these films."})
    scene = AnyOf(
        Slug(), metadata={"description": "Only characters in, or spoken of in, any of these scenes."}
    )
    sort = SortField(Character)


FilmCharacterQuerySchema = without(CharacterQuerySchema, "FilmCharacterQuerySchema", "film")
SceneCharacterQuerySchema = without(CharacterQuerySchema, "SceneCharacterQuerySchema", "scene", "film")


class CharacterCreateSchema(CreateBody):
    """A character, as it is written."""

    film = Reference("film", required=True)
    name = Text(120, allow_none=True, load_default=None)
    description = Text(1000, required=True)
    performer = Text(120, allow_none=True, load_default=None)
    editor_note = note_field()
