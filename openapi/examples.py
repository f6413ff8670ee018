"""Examples: what the service answers to the requests that operations and problems are shown with."""

from __future__ import annotations

from typing import Any

from openapi.document_order import operations

#: The key under which a view names the request that shows it.
REQUEST = "x-example-request"
#: What stands where every answer has a value of its own.
REQUEST_ID = "01KAQ8Z4W3M5T7V9X1B2C4D6F8"
ITEM = "/v1/quotes/her-2013-a-wife-without-the-challenges"
#: For each problem that a request alone brings about: that request, its path and its headers.
REFUSED: dict[str, tuple[str, dict[str, str]]] = {
    "NotFound": ("/v1/quotes/her-2013-no-such-line", {}),
    "NotAcceptable": ("/v1/quotes", {"Accept": "text/csv"}),
    "PreconditionFailed": (ITEM, {"If-Match": '"0"'}),
    "InvalidParameters": ("/v1/quotes?sort=lenght&limit=1000", {}),
}


def add_examples(client: Any, document: dict[str, Any]) -> None:
    """Give every operation, and every problem that a request can bring about, a real answer.

    Raises:
        ValueError: an operation's request is not answered with 200.
    """
    for operation in operations(document):
        _show_answer(client, operation)
    for name, (path, headers) in REFUSED.items():
        (content,) = document["components"]["responses"][name]["content"].values()
        content["examples"] = {"real": _refusal(client, path, headers)}


def _show_answer(client: Any, operation: dict[str, Any]) -> None:
    request = operation.pop(REQUEST)
    answer = client.get(request)
    if answer.status_code != 200:
        raise ValueError(f"{operation['operationId']}: GET {request} answers {answer.status_code}")
    for media_type, content in operation["responses"]["200"]["content"].items():
        shown = client.get(request.removesuffix(".json"), headers={"Accept": media_type})
        value = shown.get_json() if shown.is_json else shown.text
        content["examples"] = {"real": {"summary": f"GET {request}", "value": value}}


def _refusal(client: Any, path: str, headers: dict[str, str]) -> dict[str, Any]:
    problem = client.get(path, headers=headers).get_json()
    said = "".join(f", {name}: {value}" for name, value in headers.items())
    return {"summary": f"GET {path}{said}", "value": problem | {"request_id": REQUEST_ID}}
