"""Addresses: of the API, of its pages, and inside items."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from api.core.api_versions import path_in_version, version_of_field
from api.core.request_context import settings
from api.core.resource_registry import COLLECTION_PATHS, require_type


class URLField(fields.String):
    """An absolute address: the base, a path, and the id that ``attribute`` names.

    Null when the id is. In SQL it is a literal and one column. The path is that of the first version;
    it leads to the version of its item where what it leads to is served in that.
    """

    def __init__(
        self,
        path: str,
        *,
        attribute: str = "slug",
        suffix: str = "",
        lists: tuple[str, str] | None = None,
        description: str,
        **options: Any,
    ) -> None:
        """Take the path that stands before the id, and what stands behind it.

        Where the address is that of a list of items, ``lists`` names their type and the filter
        that the id is a value of.
        """
        metadata = {"description": description, "format": "uri"}
        super().__init__(attribute=attribute, metadata=metadata, **options)
        self.first_path, self.suffix, self.lists = path, suffix, lists

    @property
    def path(self) -> str:
        """What stands before the id."""
        return path_in_version(self.first_path, version_of_field(self))

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else f"{settings().base_url}{self.path}{value}{self.suffix}"


class ListURLField(URLField):
    """The address of the list of one type's items that belong to this one."""

    def __init__(self, type_name: str, *, by: str, description: str) -> None:
        """Take the type that is listed, and the filter whose value is the id."""
        super().__init__(
            f"{COLLECTION_PATHS[require_type(type_name)]}?{by}=",
            lists=(type_name, by),
            description=description,
        )
