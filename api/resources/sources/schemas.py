"""Schemas of sources and their paragraphs."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from api.schemas.authors import AuthorCreateSchema, AuthorSchema
from api.schemas.fields import (
    Choice,
    CommaSeparated,
    ConstantField,
    Line,
    Reference,
    RegexpRule,
    StrictInteger,
    Text,
    WholeNumber,
)
from api.schemas.list_queries import IdFilter, ListQuerySchema, SortField, drop_filters
from api.schemas.pack_entry_schemas import CreateSchema, language_field, note_field, paragraph_numbers_field
from api.schemas.reference_fields import (
    ListURLField,
    NestedObject,
    NestedParts,
    ReferencesTo,
    UnionReference,
    URLField,
)
from api.schemas.shared_schemas import WORD_COUNT_DESCRIPTION, ItemSchema, RequestSchema, ResponseSchema
from models import Paragraph, ParagraphKind, Source, SourceKind

SHA256 = RegexpRule(
    re.compile(r"[0-9a-f]{64}"), "Must be a SHA-256 hash of 64 lower-case hexadecimal digits, not “{input}”."
)
HTTP_URL = RegexpRule(re.compile(r"https?://[^\s<>\x22]+"), "Must be an http or https URL, not “{input}”.")


class SourceLinksSchema(ResponseSchema):
    """Links from a source to related resources."""

    paragraphs = URLField(
        "/v1/sources/",
        suffix="/paragraphs",
        lists=("paragraph", "source"),
        description="The paragraphs of the source, with references to what cites them.",
    )
    quotes = ListURLField("quote", by="source", description="Quotes from the source.")
    commentary = ListURLField("commentary", by="source", description="Commentary from the source.")


class NarrationPartSchema(ResponseSchema):
    """A part of a source's narration: one or more scenes of its films, and the paragraphs that tell them."""

    title = fields.String(
        allow_none=True, metadata={"description": "What the editor calls the part, or null."}
    )
    scenes = ReferencesTo(
        "scene", metadata={"description": "The scenes that the part tells, in the film's order."}
    )
    paragraphs = fields.List(
        fields.Integer(),
        metadata={"description": "The numbers of the paragraphs that tell the scenes, ascending."},
    )


class SourceSchema(ItemSchema):
    """An essay, review, book or talk about films. Its full text is not served."""

    type = ConstantField("source", "Always `source`.")
    url = URLField("/v1/sources/", description="The URL of this source.")
    html_url = URLField("/sources/", description="The URL of the source's web page.")
    kind = Choice(SourceKind, metadata={"description": "The kind of source."})
    title = fields.String(metadata={"description": "The title of the source."})
    subtitle = fields.String(
        allow_none=True, metadata={"description": "The subtitle; null if there is none."}
    )
    publication = fields.String(
        allow_none=True,
        metadata={"description": "The site, magazine or publisher in which it appeared; null if unknown."},
    )
    section = fields.String(
        allow_none=True, metadata={"description": "The section of the publication; null if there is none."}
    )
    author = fields.String(
        allow_none=True,
        metadata={
            "description": "The names of the authors in one text, as in “A, B and C”; null if unknown."
        },
    )
    authors = fields.List(
        fields.Nested(AuthorSchema), metadata={"description": "The authors in order; empty if unknown."}
    )
    published_on = fields.Date(
        allow_none=True, metadata={"description": "The date of publication; null if unknown."}
    )
    source_url = fields.String(
        allow_none=True,
        metadata={"format": "uri", "description": "The URL where the source can be read; null if unknown."},
    )
    language = fields.String(metadata={"description": "The language of the source, as a BCP 47 tag."})
    rights = fields.String(
        metadata={"description": "The rights holder of the text, and the legal basis for quoting it."}
    )
    sha256 = fields.String(
        metadata={
            "description": "The SHA-256 hash of the plain-text file in which the paragraphs are numbered."
        }
    )
    paragraph_count = fields.Integer(metadata={"description": "The number of paragraphs."})
    word_count = fields.Integer(metadata={"description": WORD_COUNT_DESCRIPTION})
    films = ReferencesTo("film", metadata={"description": "The films that the source discusses."})
    narration = NestedParts(
        NarrationPartSchema,
        metadata={
            "description": "The source's own cut and order of the scenes: a part may have several scenes, "
            "and a scene may be in several parts. Empty if the source tells the scenes in the film's order, "
            "by their `position`."
        },
    )
    editor_note = fields.String(allow_none=True, metadata={"description": "A note by the editor, or null."})
    links = NestedObject(SourceLinksSchema, metadata={"description": "URLs of related lists."})


class ParagraphSchema(ResponseSchema):
    """A numbered paragraph of a source, without its text."""

    type = ConstantField("paragraph", "Always `paragraph`.")
    number = fields.Integer(
        metadata={"description": "The number of the paragraph: non-blank lines are counted from 1."}
    )
    kind = Choice(ParagraphKind, metadata={"description": "The function of the paragraph in the source."})
    word_count = fields.Integer(metadata={"description": WORD_COUNT_DESCRIPTION})
    sha256 = fields.String(
        metadata={"description": "The SHA-256 hash of the line in UTF-8, without surrounding white space."}
    )
    cited_by = fields.List(
        UnionReference("CitingResource", "commentary", "quote", "scene"),
        metadata={"description": "References to everything that cites the paragraph, sorted by type and id."},
    )


class SourceQuerySchema(IdFilter, ListQuerySchema):
    """Query parameters of sources."""

    model = Source

    film = CommaSeparated(
        Reference("film"), metadata={"description": "Return only sources that discuss these films."}
    )
    kind = CommaSeparated(Choice(SourceKind), metadata={"description": "Return only sources of these kinds."})
    language = CommaSeparated(
        language_field(), metadata={"description": "Return only sources in these languages."}
    )
    sort = SortField(Source)


FilmSourceQuerySchema = drop_filters(SourceQuerySchema, "FilmSourceQuerySchema", "film")


class ParagraphQuerySchema(ListQuerySchema):
    """Query parameters of a source's paragraphs."""

    model = Paragraph

    number = CommaSeparated(
        StrictInteger(), metadata={"description": "Return only paragraphs with these numbers."}
    )
    kind = CommaSeparated(
        Choice(ParagraphKind), metadata={"description": "Return only paragraphs of these kinds."}
    )
    sort = SortField(Paragraph)


class ParagraphBody(RequestSchema):
    """A paragraph, as written in the body of a source. Its number is its position in the list."""

    kind = Choice(ParagraphKind, required=True)
    word_count = WholeNumber(required=True, validate=validate.Range(1, 100_000))
    sha256 = Line(64, required=True, pattern=SHA256)


class NarrationPartBody(RequestSchema):
    """A part of a narration, as written in the body of a source."""

    title = Line(300, allow_none=True, load_default=None)
    scenes = fields.List(Reference("scene"), required=True, validate=validate.Length(min=1, max=100))
    paragraphs = paragraph_numbers_field()


class SourceCreateSchema(CreateSchema):
    """A source, as written in a pack."""

    kind = Choice(SourceKind, required=True)
    title = Line(300, required=True)
    subtitle = Line(300, allow_none=True, load_default=None)
    publication = Line(300, allow_none=True, load_default=None)
    section = Line(300, allow_none=True, load_default=None)
    author = Line(300, allow_none=True, load_default=None)
    authors = fields.List(
        fields.Nested(AuthorCreateSchema), allow_none=True, validate=validate.Length(max=100)
    )
    published_on = fields.Date(format="%Y-%m-%d", allow_none=True, load_default=None)
    source_url = Line(2000, allow_none=True, load_default=None, pattern=HTTP_URL)
    language = language_field(required=True)
    rights = Text(1000, required=True)
    sha256 = Line(64, required=True, pattern=SHA256)
    films = fields.List(Reference("film"), required=True, validate=validate.Length(min=1, max=200))
    paragraphs = fields.List(
        fields.Nested(ParagraphBody), required=True, validate=validate.Length(min=1, max=20_000)
    )
    narration = fields.List(
        fields.Nested(NarrationPartBody), load_default=list, validate=validate.Length(max=500)
    )
    editor_note = note_field()

    @validates_schema
    def check_author(self, source: dict[str, Any], **_: Any) -> None:
        """Require that the authors are written once."""
        if source.get("author") and source.get("authors"):
            raise ValidationError("Write `authors` alone: it has the names of all authors.", "author")

    @post_load
    def drop_empty_authors(self, source: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Return the source without `authors` if there are none, so that both forms have the same digest."""
        return {name: value for name, value in source.items() if value or name != "authors"}
