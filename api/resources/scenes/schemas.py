"""Schemas of scenes."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from api.schemas.fields import (
    TIMECODE,
    Choice,
    CommaSeparated,
    ConstantField,
    Line,
    Reference,
    RegexpRule,
    Text,
)
from api.schemas.list_queries import (
    AdvisoryFilters,
    IdFilter,
    ListQuerySchema,
    SortField,
    TextFilter,
    ThemeFilters,
    drop_filters,
)
from api.schemas.pack_entry_schemas import (
    CreateSchema,
    advisories_field,
    citations_field,
    note_field,
    position_field,
    themes_field,
)
from api.schemas.reference_fields import (
    ListURLField,
    NestedObject,
    NestedParts,
    ReferencesTo,
    ReferenceTo,
    URLField,
)
from api.schemas.shared_schemas import (
    AdvisoryLinkSchema,
    CitationSchema,
    ItemSchema,
    RequestSchema,
    ResponseSchema,
)
from models import Presence, Scene

TIMECODE_RULE = RegexpRule(TIMECODE, "Invalid timecode “{input}”. Use the format 00:12:34.")


class AppearanceSchema(ResponseSchema):
    """A character's appearance in a scene."""

    presence = Choice(
        Presence, metadata={"description": "Whether the character is present, only heard or only mentioned."}
    )
    character = ReferenceTo("character", include="characters", metadata={"description": "The character."})


class SceneLinksSchema(ResponseSchema):
    """Links from a scene to related resources."""

    quotes = ListURLField("quote", by="scene", description="Quotes that belong to the scene.")
    commentary = ListURLField("commentary", by="scene", description="Commentary on the scene.")
    previous = URLField(
        "/v1/scenes/",
        attribute="previous_slug",
        allow_none=True,
        description="The previous scene of the film; null for the first.",
    )
    next = URLField(
        "/v1/scenes/",
        attribute="next_slug",
        allow_none=True,
        description="The next scene of the film; null for the last.",
    )


class SceneSchema(ItemSchema):
    """One unit of a film. How a source divides and orders the scenes is the source's `narration`."""

    type = ConstantField("scene", "Always `scene`.")
    url = URLField("/v1/scenes/", description="The URL of this scene.")
    html_url = URLField("/scenes/", description="The URL of the scene's web page.")
    title = fields.String(metadata={"description": "A short, neutral title, written by an editor."})
    film = ReferenceTo("film", metadata={"description": "The film."})
    position = fields.Integer(
        metadata={"description": "The position of the scene in the film, from 1: the film's own order."}
    )
    summary = fields.String(metadata={"description": "What happens, in the editor's words."})
    starts_at = fields.String(
        allow_none=True,
        metadata={"description": "The timecode of the start, as `HH:MM:SS`; null if unknown."},
    )
    ends_at = fields.String(
        allow_none=True, metadata={"description": "The timecode of the end, as `HH:MM:SS`; null if unknown."}
    )
    appearances = NestedParts(
        AppearanceSchema, metadata={"description": "The characters who are present, heard or mentioned."}
    )
    themes = ReferencesTo("theme", metadata={"description": "The themes of the scene."})
    citations = NestedParts(CitationSchema, metadata={"description": "Where sources narrate the scene."})
    advisories = NestedParts(
        AdvisoryLinkSchema,
        attribute="advisory_links",
        metadata={"description": "The advisories on title and summary."},
    )
    editor_note = fields.String(allow_none=True, metadata={"description": "A note by the editor, or null."})
    links = NestedObject(SceneLinksSchema, metadata={"description": "URLs of related resources."})


class SceneQuerySchema(IdFilter, TextFilter, ThemeFilters, AdvisoryFilters, ListQuerySchema):
    """Query parameters of scenes."""

    model = Scene

    film = CommaSeparated(Reference("film"), metadata={"description": "Return only scenes of these films."})
    character = CommaSeparated(
        Reference("character"),
        metadata={"description": "Return only scenes in which these characters appear."},
    )
    presence = CommaSeparated(
        Choice(Presence),
        metadata={
            "description": "Return only scenes with appearances of these kinds. With `character`, only that "
            "character's appearances count."
        },
    )
    source = CommaSeparated(
        Reference("source"), metadata={"description": "Return only scenes that these sources narrate."}
    )
    sort = SortField(Scene)


FilmSceneQuerySchema = drop_filters(SceneQuerySchema, "FilmSceneQuerySchema", "film")
CharacterSceneQuerySchema = drop_filters(SceneQuerySchema, "CharacterSceneQuerySchema", "character", "film")
ThemeSceneQuerySchema = drop_filters(SceneQuerySchema, "ThemeSceneQuerySchema", "theme")
SourceSceneQuerySchema = drop_filters(SceneQuerySchema, "SourceSceneQuerySchema", "source")


class AppearanceBody(RequestSchema):
    """An appearance, as written in a body."""

    character = Reference("character", required=True)
    presence = Choice(Presence, required=True)


class SceneCreateSchema(CreateSchema):
    """A scene, as written in a pack."""

    title = Line(300, required=True)
    film = Reference("film", required=True)
    position = position_field()
    summary = Text(2000, required=True)
    starts_at = Line(8, allow_none=True, load_default=None, pattern=TIMECODE_RULE)
    ends_at = Line(8, allow_none=True, load_default=None, pattern=TIMECODE_RULE)
    appearances = fields.List(
        fields.Nested(AppearanceBody), load_default=list, validate=validate.Length(max=100)
    )
    themes = themes_field()
    citations = citations_field()
    advisories = advisories_field()
    editor_note = note_field()

    @validates_schema
    def ends_after_it_starts(self, entry: dict[str, Any], **_: Any) -> None:
        """Reject an end before the start; the table has the same rule as a constraint."""
        starts_at, ends_at = entry.get("starts_at"), entry.get("ends_at")
        if starts_at and ends_at and ends_at < starts_at:
            raise ValidationError("Must not be before starts_at.", "ends_at")
