"""Schemas of commentary."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from api.schemas.fields import Choice, CommaSeparated, ConstantField, Line, Reference, Text
from api.schemas.list_queries import (
    AdvisoryFilters,
    IdFilter,
    ListQuerySchema,
    SortField,
    TextFilter,
    ThemeFilters,
    asserted_by_field,
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
from api.schemas.reference_fields import NestedObject, NestedParts, ReferencesTo, ReferenceTo, URLField
from api.schemas.shared_schemas import (
    AdvisoryLinkSchema,
    CitationSchema,
    ItemSchema,
    RequestSchema,
    ResponseSchema,
)
from models import (
    AssertedBy,
    AssertedByFilter,
    Commentary,
    CommentaryKind,
    CommentaryRelation,
    Relation,
    Scope,
    Weight,
)


def _relation_asserted_by() -> Choice:
    return Choice(
        AssertedBy,
        metadata={
            "description": "Who says that the entries are related: the `source` that the first one, which "
            "supports, extends or disputes the other, belongs to; or an `editor` of Subtext."
        },
    )


def _relation_note() -> fields.String:
    return fields.String(
        allow_none=True, metadata={"description": "Why the entries are so related, or null."}
    )


def _source_of_entry(attribute: str, entry: str, **options: Any) -> ReferenceTo:
    return ReferenceTo(
        "source",
        attribute=attribute,
        allow_none=True,
        metadata={"description": f"The source that {entry} belongs to; null if it is not public."},
        **options,
    )


class CommentaryRelationSchema(ResponseSchema):
    """A relation from this commentary entry to another one."""

    relation = Choice(Relation, metadata={"description": "How this entry relates to the other."})
    commentary = ReferenceTo(
        "commentary", attribute="target", include="relations", metadata={"description": "The other entry."}
    )
    source = _source_of_entry("target_source", "the other entry", include="sources")
    asserted_by = _relation_asserted_by()
    note = _relation_note()


class ClaimRelationSchema(ResponseSchema):
    """A relation between two commentary entries: the subject supports, extends or disputes the object."""

    type = ConstantField("relation", "Always `relation`.")
    relation = Choice(Relation, metadata={"description": "How the subject relates to the object."})
    subject = ReferenceTo(
        "commentary",
        attribute="commentary",
        metadata={"description": "The entry that supports, extends or disputes the object."},
    )
    subject_source = _source_of_entry("subject_source", "the subject")
    object = ReferenceTo(
        "commentary",
        attribute="target",
        metadata={"description": "The entry that is supported, extended or disputed."},
    )
    object_source = _source_of_entry("target_source", "the object")
    asserted_by = _relation_asserted_by()
    note = _relation_note()


class ClaimRelationQuerySchema(ListQuerySchema):
    """Query parameters of the relations of a commentary entry."""

    model = CommentaryRelation

    relation = CommaSeparated(
        Choice(Relation), metadata={"description": "Return only relations of these kinds."}
    )
    subject = CommaSeparated(
        Reference("commentary"),
        metadata={"description": "Return only relations whose subject is one of these entries."},
    )
    object = CommaSeparated(
        Reference("commentary"),
        metadata={"description": "Return only relations whose object is one of these entries."},
    )
    asserted_by = Choice(
        AssertedByFilter,
        metadata={
            "description": "Whose relations to return: those that a `source` asserts, those of an `editor` "
            "of Subtext, or `any` (the default)."
        },
    )
    sort = SortField(CommentaryRelation)


class CommentaryLinksSchema(ResponseSchema):
    """Links from a commentary entry to related resources."""

    relations = URLField(
        "/v1/commentary/", suffix="/relations", description="Relations from and to this commentary entry."
    )


class CommentarySchema(ItemSchema):
    """One argument of a source in the editor's words: attributed, and neither softened nor endorsed."""

    type = ConstantField("commentary", "Always `commentary`.")
    url = URLField("/v1/commentary/", description="The URL of this commentary entry.")
    title = fields.String(metadata={"description": "A short, neutral title, written by an editor."})
    text = fields.String(
        metadata={"description": "What the source argues, or what an editor does, in the editor's words."}
    )
    language = fields.String(metadata={"description": "The language of title and text, as a BCP 47 tag."})
    kind = Choice(CommentaryKind, metadata={"description": "The kind of argument."})
    scope = Choice(Scope, metadata={"description": "Whether the entry is about the film, society, or both."})
    weight = Choice(
        Weight, metadata={"description": "How much of the source's argument rests on this entry."}
    )
    asserted_by = Choice(
        AssertedBy,
        metadata={
            "description": "Who says it: a `source`, whose argument the text reports, or an `editor` of "
            "Subtext, whose note it is."
        },
    )
    film = ReferenceTo(
        "film", metadata={"description": "The film, or the first one if the entry concerns several."}
    )
    films = ReferencesTo(
        "film",
        first="film",
        attribute="further_films",
        metadata={
            "description": "The films that the entry concerns: `film`, then others that it is compared with."
        },
    )
    source = ReferenceTo(
        "source",
        allow_none=True,
        metadata={
            "description": "The source that the entry belongs to: the one that argues it, or that the "
            "editors discuss; null if it is not public."
        },
    )
    scenes = ReferencesTo("scene", metadata={"description": "The scenes that the entry is about, if any."})
    characters = ReferencesTo(
        "character", metadata={"description": "The characters that the entry is about, if any."}
    )
    themes = ReferencesTo("theme", metadata={"description": "The themes of the entry."})
    quotes = ReferencesTo("quote", metadata={"description": "The quotes that the entry is based on."})
    citations = NestedParts(CitationSchema, metadata={"description": "Where the source argues this."})
    relations = NestedParts(
        CommentaryRelationSchema,
        metadata={"description": "Relations to other entries that this one supports, extends or disputes."},
    )
    advisories = NestedParts(
        AdvisoryLinkSchema,
        attribute="advisory_links",
        metadata={"description": "The advisories on title and text."},
    )
    editor_note = fields.String(allow_none=True, metadata={"description": "A note by the editor, or null."})
    links = NestedObject(CommentaryLinksSchema, metadata={"description": "URLs of related lists."})


class CommentaryQuerySchema(IdFilter, TextFilter, ThemeFilters, AdvisoryFilters, ListQuerySchema):
    """Query parameters of commentary."""

    model = Commentary

    film = CommaSeparated(
        Reference("film"),
        metadata={"description": "Return only commentary that concerns these films: any of its `films`."},
    )
    scene = CommaSeparated(
        Reference("scene"), metadata={"description": "Return only commentary on these scenes."}
    )
    character = CommaSeparated(
        Reference("character"), metadata={"description": "Return only commentary on these characters."}
    )
    quote = CommaSeparated(
        Reference("quote"), metadata={"description": "Return only commentary that is based on these quotes."}
    )
    kind = CommaSeparated(
        Choice(CommentaryKind), metadata={"description": "Return only commentary of these kinds."}
    )
    scope = CommaSeparated(
        Choice(Scope), metadata={"description": "Return only commentary with these scopes."}
    )
    weight = CommaSeparated(
        Choice(Weight), metadata={"description": "Return only commentary with these weights."}
    )
    relation = CommaSeparated(
        Choice(Relation),
        metadata={"description": "Return only commentary with one of these relations to another entry."},
    )
    relates_to = CommaSeparated(
        Reference("commentary"),
        metadata={
            "description": "Return only commentary that supports, extends or disputes one of these entries. "
            "Add `relation` to choose which."
        },
    )
    source = CommaSeparated(
        Reference("source"), metadata={"description": "Return only commentary that belongs to these sources."}
    )
    asserted_by = asserted_by_field("return")
    sort = SortField(Commentary)


#: Filters that nested lists omit: the generated Python client has a function with the same name, which an
#: argument would shadow.
SHADOWING_FILTERS = ("quote",)
FilmCommentaryQuerySchema = drop_filters(
    CommentaryQuerySchema, "FilmCommentaryQuerySchema", "film", omitted=SHADOWING_FILTERS
)
SceneCommentaryQuerySchema = drop_filters(
    CommentaryQuerySchema, "SceneCommentaryQuerySchema", "scene", "film", omitted=SHADOWING_FILTERS
)
CharacterCommentaryQuerySchema = drop_filters(
    CommentaryQuerySchema, "CharacterCommentaryQuerySchema", "character", "film", omitted=SHADOWING_FILTERS
)
ThemeCommentaryQuerySchema = drop_filters(
    CommentaryQuerySchema, "ThemeCommentaryQuerySchema", "theme", omitted=SHADOWING_FILTERS
)
QuoteCommentaryQuerySchema = drop_filters(
    CommentaryQuerySchema, "QuoteCommentaryQuerySchema", "quote", "film"
)
SourceCommentaryQuerySchema = drop_filters(
    CommentaryQuerySchema, "SourceCommentaryQuerySchema", "source", omitted=SHADOWING_FILTERS
)


class CommentaryRelationBody(RequestSchema):
    """A relation to another commentary entry, as written in a body."""

    relation = Choice(Relation, required=True)
    commentary = Reference("commentary", attribute="target", required=True)
    asserted_by = Choice(AssertedBy, load_default=AssertedBy.SOURCE)
    note = Text(500, allow_none=True, load_default=None)


def _references(type_name: str) -> fields.List[Any]:
    return fields.List(Reference(type_name), load_default=list, validate=validate.Length(max=100))


class CommentaryCreateSchema(CreateSchema):
    """A commentary entry, as written in a pack."""

    title = Line(300, required=True)
    text = Text(2000, required=True)
    language = language_field(required=True)
    kind = Choice(CommentaryKind, required=True)
    scope = Choice(Scope, required=True)
    weight = Choice(Weight, required=True)
    asserted_by = Choice(AssertedBy, load_default=AssertedBy.SOURCE)
    film = Reference("film", required=True)
    position = position_field()
    #: Those that the entry concerns besides ``film``, which may be repeated as the first.
    films = fields.List(
        Reference("film"), attribute="further_films", load_default=list, validate=validate.Length(max=20)
    )
    source = Reference("source")
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

    @validates_schema
    def check_source(self, entry: dict[str, Any], **_: Any) -> None:
        """Reject an unclear source, one that is not cited, and a source's claim that cites another source."""
        cited = list(dict.fromkeys(citation["source"] for citation in entry["citations"]))
        source, names = entry.get("source"), ", ".join(cited)
        if source is None and len(cited) > 1:
            message = f"Set the source that the entry belongs to, since its citations name several: {names}."
            raise ValidationError(message, "source")
        if entry["asserted_by"] is AssertedBy.SOURCE:
            errors = {
                index: {"source": [f"A claim of a source cites only its own source, “{source}”."]}
                for index, citation in enumerate(entry["citations"])
                if source not in (None, citation["source"])
            }
            if errors:
                raise ValidationError({"citations": errors})
        elif source not in (None, *cited):
            raise ValidationError(f"Must be a source that the citations name: {names}.", "source")

    @post_load
    def drop_main_film(self, entry: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Return the entry with its further films alone.

        Raises:
            ValidationError: the main film is not the first of them.
        """
        film, films = entry["film"], entry["further_films"]
        further = films[1:] if films[:1] == [film] else films
        if film in further:
            raise ValidationError(f"“{film}” is the film of the entry. List it first or not at all.", "films")
        return entry | {"further_films": further}
