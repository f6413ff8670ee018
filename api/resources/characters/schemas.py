"""Schemas of characters."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from api.schemas.authors import AuthorCreateSchema, AuthorSchema
from api.schemas.fields import CommaSeparated, ConstantField, Line, Reference, Text
from api.schemas.list_queries import (
    AdvisoryFilters,
    IdFilter,
    ListQuerySchema,
    SortField,
    TextFilter,
    drop_filters,
)
from api.schemas.pack_entry_schemas import (
    CreateSchema,
    advisories_field,
    citations_field,
    note_field,
    position_field,
)
from api.schemas.reference_fields import ListURLField, NestedObject, NestedParts, ReferenceTo, URLField
from api.schemas.shared_schemas import AdvisoryLinkSchema, CitationSchema, ItemSchema, ResponseSchema
from models import Character
from models.author import to_performer

MAX_PERFORMERS = 20


class CharacterLinksSchema(ResponseSchema):
    """Links from a character to related resources."""

    scenes = ListURLField(
        "scene", by="character", description="Scenes in which the character appears or is mentioned."
    )
    quotes = ListURLField("quote", by="speaker", description="Lines that the character speaks.")
    commentary = ListURLField("commentary", by="character", description="Commentary about the character.")


class PerformerSchema(AuthorSchema):
    """A person who plays or voices a character, named like an author."""

    part = fields.String(
        allow_none=True,
        metadata={
            "description": "What the person does of the role, such as “voice” or “as a child”, or null."
        },
    )


class CharacterSchema(ItemSchema):
    """A character or voice in a film. Statements about a character never refer to its performer."""

    type = ConstantField("character", "Always `character`.")
    url = URLField("/v1/characters/", description="The URL of this character.")
    html_url = URLField("/characters/", description="The URL of the character's web page.")
    name = fields.String(
        allow_none=True,
        metadata={"description": "The name of the character in the film; null if it has none."},
    )
    description = fields.String(metadata={"description": "Who the character is, in the editor's words."})
    performer = fields.String(
        allow_none=True,
        metadata={"description": "The name of the first of the `performers`; null if unknown."},
    )
    performers = fields.List(
        fields.Nested(PerformerSchema),
        metadata={"description": "Those who play or voice the character, in order; empty if unknown."},
    )
    film = ReferenceTo("film", metadata={"description": "The film."})
    advisories = NestedParts(
        AdvisoryLinkSchema,
        attribute="advisory_links",
        metadata={"description": "The advisories on name, label and description."},
    )
    citations = NestedParts(
        CitationSchema, metadata={"description": "Where the source speaks of the character."}
    )
    editor_note = fields.String(allow_none=True, metadata={"description": "A note by the editor, or null."})
    links = NestedObject(CharacterLinksSchema, metadata={"description": "URLs of related lists."})


class CharacterQuerySchema(IdFilter, TextFilter, AdvisoryFilters, ListQuerySchema):
    """Query parameters of characters."""

    model = Character

    film = CommaSeparated(
        Reference("film"), metadata={"description": "Return only characters of these films."}
    )
    scene = CommaSeparated(
        Reference("scene"),
        metadata={"description": "Return only characters who appear or are mentioned in these scenes."},
    )
    source = CommaSeparated(
        Reference("source"), metadata={"description": "Return only characters of whom these sources speak."}
    )
    sort = SortField(Character)


FilmCharacterQuerySchema = drop_filters(CharacterQuerySchema, "FilmCharacterQuerySchema", "film")
SceneCharacterQuerySchema = drop_filters(CharacterQuerySchema, "SceneCharacterQuerySchema", "scene", "film")


class PerformerCreateSchema(AuthorCreateSchema):
    """A performer, as written in the body of a character."""

    part = Line(60, allow_none=True)


class CharacterCreateSchema(CreateSchema):
    """A character, as written in a pack."""

    film = Reference("film", required=True)
    position = position_field()
    name = Line(120, allow_none=True, load_default=None)
    description = Text(1000, required=True)
    performer = Line(120, allow_none=True, load_default=None)
    performers = fields.List(
        fields.Nested(PerformerCreateSchema), allow_none=True, validate=validate.Length(max=MAX_PERFORMERS)
    )
    advisories = advisories_field()
    citations = citations_field(is_required=False)
    editor_note = note_field()

    @validates_schema
    def check_performer(self, character: dict[str, Any], **_: Any) -> None:
        """Require that a plain ``performer`` next to ``performers`` is the name of the first."""
        plain, performers = character.get("performer"), character.get("performers")
        if plain and performers and plain != (name := to_performer(performers[0])["name"]):
            message = f"Must be “{name}”, the first of `performers`, or be left out."
            raise ValidationError(message, "performer")

    @post_load
    def drop_empty_performers(self, character: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Return the character without `performers` if there are none, so that both forms have one digest."""
        return {name: value for name, value in character.items() if value or name != "performers"}
