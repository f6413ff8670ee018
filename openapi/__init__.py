"""The OpenAPI document: how it is finished, and ``v1.json``, as it is committed and served.

The app says what there is; here every operation is given a real answer as its example, and the
whole is put in the order in which a person reads it. ``subtext openapi`` runs this.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PATH = Path(__file__).parent / "v1.json"
REQUEST = "x-example-request"
FIRST = ("openapi", "info", "servers", "security", "tags", "paths", "components")


def render(app: Any) -> bytes:
    """Return the finished document as bytes, from an app whose database holds the pack."""
    spec = app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec.to_dict()
    # One pass through JSON drops what only Python tells apart (tuples, enumeration members).
    document = json.loads(json.dumps(spec))
    client = app.test_client()
    for operation in operations(document):
        _give_example(client, operation)
    _one_name_for_422(document)
    ordered = {key: document.pop(key) for key in FIRST if key in document} | document
    return json.dumps(ordered, indent=2, ensure_ascii=False).encode() + b"\n"


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every operation of a document."""
    return [
        operation
        for path in document["paths"].values()
        for method, operation in path.items()
        if method in ("get", "post", "put", "patch", "delete")
    ]


def _give_example(client: Any, operation: dict[str, Any]) -> None:
    request = operation.pop(REQUEST)
    answer = client.get(request)
    if answer.status_code != 200:
        raise ValueError(f"{operation['operationId']}: GET {request} answers {answer.status_code}")
    for media_type, content in operation["responses"]["200"]["content"].items():
        shown = client.get(request.removesuffix(".json"), headers={"Accept": media_type})
        value = shown.get_json() if shown.is_json else shown.text
        content["examples"] = {"real": {"summary": f"GET {request}", "value": value}}


def _one_name_for_422(document: dict[str, Any]) -> None:
    """Call the component what status 422 is called since RFC 9110, whichever Python made the document."""
    responses = document["components"]["responses"]
    old, new = "UNPROCESSABLE_ENTITY", "UNPROCESSABLE_CONTENT"
    if old in responses:
        responses[new] = responses.pop(old)
    for operation in operations(document):
        for status, response in operation["responses"].items():
            if response.get("$ref", "").endswith(old):
                operation["responses"][status] = {"$ref": f"#/components/responses/{new}"}
    document["components"]["responses"] = dict(sorted(responses.items()))
