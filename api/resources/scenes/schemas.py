"""Shapes of scenes."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from api.schemas.base import AdvisoryLinkSchema, CitationSchema, ItemSchema, RequestSchema, ResponseSchema
from api.schemas.create_bodies import (
    CreateSchema,
    advisories_field,
    citations_field,
    note_field,
    themes_field,
)
from api.schemas.fields import (
    TIMECODE,
    Choice,
    CommaSeparated,
    ConstantField,
    Reference,
    RegexpRule,
    Slug,
    Text,
)
from api.schemas.filters import (
    AdvisoryFilters,
    IdFilter,
    ListQuerySchema,
    SortField,
    TextFilter,
    ThemeFilters,
    drop_filters,
)
from api.schemas.links import ListURLField, URLField
from api.schemas.references import NestedObject, NestedParts, ReferencesTo, ReferenceTo
from models import Presence, Scene

TIMECODE_RULE = RegexpRule(TIMECODE, "“{input}” is not a timecode; it looks like 00:12:34.")


class AppearanceSchema(ResponseSchema):
    """A character in a scene, and how."""

    presence = Choice(Presence, metadata={"description": "Seen, only heard, or only spoken of."})
    character = ReferenceTo("character", include="characters", metadata={"description": "The character."})


class SceneLinksSchema(ResponseSchema):
    """Where to go from a scene."""

    quotes = ListURLField("quote", by="scene", description="Lines and sentences that belong to it.")
    commentary = ListURLField("commentary", by="scene", description="What is argued about it.")
    previous = URLField(
        "/v1/scenes/",
        attribute="previous_slug",
        allow_none=True,
        description="The scene before it in the film; null for the first.",
    )
    next = URLField(
        "/v1/scenes/",
        attribute="next_slug",
        allow_none=True,
        description="The scene after it in the film; null for the last.",
    )


class SceneSchema(ItemSchema):
    """A unit of a film, as the sources narrate it."""

    type = ConstantField("scene", "Always `scene`.")
    url = URLField("/v1/scenes/", description="This scene's address.")
    html_url = URLField("/scenes/", description="The address of its page, for people.")
    title = fields.String(metadata={"description": "A short neutral title, ours."})
    film = ReferenceTo("film", metadata={"description": "The film."})
    position = fields.Integer(metadata={"description": "Its place in the narrated order, from 1."})
    summary = fields.String(metadata={"description": "What happens, in our words."})
    starts_at = fields.String(
        allow_none=True,
        metadata={"description": "Timecode `HH:MM:SS` of its beginning; null when not known."},
    )
    ends_at = fields.String(
        allow_none=True, metadata={"description": "Timecode `HH:MM:SS` of its end; null when not known."}
    )
    appearances = NestedParts(AppearanceSchema, metadata={"description": "Who is seen, heard or spoken of."})
    themes = ReferencesTo("theme", metadata={"description": "What it is about."})
    citations = NestedParts(CitationSchema, metadata={"description": "Where sources narrate it."})
    advisories = NestedParts(
        AdvisoryLinkSchema,
        attribute="advisory_links",
        metadata={"description": "Content notes on its title and summary."},
    )
    editor_note = fields.String(allow_none=True, metadata={"description": "What an editor adds."})
    links = NestedObject(SceneLinksSchema, metadata={"description": "Where to go from here."})


class SceneQuerySchema(IdFilter, TextFilter, ThemeFilters, AdvisoryFilters, ListQuerySchema):
    """Filters and order of scenes."""

    model = Scene

    film = CommaSeparated(Slug(), metadata={"description": "Only scenes of any of these films."})
    character = CommaSeparated(
        Slug(), metadata={"description": "Only scenes in which any of these characters appears."}
    )
    presence = CommaSeparated(
        Choice(Presence),
        metadata={
            "description": "Only appearances of any of these kinds; together with `character`, theirs."
        },
    )
    source = CommaSeparated(
        Slug(), metadata={"description": "Only scenes that any of these sources narrates."}
    )
    sort = SortField(Scene)


FilmSceneQuerySchema = drop_filters(SceneQuerySchema, "FilmSceneQuerySchema", "film")
CharacterSceneQuerySchema = drop_filters(SceneQuerySchema, "CharacterSceneQuerySchema", "character", "film")
ThemeSceneQuerySchema = drop_filters(SceneQuerySchema, "ThemeSceneQuerySchema", "theme")
SourceSceneQuerySchema = drop_filters(SceneQuerySchema, "SourceSceneQuerySchema", "source")


class AppearanceBody(RequestSchema):
    """A character in a scene, as a body writes it."""

    character = Reference("character", required=True)
    presence = Choice(Presence, required=True)


class SceneCreateSchema(CreateSchema):
    """A scene, as it is written."""

    title = Text(300, required=True)
    film = Reference("film", required=True)
    summary = Text(2000, required=True)
    starts_at = Text(8, allow_none=True, load_default=None, pattern=TIMECODE_RULE)
    ends_at = Text(8, allow_none=True, load_default=None, pattern=TIMECODE_RULE)
    appearances = fields.List(
        fields.Nested(AppearanceBody), load_default=list, validate=validate.Length(max=100)
    )
    themes = themes_field()
    citations = citations_field()
    advisories = advisories_field()
    editor_note = note_field()

    @validates_schema
    def ends_after_it_starts(self, entry: dict[str, Any], **_: Any) -> None:
        """Refuse an end before the beginning: the same rule stands as a constraint on the table."""
        starts_at, ends_at = entry.get("starts_at"), entry.get("ends_at")
        if starts_at and ends_at and ends_at < starts_at:
            raise ValidationError("A scene does not end before it starts.", "ends_at")
