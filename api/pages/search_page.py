"""The search page: the form, and the results of ``GET /v1/search``."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, request
from marshmallow import ValidationError

from api.core.app_context import session, settings
from api.core.urls import absolute_url, relative_url
from api.http.errors import ProblemException
from api.http.query_parser import TolerantParser, flatten_messages
from api.pages import page_data
from api.pages.rendering import render_page
from api.query.internal_reader import APICall
from api.resources.search import results as search_results
from api.resources.search.schemas import SearchQuerySchema
from api.schemas.list_queries import SearchText

search_page = Blueprint("search_page", __name__)

#: The query parameters of the page; it ignores all others.
SEARCH_PARAMETERS = ("q", "type", "cursor")


@search_page.get("/search")
def search() -> Response:
    """Show the search form and results of every type."""
    query = {name: request.args[name] for name in SEARCH_PARAMETERS if request.args.get(name, "").strip()}
    results, problem = None, None
    if "q" in query:
        try:
            TolerantParser().check_encoding(request.query_string, SearchQuerySchema())
            results = run_search(query)
        except ProblemException as error:
            problem = error
    notice = SearchText("").notice if "q" in request.args and "q" not in query else None
    calls = [APICall(absolute_url("/v1/search", **query), results)] if "q" in query else []
    adjacent = {rel: _page_url(results["page"][rel]) for rel in ("previous", "next")} if results else {}
    response = render_page(
        "search.html",
        calls,
        query=query,
        results=results,
        problem=problem,
        notice=notice,
        adjacent=adjacent,
        commentary_urls=_commentary_urls(results),
    )
    if problem:
        response.status_code = problem.problem.status
        response.headers["Cache-Control"] = "no-store"
    return response


def run_search(query: dict[str, str]) -> dict[str, Any]:
    """Return the response of ``GET /v1/search`` for ``q`` and, optionally, ``type`` and ``cursor``.

    Raises:
        ProblemException: 422, for invalid parameters.
    """
    try:
        args = SearchQuerySchema().load(query)
    except ValidationError as error:
        messages = error.normalized_messages()  # type: ignore[no-untyped-call]
        raise ProblemException("invalid-parameters", " ".join(flatten_messages(messages))) from error
    return search_results.search_page(session(), args, "/v1/search", settings().base_url)


def _commentary_urls(results: dict[str, Any] | None) -> dict[str, str]:
    """Return the URLs of commentary hits by id: commentary has no pages of its own."""
    hits = results["data"] if results else []
    return page_data.item_urls("commentary", (hit["id"] for hit in hits if hit["type"] == "commentary"))


def _page_url(api_url: str | None) -> str | None:
    """Return the URL of the search page that corresponds to a search URL of the API."""
    return relative_url(f"/search?{urlsplit(api_url).query}") if api_url else None
