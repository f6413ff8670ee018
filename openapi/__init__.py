"""Finish the OpenAPI document, which is committed and served as ``v1.json``; ``subtext openapi`` runs this.

The app describes its operations. This package adds real responses as examples, code samples and links between
operations, and sorts the document for readers.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from api.core.urls import PLACEHOLDER_BASE_URL
from api.openapi_spec.sparse_schemas import add_sparse_schemas
from openapi.document_order import extract_path_parameters, rename_id_parameters, sort_document
from openapi.draft_examples import add_draft_examples
from openapi.examples import add_examples
from openapi.guide_links import add_guide_links
from openapi.links import add_links
from openapi.parameter_examples import add_parameter_examples
from openapi.samples import add_code_samples
from openapi.write_examples import add_write_examples

PATH = Path(__file__).parent / "v1.json"


def render_document(app: Any, prefix: str = "") -> bytes:
    """Return the finished document as bytes, with the placeholder in place of the base URL of ``app``.

    The database of ``app`` must contain the pack.
    ``prefix`` is the settings prefix of the document, if the app has several.
    """
    raw = app.extensions["flask-smorest"]["apis"][prefix]["ext_obj"].document()
    # A round trip through JSON replaces tuples, enumeration members and other Python types.
    document = json.loads(json.dumps(raw))
    extract_path_parameters(document)
    add_parameter_examples(document)
    add_examples(app.test_client(), document)
    add_write_examples(app.test_client(), document)
    add_draft_examples(app.test_client(), document)
    add_links(document)
    add_guide_links(document)
    if not prefix:
        # The samples call operations of version 1.
        add_code_samples(document)
    add_sparse_schemas(document)
    rename_id_parameters(document)
    text = json.dumps(sort_document(document), indent=2, ensure_ascii=False) + "\n"
    return text.replace(app.extensions["settings"].base_url, PLACEHOLDER_BASE_URL).encode()
