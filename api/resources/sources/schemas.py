"""Shapes of sources and their paragraphs."""

from __future__ import annotations

import re

from marshmallow import fields, validate

from api.schemas.base import ItemSchema, RequestSchema, ResponseSchema
from api.schemas.create_bodies import CreateSchema, language_field, note_field
from api.schemas.fields import (
    Choice,
    CommaSeparated,
    ConstantField,
    Reference,
    RegexpRule,
    Slug,
    StrictInteger,
    Text,
    WholeNumber,
)
from api.schemas.filters import IdFilter, ListQuerySchema, SortField, drop_filters
from api.schemas.links import ListURLField, URLField
from api.schemas.references import NestedObject, ReferencesTo, UnionReference
from models import Paragraph, ParagraphKind, Source, SourceKind

SHA256 = RegexpRule(re.compile(r"[0-9a-f]{64}"), "“{input}” is not a SHA-256 in lower-case hexadecimal.")
WEB_ADDRESS = RegexpRule(re.compile(r"https?://[^\s<>\"]+"), "“{input}” is not an http or https address.")


class SourceLinksSchema(ResponseSchema):
    """Where to go from a source."""

    paragraphs = URLField(
        "/v1/sources/",
        suffix="/paragraphs",
        lists=("paragraph", "source"),
        description="Its paragraphs, with what cites them.",
    )
    quotes = ListURLField("quote", by="source", description="Quotes from it.")
    commentary = ListURLField("commentary", by="source", description="What it argues.")


class SourceSchema(ItemSchema):
    """An essay, review, book or talk that makes the argument; its text is not served."""

    type = ConstantField("source", "Always `source`.")
    url = URLField("/v1/sources/", description="This source's address.")
    kind = Choice(SourceKind, metadata={"description": "Its form."})
    title = fields.String(metadata={"description": "Its title."})
    subtitle = fields.String(allow_none=True, metadata={"description": "Its subtitle."})
    publication = fields.String(allow_none=True, metadata={"description": "Where it was published."})
    section = fields.String(allow_none=True, metadata={"description": "The part of the publication."})
    author = fields.String(allow_none=True, metadata={"description": "Who wrote it; null when not known."})
    published_on = fields.Date(allow_none=True, metadata={"description": "When; null when not known."})
    source_url = fields.String(
        allow_none=True,
        metadata={"format": "uri", "description": "Where it can be read; null rather than guessed."},
    )
    language = fields.String(metadata={"description": "BCP 47 tag of its language."})
    rights = fields.String(metadata={"description": "Who holds the text, and on what ground it is quoted."})
    sha256 = fields.String(
        metadata={"description": "SHA-256 of the plain-text file the paragraphs are numbered in."}
    )
    paragraph_count = fields.Integer(metadata={"description": "How many paragraphs it has."})
    word_count = fields.Integer(metadata={"description": "How many words, as white space separates them."})
    films = ReferencesTo("film", metadata={"description": "The films it speaks of."})
    editor_note = fields.String(allow_none=True, metadata={"description": "What an editor adds."})
    links = NestedObject(SourceLinksSchema, metadata={"description": "Where to go from here."})


class ParagraphSchema(ResponseSchema):
    """A numbered paragraph of a source, without its text."""

    type = ConstantField("paragraph", "Always `paragraph`.")
    number = fields.Integer(
        metadata={"description": "Its number, from 1, counting lines that are not blank."}
    )
    kind = Choice(ParagraphKind, metadata={"description": "The part it plays."})
    word_count = fields.Integer(metadata={"description": "How many words, as white space separates them."})
    sha256 = fields.String(metadata={"description": "SHA-256 of the UTF-8 bytes of the stripped line."})
    cited_by = fields.List(
        UnionReference("CitingResource", "commentary", "quote", "scene"),
        metadata={"description": "Everything that cites it, by type and id."},
    )


class SourceQuerySchema(IdFilter, ListQuerySchema):
    """Filters and order of sources."""

    model = Source

    film = CommaSeparated(Slug(), metadata={"description": "Only sources that speak of any of these films."})
    kind = CommaSeparated(Choice(SourceKind), metadata={"description": "Only sources of any of these forms."})
    language = CommaSeparated(
        language_field(), metadata={"description": "Only sources in any of these languages."}
    )
    sort = SortField(Source)


FilmSourceQuerySchema = drop_filters(SourceQuerySchema, "FilmSourceQuerySchema", "film")


class ParagraphQuerySchema(ListQuerySchema):
    """Filters and order of a source's paragraphs."""

    model = Paragraph

    number = CommaSeparated(
        StrictInteger(), metadata={"description": "Only paragraphs with any of these numbers."}
    )
    kind = CommaSeparated(
        Choice(ParagraphKind), metadata={"description": "Only paragraphs of any of these kinds."}
    )
    sort = SortField(Paragraph)


class ParagraphBody(RequestSchema):
    """A paragraph, as a source's body lists it; its number is its place in the list."""

    kind = Choice(ParagraphKind, required=True)
    word_count = WholeNumber(required=True, validate=validate.Range(1, 100_000))
    sha256 = Text(64, required=True, pattern=SHA256)


class SourceCreateSchema(CreateSchema):
    """A source, as it is written."""

    kind = Choice(SourceKind, required=True)
    title = Text(300, required=True)
    subtitle = Text(300, allow_none=True, load_default=None)
    publication = Text(300, allow_none=True, load_default=None)
    section = Text(300, allow_none=True, load_default=None)
    author = Text(300, allow_none=True, load_default=None)
    published_on = fields.Date(format="%Y-%m-%d", allow_none=True, load_default=None)
    source_url = Text(2000, allow_none=True, load_default=None, pattern=WEB_ADDRESS)
    language = language_field(required=True)
    rights = Text(1000, required=True)
    sha256 = Text(64, required=True, pattern=SHA256)
    films = fields.List(Reference("film"), required=True, validate=validate.Length(min=1, max=200))
    paragraphs = fields.List(
        fields.Nested(ParagraphBody), required=True, validate=validate.Length(min=1, max=20_000)
    )
    editor_note = note_field()
