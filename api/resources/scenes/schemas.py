"""Shapes of scenes."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from api.schemas.base import AdvisoryLinkSchema, Body, CitationSchema, ItemSchema, Out
from api.schemas.create_bodies import CreateBody, advisories_field, citations_field, note_field, themes_field
from api.schemas.fields import TIMECODE, AnyOf, Choice, Const, Matching, Reference, Slug, Text
from api.schemas.filters import (
    AdvisoryFilters,
    IdFilter,
    ListQuerySchema,
    SortField,
    TextFilter,
    ThemeFilters,
    without,
)
from api.schemas.links import Address, ListAddress
from api.schemas.references import Grouped, Parts, ReferencesTo, ReferenceTo
from models import Presence, Scene

TIMECODE_RULE = Matching(TIMECODE, "“{input}” is not a timecode; it looks like 00:12:34.")


class AppearanceSchema(Out):
    """A character in a scene, and how."""

    presence = Choice(Presence, metadata={"description": "Seen, only heard, or only spoken of."})
    character = ReferenceTo("character", include="characters", metadata={"description": "The character."})


class SceneLinksSchema(Out):
    """Where to go from a scene."""

    quotes = ListAddress("quote", by="scene", description="Lines and sentences that belong to it.")
    commentary = ListAddress("commentary", by="scene", description="What is argued about it.")
    previous = Address(
        "/v1/scenes/",
        attribute="previous_slug",
        allow_none=True,
        description="The scene before it in the film; null for the first.",
    )
    next = Address(
        "/v1/scenes/",
        attribute="next_slug",
        allow_none=True,
        description="The scene after it in the film; null for the last.",
    )


class SceneSchema(ItemSchema):
    """A unit of a film, as the sources narrate it."""

    type = Const("scene", "Always `scene`.")
    url = Address("/v1/scenes/", description="This scene's address.")
    html_url = Address("/scenes/", description="The address of its page, for people.")
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
    appearances = Parts(AppearanceSchema, metadata={"description": "Who is seen, heard or spoken of."})
    themes = ReferencesTo("theme", metadata={"description": "What it is about."})
    citations = Parts(CitationSchema, metadata={"description": "Where sources narrate it."})
    advisories = Parts(
        AdvisoryLinkSchema,
        attribute="advisory_links",
        metadata={"description": "Content notes on its title and summary."},
    )
    editor_note = fields.String(allow_none=True, metadata={"description": "What an editor adds."})
    links = Grouped(SceneLinksSchema, metadata={"description": "Where to go from here."})


class SceneQuerySchema(IdFilter, TextFilter, ThemeFilters, AdvisoryFilters, ListQuerySchema):
    """Filters and order of scenes."""

    noun = Scene

    film = AnyOf(Slug(), metadata={"description": "Only scenes of any of these films."})
    character = AnyOf(
        Slug(), metadata={"description": "Only scenes in which any of these characters appears."}
    )
    presence = AnyOf(
        Choice(Presence),
        metadata={
            "description": "Only appearances of any of these kinds; together with `character`, theirs."
        },
    )
    source = AnyOf(Slug(), metadata={"description": "Only scenes that any of these sources narrates."})
    sort = SortField(Scene)


FilmSceneQuerySchema = without(SceneQuerySchema, "FilmSceneQuerySchema", "film")
CharacterSceneQuerySchema = without(SceneQuerySchema, "CharacterSceneQuerySchema", "character", "film")
ThemeSceneQuerySchema = without(SceneQuerySchema, "ThemeSceneQuerySchema", "theme")
SourceSceneQuerySchema = without(SceneQuerySchema, "SourceSceneQuerySchema", "source")


class AppearanceBody(Body):
    """A character in a scene, as a body writes it."""

    character = Reference("character", required=True)
    presence = Choice(Presence, required=True)


class SceneCreateSchema(CreateBody):
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
