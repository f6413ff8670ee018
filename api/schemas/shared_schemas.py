"""Base classes of all schemas, and the schemas that resources share: references, citations, pages."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Self

from marshmallow import EXCLUDE, RAISE, Schema, fields, validate
from marshmallow.schema import SchemaMeta

from api.core.resource_registry import COLLECTION_PATHS
from api.schemas.fields import ConstantField, NullableConstant, UTCDateTime, count_relation_field
from api.schemas.reference_fields import ExpandedList, ReferenceTo, URLField, list_links
from models import MODELS_BY_TYPE

#: The fields before and after an item's own fields.
LEADING_FIELDS = ("type", "id", "label", "url", "html_url")
TRAILING_FIELDS = ("editor_note", "links", "revision", "created_at", "updated_at")
WORD_COUNT_DESCRIPTION = (
    "The number of words: separated by white space or, in scripts without it, found by text segmentation."
)


class OrderedSchemaMeta(SchemaMeta):
    """Metaclass that orders fields: shared fields first and last, whichever class declares them."""

    head: tuple[str, ...] = LEADING_FIELDS
    tail: tuple[str, ...] = TRAILING_FIELDS

    @classmethod
    def get_declared_fields(cls, klass: Any, *args: Any, **kwargs: Any) -> dict[str, fields.Field[Any]]:
        """Return the fields: the head, then the schema's own fields in order, then the tail.

        Fields that the class lists in ``path_filters`` or ``omitted`` are removed.
        """
        declared = super().get_declared_fields(klass, *args, **kwargs)
        for name in (*getattr(klass, "path_filters", ()), *getattr(klass, "omitted", ())):
            declared.pop(name, None)
        return cls.order_fields(declared)

    @classmethod
    def order_fields(cls, declared: dict[str, Any]) -> dict[str, Any]:
        """Return a mapping by field name in the order of the fields."""
        own = [name for name in declared if name not in cls.head + cls.tail]
        return {name: declared[name] for name in (*cls.head, *own, *cls.tail) if name in declared}


class SharedSchema(Schema):
    """An immutable schema, which copies of its holder may share.

    flask-smorest deep-copies the documentation of a view, schemas included, at each decorator.
    """

    def __deepcopy__(self, _memo: Any) -> Self:
        return self


class ResponseSchema(SharedSchema, metaclass=OrderedSchemaMeta):
    """A schema that the API serves: every key is always present, and null if its value is unknown.

    ``include`` names the expanded references and lists, ``max_severity`` the highest severity of an advisory
    on expanded items. ``api_version`` of a class is the first version that serves it in this form, and of an
    instance the version being served.
    """

    api_version: int = 1

    class Meta:
        """Ignore unknown keys, as clients must."""

        unknown = EXCLUDE

    def __init__(
        self,
        *,
        include: Collection[str] = (),
        max_severity: int | None = None,
        api_version: int | None = None,
        **options: Any,
    ) -> None:
        """Set what is expanded and the version, and pass the other options to ``Schema``."""
        self.include, self.max_severity = include, max_severity
        self.api_version = api_version or type(self).api_version
        links = list_links(self._declared_fields)
        expanded = {
            name: ExpandedList(*link.lists) for name, link in links.items() if link.lists and name in include
        }
        if expanded:
            self._declared_fields = type(self).order_fields(self._declared_fields | expanded)
        super().__init__(**options)

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Declare the key as always present and read-only."""
        field_obj.required = True
        field_obj.dump_only = True


class RequestSchema(SharedSchema):
    """A schema of input, from a request or a pack: unknown keys are errors."""

    class Meta:
        """Reject unknown keys instead of ignoring them."""

        unknown = RAISE


def component_name(schema: type[Schema]) -> str:
    """Return the name of a schema's component in the OpenAPI document.

    It is the name of the class without suffixes, so it is the same in every version of the API:
    ``QuoteV2ListSchema`` is ``QuoteList``.
    """
    return re.sub(r"V[0-9]+(?=(?:List)?$)", "", schema.__name__.removesuffix("Schema"))


#: What one item of a type is called in prose, if not by the name of the type.
ITEM_NAMES = {"commentary": "commentary entry"}


class ReferenceSchema(ResponseSchema):
    """A reference to a resource, as other items contain it."""

    id = fields.String(attribute="slug", metadata={"description": "The id, unique within its type."})
    label = fields.String(metadata={"description": "A short, neutral display name."})


def _reference_schema(type_name: str, path: str) -> type[ReferenceSchema]:
    """Return the reference schema of a type, with the name that ``ReferenceTo`` looks up."""
    item_name = ITEM_NAMES.get(type_name, type_name)
    return type(
        f"{type_name.title()}RefSchema",
        (ReferenceSchema,),
        {
            "__doc__": f"A reference to a {item_name}.",
            "type": ConstantField(type_name, f"Always `{type_name}`."),
            "url": URLField(path, description=f"The URL of the {item_name}."),
        },
    )


#: The reference schemas by resource type: ``FilmRefSchema`` and so on.
REFERENCE_SCHEMAS = {
    name: _reference_schema(name, f"{path}/") for name, path in COLLECTION_PATHS.items() if name != "advisory"
}


class ItemSchema(ResponseSchema):
    """The first and last fields of every item."""

    id = fields.String(
        attribute="slug",
        metadata={"description": "The id: a slug, unique within its type and never reused."},
    )
    label = fields.String(metadata={"description": "A short, neutral display name, written by an editor."})
    html_url: fields.Field[Any] = NullableConstant(
        None, "The URL of the item's web page; null if it has none yet.", format="uri"
    )
    revision = fields.Integer(
        metadata={"description": "The revision number: 1 at first, increased by each change."}
    )
    created_at = UTCDateTime(metadata={"description": "The time of first publication, in UTC."})
    updated_at = UTCDateTime(metadata={"description": "The time of the last change, in UTC."})


class CitationSchema(ResponseSchema):
    """A citation: one or more paragraphs of a source."""

    source = ReferenceTo("source", include="sources", metadata={"description": "The source."})
    paragraphs = fields.List(
        fields.Integer(),
        metadata={"description": "The numbers of the cited paragraphs, counted from 1, in ascending order."},
    )


class AdvisoryLinkSchema(ResponseSchema):
    """An advisory on the item's own text, with its severity."""

    type = ConstantField("advisory", "Always `advisory`.")
    id = fields.String(attribute="advisory.slug", metadata={"description": "The id of the advisory."})
    label = fields.String(attribute="advisory.label", metadata={"description": "The name of the advisory."})
    url = URLField("/v1/advisories/", attribute="advisory.slug", description="The URL of the advisory.")
    severity = fields.Integer(
        validate=validate.Range(1, 3),
        metadata={"description": "From 1 (mild) to 3 (severe). The advisory defines each level."},
    )


class PageSchema(ResponseSchema):
    """The position of a page in its list."""

    limit = fields.Integer(metadata={"description": "The maximum number of items per page."})
    next = fields.String(
        allow_none=True,
        metadata={"format": "uri", "description": "The URL of the next page; null on the last page."},
    )
    previous = fields.String(
        allow_none=True,
        metadata={"format": "uri", "description": "The URL of the previous page; null on the first page."},
    )
    next_cursor = fields.String(
        allow_none=True,
        metadata={"description": "The `cursor` of the next page, as in `next`; null on the last page."},
    )
    previous_cursor = fields.String(
        allow_none=True,
        metadata={"description": "The `cursor` of the previous page, as in `previous`; null on the first."},
    )
    total = fields.Integer(
        allow_none=True,
        metadata={"description": "The number of matching items; null unless it was requested or is known."},
    )
    total_relation = count_relation_field(
        "Whether `total` is exact or a lower bound; null if `total` is null.", allow_none=True
    )


class ListSchema(ResponseSchema):
    """A page of a list; ``facets`` is only present if requested."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Declare all keys except ``facets`` as always present."""
        super().on_bind_field(field_name, field_obj)
        field_obj.required = field_name != "facets"


NOTICE_DESCRIPTION = (
    "Why the list is empty, if a filter names an id that does not exist, or if `q` has nothing to search for "
    "or a misspelt word; otherwise null."
)
_LIST_SCHEMAS: dict[str, type[ResponseSchema]] = {}


def list_schema(item: type[ResponseSchema]) -> type[ResponseSchema]:
    """Return the schema of a page of ``item``, built once: ``QuoteListSchema``."""
    name = item.__name__.replace("Schema", "ListSchema")
    if name not in _LIST_SCHEMAS:
        members = {
            "__doc__": f"A page of a list of `{component_name(item)}` objects.",
            "data": fields.List(fields.Nested(item), metadata={"description": "The items on this page."}),
            "page": fields.Nested(PageSchema, metadata={"description": "The position of this page."}),
        }
        type_name: str = getattr(item._declared_fields.get("type"), "constant", "")
        if issubclass(item, ItemSchema) and getattr(MODELS_BY_TYPE[type_name], "facets", dict)():
            members["facets"] = fields.Nested(
                f"{type_name.title()}FacetsSchema",
                metadata={"description": "Counts over the whole list. Only present with `facets=`."},
            )
        members["notice"] = fields.String(allow_none=True, metadata={"description": NOTICE_DESCRIPTION})
        _LIST_SCHEMAS[name] = type(name, (ListSchema,), members)
    return _LIST_SCHEMAS[name]
