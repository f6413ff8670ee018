"""Column types that store and sort alike on SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, DateTime, Enum, String, Text
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import TypeDecorator

#: Longest id there is (DESIGN: slugs of at most 80 characters).
SLUG_LENGTH = 80
LINE_LENGTH = 300


def short_text(length: int = LINE_LENGTH) -> String:
    """Return a one-line text column of at most ``length`` characters, sorted by code point."""
    # A database's own collation would order names differently from SQLite, and so answer differently.
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def long_text() -> Text:
    """Return a column for text of any length, sorted by code point."""
    return Text().with_variant(Text(collation="C"), "postgresql")


def json_list() -> JSON:
    """Return a column for a list or mapping of short texts, kept as compact JSON."""
    # None must be SQL NULL, not the JSON word null, or `IS NULL` would miss it.
    return JSON(none_as_null=True)


def enum_column(enumeration: type[StrEnum]) -> Enum:
    """Return a column that holds one value of ``enumeration`` and refuses every other in the database."""
    return Enum(
        enumeration,
        native_enum=False,
        create_constraint=True,
        length=40,
        name=enumeration.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


class UTCTimestamp(TypeDecorator[dt.datetime]):
    """An aware UTC time, to the second.

    SQLite stores exactly the text that the API serves (``2026-11-23T00:00:00Z``); PostgreSQL a
    timestamp with time zone. A naive time is refused rather than guessed at.
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
            raise ValueError("a time without a zone cannot be stored; make it UTC first")
        return value.astimezone(dt.UTC).replace(microsecond=0)

    def process_result_value(self, value: dt.datetime | None, dialect: Any) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)
