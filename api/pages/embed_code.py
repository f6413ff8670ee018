"""The frame as a person copies it: an element that shows a quote of ours by itself."""

from __future__ import annotations

from typing import Any

from api.core.urls import absolute_url
from api.embeds import embed_html, frame_metrics
from api.embeds.frame import frame_title
from api.embeds.quote_view_model import QuoteViewModel

#: Wide enough to read.
WIDTH = 600
#: High enough for nearly every quote, where nobody can know which it will be.
SELECTION_HEIGHT = 320


def quote_iframe(quoted: QuoteViewModel, scheme: str) -> str:
    """Return the frame of a quote, as high as it will be; ``scheme`` is its colours, or ``auto``."""
    return _iframe(
        quoted.id, frame_title(quoted), frame_metrics.height(quoted, WIDTH), _theme_parameter(scheme)
    )


def selection_iframe(which: str, called: str, scheme: str, about: str | None, max_severity: int) -> str:
    """Return a frame that chooses: ``daily`` or ``random``, about a theme, with content notes up to some.

    In the address of a frame ``theme`` is its colours, and ``about`` a theme of ours. A quote that is higher
    than the frame is cut there, with a link to the rest of it.
    """
    among: dict[str, Any] = {"about": about} if about else {}
    among |= {"max_severity": max_severity} if max_severity else {}
    return _iframe(which, called, SELECTION_HEIGHT, among | _theme_parameter(scheme) | {"clamp": 1})


def _theme_parameter(scheme: str) -> dict[str, Any]:
    return {} if scheme == "auto" else {"theme": scheme}


def _iframe(which: str, called: str, height: int, asked: dict[str, Any]) -> str:
    return embed_html.render_iframe(absolute_url(f"/embed/quotes/{which}", **asked), called, WIDTH, height)
