"""Column types that store and sort alike on SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, DateTime, Enum, String, Text
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import TypeDecorator

#: The maximum length of a slug, in characters.
SLUG_LENGTH = 80
SLUG_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789-"
TYPE_NAME_LENGTH = 20
LINE_LENGTH = 300


def short_text(length: int = LINE_LENGTH) -> String:
    """Return a column type for one line of at most ``length`` characters, sorted by code point."""
    # The collation "C" sorts by code point, as SQLite does; the database's default may sort differently.
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def long_text() -> Text:
    """Return a column type for text of any length, sorted by code point."""
    return Text().with_variant(Text(collation="C"), "postgresql")


def json_list() -> JSON:
    """Return a column type for a list or mapping of short texts, stored as JSON."""
    # None must become SQL NULL: `IS NULL` does not match the JSON value null.
    return JSON(none_as_null=True)


def enum_column(enumeration: type[StrEnum]) -> Enum:
    """Return a column type for the values of ``enumeration``; a CHECK constraint rejects any other."""
    return Enum(
        enumeration,
        native_enum=False,
        create_constraint=True,
        length=40,
        name=enumeration.__name__.lower(),
        # The members of a StrEnum are its values.
        values_callable=list,
    )


class UTCTimestamp(TypeDecorator[dt.datetime]):
    """A time zone aware datetime in UTC, rounded down to the second.

    SQLite stores the text that the API serves (``2026-11-23T00:00:00Z``), PostgreSQL a timestamp with time
    zone. Binding a naive datetime raises ``ValueError``.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> Any:
        if dialect.name != "sqlite":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(
            sqlite.DATETIME(  # type: ignore[no-untyped-call]
                storage_format="%(year)04d-%(month)02d-%(day)02dT%(hour)02d:%(minute)02d:%(second)02dZ",
                regexp=r"(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})Z",
            )
        )

    def process_bind_param(self, value: dt.datetime | None, dialect: Any) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("Cannot store a datetime without a time zone: convert it to UTC first.")
        return value.astimezone(dt.UTC).replace(microsecond=0)

    def process_result_value(self, value: dt.datetime | None, dialect: Any) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)
