"""The OpenAPI document: how it is finished, and ``v1.json``, as it is committed and served.

The app says what there is; here every operation is given a real answer as its example and links to
where one goes on, and the whole is put in the order in which a person reads it. ``subtext openapi``
runs this.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from openapi.document_order import extract_path_parameters, rename_id_parameters, sort_document
from openapi.examples import add_examples
from openapi.links import add_links

PATH = Path(__file__).parent / "v1.json"


def render_document(app: Any, prefix: str = "") -> bytes:
    """Return the finished document as bytes, from an app whose database holds the pack.

    ``prefix`` is that of the document's settings, where the app has another document beside the first.
    """
    made = app.extensions["flask-smorest"]["apis"][prefix]["ext_obj"].document()
    # One pass through JSON drops what only Python tells apart (tuples, enumeration members).
    document = json.loads(json.dumps(made))
    extract_path_parameters(document)
    add_examples(app.test_client(), document)
    add_links(document)
    rename_id_parameters(document)
    return json.dumps(sort_document(document), indent=2, ensure_ascii=False).encode() + b"\n"
