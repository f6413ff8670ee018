"""Listings: what belongs to films, in the order of lists, under nothing and under each of its themes.

A list in its own order, of everything or of what is about a theme, is a stretch of one index: any page of it
is found by its first row, however many come before. So are those that follow any place in random order. A
row is written with the search document of its resource (``models.search.index_tables``), so that there is one
for what anyone may see and no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Index,
    Integer,
    Select,
    SmallInteger,
    and_,
    literal,
    literal_column,
    select,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column

from models.base import Base
from models.searchable import Searchable
from models.types import SLUG_LENGTH, short_text

#: Models whose lists are read from the index, by the name of their type; each registers itself.
LISTED: dict[str, Any] = {}
#: Stands for a theme where everything is listed.
ALL_THEMES = ""
#: Tells a statement that is led; no database heeds it.
USES_LIST_INDEX = "is_led"


class Listed(Searchable):
    """A resource of a film, in an editor's order, whose lists are read from the list index."""

    def __init_subclass__(cls, **options: Any) -> None:
        """Register a model, once it has a table."""
        super().__init_subclass__(**options)
        if "__tablename__" in cls.__dict__:
            LISTED[cls.type_name] = cls  # type: ignore[attr-defined]


class ListIndexRow(Base):
    """A place of a resource: in the list of everything of its type, or of what is about ``theme``.

    What is about a theme is about the broader one too. ``severity`` is that of the strongest advisory on
    the resource, 0 where it carries none.
    """

    __tablename__ = "listings"
    __table_args__ = (
        # All that choosing by lot asks for is in the index: of neighbours in it no two rows are near.
        Index("ix_listings_by_lot", "type_number", "theme", "random_key", "slug", "severity", "resource_id"),
        # The table is its own index, where the database can do so.
        {"sqlite_with_rowid": False},
    )

    type_number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    theme: Mapped[str] = mapped_column(short_text(SLUG_LENGTH), primary_key=True)
    film: Mapped[str] = mapped_column(short_text(SLUG_LENGTH), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    slug: Mapped[str] = mapped_column(short_text(SLUG_LENGTH), primary_key=True)
    resource_id: Mapped[int]
    random_key: Mapped[int] = mapped_column(BigInteger)
    severity: Mapped[int] = mapped_column(SmallInteger)

    @classmethod
    def of(
        cls, document: Mapping[str, Any], resource_id: int, themes: Sequence[str], severity: int
    ) -> Iterator[dict[str, Any]]:
        """Yield the rows of the resource of a document, of which ``themes`` are the ids it is about.

        A document that is stored has no ``random_key``, and its rows none.
        """
        if document["type_name"] in LISTED:
            for theme in (ALL_THEMES, *themes):
                yield {
                    "type_number": LISTED[document["type_name"]].search_number,
                    "theme": theme,
                    **{name: document[name] for name in ("film", "position", "slug")},
                    "resource_id": resource_id,
                    "random_key": document.get("random_key"),
                    "severity": severity,
                }


#: The columns of the order of lists, by the sort keys that they stand for.
LIST_ORDER: dict[str, Any] = {
    "film": ListIndexRow.film,
    "position": ListIndexRow.position,
    "id": ListIndexRow.slug,
}


def join_list_index(statement: Select[Any], model: Any, themes: Sequence[Any]) -> Select[Any]:
    """Return the statement led by the list of what is about any of ``themes``: each row once, in its order.

    The order is kept without sorting where there is one theme.
    """
    joined = and_(ListIndexRow.type_number == model.search_number, ListIndexRow.resource_id == model.id)
    statement = statement.join(ListIndexRow, joined).execution_options(**{USES_LIST_INDEX: True})
    if len(themes) == 1:
        return statement.where(has_theme(themes[0]))
    return statement.where(
        ListIndexRow.theme.in_(themes), is_tagged_with_none(themes, before=ListIndexRow.theme)
    )


def has_theme(theme: Any) -> ColumnElement[bool]:
    """Return the condition that a place is in the list of a theme, or of everything."""
    # A parameter would be named as one of the themes that were asked for.
    return ListIndexRow.theme == (literal_column("''") if isinstance(theme, str) and not theme else theme)


def select_listed_slugs(model: Any, theme: Any) -> Select[Any]:
    """Return the statement for the ids of what is listed about a theme, or of everything."""
    return select(ListIndexRow.slug).where(ListIndexRow.type_number == model.search_number, has_theme(theme))


def select_listed_keys(found: Select[Any]) -> Select[Any]:
    """Return the statement for the keys, as ``id``, of what is listed, in its order."""
    # Of so many that not all are counted the same are, on whatever way a database finds them.
    keys = found.with_only_columns(ListIndexRow.resource_id.label("id"))
    return keys.order_by(ListIndexRow.film, ListIndexRow.position, ListIndexRow.slug)


def is_tagged_with(model: Any, themes: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition that a row of ``noun``, beside its film, is about one of ``themes``."""
    film, other = model.film.property.mapper.class_, aliased(ListIndexRow)
    found = select(literal(1)).where(
        other.type_number == model.search_number,
        other.theme.in_(themes),
        other.film == film.slug,
        other.position == model.position,
        other.slug == model.slug,
    )
    # That it is there is thought likelier than that it equals something, and a walk therefore short.
    return found.correlate(model, film).limit(1).scalar_subquery().is_not(None)


def is_tagged_with_none(themes: Sequence[Any], before: Any = None) -> ColumnElement[bool]:
    """Return the condition that a row's resource is about none of ``themes``; about none before one."""
    other = aliased(ListIndexRow)
    same = [
        getattr(other, name) == getattr(ListIndexRow, name)
        for name in ("type_number", "film", "position", "slug")
    ]
    found = select(literal(1)).where(*same, other.theme.in_(themes))
    if before is not None:
        found = found.where(other.theme < before)
    # Of NOT EXISTS a database may make a join, and read all that is about the themes.
    return found.correlate(ListIndexRow).limit(1).scalar_subquery().is_(None)


def uses_list_index(statement: Select[Any]) -> bool:
    """Whether the statement is led by a list."""
    return bool(statement.get_execution_options().get(USES_LIST_INDEX))


def in_default_order(model: Any, statement: Select[Any]) -> Select[Any]:
    """Return the statement in the model's default order, ended by the keys that tell any two rows apart."""
    keys = model.sort_keys() | (LIST_ORDER if uses_list_index(statement) else {})
    names = dict.fromkeys((*model.default_sort, *model.unique_sort))
    return statement.order_by(*(keys[name] for name in names))
