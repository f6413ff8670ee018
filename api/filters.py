"""What lists take: filters, sort keys, and where a page begins."""

from __future__ import annotations

from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from api.fields import AnyOf, Digits, Flag, Named, Slug
from api.schemas import Body, InOrder
from models import CommentaryRelation, Paragraph, Versioned


class QueryInOrder(InOrder):
    """The same for the parameters of a list."""

    head = ("id",)
    tail = (
        "theme",
        "theme_all",
        "advisory",
        "exclude_advisory",
        "max_severity",
        "fields",
        "include",
        "format",
        "sort",
        "limit",
        "cursor",
        "count",
        "seed",
        "exclude",
        "tz",
    )


class SortField(AnyOf):
    """Sort keys of a noun, each with a ``-`` before it for descending."""

    def __init__(self, noun: type[Versioned] | type[Paragraph] | type[CommentaryRelation]) -> None:
        """Take the noun whose published keys are allowed."""
        keys = sorted(noun.sort_keys())
        allowed = [key for plain in keys for key in (plain, f"-{plain}")]
        default, ties = ",".join(noun.default_sort), " and ".join(noun.unique_sort)
        super().__init__(
            Named("sort key", allowed),
            metadata={
                "description": "Sort keys in order of precedence, `-` before one for descending; "
                f"nulls come last, and ties are broken by {ties}. Default: `{default}`.",
            },
        )


class ListQuerySchema(Body, metaclass=QueryInOrder):
    """The parameters of every list; a subclass adds its ``noun``, its filters and ``sort``."""

    noun: ClassVar[Any]

    limit = Digits(
        1,
        100,
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
    count = Flag(
        load_default=False, metadata={"description": "Whether to say how many items match, up to 10,000."}
    )


class IdFilter(Schema):
    """The filter that every resource has."""

    id = AnyOf(Slug(), metadata={"description": "Only items with one of these ids."})


class AdvisoryFilters(Schema):
    """The filters of what carries advisories."""

    advisory = AnyOf(Slug(), metadata={"description": "Only items that carry any of these advisories."})
    exclude_advisory = AnyOf(Slug(), metadata={"description": "No items that carry any of these advisories."})
    max_severity = Digits(
        0,
        3,
        metadata={"description": "Only items with no advisory above this severity; 0 admits none at all."},
    )


class ThemeFilters(Schema):
    """The filters of what is about themes."""

    theme = AnyOf(
        Slug(),
        metadata={"description": "Only items about any of these themes, or a theme narrower than one."},
    )
    theme_all = AnyOf(
        Slug(), metadata={"description": "Only items about all of these themes, each with what is narrower."}
    )


def without(query: type[ListQuerySchema], name: str, *dropped: str) -> type[ListQuerySchema]:
    """Return ``query`` less the filters that a path has fixed, as a named class."""
    return type(name, (query,), {"__doc__": query.__doc__, "dropped": dropped})
