"""The iframe code that people copy: for a single quote, a daily or random one, or all of a film or theme."""

from __future__ import annotations

from typing import Any

from api.core.urls import absolute_url
from api.embeds import collection_metrics, frame_metrics, oembed_html
from api.embeds.frame import frame_title
from api.embeds.frame_css import COLOUR_SCHEMES, DEFAULT_COLOUR_SCHEME
from api.embeds.quote_view_model import QuoteViewModel

WIDTH = 600
#: Tall enough for nearly every quote, for a frame whose quote changes.
SELECTION_HEIGHT = 320


def quote_iframe(quote: QuoteViewModel, scheme: str) -> str:
    """Return the iframe of a quote at its exact height; ``scheme`` is one of the gallery's."""
    return _iframe(quote.id, frame_title(quote), frame_metrics.height(quote, WIDTH), _theme_parameter(scheme))


def selection_iframe(selection: str, title: str, scheme: str, about: str | None, max_severity: int) -> str:
    """Return the iframe of a ``daily`` or ``random`` quote, filtered by theme and severity of content notes.

    In a frame's URL, ``theme`` is the colour theme and ``about`` filters by theme. A quote that is taller
    than the frame is cut, with a link to the rest.
    """
    parameters: dict[str, Any] = {"about": about} if about else {}
    parameters |= {"max_severity": max_severity} if max_severity else {}
    parameters |= _theme_parameter(scheme) | {"clamp": 1}
    return _iframe(selection, title, SELECTION_HEIGHT, parameters)


def collection_iframe(path: str, title: str, scheme: str, max_severity: int) -> str:
    """Return the iframe of all quotes of the film or theme whose page has this path."""
    parameters = ({"max_severity": max_severity} if max_severity else {}) | _theme_parameter(scheme)
    url = absolute_url(f"/embed{path}", **parameters)
    return oembed_html.render_iframe(url, title, WIDTH, collection_metrics.MAX_HEIGHT)


def _theme_parameter(scheme: str) -> dict[str, Any]:
    # A frame cannot know its page's colours, so it has to be told.
    return {"theme": scheme if scheme in COLOUR_SCHEMES else DEFAULT_COLOUR_SCHEME}


def _iframe(path: str, title: str, height: int, parameters: dict[str, Any]) -> str:
    url = absolute_url(f"/embed/quotes/{path}", **parameters)
    return oembed_html.render_iframe(url, title, WIDTH, height)
