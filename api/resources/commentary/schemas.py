"""Shapes of commentary."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from api.schemas.base import AdvisoryLinkSchema, CitationSchema, ItemSchema, RequestSchema, ResponseSchema
from api.schemas.create_bodies import (
    CreateSchema,
    advisories_field,
    citations_field,
    language_field,
    note_field,
    themes_field,
)
from api.schemas.fields import Choice, CommaSeparated, ConstantField, Reference, Slug, Text
from api.schemas.filters import (
    AdvisoryFilters,
    IdFilter,
    ListQuerySchema,
    SortField,
    TextFilter,
    ThemeFilters,
    drop_filters,
)
from api.schemas.links import URLField
from api.schemas.references import NestedObject, NestedParts, ReferencesTo, ReferenceTo
from models import Commentary, CommentaryKind, CommentaryRelation, Relation, Scope, Weight


class CommentaryRelationSchema(ResponseSchema):
    """What a claim does for another one."""

    relation = Choice(Relation, metadata={"description": "What this claim does for the other."})
    commentary = ReferenceTo(
        "commentary", attribute="target", include="relations", metadata={"description": "The other claim."}
    )


class ClaimRelationSchema(ResponseSchema):
    """One claim doing something for another: the subject supports, extends or disputes the object."""

    type = ConstantField("relation", "Always `relation`.")
    relation = Choice(Relation, metadata={"description": "What the subject does for the object."})
    subject = ReferenceTo(
        "commentary", attribute="commentary", metadata={"description": "The claim that does it."}
    )
    object = ReferenceTo(
        "commentary", attribute="target", metadata={"description": "The claim it is done for."}
    )


class ClaimRelationQuerySchema(ListQuerySchema):
    """Filters and order of a claim's relations."""

    model = CommentaryRelation

    relation = CommaSeparated(
        Choice(Relation), metadata={"description": "Only relations of any of these kinds."}
    )
    subject = CommaSeparated(
        Slug(), metadata={"description": "Only what any of these claims does for others."}
    )
    object = CommaSeparated(Slug(), metadata={"description": "Only what others do for any of these claims."})
    sort = SortField(CommentaryRelation)


class CommentaryLinksSchema(ResponseSchema):
    """Where to go from a claim."""


class CommentarySchema(ItemSchema):
    """One claim of a source, reported in our own words: attributed, neither softened nor endorsed."""

    type = ConstantField("commentary", "Always `commentary`.")
    url = URLField("/v1/commentary/", description="This commentary's address.")
    title = fields.String(metadata={"description": "A short neutral title, ours."})
    text = fields.String(metadata={"description": "What the source argues, in our words."})
    language = fields.String(metadata={"description": "BCP 47 tag of our words' language."})
    kind = Choice(CommentaryKind, metadata={"description": "What sort of claim it is."})
    scope = Choice(Scope, metadata={"description": "What it is about: the film, society, or both."})
    weight = Choice(Weight, metadata={"description": "How much of the argument rests on it."})
    film = ReferenceTo("film", metadata={"description": "The film."})
    scenes = ReferencesTo("scene", metadata={"description": "The scenes it is about; empty if of none."})
    characters = ReferencesTo("character", metadata={"description": "The characters it is about."})
    themes = ReferencesTo("theme", metadata={"description": "What it is about."})
    quotes = ReferencesTo("quote", metadata={"description": "The quotes it rests on."})
    citations = NestedParts(CitationSchema, metadata={"description": "Where the source makes the claim."})
    relations = NestedParts(
        CommentaryRelationSchema,
        metadata={"description": "What it does for other claims."},
    )
    advisories = NestedParts(
        AdvisoryLinkSchema,
        attribute="advisory_links",
        metadata={"description": "Content notes on its title and text."},
    )
    editor_note = fields.String(allow_none=True, metadata={"description": "What an editor adds."})
    links = NestedObject(CommentaryLinksSchema, metadata={"description": "Where to go from here."})


class CommentaryQuerySchema(IdFilter, TextFilter, ThemeFilters, AdvisoryFilters, ListQuerySchema):
    """Filters and order of commentary."""

    model = Commentary

    film = CommaSeparated(Slug(), metadata={"description": "Only claims about any of these films."})
    scene = CommaSeparated(Slug(), metadata={"description": "Only claims about any of these scenes."})
    character = CommaSeparated(Slug(), metadata={"description": "Only claims about any of these characters."})
    quote = CommaSeparated(Slug(), metadata={"description": "Only claims that rest on any of these quotes."})
    kind = CommaSeparated(
        Choice(CommentaryKind), metadata={"description": "Only claims of any of these kinds."}
    )
    scope = CommaSeparated(Choice(Scope), metadata={"description": "Only claims of any of these scopes."})
    weight = CommaSeparated(Choice(Weight), metadata={"description": "Only claims of any of these weights."})
    relation = CommaSeparated(
        Choice(Relation), metadata={"description": "Only claims that do any of these for another claim."}
    )
    relates_to = CommaSeparated(
        Slug(),
        metadata={"description": "Only claims that do something for any of these; with `relation`, that."},
    )
    source = CommaSeparated(Slug(), metadata={"description": "Only claims of any of these sources."})
    sort = SortField(Commentary)


#: Below a path, generated Python has a function of this name, and a parameter of it would hide that one.
HIDING = ("quote",)
FilmCommentaryQuerySchema = drop_filters(
    CommentaryQuerySchema, "FilmCommentaryQuerySchema", "film", omitted=HIDING
)
SceneCommentaryQuerySchema = drop_filters(
    CommentaryQuerySchema, "SceneCommentaryQuerySchema", "scene", "film", omitted=HIDING
)
CharacterCommentaryQuerySchema = drop_filters(
    CommentaryQuerySchema, "CharacterCommentaryQuerySchema", "character", "film", omitted=HIDING
)
ThemeCommentaryQuerySchema = drop_filters(
    CommentaryQuerySchema, "ThemeCommentaryQuerySchema", "theme", omitted=HIDING
)
QuoteCommentaryQuerySchema = drop_filters(
    CommentaryQuerySchema, "QuoteCommentaryQuerySchema", "quote", "film"
)
SourceCommentaryQuerySchema = drop_filters(
    CommentaryQuerySchema, "SourceCommentaryQuerySchema", "source", omitted=HIDING
)


class CommentaryRelationBody(RequestSchema):
    """What a claim does for another one, as a body writes it."""

    relation = Choice(Relation, required=True)
    commentary = Reference("commentary", attribute="target", required=True)


def _references(model: str) -> fields.List[Any]:
    return fields.List(Reference(model), load_default=list, validate=validate.Length(max=100))


class CommentaryCreateSchema(CreateSchema):
    """A claim, as it is written."""

    title = Text(300, required=True)
    text = Text(2000, required=True)
    language = language_field(required=True)
    kind = Choice(CommentaryKind, required=True)
    scope = Choice(Scope, required=True)
    weight = Choice(Weight, required=True)
    film = Reference("film", required=True)
    scenes = _references("scene")
    characters = _references("character")
    themes = themes_field()
    quotes = _references("quote")
    citations = citations_field()
    relations = fields.List(
        fields.Nested(CommentaryRelationBody), load_default=list, validate=validate.Length(max=100)
    )
    advisories = advisories_field()
    editor_note = note_field()
