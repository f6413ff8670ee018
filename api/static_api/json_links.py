"""Rewrite the links in JSON: a walk over the members that are URLs. Texts stay as they are."""

from __future__ import annotations

from typing import Any

from api.static_api.service_urls import is_own_url, static_url

#: The members that are URLs, wherever they are.
URL_MEMBERS = frozenset({"url", "html_url"})


def rewrite_links(value: Any) -> Any:
    """Return a JSON value with links to files.

    Links to what is not static are null, or left out of ``links``.
    """
    if isinstance(value, list):
        return [rewrite_links(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: _member(name, each) for name, each in value.items()}


def _member(name: str, value: Any) -> Any:
    if name in URL_MEMBERS and isinstance(value, str):
        return _link(value)
    if name == "links" and isinstance(value, dict):
        links = {relation: _link(url) for relation, url in value.items()}
        return {relation: url for relation, url in links.items() if url or value[relation] is None}
    if name == "page" and isinstance(value, dict):
        # Files have no cursors. A link back would change a page whenever the one before it does.
        none = {"previous": None, "next_cursor": None, "previous_cursor": None}
        return value | none | {"next": _link(value["next"])}
    return rewrite_links(value)


def _link(url: str | None) -> str | None:
    """Return the link to a file; URLs of other services stay."""
    return static_url(url) if url is not None and is_own_url(url) else url
