"""Add examples to the operations on drafts and releases: drafts of the items that the first pack has."""

from __future__ import annotations

from typing import Any

from api.core.resource_registry import COLLECTION_PATHS
from api.entries.records import record_to_body
from models import RESOURCES

RELEASE, NOTE, EDITOR = "second-edition", "Follows the second edition", "film desk"
TOKEN = "WyJxdW90ZSIsImhlci0yMDEzLi4uIl0.c2lnbmF0dXJl"  # noqa: S105 (no token of any service)
SAVED_AT, EXPIRES_AT = "2026-11-24T09:30:00Z", "2026-11-25T09:30:00Z"


def add_draft_examples(client: Any, document: dict[str, Any]) -> None:
    """Add an example of each request and response."""
    base_url, summaries = client.application.extensions["settings"].base_url, []
    for model in RESOURCES:
        item_path = f"{COLLECTION_PATHS[model.type_name]}/{model.example_id}"
        with client.application.extensions["database"].read_session() as session:
            record = model.by_slug(session, model.example_id).to_record()
        body = record_to_body(model.type_name, record).body
        item = client.get(item_path).get_json()
        record = {name: value for name, value in body.items() if name != "status"}
        summary = _draft(model.type_name, item, base_url)
        summaries.append(summary)
        _add_all(
            document, model.type_name, body, summary | {"record": record, "errors": [], "warnings": []}, item
        )
        links = {"item": item_path, "page": None, "embed": None}
        _add_link(document, f"{COLLECTION_PATHS[model.type_name]}/{{", links, base_url)
    _add_lists(document, summaries, base_url)


def _draft(type_name: str, item: dict[str, Any], base_url: str) -> dict[str, Any]:
    url = f"{item['url']}/draft"
    return {
        "type": "draft",
        "label": item["label"],
        "url": url,
        "item": {"type": type_name, "id": item["id"], "url": item["url"]},
        "is_new": False,
        "base": f"{item['revision']}.489d9d",
        "is_outdated": False,
        "release": RELEASE,
        "note": NOTE,
        "editor": EDITOR,
        "links": {
            "preview": f"{url}/preview",
            "publish": f"{url}/publish",
            "release": f"{base_url}/v1/releases/{RELEASE}",
        },
        "revision": 1,
        "created_at": SAVED_AT,
        "updated_at": SAVED_AT,
    }


def _add_all(
    document: dict[str, Any],
    type_name: str,
    body: dict[str, Any],
    draft: dict[str, Any],
    item: dict[str, Any],
) -> None:
    for path, methods in document["paths"].items():
        if not path.startswith(f"{COLLECTION_PATHS[type_name]}/{{"):
            continue
        for method in ("get", "put", "patch", "post"):
            operation = methods.get(method)
            if operation is None:
                continue
            if path.endswith("/unpublish") or (path.endswith("/draft") and method in ("get", "put", "patch")):
                _respond(operation, draft)
            elif path.endswith(("/draft/preview", "/draft/publish")):
                _respond(operation, item)
            if path.endswith("/draft") and method in ("put", "patch"):
                request = {"label": item["label"]} if method == "patch" else body
                for content in operation["requestBody"]["content"].values():
                    content["examples"] = {"real": {"summary": operation["summary"], "value": request}}


def _add_link(document: dict[str, Any], start: str, paths: dict[str, str | None], base_url: str) -> None:
    url = f"{base_url}/previews/{TOKEN}"
    value = {
        "type": "preview-link",
        "url": f"{url}/",
        "expires_at": EXPIRES_AT,
        "links": {name: path and f"{url}{path}" for name, path in paths.items()},
    }
    for path, methods in document["paths"].items():
        if path.startswith(start) and path.endswith("/preview-link"):
            _respond(methods["post"], value)


def _add_lists(document: dict[str, Any], drafts: list[dict[str, Any]], base_url: str) -> None:
    url = f"{base_url}/v1/releases/{RELEASE}"
    links = {"publish": f"{url}/publish"}
    release = {"type": "release", "url": url, "name": RELEASE, "draft_count": len(drafts), "links": links}
    release["updated_at"] = SAVED_AT
    names = "next", "previous", "next_cursor", "previous_cursor", "total", "total_relation"
    page = {"limit": 20} | dict.fromkeys(names)
    for path, data in (("/v1/drafts", drafts), ("/v1/releases", [release])):
        # A document of one resource alone has none of them.
        if path in document["paths"]:
            _respond(document["paths"][path]["get"], {"data": data, "page": page, "notice": None})
    items = [each["item"] | {"outcome": "updated"} for each in drafts]
    for path, methods in document["paths"].items():
        if path.startswith("/v1/releases/{"):
            if path.endswith("/publish"):
                published = {"type": "published-release", "name": RELEASE, "items": items}
                _respond(methods["post"], published)
            elif "get" in methods:
                _respond(methods["get"], release | {"drafts": drafts})
    _add_link(document, "/v1/releases/{", dict.fromkeys(("item", "page", "embed")), base_url)


def _respond(operation: dict[str, Any], value: Any) -> None:
    for status in ("200", "201"):
        if status in operation["responses"]:
            content = operation["responses"][status]["content"]["application/json"]
            content["examples"] = {"real": {"summary": operation["summary"], "value": value}}
