"""Run a search for the search page, with the same results as ``GET /v1/search``."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError

from api.core.app_context import session, settings
from api.http.errors import ProblemException
from api.resources.search.results import search_page
from api.resources.search.schemas import SearchQuerySchema


def search(query: dict[str, str]) -> dict[str, Any]:
    """Return the response of ``GET /v1/search`` for ``q`` and, optionally, ``type`` and ``cursor``.

    Raises:
        ProblemException: 422, for invalid parameters.
    """
    try:
        args = SearchQuerySchema().load(query)
    except ValidationError as error:
        messages = error.normalized_messages()  # type: ignore[no-untyped-call]
        raise ProblemException("invalid-parameters", " ".join(flatten_messages(messages))) from error
    return search_page(session(), args, "/v1/search", settings().base_url)


def flatten_messages(messages: Any) -> list[str]:
    """Return the sentences in a schema's nested error messages."""
    if isinstance(messages, dict):
        return flatten_messages(list(messages.values()))
    if isinstance(messages, list):
        return [sentence for part in messages for sentence in flatten_messages(part)]
    return [str(messages)]
