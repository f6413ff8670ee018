"""The declarative base, and the columns and rules that every resource has."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple, Self, cast

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
from models.near_slugs import near_slugs
from models.statement_placeholders import bound, is_given
from models.types import SLUG_CHARACTERS, SLUG_LENGTH, UTCTimestamp, enum_column, short_text

#: The model of every resource, by the name of its type; each registers itself.
RESOURCES_BY_TYPE: dict[str, Any] = {}


def models_in_reading_order() -> list[Any]:
    """Return the model of every resource: what others are part of comes first."""
    return sorted(RESOURCES_BY_TYPE.values(), key=lambda model: (model.reading_order, model.__tablename__))


#: Published sort keys, each with its column; a cursor holds the values of these columns.
SortKeys = dict[str, Any]


class Base(DeclarativeBase):
    """The declarative base; constraints are named by convention so that migrations can find them."""

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
    """Whether a resource is public, or visible to editors only."""

    DRAFT = "draft"
    PUBLISHED = "published"


def slug_rules(column: str = "slug") -> CheckConstraint:
    """Return a check for ``[a-z0-9]+(-[a-z0-9]+)*``, written with functions that both databases have."""
    return CheckConstraint(
        f"length({column}) BETWEEN 1 AND {SLUG_LENGTH}"
        f" AND rtrim({column}, '{SLUG_CHARACTERS}') = ''"
        f" AND ltrim({column}, '-') = {column} AND rtrim({column}, '-') = {column}"
        f" AND replace({column}, '--', '') = {column}",
        name=f"{column}_form",
    )


def add_sort_indexes(columns: Any, names: Iterable[str]) -> None:
    """Add the composite indexes that keyset pagination reads for lists sorted by one of these columns.

    Each column gets two: the id that breaks ties ascends in either direction, and an index is scanned
    forwards or backwards as a whole.
    """
    for column in (columns[name] for name in names):
        Index(f"ix_{column.table.name}_{column.name}_up", column, columns.slug)
        Index(f"ix_{column.table.name}_{column.name}_down", column.desc(), columns.slug)


def random_key(type_name: str, slug: str) -> int:
    """Return the 63-bit number that orders resources at random: from the SHA-256 of ``type/id``."""
    digest = hashlib.sha256(f"{type_name}/{slug}".encode()).digest()
    return int.from_bytes(digest[:8]) >> 1


class Release(NamedTuple):
    """A revision as a pack records it: its number, and the time of the change."""

    number: int
    at: dt.datetime | None


class Versioned:
    """A resource with an id, a status and a revision number.

    ``models.revision`` raises ``revision`` once per transaction: an optimistic lock against lost updates.
    """

    #: What one is called, in parameters, references and packs: the name of the class in lower case.
    type_name: ClassVar[str]
    #: What they are called together: the URL segment, the package in ``api/resources/``, the file in a pack.
    __tablename__: Any
    #: Its place among the resources: in the OpenAPI document, the index of the API and the report of a pack.
    reading_order: ClassVar[int] = 1000
    #: An id that the first pack has, for examples in the OpenAPI document.
    example_id: ClassVar[str]
    default_sort: ClassVar[tuple[str, ...]] = ("id",)
    #: The sort keys that end every order: together they are unique.
    unique_sort: ClassVar[tuple[str, ...]] = ("id",)
    #: Columns that get indexes for sorting, in either direction and then by id.
    sort_columns: ClassVar[tuple[str, ...]] = ("created_at", "updated_at")

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)
    slug: Mapped[str] = mapped_column(short_text(SLUG_LENGTH), unique=True, sort_order=-1)
    label: Mapped[str] = mapped_column(short_text(120), sort_order=-1)
    status: Mapped[Status] = mapped_column(enum_column(Status), default=Status.PUBLISHED, sort_order=-1)
    revision: Mapped[int] = mapped_column(default=1)
    #: When it was published first; before that, when it was created, as its first revision was.
    created_at: Mapped[dt.datetime] = mapped_column(UTCTimestamp)
    updated_at: Mapped[dt.datetime] = mapped_column(UTCTimestamp)
    deleted_at: Mapped[dt.datetime | None] = mapped_column(UTCTimestamp)
    random_key: Mapped[int] = mapped_column(BigInteger, index=True)
    pack_digest: Mapped[str | None] = mapped_column(short_text(64))

    def __init_subclass__(cls, **options: Any) -> None:
        """Register a model, once it has a table, and add its sort indexes."""
        super().__init_subclass__(**options)
        if hasattr(cls, "__table__"):
            cls.type_name = cls.__name__.lower()
            RESOURCES_BY_TYPE[cls.type_name] = cls
            add_sort_indexes(cls.__table__.c, cls.sort_columns)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        # False: models.revision raises it, so that several flushes in one transaction are one revision.
        return {"version_id_col": cls.revision, "version_id_generator": False}

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        return (*cls.constraints(), slug_rules(), CheckConstraint("revision >= 1", name="revision_counts"))

    @classmethod
    def constraints(cls) -> tuple[Any, ...]:
        """Return the constraints and indexes that only this model has."""
        return ()

    @classmethod
    def visible(cls) -> ColumnElement[bool]:
        """Return the condition that the resource is public."""
        return and_(cls.status == Status.PUBLISHED, cls.deleted_at.is_(None))

    @hybrid_property
    def is_visible(self) -> bool:
        """Whether the resource is public: of an object, and as a condition in SQL."""
        return self.status is Status.PUBLISHED and self.deleted_at is None

    @is_visible.inplace.expression
    @classmethod
    def _is_visible(cls) -> ColumnElement[bool]:
        return cls.visible()

    @classmethod
    def facets(cls) -> dict[str, Any]:
        """Return the facets of its lists (``models.facet_queries``), by the names of their filters."""
        return {}

    @classmethod
    def sort_keys(cls) -> SortKeys:
        """Return the published sort keys and the column each one stands for."""
        return {"id": cls.slug, "created_at": cls.created_at, "updated_at": cls.updated_at}

    @classmethod
    def select_where(cls, *, id: list[str] | None = None) -> Select[Self]:
        """Return the statement for the public resources that match every filter."""
        statement = select(cls).where(cls.visible())
        return statement.where(cls.slug.in_(bound(id))) if is_given(id) else statement

    @classmethod
    def select_public(cls) -> Select[Self]:
        """Return the statement for every public resource, those too that lists leave out by default."""
        return cls.select_where()

    @classmethod
    def by_slug(cls, session: Session, slug: str) -> Self:
        """Return the public resource with this id.

        Raises:
            Gone: it was deleted.
            Renamed: it has another id now.
            NotFound: there is none, or it is not public.
        """
        resource = session.scalar(cls.select_where(id=[slug]))
        if resource is None:
            raise cls.missing_error(session, slug)
        return resource

    @classmethod
    def missing_error(cls, session: Session, slug: str) -> DomainError:
        """Return the error that says why no public resource has this id."""
        published = select(cls.deleted_at).where(cls.slug == slug, cls.status == Status.PUBLISHED)
        if session.scalar(published) is not None:
            return Gone(cls.type_name, slug)
        return cls.not_found(session, slug)

    @classmethod
    def not_found(cls, session: Session, slug: str) -> NotFound:
        """Return the error that no public resource has this id, with the public ids that are near."""
        return NotFound(cls.type_name, slug, near_slugs(session, cls, slug))

    def assign(self, values: dict[str, Any]) -> None:
        """Take the values of a create body whose references have been resolved to resources."""
        for name, value in values.items():
            set_if_changed(self, name, value)

    def declare_release(self, release: Release | None) -> None:
        """Say which revision the coming change makes, instead of the next one; None takes that back."""
        self._release = release

    @property
    def release(self) -> Release | None:
        """The revision that the coming change makes, if it was declared."""
        release: Release | None = self.__dict__.get("_release")
        return release

    def to_record(self) -> dict[str, Any]:
        """Return the resource's own columns and links as plain values, with references as ids."""
        raise NotImplementedError

    def common_record(self) -> dict[str, Any]:
        """Return the entries that every record begins with."""
        return {
            "id": self.slug,
            "status": self.status.value,
            "label": self.label,
            "deleted": self.deleted_at is not None,
        }


class VisibleThrough:
    """A row that is public if another resource is."""

    #: The relationship to the other resource that the row names; the row is public only if that is.
    visible_through: ClassVar[str]

    @hybrid_property
    def is_visible(self) -> bool:
        """Whether the other resource is public: of an object, and as a condition in SQL."""
        return bool(getattr(self, self.visible_through).is_visible)

    @is_visible.inplace.expression
    @classmethod
    def _is_visible(cls) -> ColumnElement[bool]:
        named = getattr(cls, cls.visible_through)
        return cast("ColumnElement[bool]", named.has(named.property.mapper.class_.is_visible))


@event.listens_for(Versioned, "init", propagate=True)
def place_in_random_order(target: Versioned, args: Any, kwargs: dict[str, Any]) -> None:
    """Set the random key of a new resource from its id, so that every database has the same key."""
    if "slug" in kwargs:
        kwargs.setdefault("random_key", random_key(target.type_name, kwargs["slug"]))


def slugs_of(resources: Any) -> list[str]:
    """Return the ids of ``resources``, in their order."""
    return [resource.slug for resource in resources]


def set_if_changed(target: Any, name: str, value: Any) -> None:
    """Set an attribute only if its value differs, so that SQLAlchemy records no change otherwise."""
    present = getattr(target, name)
    if isinstance(value, list) and present is not None:
        # An association proxy equals a list only after it is copied into one.
        present = list(present)
    if present != value:
        setattr(target, name, value)
