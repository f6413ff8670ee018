"""Schemas of search: query parameters, hits of each type, snippets and facets."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from api.core.resource_registry import COLLECTION_PATHS
from api.query.facets import FacetSchema
from api.schemas.fields import (
    Choice,
    CommaSeparated,
    ConstantField,
    Enumerated,
    NullableConstant,
    Reference,
    StrictInteger,
)
from api.schemas.list_queries import SearchTextField, asserted_by_field
from api.schemas.reference_fields import NestedParts, ReferenceTo, UnionField, URLField
from api.schemas.shared_schemas import AdvisoryLinkSchema, PageSchema, RequestSchema, ResponseSchema
from models import MODELS_BY_TYPE, AssertedBy

#: Path prefixes of the web pages of the searched types that have one.
PAGES = {
    "film": "/films/",
    "character": "/characters/",
    "theme": "/themes/",
    "scene": "/scenes/",
    "quote": "/quotes/",
}
#: The types of hits. Others are only found by the ``q`` of their lists: programs that are generated from the
#: OpenAPI document of version 1 fail on a hit of a type that they do not know (ADR 13).
HIT_TYPES = ("film", "character", "theme", "scene", "quote", "commentary")
KINDS = {
    kind.value: kind
    for model in (MODELS_BY_TYPE[type_name] for type_name in HIT_TYPES)
    if hasattr(model, "kind")
    for kind in model.kind.property.columns[0].type.enum_class
}


class SnippetSchema(ResponseSchema):
    """An excerpt of the text with the most matches."""

    field = fields.String(metadata={"description": "The key of the item that holds the text."})
    text = fields.String(metadata={"description": "The excerpt, with `…` where it was cut."})
    highlights = fields.List(
        fields.List(fields.Integer(), validate=validate.Length(equal=2)),
        metadata={"description": "The matches in `text`: pairs of start and exclusive end, in code points."},
    )
    html = fields.String(
        metadata={"description": "The excerpt as safe HTML: escaped, with each match in `<mark>`."}
    )


class HitSchema(ResponseSchema):
    """The fields that every hit has; the whole item is at `url`."""

    id = fields.String(attribute="slug", metadata={"description": "The item's id."})
    label = fields.String(metadata={"description": "A short, neutral display name."})


def _hit_schema(model: Any) -> type[HitSchema]:
    """Return the schema of a type's hits, with the name by which the union finds it: ``QuoteHitSchema``."""
    type_name = model.type_name
    noun = "commentary entry" if type_name == "commentary" else type_name
    page = "The URL of its web page; null if it has none."
    members = {
        "__doc__": f"A {noun} that matches.",
        "type": ConstantField(type_name, f"Always `{type_name}`."),
        "url": URLField(f"{COLLECTION_PATHS[type_name]}/", description=f"The URL of the {noun}."),
        "html_url": URLField(PAGES[type_name], description=page)
        if type_name in PAGES
        else NullableConstant(None, page, format="uri"),
    }
    if hasattr(model, "kind"):
        kinds = model.kind.property.columns[0].type.enum_class
        members["kind"] = Choice(kinds, metadata={"description": "The kind of the item."})
    if hasattr(model, "asserted_by"):
        described = {"description": "Who says it: a `source`, or an `editor` of Subtext."}
        members["asserted_by"] = Choice(AssertedBy, metadata=described)
    if hasattr(model, "film"):
        members["film"] = ReferenceTo("film", metadata={"description": "Its film."})
    if hasattr(model, "source"):
        described = {
            "description": "The source that argues it or contains the words; null if it is not public."
        }
        members["source"] = ReferenceTo("source", allow_none=True, metadata=described)
    if hasattr(model, "advisory_links"):
        described = {"description": "The advisories on its texts, including those on the snippet."}
        members["advisories"] = NestedParts(
            AdvisoryLinkSchema, attribute="advisory_links", metadata=described
        )
    # Computed in Python from the texts of the item; the SQL of an item does not include it.
    members["snippet"] = fields.Nested(SnippetSchema, metadata={"description": "Where the query matches."})
    return type(f"{type_name.title()}HitSchema", (HitSchema,), members)


#: The schema of a hit, by its type.
HITS = {type_name: _hit_schema(MODELS_BY_TYPE[type_name]) for type_name in HIT_TYPES}


class SearchFacetsSchema(ResponseSchema):
    """The facets of a search."""

    type = fields.Nested(FacetSchema, metadata={"description": "Hits by type."})
    film = fields.Nested(FacetSchema, metadata={"description": "Hits by film."})
    theme = fields.Nested(
        FacetSchema, metadata={"description": "Hits by theme; a theme includes the hits of its subthemes."}
    )
    kind = fields.Nested(FacetSchema, metadata={"description": "Hits by kind of quote or commentary."})
    source = fields.Nested(
        FacetSchema,
        metadata={"description": "Hits by source: the one that commentary belongs to, or those cited."},
    )


class SearchSchema(ResponseSchema):
    """A page of hits, ranked by relevance."""

    data = fields.List(
        UnionField(
            "SearchHit", *HITS, kind="Hit", description="A hit of any of these types; `type` tells which."
        ),
        metadata={"description": "The hits of this page."},
    )
    page = fields.Nested(PageSchema, metadata={"description": "Pagination; `total` is always included."})
    facets = fields.Nested(
        SearchFacetsSchema, metadata={"description": "Counts of all hits, not only of those on this page."}
    )
    suggestion = fields.String(
        allow_none=True,
        metadata={"description": "The query with its spelling corrected; null unless a word is unknown."},
    )
    notice = fields.String(
        allow_none=True,
        metadata={
            "description": "Why there are no hits, if the query has nothing to search for or a filter names "
            "an id that does not exist; otherwise null."
        },
    )


class SearchQuerySchema(RequestSchema):
    """The query parameters of a search."""

    q = SearchTextField(
        required=True,
        metadata={
            "description": 'The search query: words, `"exact phrases"` and `prefixes*`; `-` before one '
            "excludes it. Case and accents never matter. English endings matter only in phrases and "
            "prefixes.",
        },
    )
    type = CommaSeparated(
        Enumerated("type", list(HITS), enumeration="HitType", description="A type of hit."),
        metadata={"description": "Only hits of any of these types."},
    )
    film = CommaSeparated(
        Reference("film"), metadata={"description": "Only hits that belong to any of these films."}
    )
    theme = CommaSeparated(
        Reference("theme"),
        metadata={"description": "Only hits tagged with any of these themes or their subthemes."},
    )
    kind = CommaSeparated(
        Enumerated("kind", list(KINDS), enumeration="HitKind", description="A kind of quote or commentary."),
        metadata={"description": "Only quotes and commentary of any of these kinds."},
    )
    source = CommaSeparated(
        Reference("source"),
        metadata={
            "description": "Only commentary that belongs to any of these sources, and characters, scenes and "
            "quotes that cite it."
        },
    )
    asserted_by = asserted_by_field("find")
    max_severity = StrictInteger(
        0,
        3,
        metadata={
            "description": "Only hits without an advisory above this severity; 0 excludes every hit with one."
        },
    )
    limit = StrictInteger(
        1, 100, load_default=20, metadata={"description": "The maximum number of hits per page."}
    )
    cursor = fields.String(
        validate=validate.Length(
            min=1,
            max=4000,
            error="Invalid cursor: must have 1 to 4000 characters. Start again without a cursor.",
        ),
        metadata={"description": "The cursor of another page: `page.next_cursor` or `page.previous_cursor`."},
    )
