"""Addresses: of the API, of its pages, and inside items."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from marshmallow import fields

from api.context import settings


def address(path: str, **query: Any) -> str:
    """Return the absolute address of a path of this service."""
    return f"{settings().base_url}{path}{'?' + urlencode(query) if query else ''}"


class Address(fields.String):
    """An absolute address: the base, a path, and the id that ``attribute`` names.

    Null when the id is. In SQL it is a literal and one column.
    """

    def __init__(
        self, path: str, *, attribute: str = "slug", suffix: str = "", description: str, **options: Any
    ) -> None:
        """Take the path that stands before the id, and what stands behind it."""
        metadata = {"description": description, "format": "uri"}
        super().__init__(attribute=attribute, metadata=metadata, **options)
        self.path, self.suffix = path, suffix

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else f"{settings().base_url}{self.path}{value}{self.suffix}"
