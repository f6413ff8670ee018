"""Routes of the feeds: latest quotes, and a quote of the day, each as Atom and JSON Feed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, Response, request

from api.core.urls import absolute_url
from api.embeds.quote_selection import load_args, pick_daily_range
from api.http.errors import ProblemException
from api.http.response_cache.current_date import today
from api.http.responses import etag_hash
from api.pages import atom_feed, json_feed, page_data
from api.pages.feed_entries import Feed, FeedEntry, build_entry

feeds = Blueprint("feeds", __name__, url_prefix="/feeds")

#: The number of latest quotes, and of days in the daily feed.
MAX_LATEST, DAYS = 50, 30
#: By file extension: the function that writes the feed, and its media type.
WRITERS = {
    "atom": (atom_feed.write, atom_feed.CONTENT_TYPE),
    "json": (json_feed.write, json_feed.CONTENT_TYPE),
}
INCLUDES = ("film", "sources")
CACHE_CONTROL = "public, max-age=300, stale-while-revalidate=3600, stale-if-error=86400"


@feeds.get("/quotes.<extension:extension>")
def latest(extension: str) -> Response:
    """Serve the latest quotes, newest first.

    Quotes created at the same time are in descending order of id, so that one index provides the order.
    """
    filters = load_args()
    items = page_data.read_first_page(
        "quote", filters | {"sort": ["-created_at", "-id"], "limit": MAX_LATEST}, *INCLUDES
    )
    entries = tuple(build_entry(item) for item in items)
    return _feed_response(
        extension,
        "Latest quotes",
        "The latest quotes from films and film essays, newest first.",
        filters,
        entries,
    )


@feeds.get("/daily.<extension:extension>")
def daily(extension: str) -> Response:
    """Serve the quotes of the last days (UTC); a day's entry keeps its id."""
    filters, day = load_args(), today()
    days = [day - dt.timedelta(days=ago) for ago in range(DAYS)]
    slugs = pick_daily_range(days, filters)
    items = page_data.read_items("quote", slugs.values(), *INCLUDES)
    entries = tuple(_daily_entry(day, items[slug], filters) for day, slug in slugs.items())
    return _feed_response(extension, "Quote of the day", "A new quote every day.", filters, entries)


def _daily_entry(day: dt.date, item: dict[str, Any], filters: dict[str, Any]) -> FeedEntry:
    start = f"{day}T00:00:00Z"
    return build_entry(
        item,
        id=_filtered_url(f"/quotes/daily/{day}", filters),
        published=start,
        updated=max(start, item["updated_at"]),
    )


def _feed_response(
    extension: str, title: str, description: str, filters: dict[str, Any], entries: tuple[FeedEntry, ...]
) -> Response:
    if extension not in WRITERS:
        raise ProblemException("not-found", "Unknown feed format. Use .atom or .json.")
    write, content_type = WRITERS[extension]
    filtered_by = ", ".join([*filters.get("film", ()), *filters.get("theme", ())])
    full_title = f"Subtext: {title}{f' ({filtered_by})' if filtered_by else ''}"
    body = write(Feed(_filtered_url(request.path, filters), full_title, description, entries))
    response = Response(body, content_type=content_type)
    response.headers["Cache-Control"] = CACHE_CONTROL
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.set_etag(etag_hash(body))
    response.make_conditional(request)
    return response


def _filtered_url(path: str, filters: dict[str, Any]) -> str:
    """Return the URL of a path with the filters that differ from their defaults."""
    lists = {name: ",".join(filters[name]) for name in ("film", "theme") if name in filters}
    severity = {"max_severity": filters["max_severity"]} if filters["max_severity"] else {}
    return absolute_url(path, **lists, **severity)
