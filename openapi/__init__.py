"""The OpenAPI document: how it is finished, and ``v1.json``, as it is committed and served.

The app says what there is; here every operation is given a real answer as its example and links to
where one goes on, and the whole is put in the order in which a person reads it. ``subtext openapi``
runs this.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from openapi.document_order import in_reading_order, name_ids, share_path_parameters
from openapi.examples import give_examples
from openapi.links import connect

PATH = Path(__file__).parent / "v1.json"


def render(app: Any, prefix: str = "") -> bytes:
    """Return the finished document as bytes, from an app whose database holds the pack.

    ``prefix`` is that of the document's settings, where the app has another document beside the first.
    """
    made = app.extensions["flask-smorest"]["apis"][prefix]["ext_obj"].document()
    # One pass through JSON drops what only Python tells apart (tuples, enumeration members).
    document = json.loads(json.dumps(made))
    share_path_parameters(document)
    give_examples(app.test_client(), document)
    connect(document)
    name_ids(document)
    return json.dumps(in_reading_order(document), indent=2, ensure_ascii=False).encode() + b"\n"
