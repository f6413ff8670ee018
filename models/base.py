"""What every table shares: naming of constraints, the versioned resource, and its parts."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, ClassVar, Self

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Index,
    MetaData,
    Select,
    and_,
    event,
    select,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    declared_attr,
    mapped_column,
)

from models.errors import DomainError, Gone, NotFound
from models.placeholders import bound, is_given
from models.types import SLUG_LENGTH, UTCTimestamp, enum_column, short_text

SLUG_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789-"

#: A sort key's columns are read from the same row as the item, so that a cursor can hold them.
SortKeys = dict[str, Any]


class Base(DeclarativeBase):
    """Declarative base; constraints are named by convention so that a migration can find them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Status(StrEnum):
    """Whether everyone may see a resource, or only an editor."""

    DRAFT = "draft"
    PUBLISHED = "published"


def slug_rules(column: str = "slug") -> CheckConstraint:
    """Return the rule ``[a-z0-9]+(-[a-z0-9]+)*`` in functions that both databases have."""
    return CheckConstraint(
        f"length({column}) BETWEEN 1 AND {SLUG_LENGTH}"
        f" AND rtrim({column}, '{SLUG_CHARACTERS}') = ''"
        f" AND ltrim({column}, '-') = {column} AND rtrim({column}, '-') = {column}"
        f" AND replace({column}, '--', '') = {column}",
        name=f"{column}_form",
    )


def add_sort_indexes(columns: Any, names: Iterable[str]) -> None:
    """Give a table the indexes in which any page of a list is found that is sorted by one of its columns.

    There are two of each: ids ascend in either direction, and an index is read forwards or backwards whole.
    """
    for column in (columns[name] for name in names):
        Index(f"ix_{column.table.name}_{column.name}_up", column, columns.slug)
        Index(f"ix_{column.table.name}_{column.name}_down", column.desc(), columns.slug)


def random_key(type_name: str, slug: str) -> int:
    """Return the 63-bit number that places a resource in random order: of SHA-256 of ``type/id``."""
    digest = hashlib.sha256(f"{type_name}/{slug}".encode()).digest()
    return int.from_bytes(digest[:8]) >> 1


class Versioned:
    """A resource with an address, a number of revisions and a status.

    ``revision`` is raised once per transaction by ``models.revision`` and guards against lost updates.
    """

    #: What one is called: in parameters, references and packs.
    type_name: ClassVar[str]
    #: What they are called together: the URL segment, the folder in ``api/resources/``, the file in a pack.
    __tablename__: Any
    #: An id that the first pack has, for examples in the OpenAPI document.
    example_id: ClassVar[str]
    default_sort: ClassVar[tuple[str, ...]] = ("id",)
    #: The keys that end every order, and tell any two of its rows apart.
    unique_sort: ClassVar[tuple[str, ...]] = ("id",)
    #: Columns by which lists are sorted, either way and then by id.
    sort_columns: ClassVar[tuple[str, ...]] = ("created_at", "updated_at")

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)
    slug: Mapped[str] = mapped_column(short_text(SLUG_LENGTH), unique=True, sort_order=-1)
    label: Mapped[str] = mapped_column(short_text(120), sort_order=-1)
    status: Mapped[Status] = mapped_column(enum_column(Status), default=Status.PUBLISHED, sort_order=-1)
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[dt.datetime] = mapped_column(UTCTimestamp)
    updated_at: Mapped[dt.datetime] = mapped_column(UTCTimestamp)
    deleted_at: Mapped[dt.datetime | None] = mapped_column(UTCTimestamp)
    random_key: Mapped[int] = mapped_column(BigInteger, index=True)
    pack_digest: Mapped[str | None] = mapped_column(short_text(64))

    def __init_subclass__(cls, **options: Any) -> None:
        """Index what sorts the lists of a noun, once it has a table."""
        super().__init_subclass__(**options)
        if hasattr(cls, "__table__"):
            add_sort_indexes(cls.__table__.c, cls.sort_columns)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        # False: models.revision counts, so that several flushes of one transaction are one revision.
        return {"version_id_col": cls.revision, "version_id_generator": False}

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        return (*cls.constraints(), slug_rules(), CheckConstraint("revision >= 1", name="revision_counts"))

    @classmethod
    def constraints(cls) -> tuple[Any, ...]:
        """Return the constraints and indexes of this noun alone."""
        return ()

    @classmethod
    def visible(cls) -> ColumnElement[bool]:
        """Return the condition that anyone may see the resource."""
        return and_(cls.status == Status.PUBLISHED, cls.deleted_at.is_(None))

    @hybrid_property
    def is_visible(self) -> bool:
        """Whether anyone may see this resource: of a row, and as a condition in SQL."""
        return self.status is Status.PUBLISHED and self.deleted_at is None

    @is_visible.inplace.expression
    @classmethod
    def _is_visible(cls) -> ColumnElement[bool]:
        return cls.visible()

    @classmethod
    def facets(cls) -> dict[str, Any]:
        """Return what its lists can be counted by (``models.facet_counts``), by the name of the filter."""
        return {}

    @classmethod
    def sort_keys(cls) -> SortKeys:
        """Return the published sort keys and the column each one stands for."""
        return {"id": cls.slug, "created_at": cls.created_at, "updated_at": cls.updated_at}

    @classmethod
    def select_where(cls, *, id: list[str] | None = None) -> Select[Self]:
        """Return the statement for the visible resources that match every filter."""
        statement = select(cls).where(cls.visible())
        return statement.where(cls.slug.in_(bound(id))) if is_given(id) else statement

    @classmethod
    def by_slug(cls, session: Session, slug: str) -> Self:
        """Return the visible resource with this id.

        Raises:
            Gone: it was deleted.
            Renamed: it has another id now.
            NotFound: there is none, or none that everyone may see.
        """
        found = session.scalar(cls.select_where(id=[slug]))
        if found is None:
            raise cls.missing_error(session, slug)
        return found

    @classmethod
    def missing_error(cls, session: Session, slug: str) -> DomainError:
        """Return why no visible resource has this id: never was, deleted, or renamed."""
        published = select(cls.deleted_at).where(cls.slug == slug, cls.status == Status.PUBLISHED)
        if session.scalar(published) is not None:
            return Gone(cls.type_name, slug)
        return NotFound(cls.type_name, slug)

    def assign(self, values: dict[str, Any]) -> None:
        """Take the values of a create body whose references have been resolved to resources."""
        for name, value in values.items():
            set_if_changed(self, name, value)

    def to_record(self) -> dict[str, Any]:
        """Return the resource's own columns and links as plain values, references as slugs."""
        raise NotImplementedError

    def common_record(self) -> dict[str, Any]:
        """Return what every record begins with."""
        return {
            "id": self.slug,
            "status": self.status.value,
            "label": self.label,
            "deleted": self.deleted_at is not None,
        }


@event.listens_for(Versioned, "init", propagate=True)
def place_in_random_order(target: Versioned, args: Any, kwargs: dict[str, Any]) -> None:
    """Give a new resource its random key, from its id alone, so that every database has the same."""
    if "slug" in kwargs:
        kwargs.setdefault("random_key", random_key(target.type_name, kwargs["slug"]))


def slugs_of(resources: Any) -> list[str]:
    """Return the slugs of ``resources``, in their order."""
    return [resource.slug for resource in resources]


def set_if_changed(target: Any, name: str, value: Any) -> None:
    """Set an attribute only where that changes something, so that nothing looks changed that is not."""
    present = getattr(target, name)
    if isinstance(value, list) and present is not None:
        # A proxy of linked resources is a list in all but its type.
        present = list(present)
    if present != value:
        setattr(target, name, value)
