"""The texts of the sources that the operator has configured, with which quotations are compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from flask import current_app

from api.core.app_context import settings
from api.entries.essay import Essay
from api.entries.essay_folder import EssayFolder

EXTENSION = "essays"


def essays() -> Mapping[str, Essay]:
    """Return the texts by the ids of their sources; none if no folder is set."""
    if EXTENSION not in current_app.extensions:
        folder = settings().essays
        current_app.extensions[EXTENSION] = {} if folder is None else EssayFolder(folder)
    return cast("Mapping[str, Essay]", current_app.extensions[EXTENSION])
