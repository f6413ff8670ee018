"""The list index: a denormalised table of list positions, once for all themes and once for each theme.

A list in default order, of everything or of one theme, is a range of this table's primary key, so keyset
pagination reads any page without sorting. A second index has the same rows in random order. The rows of a
resource are written with its search document (``models.search``), so that only public resources have any.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

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
#: In place of a theme: the list of everything of a type.
ALL_THEMES = ""
#: The execution option that marks statements that join the list index; databases ignore it.
USES_LIST_INDEX = "is_led"


class Listed(Searchable):
    """A resource that belongs to a film and has a position, so that the list index holds its lists."""

    def __init_subclass__(cls, **options: Any) -> None:
        """Register a model, once it has a table."""
        super().__init_subclass__(**options)
        if "__tablename__" in cls.__dict__:
            LISTED[cls.type_name] = cls  # type: ignore[attr-defined]


class ListIndexRow(Base):
    """A resource's position in the list of its type, or in that of one theme.

    A resource that is tagged with a theme is also listed under the broader theme. ``severity`` is the highest
    severity of its advisories, 0 if it has none.
    """

    __tablename__ = "listings"
    __table_args__ = (
        # A covering index for random selection: its rows are scattered over the table.
        Index("ix_listings_by_lot", "type_number", "theme", "random_key", "slug", "severity", "resource_id"),
        # SQLite stores the table as its primary key's index.
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
        """Yield the rows of a search document's resource; ``themes`` are the ids of its themes.

        A document read back from the database has no ``random_key``; then neither have the rows.
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


#: The columns that replace those of the models in a sort by these keys.
LIST_ORDER: dict[str, Any] = {
    "film": ListIndexRow.film,
    "position": ListIndexRow.position,
    "id": ListIndexRow.slug,
}


def join_list_index(statement: Select[Any], model: Any, theme: Any) -> Select[Any]:
    """Return the statement joined with the list of one theme, or of all, whose rows come in list order."""
    joined = and_(ListIndexRow.type_number == model.search_number, ListIndexRow.resource_id == model.id)
    statement = statement.join(ListIndexRow, joined).execution_options(**{USES_LIST_INDEX: True})
    return statement.where(has_theme(theme))


def is_in_a_list_of(model: Any, themes: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition that a row is in the list of any of several themes.

    A semi-join by primary key: the lists are read once, where a join would have to skip duplicates.
    """
    keys = select(ListIndexRow.resource_id).where(
        ListIndexRow.type_number == model.search_number, ListIndexRow.theme.in_(themes)
    )
    return cast("ColumnElement[bool]", model.id.in_(keys))


def has_theme(theme: Any) -> ColumnElement[bool]:
    """Return the condition that a position is in the list of a theme, or of everything."""
    # A literal: a bind parameter would get the name of a requested theme.
    return ListIndexRow.theme == (literal_column("''") if isinstance(theme, str) and not theme else theme)


def select_listed_slugs(model: Any, theme: Any) -> Select[Any]:
    """Return the statement for the ids in the list of a theme, or of everything."""
    return select(ListIndexRow.slug).where(ListIndexRow.type_number == model.search_number, has_theme(theme))


def select_listed_keys(found: Select[Any]) -> Select[Any]:
    """Return the statement for the primary keys in a list, as ``id``, in list order."""
    # Ordered, so that a capped count covers the same rows on both databases.
    keys = found.with_only_columns(ListIndexRow.resource_id.label("id"))
    return keys.order_by(ListIndexRow.film, ListIndexRow.position, ListIndexRow.slug)


def is_tagged_with(model: Any, themes: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition that a row, joined with its film, is tagged with one of ``themes``."""
    film, other = model.film.property.mapper.class_, aliased(ListIndexRow)
    found = select(literal(1)).where(
        other.type_number == model.search_number,
        other.theme.in_(themes),
        other.film == film.slug,
        other.position == model.position,
        other.slug == model.slug,
    )
    # Planners expect IS NOT NULL to match more often than equality, and so prefer to scan in order.
    return found.correlate(model, film).limit(1).scalar_subquery().is_not(None)


def is_tagged_with_none(themes: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition that the resource of a list index row is tagged with none of ``themes``."""
    other = aliased(ListIndexRow)
    same = [
        getattr(other, name) == getattr(ListIndexRow, name)
        for name in ("type_number", "film", "position", "slug")
    ]
    found = select(literal(1)).where(*same, other.theme.in_(themes))
    # Not NOT EXISTS: a planner may turn it into a join that reads every row of the themes.
    return found.correlate(ListIndexRow).limit(1).scalar_subquery().is_(None)


def uses_list_index(statement: Select[Any]) -> bool:
    """Whether the statement joins the list index."""
    return bool(statement.get_execution_options().get(USES_LIST_INDEX))


def in_default_order(model: Any, statement: Select[Any]) -> Select[Any]:
    """Return the statement in the model's default order, ended by the keys that tell any two rows apart."""
    keys = model.sort_keys() | (LIST_ORDER if uses_list_index(statement) else {})
    names = dict.fromkeys((*model.default_sort, *model.unique_sort))
    return statement.order_by(*(keys[name] for name in names))
