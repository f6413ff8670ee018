"""The list index: a denormalised table of list positions, once for all themes and once for each theme.

A list in default order, of everything or of one theme, is a range of this table's primary key, so keyset
pagination reads any page without sorting. A second index has the same rows in random order. The rows of a
resource are written with its search document (``models.search``), so that only public resources have any.

A list by theme is up to 77 times as fast as with joins of films and links (1.9 to 15 times in the median, at
100,000 quotes on SQLite), and no theme is slow, which no plain statement achieves (docs/benchmarks.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Index,
    Integer,
    SmallInteger,
)
from sqlalchemy.orm import Mapped, mapped_column

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
    severity of its advisories, 0 if it has none; ``by_editors`` is 1 if the editors assert it, else 0.
    """

    __tablename__ = "listings"
    __table_args__ = (
        # A covering index for random selection: its rows are scattered over the table.
        Index(
            "ix_listings_by_lot",
            "type_number",
            "theme",
            "random_key",
            "slug",
            "severity",
            "by_editors",
            "resource_id",
        ),
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
    by_editors: Mapped[int] = mapped_column(SmallInteger, server_default="0")

    @classmethod
    def of(
        cls,
        document: Mapping[str, Any],
        resource_id: int,
        themes: Sequence[str],
        severity: int,
        by_editors: bool = False,
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
                    "by_editors": int(by_editors),
                }


#: The columns that replace those of the models in a sort by these keys.
LIST_ORDER: dict[str, Any] = {
    "film": ListIndexRow.film,
    "position": ListIndexRow.position,
    "id": ListIndexRow.slug,
}
