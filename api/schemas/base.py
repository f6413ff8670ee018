"""Shapes that several resources share: references, pages, and the bases of all schemas."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Self

from marshmallow import EXCLUDE, RAISE, Schema, fields, validate
from marshmallow.schema import SchemaMeta

from api.core.resource_registry import COLLECTION_PATHS
from api.schemas.fields import ConstantField, NullableConstant, UTCDateTime, count_relation_field
from api.schemas.links import URLField
from api.schemas.references import ExpandedList, ReferenceTo, list_links
from models import MODELS_BY_TYPE

#: What opens and what closes every item, around the fields of its own.
LEADING_FIELDS = ("type", "id", "label", "url", "html_url")
TRAILING_FIELDS = ("editor_note", "links", "revision", "created_at", "updated_at")


class OrderedSchemaMeta(SchemaMeta):
    """Puts the fields that all of a kind have where they belong, whichever class declares them."""

    head: tuple[str, ...] = LEADING_FIELDS
    tail: tuple[str, ...] = TRAILING_FIELDS

    @classmethod
    def get_declared_fields(cls, klass: Any, *args: Any, **kwargs: Any) -> dict[str, fields.Field[Any]]:
        """Return the fields: the head, then the schema's own in their order, then the tail.

        What the class lists as ``dropped`` or ``left_out`` is not among them.
        """
        declared = super().get_declared_fields(klass, *args, **kwargs)
        for name in (*getattr(klass, "dropped", ()), *getattr(klass, "left_out", ())):
            declared.pop(name, None)
        return cls.order_fields(declared)

    @classmethod
    def order_fields(cls, declared: dict[str, Any]) -> dict[str, Any]:
        """Return the fields, or what is known of each, where they belong."""
        own = [name for name in declared if name not in cls.head + cls.tail]
        return {name: declared[name] for name in (*cls.head, *own, *cls.tail) if name in declared}


class SharedSchema(Schema):
    """A shape that stays as it was made.

    flask-smorest copies what it knows of a view at each decorator; the copies may share such a shape.
    """

    def __deepcopy__(self, _copied: Any) -> Self:
        return self


class ResponseSchema(SharedSchema, metaclass=OrderedSchemaMeta):
    """A shape that the API serves: every key is always there, null where nothing is known.

    ``include`` names what is filled in, ``max_severity`` the strongest advisory that may stand on it.
    ``api_version`` is that of the API: of a class, the first that serves it so; of an instance, the one that
    it is served in now.
    """

    api_version: int = 1

    class Meta:
        """A client must ignore keys that it does not know."""

        unknown = EXCLUDE

    def __init__(
        self,
        *,
        include: Collection[str] = (),
        max_severity: int | None = None,
        api_version: int | None = None,
        **options: Any,
    ) -> None:
        """Take what is included, the version to show it in, and the options of ``Schema``."""
        self.include, self.max_severity = include, max_severity
        self.api_version = api_version or type(self).api_version
        listed = list_links(self._declared_fields)
        added = {
            name: ExpandedList(*link.lists) for name, link in listed.items() if link.lists and name in include
        }
        if added:
            self._declared_fields = type(self).order_fields(self._declared_fields | added)
        super().__init__(**options)

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Declare the key as always present, and as never taken from a client."""
        field_obj.required = True
        field_obj.dump_only = True


class RequestSchema(SharedSchema):
    """A shape that the API, or a pack, takes: unknown keys are refused."""

    class Meta:
        """Refuse, rather than lose, what is not understood."""

        unknown = RAISE


def component_name(schema: type[Schema]) -> str:
    """Return what a shape is called in the OpenAPI document: its class, less what all are called.

    It is the same in the document of every version: ``QuoteList`` of ``QuoteV2ListSchema``.
    """
    return re.sub(r"V[0-9]+(?=(?:List)?$)", "", schema.__name__.removesuffix("Schema"))


class ReferenceSchema(ResponseSchema):
    """What names a resource inside another one."""

    id = fields.String(attribute="slug", metadata={"description": "The id, unique among its type."})
    label = fields.String(metadata={"description": "A short, neutral display name."})


def _reference_schema(type_name: str, path: str) -> type[ReferenceSchema]:
    """Return the reference schema of a type, under the name by which ``ReferenceTo`` finds it."""
    return type(
        f"{type_name.title()}RefSchema",
        (ReferenceSchema,),
        {
            "__doc__": f"Names a {type_name}.",
            "type": ConstantField(type_name, f"Always `{type_name}`."),
            "url": URLField(path, description=f"The {type_name}'s address."),
        },
    )


#: What a reference looks like, by the type of what it names: ``FilmRefSchema`` and so on.
REFERENCE_SCHEMAS = {
    name: _reference_schema(name, f"{path}/") for name, path in COLLECTION_PATHS.items() if name != "advisory"
}


class ItemSchema(ResponseSchema):
    """What every item begins and ends with."""

    id = fields.String(
        attribute="slug", metadata={"description": "The id: a slug, unique among its type, never reused."}
    )
    label = fields.String(metadata={"description": "A short, neutral display name, written by an editor."})
    html_url: fields.Field[Any] = NullableConstant(
        None, "The address of a page for people; null until there is one.", format="uri"
    )
    revision = fields.Integer(metadata={"description": "How often the item was changed, from 1."})
    created_at = UTCDateTime(metadata={"description": "When the item was first published, UTC."})
    updated_at = UTCDateTime(metadata={"description": "When the item last changed, UTC."})


class CitationSchema(ResponseSchema):
    """Paragraphs of one source."""

    source = ReferenceTo("source", include="sources", metadata={"description": "The source."})
    paragraphs = fields.List(
        fields.Integer(),
        metadata={"description": "Numbers of the source's paragraphs, from 1, ascending."},
    )


class AdvisoryLinkSchema(ResponseSchema):
    """An advisory that stands on the item's own words, with its severity."""

    type = ConstantField("advisory", "Always `advisory`.")
    id = fields.String(attribute="advisory.slug", metadata={"description": "The advisory's id."})
    label = fields.String(attribute="advisory.label", metadata={"description": "The advisory's name."})
    url = URLField("/v1/advisories/", attribute="advisory.slug", description="The advisory's address.")
    severity = fields.Integer(
        validate=validate.Range(1, 3),
        metadata={"description": "1 (least) to 3 (most); the advisory says what each means."},
    )


class PageSchema(ResponseSchema):
    """Where a list's page stands."""

    limit = fields.Integer(metadata={"description": "The most items a page holds."})
    next = fields.String(
        allow_none=True,
        metadata={"format": "uri", "description": "The next page's address; null on the last page."},
    )
    previous = fields.String(
        allow_none=True,
        metadata={"format": "uri", "description": "The previous page's address; null on the first page."},
    )
    total = fields.Integer(
        allow_none=True,
        metadata={"description": "How many items match; null if neither asked for nor known."},
    )
    total_relation = count_relation_field(
        "Whether `total` is exact or a lower bound; null with it.", allow_none=True
    )


class ListSchema(ResponseSchema):
    """A page of a list; what its items are counted by is there when it is asked for."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Declare all but ``facets`` as always present."""
        super().on_bind_field(field_name, field_obj)
        field_obj.required = field_name != "facets"


_LIST_SCHEMAS: dict[str, type[ResponseSchema]] = {}


def list_schema(item: type[ResponseSchema]) -> type[ResponseSchema]:
    """Return the schema of a page of ``item``, made once: ``QuoteListSchema``."""
    name = item.__name__.replace("Schema", "ListSchema")
    if name not in _LIST_SCHEMAS:
        members = {
            "__doc__": f"A page of a list; its items are {component_name(item)}s.",
            "data": fields.List(fields.Nested(item), metadata={"description": "The items of this page."}),
            "page": fields.Nested(PageSchema, metadata={"description": "Where the page stands."}),
        }
        type_name: str = getattr(item._declared_fields.get("type"), "constant", "")
        if issubclass(item, ItemSchema) and getattr(MODELS_BY_TYPE[type_name], "facets", dict)():
            members["facets"] = fields.Nested(
                f"{type_name.title()}FacetsSchema",
                metadata={"description": "Only with `facets=`: the items of the whole list, counted."},
            )
        _LIST_SCHEMAS[name] = type(name, (ListSchema,), members)
    return _LIST_SCHEMAS[name]
