"""Shapes of a search: what is asked, and hits of several types."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from api.core.resource_registry import COLLECTION_PATHS
from api.query.facets import FacetSchema
from api.schemas.base import AdvisoryLinkSchema, PageSchema, RequestSchema, ResponseSchema
from api.schemas.fields import (
    Choice,
    CommaSeparated,
    ConstantField,
    Enumerated,
    NullableConstant,
    Slug,
    StrictInteger,
)
from api.schemas.filters import SearchTextField
from api.schemas.links import URLField
from api.schemas.references import NestedParts, ReferenceTo, UnionField
from models.searchable import searchable_models

#: What is searched that has a page of its own, and where.
PAGES = {"film": "/films/", "theme": "/themes/", "scene": "/scenes/", "quote": "/quotes/"}
KINDS = {
    kind.value: kind
    for model in searchable_models().values()
    if hasattr(model, "kind")
    for kind in model.kind.property.columns[0].type.enum_class
}


class SnippetSchema(ResponseSchema):
    """A piece of the text that matched best."""

    field = fields.String(metadata={"description": "The key of the item under which the text stands."})
    text = fields.String(metadata={"description": "The piece, with `…` where it was cut."})
    highlights = fields.List(
        fields.List(fields.Integer(), validate=validate.Length(equal=2)),
        metadata={"description": "What matched in it: pairs of start and end, in code points."},
    )
    html = fields.String(
        metadata={"description": "The piece as safe HTML: escaped, what matched in `<mark>`."}
    )


class HitSchema(ResponseSchema):
    """What every hit has; the whole item is at `url`."""

    id = fields.String(attribute="slug", metadata={"description": "The item's id."})
    label = fields.String(metadata={"description": "A short, neutral display name."})


def _hit(model: Any) -> type[HitSchema]:
    """Return the schema of a hit, under the name by which the union finds it: ``QuoteHitSchema``."""
    type_name = model.type_name
    page = "The address of its page, for people; null where there is none."
    members = {
        "__doc__": f"A {type_name} that matched.",
        "type": ConstantField(type_name, f"Always `{type_name}`."),
        "url": URLField(f"{COLLECTION_PATHS[type_name]}/", description=f"The {type_name}'s address."),
        "html_url": URLField(PAGES[type_name], description=page)
        if type_name in PAGES
        else NullableConstant(None, page, format="uri"),
    }
    if hasattr(model, "kind"):
        kinds = model.kind.property.columns[0].type.enum_class
        members["kind"] = Choice(kinds, metadata={"description": "What sort it is."})
    if hasattr(model, "film"):
        members["film"] = ReferenceTo("film", metadata={"description": "Its film."})
    if hasattr(model, "advisory_links"):
        described = {"description": "Content notes on its words, those of the snippet among them."}
        members["advisories"] = NestedParts(
            AdvisoryLinkSchema, attribute="advisory_links", metadata=described
        )
    # Made of the text at hand; SQL leaves it out.
    members["snippet"] = fields.Nested(SnippetSchema, metadata={"description": "Where it matched."})
    return type(f"{type_name.title()}HitSchema", (HitSchema,), members)


#: The schema of a hit, for every type that is searched.
HITS = {type_name: _hit(model) for type_name, model in searchable_models().items()}


class SearchFacetsSchema(ResponseSchema):
    """What the hits were counted by."""

    type = fields.Nested(FacetSchema, metadata={"description": "By type."})
    film = fields.Nested(FacetSchema, metadata={"description": "By film."})
    theme = fields.Nested(
        FacetSchema, metadata={"description": "By theme; a theme counts what is narrower too."}
    )
    kind = fields.Nested(FacetSchema, metadata={"description": "By kind of quote or commentary."})


class SearchSchema(ResponseSchema):
    """A page of hits, the best first."""

    data = fields.List(
        UnionField(
            "SearchHit", *HITS, kind="Hit", described="A hit of any of these types; `type` says which."
        ),
        metadata={"description": "The hits of this page."},
    )
    page = fields.Nested(
        PageSchema, metadata={"description": "Where the page stands; `total` is always there."}
    )
    facets = fields.Nested(SearchFacetsSchema, metadata={"description": "All hits, counted."})
    suggestion = fields.String(
        allow_none=True,
        metadata={"description": "What may have been meant; null unless a word is unknown."},
    )
    notice = fields.String(
        allow_none=True,
        metadata={"description": "Why nothing was looked for; null unless the text asks for nothing."},
    )


class SearchQuerySchema(RequestSchema):
    """The parameters of a search."""

    q = SearchTextField(
        required=True,
        metadata={
            "description": 'What to look for: words, `"exact phrases"`, `prefixes*`, and `-` before what is '
            "not wanted. Case, accents and English endings make no difference, but in phrases and prefixes.",
            "example": "loneliness",
        },
    )
    type = CommaSeparated(
        Enumerated("type", list(HITS), enumeration="HitType", described="A type of hit."),
        metadata={"description": "Only hits of any of these types."},
    )
    film = CommaSeparated(Slug(), metadata={"description": "Only hits of any of these films."})
    theme = CommaSeparated(
        Slug(), metadata={"description": "Only hits about any of these themes, or a theme narrower than one."}
    )
    kind = CommaSeparated(
        Enumerated("kind", list(KINDS), enumeration="HitKind", described="A kind of quote or commentary."),
        metadata={"description": "Only quotes and commentary of any of these kinds."},
    )
    max_severity = StrictInteger(
        0, 3, metadata={"description": "Only hits with no advisory above this severity; 0 admits none."}
    )
    limit = StrictInteger(1, 100, load_default=20, metadata={"description": "The most hits a page holds."})
    cursor = fields.String(
        validate=validate.Length(min=1, max=4000, error="A cursor has 1 to 4000 characters."),
        metadata={"description": "Where to go on, from `page.next` or `page.previous`."},
    )
