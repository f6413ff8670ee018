"""What a start costs, as ``bench.startup`` measures it: in short, for the page of all results."""

from __future__ import annotations

import os
import statistics
from typing import Any
from unittest.mock import patch

from api.core.config import ROOT
from bench import startup


def started(starts: int, servers: int) -> dict[str, Any]:
    """Return the medians: CPU seconds of an import, and what a worker holds, in MB, as it is used.

    ``held_mb`` is what it holds by what it has loaded.
    """
    seconds = [startup.import_seconds(ROOT) for _ in range(starts + 1)][1:]
    # All requests are to reach the one worker that is looked at.
    with patch.dict(os.environ, SUBTEXT_WORKERS="1"):
        measured = [startup.memory(ROOT) for _ in range(servers)]
    ready, used, pages = (round(statistics.median(one), 1) for one in zip(*measured, strict=True))
    medians = {"import_seconds": round(statistics.median(seconds), 3), "held_mb": startup.held()}
    return medians | {"ready_mb": ready, "used_mb": used, "pages_mb": pages}
