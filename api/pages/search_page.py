"""The search page: the form, and the results of ``GET /v1/search``, none of which repeats its label."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
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
from api.representations.shared_wording import ELLIPSIS, OMISSIONS, displayed_text
from api.resources.search import results as search_results
from api.resources.search.schemas import SearchQuerySchema
from api.schemas.list_queries import SearchText

search_page = Blueprint("search_page", __name__)

#: The query parameters of the page; it ignores all others.
SEARCH_PARAMETERS = ("q", "type", "cursor")
#: The field that says most of a hit, by type.
TEXT_FIELDS = {
    "film": "synopsis",
    "scene": "summary",
    "character": "description",
    "theme": "definition",
    "quote": "text",
    "commentary": "text",
}
#: The length of an excerpt that stands in for a snippet, in characters.
MAX_EXCERPT = 155
WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Excerpt:
    """What a result shows below its label: the hit's snippet, or else the start of its text.

    The latter if the snippet repeats the label. Then ``label_highlights`` are its highlights in the label.
    """

    text: str
    highlights: list[list[int]]
    label_highlights: list[list[int]]


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
        # Messengers show the page at the canonical URL; invalid queries have none.
        canonical=absolute_url("/search", **({} if problem else query)),
        query=query,
        results=results,
        problem=problem,
        notice=notice,
        adjacent=adjacent,
        commentary_urls=_commentary_urls(results),
        excerpts=_excerpts(results["data"] if results else []),
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


def _excerpts(hits: list[dict[str, Any]]) -> dict[tuple[str, str], Excerpt]:
    """Return what each hit shows below its label, by type and id. Runs a statement for each type at most."""
    excerpts, repetitive = {}, defaultdict(list)
    for hit in hits:
        if hit["snippet"] and repeats_label(hit["snippet"]["text"], hit["label"]):
            repetitive[hit["type"]].append(hit)
        elif hit["snippet"]:
            snippet = hit["snippet"]
            excerpts[hit["type"], hit["id"]] = Excerpt(snippet["text"], snippet["highlights"], [])
    for type_name, group in repetitive.items():
        field = TEXT_FIELDS[type_name]
        keys = (field, *OMISSIONS) if type_name == "quote" else (field,)
        items = page_data.read_fields(type_name, (hit["id"] for hit in group), *keys)
        for hit in group:
            item = items[hit["id"]]
            text = start_of(displayed_text(item) if type_name == "quote" else item[field])
            shown = "" if repeats_label(text, hit["label"]) else text
            excerpts[type_name, hit["id"]] = Excerpt(shown, [], _label_highlights(hit))
    return excerpts


def start_of(text: str) -> str:
    """Return the first words of a text, or its first characters if it has no blanks."""
    return text if len(text) <= MAX_EXCERPT else f"{text[:MAX_EXCERPT].rsplit(' ', 1)[0]}…"


def repeats_label(text: str, label: str) -> bool:
    """Whether all words of a text are in the label, in a row; punctuation and case do not count."""
    words, label_words = (WORD.findall(one.casefold()) for one in (text, label))
    return f" {' '.join(words)} " in f" {' '.join(label_words)} "


def _label_highlights(hit: dict[str, Any]) -> list[list[int]]:
    """Return the highlights of a snippet that repeats the label, as ranges of the label."""
    text = hit["snippet"]["text"]
    start = hit["label"].find(text.strip(ELLIPSIS)) - text.startswith(ELLIPSIS)
    return [[start + first, start + end] for first, end in hit["snippet"]["highlights"]] if start >= 0 else []


def _commentary_urls(results: dict[str, Any] | None) -> dict[str, str]:
    """Return the URLs of commentary hits by id: commentary has no pages of its own."""
    hits = results["data"] if results else []
    return page_data.item_urls("commentary", (hit["id"] for hit in hits if hit["type"] == "commentary"))


def _page_url(api_url: str | None) -> str | None:
    """Return the URL of the search page that corresponds to a search URL of the API."""
    return relative_url(f"/search?{urlsplit(api_url).query}") if api_url else None
