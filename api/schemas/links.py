"""URL fields: the URLs of items, of their web pages and of lists."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from api.core.api_versions import path_in_version, version_of_field
from api.core.request_context import settings
from api.core.resource_registry import COLLECTION_PATHS, require_type


class URLField(fields.String):
    """An absolute URL: the base URL, a path, and the id in ``attribute``.

    The URL is null if the id is null. In SQL it is a literal and one column. The path is written for version
    1 of the API. In an item of a later version, the URL points to that version if it serves the target.
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
        """Set the path before the id, and the suffix after it.

        If the URL is that of a list, ``lists`` holds the resource type of its items and the filter that the
        id is a value of.
        """
        metadata = {"description": description, "format": "uri"}
        super().__init__(attribute=attribute, metadata=metadata, **options)
        self.v1_path, self.suffix, self.lists = path, suffix, lists

    @property
    def path(self) -> str:
        """The path before the id, in the version of the item."""
        return path_in_version(self.v1_path, version_of_field(self))

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else f"{settings().base_url}{self.path}{value}{self.suffix}"


class ListURLField(URLField):
    """The URL of a list of items that belong to this one."""

    def __init__(self, type_name: str, *, by: str, description: str) -> None:
        """Set the resource type of the list, and the filter whose value is the id."""
        super().__init__(
            f"{COLLECTION_PATHS[require_type(type_name)]}?{by}=",
            lists=(type_name, by),
            description=description,
        )
