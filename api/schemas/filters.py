"""What lists take: filters, sort keys, and where a page begins."""

from __future__ import annotations

from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from api.schemas.base import OrderedSchemaMeta, RequestSchema
from api.schemas.fields import CommaSeparated, Enumerated, Slug, StrictBoolean, StrictInteger
from models import CommentaryRelation, InvalidQuery, Paragraph, Versioned
from models.search import Query, parse
from models.search.query_parser import MAX_QUERY_CHARACTERS

#: Items that a page of a list holds at most.
MAX_PAGE_SIZE = 100


class OrderedQuerySchemaMeta(OrderedSchemaMeta):
    """The same for the parameters of a list."""

    head = ("id", "q")
    tail = (
        "theme",
        "theme_all",
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


class SortField(CommaSeparated):
    """Sort keys of a noun, each with a ``-`` before it for descending."""

    def __init__(self, model: type[Versioned] | type[Paragraph] | type[CommentaryRelation]) -> None:
        """Take the noun whose published keys are allowed."""
        keys = sorted(model.sort_keys())
        allowed = [key for plain in keys for key in (plain, f"-{plain}")]
        default, ties = ",".join(model.default_sort), " and ".join(model.unique_sort)
        keys_of = f"{model.__name__}SortKey"
        super().__init__(
            Enumerated("sort key", allowed, enumeration=keys_of, described="A sort key; `-` for descending."),
            metadata={
                "description": "Sort keys in order of precedence, `-` before one for descending; "
                f"nulls come last, and ties are broken by {ties}. Default: `{default}`.",
            },
        )


class ListQuerySchema(RequestSchema, metaclass=OrderedQuerySchemaMeta):
    """The parameters of every list; a subclass adds its ``noun``, its filters and ``sort``."""

    model: ClassVar[Any]

    limit = StrictInteger(
        1,
        MAX_PAGE_SIZE,
        load_default=20,
        metadata={"description": "The most items a page holds. It may change between pages."},
    )
    cursor = fields.String(
        validate=validate.Length(min=1, max=4000, error="A cursor has 1 to 4000 characters."),
        metadata={
            "description": "Where to go on, from `page.next` or `page.previous`: opaque, and good only for "
            "the same list, filters and sort.",
        },
    )
    count = StrictBoolean(
        load_default=False, metadata={"description": "Whether to say how many items match, up to 10,000."}
    )


#: A word that no text has.
UNMATCHABLE_WORD = "q" * 60


class SearchText(str):
    """A text to search for, with the query that it asks; None where it asks for nothing, with the reason."""

    query: Query | None
    notice: str | None

    def __new__(cls, text: str) -> SearchText:
        """Understand the text."""
        made = super().__new__(cls, text)
        try:
            made.query, made.notice = parse(text), None
        except InvalidQuery as error:
            made.query, made.notice = None, str(error)
        return made


class SearchTextField(fields.String):
    """A text to search for: any, so that one may search while it is being typed."""

    def __init__(self, **options: Any) -> None:
        """Take the options of ``String``."""
        length = validate.Length(
            1, MAX_QUERY_CHARACTERS, error="A search text has {min} to {max} characters."
        )
        super().__init__(validate=length, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> SearchText:
        return SearchText(super()._deserialize(value, attr, data, **kwargs))


class SearchFilterField(SearchTextField):
    """The ``q`` filter: search text in a list of one, as statements take it."""

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        words: Any = super().deserialize(value, *args, **kwargs)
        if not isinstance(words, SearchText):
            return words
        # A list of one: what a statement is given as a parameter, filters have in lists.
        return [words if words.query else SearchText(UNMATCHABLE_WORD)]


class TextFilter(Schema):
    """The filter of what has words."""

    q = SearchFilterField(
        metadata={
            "description": 'Only items with these words: as in `/v1/search`, with `"exact phrases"`, '
            "`prefixes*` and `-` before what is not wanted. The order is the list's own; of words that more "
            "than 20,000 items have, those that came first are listed."
        }
    )


class IdFilter(Schema):
    """The filter that every resource has."""

    id = CommaSeparated(Slug(), metadata={"description": "Only items with one of these ids."})


class AdvisoryFilters(Schema):
    """The filters of what carries advisories."""

    advisory = CommaSeparated(
        Slug(), metadata={"description": "Only items that carry any of these advisories."}
    )
    exclude_advisory = CommaSeparated(
        Slug(), metadata={"description": "No items that carry any of these advisories."}
    )
    max_severity = StrictInteger(
        0,
        3,
        metadata={"description": "Only items with no advisory above this severity; 0 admits none at all."},
    )


class ThemeFilters(Schema):
    """The filters of what is about themes."""

    theme = CommaSeparated(
        Slug(),
        metadata={"description": "Only items about any of these themes, or a theme narrower than one."},
    )
    theme_all = CommaSeparated(
        Slug(), metadata={"description": "Only items about all of these themes, each with what is narrower."}
    )


def drop_filters(
    query: type[ListQuerySchema], name: str, *dropped: str, left_out: tuple[str, ...] = ()
) -> type[ListQuerySchema]:
    """Return ``query`` less the filters that a path has fixed, as a named class; see ``left_out`` too."""
    return type(name, (query,), {"__doc__": query.__doc__, "dropped": dropped, "left_out": left_out})
