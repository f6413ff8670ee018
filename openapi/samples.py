"""Add code samples to the operations that people start with: the files of ``code_samples/``.

They are files so that editors, compilers and tests read them as the code that they are.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from api.openapi_spec.components import operations

FOLDER = Path(__file__).parent / "code_samples"
#: The language and the label of each file name extension, in the order in which samples are shown.
LANGUAGES = {"sh": ("shell", "curl"), "py": ("python", "Python"), "ts": ("typescript", "TypeScript")}


class InvalidSample(Exception):
    """A sample belongs to no operation, or an operation has samples in some languages only."""


def add_code_samples(document: dict[str, Any]) -> None:
    """Add ``x-codeSamples`` to each operation that has files named after its ``operationId``.

    Raises:
        InvalidSample: a file belongs to no operation, or one is missing.
    """
    by_id = {operation["operationId"]: operation for operation in operations(document)}
    for operation_id in sorted({path.stem for path in FOLDER.iterdir() if path.is_file()}):
        if operation_id not in by_id:
            raise InvalidSample(f"openapi/code_samples has samples of {operation_id}, which is no operation.")
        by_id[operation_id]["x-codeSamples"] = [
            {"lang": language, "label": label, "source": _read_sample(f"{operation_id}.{extension}")}
            for extension, (language, label) in LANGUAGES.items()
        ]


def _read_sample(name: str) -> str:
    if not (FOLDER / name).exists():
        raise InvalidSample(f"openapi/code_samples/{name} is missing.")
    return (FOLDER / name).read_text("utf-8")
