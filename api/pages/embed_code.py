"""The frame as a person copies it: an element that shows a quote of ours by itself."""

from __future__ import annotations

from typing import Any

from api.core.urls import absolute_url
from api.embeds import embed_html, frame_metrics
from api.embeds.frame import title
from api.embeds.quote_view_model import Quoted

#: Wide enough to read.
WIDTH = 600
#: High enough for nearly every quote, where nobody can know which it will be.
CHOSEN_HEIGHT = 320


def frame(quoted: Quoted, scheme: str) -> str:
    """Return the frame of a quote, as high as it will be; ``scheme`` is its colours, or ``auto``."""
    return _framed(quoted.id, title(quoted), frame_metrics.height(quoted, WIDTH), _looks(scheme))


def chosen(which: str, called: str, scheme: str, about: str | None, max_severity: int) -> str:
    """Return a frame that chooses: ``daily`` or ``random``, about a theme, with content notes up to some.

    In the address of a frame ``theme`` is its colours, and ``about`` a theme of ours. A quote that is higher
    than the frame is cut there, with a link to the rest of it.
    """
    among: dict[str, Any] = {"about": about} if about else {}
    among |= {"max_severity": max_severity} if max_severity else {}
    return _framed(which, called, CHOSEN_HEIGHT, among | _looks(scheme) | {"clamp": 1})


def _looks(scheme: str) -> dict[str, Any]:
    return {} if scheme == "auto" else {"theme": scheme}


def _framed(which: str, called: str, height: int, asked: dict[str, Any]) -> str:
    return embed_html.framed(absolute_url(f"/embed/quotes/{which}", **asked), called, WIDTH, height)
