"""Finding: what the search page shows, which is what ``GET /v1/search`` answers."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError

from api.core.request_context import session, settings
from api.http.errors import ProblemException
from api.resources.search.results import search_page
from api.resources.search.schemas import SearchQuerySchema


def search(query: dict[str, str]) -> dict[str, Any]:
    """Return what ``GET /v1/search`` answers for ``q`` and, if given, ``type`` and ``cursor``.

    Raises:
        ProblemException: what the call refuses.
    """
    try:
        asked = SearchQuerySchema().load(query)
    except ValidationError as error:
        said = error.normalized_messages()  # type: ignore[no-untyped-call]
        raise ProblemException("invalid-parameters", " ".join(flatten_messages(said))) from error
    return search_page(session(), asked, "/v1/search", settings().base_url)


def flatten_messages(messages: Any) -> list[str]:
    """Return the sentences in what a schema says against its input, whatever they are nested in."""
    if isinstance(messages, dict):
        return flatten_messages(list(messages.values()))
    if isinstance(messages, list):
        return [sentence for part in messages for sentence in flatten_messages(part)]
    return [str(messages)]
