"""The build backend: setuptools, after generating what the OpenAPI document of the checkout determines.

So ``pip install ./openapi/clients/python`` works in a checkout, which has no generated code. An sdist has it.
"""

import sys
from pathlib import Path
from typing import Any

from setuptools import build_meta

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
IS_CHECKOUT = HERE == ROOT / "openapi" / "clients" / "python" and (ROOT / "openapi" / "v1.json").exists()


def get_requires_for_build_wheel(config_settings: Any = None) -> list[str]:
    """Return the generator of the models, if it is needed."""
    return ["openapi-python-client>=0.29.1,<0.30"] if IS_CHECKOUT else []


get_requires_for_build_sdist = get_requires_for_build_editable = get_requires_for_build_wheel


def build_wheel(directory: str, config_settings: Any = None, metadata_directory: str | None = None) -> str:
    """Build a wheel."""
    generate()
    return build_meta.build_wheel(directory, config_settings, metadata_directory)


def build_editable(directory: str, config_settings: Any = None, metadata_directory: str | None = None) -> str:
    """Build an editable wheel. Install it again when the document changes."""
    generate()
    return build_meta.build_editable(directory, config_settings, metadata_directory)


def build_sdist(directory: str, config_settings: Any = None) -> str:
    """Build an sdist."""
    generate()
    return build_meta.build_sdist(directory, config_settings)


def generate() -> None:
    """Write the generated modules, where this is a checkout."""
    if not IS_CHECKOUT:
        return
    sys.path.insert(0, str(ROOT / "openapi"))
    from clients import operations, python_package

    document = operations.read_document(ROOT / "openapi" / "v1.json")
    python_package.write_generated(document, HERE / "src" / "subtext_client")
