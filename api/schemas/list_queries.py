"""Query parameters of lists: filters, sort keys and pagination."""

from __future__ import annotations

from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from api.schemas.fields import (
    Choice,
    CommaSeparated,
    Enumerated,
    Reference,
    Slug,
    StrictBoolean,
    StrictInteger,
)
from api.schemas.shared_schemas import OrderedSchemaMeta, RequestSchema
from models import AssertedByFilter, CommentaryRelation, InvalidQuery, Paragraph, Revision, Versioned
from models.search import Query, parse
from models.search.query_parser import MAX_QUERY_CHARACTERS

#: The maximum number of items on a page of a list.
MAX_PAGE_SIZE = 100
#: The maximum length of a cursor.
MAX_CURSOR_CHARACTERS = 4000


class OrderedQuerySchemaMeta(OrderedSchemaMeta):
    """Metaclass that orders the query parameters of a list."""

    head = ("id", "q")
    tail = (
        "theme",
        "theme_all",
        "asserted_by",
        "advisory",
        "exclude_advisory",
        "max_severity",
        "fields",
        "include",
        "facets",
        "format",
        "sort",
        "limit",
        "cursor",
        "count",
        "seed",
        "exclude",
        "date",
        "tz",
    )


#: The models whose lists can be sorted.
SortedModel = type[Versioned] | type[Paragraph] | type[CommentaryRelation] | type[Revision]


class SortField(CommaSeparated):
    """Sort keys of a model; a leading ``-`` means descending."""

    def __init__(self, model: SortedModel) -> None:
        """Allow the published sort keys of ``model``."""
        keys = sorted(model.sort_keys())
        allowed = [key for plain in keys for key in (plain, f"-{plain}")]
        default, ties = ",".join(model.default_sort), " and ".join(model.unique_sort)
        sort_key = Enumerated(
            "sort key",
            allowed,
            enumeration=f"{model.__name__}SortKey",
            description="A sort key. A leading `-` means descending.",
        )
        super().__init__(
            sort_key,
            metadata={
                "description": "Sort keys in order of precedence. A leading `-` means descending. "
                f"Nulls come last; ties are broken by {ties}. Default: `{default}`.",
            },
        )


class ListQuerySchema(RequestSchema, metaclass=OrderedQuerySchemaMeta):
    """The query parameters of every list. A subclass adds its ``model``, its filters and ``sort``."""

    model: ClassVar[Any]

    limit = StrictInteger(
        1,
        MAX_PAGE_SIZE,
        load_default=20,
        metadata={"description": "The maximum number of items per page. It may differ between pages."},
    )
    cursor = fields.String(
        validate=validate.Length(
            min=1, max=MAX_CURSOR_CHARACTERS, error="Must be 1 to {max} characters long."
        ),
        metadata={
            "description": "The cursor of a page, taken from `page.next_cursor` or `page.previous_cursor`. "
            "It is opaque, and only valid for the same list, filters and sort.",
        },
    )
    count = StrictBoolean(
        load_default=False,
        metadata={"description": "Whether to return the number of matching items, counted up to 10,000."},
    )


#: A word that no text contains.
UNMATCHABLE_WORD = "q" * 60


class SearchText(str):
    """A search text with its parsed ``query``; or, if it has none, a ``notice`` that says why."""

    query: Query | None
    notice: str | None

    def __new__(cls, text: str) -> SearchText:
        """Parse the text."""
        search_text = super().__new__(cls, text)
        try:
            search_text.query, search_text.notice = parse(text), None
        except InvalidQuery as error:
            search_text.query, search_text.notice = None, str(error)
        return search_text


class SearchTextField(fields.String):
    """A search text. Any text is valid, even none, so that clients can search while the user is typing."""

    def __init__(self, **options: Any) -> None:
        """Pass the options to ``String``."""
        length = validate.Length(max=MAX_QUERY_CHARACTERS, error="Must be 1 to {max} characters long.")
        super().__init__(validate=length, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> SearchText:
        return SearchText(super()._deserialize(value, attr, data, **kwargs))


class SearchFilterField(SearchTextField):
    """The ``q`` filter: a list with one search text, since values of filters are lists."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        search_text = super()._deserialize(value, attr, data, **kwargs)
        super()._validate(search_text)
        if search_text.query is None:
            notice, search_text = search_text.notice, SearchText(UNMATCHABLE_WORD)
            search_text.notice = notice
        return [search_text]

    def _validate(self, value: Any) -> None:
        """Do nothing, since the text was validated before it was replaced."""


class TextFilter(Schema):
    """The full-text filter of searchable resources."""

    q = SearchFilterField(
        metadata={
            "description": "Return only items that contain these words. The syntax is that of `/v1/search`: "
            '`"exact phrases"`, `prefixes*`, and `-` to exclude a word. The sort order of the list is kept. '
            "If more than 20,000 items match, only the oldest are returned."
        }
    )


class IdFilter(Schema):
    """The filter that every resource has."""

    id = CommaSeparated(Slug(), metadata={"description": "Return only items with these ids."})


class AdvisoryFilters(Schema):
    """The filters of resources with advisories."""

    advisory = CommaSeparated(
        Reference("advisory"),
        metadata={"description": "Return only items flagged with any of these advisories."},
    )
    exclude_advisory = CommaSeparated(
        Slug(), metadata={"description": "Exclude items flagged with any of these advisories."}
    )
    max_severity = StrictInteger(
        0,
        3,
        metadata={
            "description": "Exclude items with an advisory above this severity. 0 excludes all flagged items."
        },
    )


def asserted_by_field(what: str) -> Choice:
    """Return the filter by who asserts commentary: of ``what``, those of sources unless it is set."""
    return Choice(
        AssertedByFilter,
        metadata={
            "description": f"Whose commentary to {what}: what a `source` argues (the default), what an "
            "`editor` of Subtext notes about it, or `any`."
        },
    )


class ThemeFilters(Schema):
    """The filters of resources with themes."""

    theme = CommaSeparated(
        Reference("theme"),
        metadata={"description": "Return only items tagged with any of these themes or their subthemes."},
    )
    theme_all = CommaSeparated(
        Reference("theme"),
        metadata={
            "description": "Return only items tagged with all of these themes. A subtheme counts as its "
            "theme."
        },
    )


def drop_filters(
    query: type[ListQuerySchema], name: str, *path_filters: str, omitted: tuple[str, ...] = ()
) -> type[ListQuerySchema]:
    """Return ``query`` as a class ``name``, without filters that the path fixes or that are ``omitted``."""
    return type(name, (query,), {"__doc__": query.__doc__, "path_filters": path_filters, "omitted": omitted})
