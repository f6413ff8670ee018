"""Add examples to the OpenAPI document: real responses to the example requests of operations and problems."""

from __future__ import annotations

from typing import Any

import orjson

from api.core.resource_registry import COLLECTION_PATHS, model_file
from api.openapi_spec.components import operations
from models import RESOURCES

#: The key with which a view names its example request.
REQUEST_KEY = "x-example-request"
#: Replaces the request id, which differs in every response.
EXAMPLE_REQUEST_ID = "01KAQ8Z4W3M5T7V9X1B2C4D6F8"
#: Replaces the epoch of the content, which differs in every database.
EXAMPLE_EPOCH = "c0ffee5eed5b1a2d"
ITEM_PATH = "/v1/quotes/her-2013-a-wife-without-the-challenges"
#: The path and headers of a request that causes each of these problems.
PROBLEM_REQUESTS: dict[str, tuple[str, dict[str, str]]] = {
    "NotFound": ("/v1/quotes/her-2013-no-such-line", {}),
    "NotAcceptable": ("/v1/quotes", {"Accept": "text/csv"}),
    "PreconditionFailed": (ITEM_PATH, {"If-Match": '"0"'}),
    "InvalidParameters": ("/v1/quotes?sort=lenght&limit=1000", {}),
}


class InvalidExample(Exception):
    """An example request does not succeed; ``str()`` names it."""


def add_examples(client: Any, document: dict[str, Any]) -> None:
    """Add a real response as an example to all operations, and to the problems that a request can cause.

    Raises:
        InvalidExample: an operation's example request, or the example id of a resource, is not found.
    """
    for model in RESOURCES:
        path = f"{COLLECTION_PATHS[model.type_name]}/{model.example_id}"
        if client.get(path).status_code != 200:
            raise InvalidExample(
                f"{model_file(model)}: the first pack has no {model.type_name} “{model.example_id}”,"
                " the example_id."
            )
    _set_pin_examples(client, document)
    for operation in operations(document):
        if REQUEST_KEY in operation:
            _add_example(client, operation)
    for name, (path, headers) in PROBLEM_REQUESTS.items():
        (content,) = document["components"]["responses"][name]["content"].values()
        content["examples"] = {"real": _problem_example(client, path, headers)}


def _add_example(client: Any, operation: dict[str, Any]) -> None:
    request = _with_pin(client, operation.pop(REQUEST_KEY))
    response = client.get(request)
    if response.status_code != 200:
        raise InvalidExample(
            f"The example of {operation['operationId']}, GET {request}, returns {response.status_code}."
        )
    for media_type, content in operation["responses"]["200"]["content"].items():
        example = client.get(request.removesuffix(".json"), headers={"Accept": media_type})
        text = with_example_epoch(client, example.text)
        value = orjson.loads(text) if example.is_json else text
        content["examples"] = {"real": {"summary": f"GET {request}", "value": value}}


def with_example_epoch(client: Any, text: str) -> str:
    """Return the text of a response with the epoch of the examples in place of this database's own."""
    return text.replace(client.get("/v1/meta").get_json()["content"]["epoch"], EXAMPLE_EPOCH)


def _set_pin_examples(client: Any, document: dict[str, Any]) -> None:
    """Set the example of parameters that are pins: the latest revision of the first resource's example."""
    model = RESOURCES[0]
    pin = _with_pin(client, f"{COLLECTION_PATHS[model.type_name]}/{model.example_id}/revisions/{{pin}}")
    for parameter in document["components"]["parameters"].values():
        if parameter["name"] in ("revision", "other"):
            parameter["example"] = pin.rsplit("/", 1)[1]


def _with_pin(client: Any, request: str) -> str:
    """Return the request with the pin of the item's latest revision in place of ``{pin}``."""
    item, found, _ = request.partition("/revisions/{pin}")
    if not found:
        return request
    (latest,) = client.get(f"{item}/revisions?limit=1").get_json()["data"]
    return request.replace("{pin}", latest["pin"])


def _problem_example(client: Any, path: str, headers: dict[str, str]) -> dict[str, Any]:
    problem = client.get(path, headers=headers).get_json()
    suffix = "".join(f", {name}: {value}" for name, value in headers.items())
    return {"summary": f"GET {path}{suffix}", "value": problem | {"request_id": EXAMPLE_REQUEST_ID}}
