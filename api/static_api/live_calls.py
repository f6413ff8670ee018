"""Calls of the service from within: the response that a URL has for an anonymous client."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response

from api.http.internal_calls import call_service
from api.pages.static_rendering import ENVIRON_KEY


class LiveError(Exception):
    """The service responds to the URL with another status than 200; ``response`` is what it responds."""

    def __init__(self, response: Response) -> None:
        """Keep the response."""
        super().__init__(response.status)
        self.response = response


def call_live(path: str, query: dict[str, Any] | None = None, accept: str = "application/json") -> Response:
    """Return the response to a GET of a path with query parameters.

    Raises:
        LiveError: it is a redirect or an error.
    """
    response = call_service("GET", path, query, {"HTTP_ACCEPT": accept, ENVIRON_KEY: True})
    if response.status_code != 200:
        raise LiveError(response)
    return response


def call_json(path: str, query: dict[str, Any] | None = None) -> tuple[Response, Any]:
    """Return the response of the API to a GET, and its JSON; the parameters are those of ``call_live``."""
    response = call_live(path, query)
    return response, orjson.loads(response.get_data())
