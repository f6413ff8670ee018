"""Shapes of quotes."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from api.schemas.base import AdvisoryLinkSchema, CitationSchema, ItemSchema, ResponseSchema
from api.schemas.create_bodies import (
    CreateSchema,
    advisories_field,
    citations_field,
    language_field,
    note_field,
    themes_field,
)
from api.schemas.fields import Choice, CommaSeparated, ConstantField, NullableConstant, Reference, Slug, Text
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
from models import Certainty, Fidelity, Quote, QuoteKind, Voice

RIGHTS = "Quoted from the source for criticism and review; the words belong to their author."


class QuoteLinksSchema(ResponseSchema):
    """Where to go from a quote."""

    commentary = ListURLField("commentary", by="quote", description="The claims that rest on it.")


class QuoteSchema(ItemSchema):
    """Exact words, as a source quotes them."""

    type = ConstantField("quote", "Always `quote`.")
    url = URLField("/v1/quotes/", description="This quote's address.")
    html_url = URLField("/quotes/", description="The address of its page, for people.")
    text = fields.String(metadata={"description": "The words, exactly."})
    language = fields.String(metadata={"description": "BCP 47 tag of their language."})
    word_count = fields.Integer(metadata={"description": "How many words, as white space separates them."})
    kind = Choice(QuoteKind, metadata={"description": "What sort of quote it is."})
    voice = Choice(Voice, metadata={"description": "Whose words they are: the film's or the essay's."})
    fidelity = Choice(Fidelity, metadata={"description": "How far the wording is vouched for."})
    speaker = ReferenceTo(
        "character",
        allow_none=True,
        metadata={"description": "Who says it; null if nobody in the film."},
    )
    speaker_certainty = Choice(
        Certainty, allow_none=True, metadata={"description": "How sure that is; null without a speaker."}
    )
    film = ReferenceTo("film", metadata={"description": "The film."})
    scene = ReferenceTo(
        "scene", allow_none=True, metadata={"description": "The scene it belongs to; null if to none."}
    )
    themes = ReferencesTo("theme", metadata={"description": "What it is about."})
    advisories = NestedParts(
        AdvisoryLinkSchema,
        attribute="advisory_links",
        metadata={"description": "Content notes on the quoted words."},
    )
    citations = NestedParts(CitationSchema, metadata={"description": "Where it is quoted: one paragraph."})
    rights = NullableConstant(RIGHTS, "On what ground the words stand here.")
    editor_note = fields.String(allow_none=True, metadata={"description": "What an editor adds."})
    links = NestedObject(QuoteLinksSchema, metadata={"description": "Where to go from here."})


class QuoteQuerySchema(IdFilter, TextFilter, ThemeFilters, AdvisoryFilters, ListQuerySchema):
    """Filters and order of quotes."""

    model = Quote

    film = CommaSeparated(Slug(), metadata={"description": "Only quotes of and about any of these films."})
    scene = CommaSeparated(
        Slug(), metadata={"description": "Only quotes that belong to any of these scenes."}
    )
    speaker = CommaSeparated(Slug(), metadata={"description": "Only lines of any of these characters."})
    speaker_certainty = CommaSeparated(
        Choice(Certainty), metadata={"description": "Only lines whose speaker is this certain."}
    )
    kind = CommaSeparated(Choice(QuoteKind), metadata={"description": "Only quotes of any of these kinds."})
    voice = CommaSeparated(
        Choice(Voice), metadata={"description": "Only the film's words, or only the essay's."}
    )
    fidelity = CommaSeparated(Choice(Fidelity), metadata={"description": "Only quotes vouched for this far."})
    language = CommaSeparated(
        language_field(), metadata={"description": "Only quotes in any of these languages."}
    )
    source = CommaSeparated(Slug(), metadata={"description": "Only quotes from any of these sources."})
    sort = SortField(Quote)


FilmQuoteQuerySchema = drop_filters(QuoteQuerySchema, "FilmQuoteQuerySchema", "film")
SceneQuoteQuerySchema = drop_filters(QuoteQuerySchema, "SceneQuoteQuerySchema", "scene", "film")
CharacterQuoteQuerySchema = drop_filters(QuoteQuerySchema, "CharacterQuoteQuerySchema", "speaker", "film")
ThemeQuoteQuerySchema = drop_filters(QuoteQuerySchema, "ThemeQuoteQuerySchema", "theme")
SourceQuoteQuerySchema = drop_filters(QuoteQuerySchema, "SourceQuoteQuerySchema", "source")


class QuoteCreateSchema(CreateSchema):
    """A quote, as it is written."""

    text = Text(5000, required=True)
    language = language_field(required=True)
    kind = Choice(QuoteKind, required=True)
    voice = Choice(Voice, required=True)
    fidelity = Choice(Fidelity, load_default=Fidelity.AS_QUOTED_BY_SOURCE)
    speaker = Reference("character", allow_none=True, load_default=None)
    speaker_certainty = Choice(Certainty, allow_none=True, load_default=None)
    film = Reference("film", required=True)
    scene = Reference("scene", allow_none=True, load_default=None)
    themes = themes_field()
    advisories = advisories_field()
    citations = citations_field(max_citations=1)
    editor_note = note_field()

    @validates_schema
    def speaker_fits_voice(self, entry: dict[str, Any], **_: Any) -> None:
        """Refuse what contradicts itself: the same rules stand as constraints on the table."""
        speaker = entry.get("speaker")
        if (speaker is None) != (entry.get("speaker_certainty") is None):
            raise ValidationError(
                "A speaker needs a certainty, and a certainty a speaker.", "speaker_certainty"
            )
        if entry.get("voice") is Voice.ESSAY and speaker is not None:
            raise ValidationError("The essay's own words have no speaker in the film.", "speaker")
        if entry.get("voice") is Voice.ESSAY and entry.get("fidelity") is Fidelity.VERIFIED_IN_FILM:
            raise ValidationError("The essay's own words cannot be verified in the film.", "fidelity")

    @validates_schema
    def cites_one_paragraph(self, entry: dict[str, Any], **_: Any) -> None:
        """Refuse a quote that is said to stand in several paragraphs: it is verbatim in one."""
        if any(len(citation["paragraphs"]) != 1 for citation in entry.get("citations", ())):
            raise ValidationError("A quote cites exactly one paragraph.", "citations")
