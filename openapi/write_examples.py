"""Add examples of writes to the OpenAPI document: bodies that are valid for the first pack, and the items."""

from __future__ import annotations

from typing import Any

from api.core.resource_registry import COLLECTION_PATHS
from api.entries.records import record_to_body
from models import RESOURCES
from models.film import OfFilm

#: The end of the id of an item to create, and of the new id of one to rename.
NEW_ID, OTHER_ID = "a-new-entry", "a-better-name"


def add_write_examples(client: Any, document: dict[str, Any]) -> None:
    """Add an example of a request, and the response that GET gives as well, to each write of a resource."""
    for model in RESOURCES:
        collection = COLLECTION_PATHS[model.type_name]
        item_path = f"{collection}/{model.example_id}"
        with client.application.extensions["database"].read_session() as session:
            resource = model.by_slug(session, model.example_id)
            body = record_to_body(model.type_name, resource.to_record()).body
            prefix = f"{resource.film.slug}-" if isinstance(resource, OfFilm) else ""
        item = client.get(item_path).get_json()
        for path, methods in document["paths"].items():
            if (path == collection or path.startswith(f"{collection}/{{")) and "/draft" not in path:
                requests = {
                    "post": {"id": f"{prefix}{OTHER_ID}"}
                    if path.endswith("/rename")
                    else {"id": f"{prefix}{NEW_ID}"} | body,
                    "patch": {"label": item["label"]},
                    "put": body,
                }
                for method, example in requests.items():
                    if method in methods:
                        _add(methods[method], example, item)


def _add(operation: dict[str, Any], request: Any, item: dict[str, Any]) -> None:
    for content in operation.get("requestBody", {}).get("content", {}).values():
        content["examples"] = {"real": {"summary": operation["summary"], "value": request}}
    for status in ("200", "201"):
        if status in operation["responses"]:
            # An item that was created has another id and other times: the example shows its form.
            content = operation["responses"][status]["content"]["application/json"]
            content["examples"] = {"real": {"summary": "The item, as GET returns it", "value": item}}
