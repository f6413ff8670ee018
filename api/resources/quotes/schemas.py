"""Schemas of quotes."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from api.schemas.fields import (
    Choice,
    CommaSeparated,
    ConstantField,
    Flag,
    Line,
    NullableConstant,
    Reference,
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
    language_field,
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
    WORD_COUNT_DESCRIPTION,
    AdvisoryLinkSchema,
    CitationSchema,
    ItemSchema,
    ResponseSchema,
)
from models import Certainty, Fidelity, Quote, QuoteKind, Voice

RIGHTS = "Quoted from the source for criticism and review; the words belong to their author."


class QuoteLinksSchema(ResponseSchema):
    """Links from a quote to related resources."""

    commentary = ListURLField("commentary", by="quote", description="Commentary that is based on the quote.")


class QuoteSchema(ItemSchema):
    """Words quoted verbatim from a source."""

    type = ConstantField("quote", "Always `quote`.")
    url = URLField("/v1/quotes/", description="The URL of this quote.")
    html_url = URLField("/quotes/", description="The URL of the quote's web page.")
    text = fields.String(metadata={"description": "The quoted words, verbatim."})
    language = fields.String(metadata={"description": "The language of the quote, as a BCP 47 tag."})
    word_count = fields.Integer(metadata={"description": WORD_COUNT_DESCRIPTION})
    omitted_before = fields.Boolean(
        metadata={
            "description": "Whether the sentence begins before `text`: display an ellipsis, as all pages and "
            "embeds do. `text` is verbatim."
        }
    )
    omitted_after = fields.Boolean(
        metadata={"description": "Whether the sentence goes on after `text`: display an ellipsis."}
    )
    kind = Choice(QuoteKind, metadata={"description": "The kind of quote."})
    voice = Choice(Voice, metadata={"description": "Whose words they are: the film's or the essay's."})
    attributed_to = fields.String(
        allow_none=True,
        metadata={
            "description": "The critic or author whose words the source quotes; null if they are the film's, "
            "or the source's own."
        },
    )
    source = ReferenceTo(
        "source",
        allow_none=True,
        metadata={
            "description": "The source that contains the words, which `citations` cite; null if hidden."
        },
    )
    fidelity = Choice(Fidelity, metadata={"description": "How far the wording has been verified."})
    speaker = ReferenceTo(
        "character",
        allow_none=True,
        metadata={"description": "The character who speaks these words; null if none does."},
    )
    speaker_certainty = Choice(
        Certainty,
        allow_none=True,
        metadata={"description": "How certain the speaker is; null without a speaker."},
    )
    film = ReferenceTo("film", metadata={"description": "The film."})
    scene = ReferenceTo(
        "scene",
        allow_none=True,
        metadata={"description": "The scene that the quote belongs to; null if there is none."},
    )
    themes = ReferencesTo("theme", metadata={"description": "The themes of the quote."})
    advisories = NestedParts(
        AdvisoryLinkSchema,
        attribute="advisory_links",
        metadata={"description": "The advisories on the quoted words."},
    )
    citations = NestedParts(
        CitationSchema, metadata={"description": "The one paragraph that contains the quote."}
    )
    rights = NullableConstant(RIGHTS, "The legal basis for quoting these words.")
    editor_note = fields.String(allow_none=True, metadata={"description": "A note by the editor, or null."})
    links = NestedObject(QuoteLinksSchema, metadata={"description": "URLs of related lists."})


class QuoteQuerySchema(IdFilter, TextFilter, ThemeFilters, AdvisoryFilters, ListQuerySchema):
    """Query parameters of quotes."""

    model = Quote

    film = CommaSeparated(
        Reference("film"), metadata={"description": "Return only quotes from and about these films."}
    )
    scene = CommaSeparated(
        Reference("scene"), metadata={"description": "Return only quotes that belong to these scenes."}
    )
    speaker = CommaSeparated(
        Reference("character"), metadata={"description": "Return only lines of these characters."}
    )
    speaker_certainty = CommaSeparated(
        Choice(Certainty), metadata={"description": "Filter by certainty of the speaker."}
    )
    kind = CommaSeparated(Choice(QuoteKind), metadata={"description": "Return only quotes of these kinds."})
    voice = CommaSeparated(
        Choice(Voice), metadata={"description": "Return only the film's words, or only the essay's."}
    )
    fidelity = CommaSeparated(
        Choice(Fidelity), metadata={"description": "Filter by fidelity of the wording."}
    )
    language = CommaSeparated(
        language_field(), metadata={"description": "Return only quotes in these languages."}
    )
    source = CommaSeparated(
        Reference("source"), metadata={"description": "Return only quotes from these sources."}
    )
    sort = SortField(Quote)


FilmQuoteQuerySchema = drop_filters(QuoteQuerySchema, "FilmQuoteQuerySchema", "film")
SceneQuoteQuerySchema = drop_filters(QuoteQuerySchema, "SceneQuoteQuerySchema", "scene", "film")
CharacterQuoteQuerySchema = drop_filters(QuoteQuerySchema, "CharacterQuoteQuerySchema", "speaker", "film")
ThemeQuoteQuerySchema = drop_filters(QuoteQuerySchema, "ThemeQuoteQuerySchema", "theme")
SourceQuoteQuerySchema = drop_filters(QuoteQuerySchema, "SourceQuoteQuerySchema", "source")


class QuoteCreateSchema(CreateSchema):
    """A quote, as written in a pack."""

    text = Text(5000, required=True)
    omitted_before = Flag(load_default=False)
    omitted_after = Flag(load_default=False)
    language = language_field(required=True)
    kind = Choice(QuoteKind, required=True)
    voice = Choice(Voice, required=True)
    attributed_to = Line(200, allow_none=True, load_default=None)
    fidelity = Choice(Fidelity, load_default=Fidelity.AS_QUOTED_BY_SOURCE)
    speaker = Reference("character", allow_none=True, load_default=None)
    speaker_certainty = Choice(Certainty, allow_none=True, load_default=None)
    film = Reference("film", required=True)
    position = position_field()
    scene = Reference("scene", allow_none=True, load_default=None)
    themes = themes_field()
    advisories = advisories_field()
    citations = citations_field(max_citations=1)
    editor_note = note_field()

    @validates_schema
    def speaker_fits_voice(self, entry: dict[str, Any], **_: Any) -> None:
        """Reject contradictory values; the table has the same rules as constraints."""
        speaker = entry.get("speaker")
        if (speaker is None) != (entry.get("speaker_certainty") is None):
            raise ValidationError(
                "Set speaker and speaker_certainty together, or neither.", "speaker_certainty"
            )
        if entry.get("voice") is Voice.FILM and entry.get("attributed_to") is not None:
            raise ValidationError(
                "Must be null, since the film's own words have a speaker. Only with the voice “essay”, write "
                "whom the source quotes.",
                "attributed_to",
            )
        if entry.get("voice") is Voice.ESSAY and speaker is not None:
            raise ValidationError("Must be null, since the essay's own words have no speaker.", "speaker")
        if entry.get("voice") is Voice.ESSAY and entry.get("fidelity") is Fidelity.VERIFIED_IN_FILM:
            raise ValidationError("The essay's own words cannot be verified in the film.", "fidelity")

    @validates_schema
    def cites_one_paragraph(self, entry: dict[str, Any], **_: Any) -> None:
        """Reject citations of several paragraphs: one paragraph contains the quote verbatim."""
        if any(len(citation["paragraphs"]) != 1 for citation in entry.get("citations", ())):
            raise ValidationError("Must cite exactly one paragraph.", "citations")
