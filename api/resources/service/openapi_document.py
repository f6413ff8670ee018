"""The OpenAPI document as it is served: with the URLs of this service, in JSON or YAML, whole or in part."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson
import yaml  # type: ignore[import-untyped]

from api.core.config import ROOT
from api.core.urls import PLACEHOLDER_BASE_URL
from api.http.responses import etag_hash
from api.openapi_spec.components import remove_examples
from api.openapi_spec.sparse_schemas import remove_fields_parameters
from api.schemas.fields import StrictBoolean
from api.schemas.shared_schemas import RequestSchema

DOCUMENT = ROOT / "openapi" / "v1.json"


class DocumentQuerySchema(RequestSchema):
    """The query parameters of the OpenAPI document: each leaves something out."""

    examples = StrictBoolean(load_default=True)
    sparse = StrictBoolean(load_default=True)


@lru_cache(maxsize=4)
def render_document(
    base_url: str, base_path: str, *, examples: bool, sparse: bool, as_yaml: bool
) -> tuple[bytes, str]:
    """Return the document of the service at ``base_url`` and its ETag.

    Without ``examples``, it has no responses as examples. Without ``sparse``, it has no parameter ``fields``.
    """
    text = DOCUMENT.read_bytes().replace(PLACEHOLDER_BASE_URL.encode(), base_url.encode())
    # The only URLs without a host: those of the requests that problems are about.
    text = text.replace(b'"instance": "/', f'"instance": "{base_path}/'.encode())
    document = orjson.loads(text)
    document["servers"] = [{"url": base_url, "description": "This service."}]
    if not examples:
        remove_examples(document)
    if not sparse:
        remove_fields_parameters(document)
    body = _encode_yaml(document) if as_yaml else orjson.dumps(document)
    return body, etag_hash(body)


def _encode_yaml(document: dict[str, Any]) -> bytes:
    class Dumper(yaml.CSafeDumper):
        """Writes equal objects as often as they occur: some importers cannot read anchors."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

    text: str = yaml.dump(document, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=110)
    return text.encode()
