"""Routes of the feeds: latest quotes, a quote of the day, and changes, each as Atom and JSON Feed."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from api.core.app_context import session
from api.core.urls import absolute_url
from api.embeds.quote_selection import load_args, pick_daily_range
from api.http.errors import ProblemException
from api.http.response_cache.current_date import cache_control_until_tomorrow, today
from api.pages import atom_feed, json_feed, page_data
from api.pages.change_entries import change_entries
from api.pages.feed_entries import Feed, FeedEntry, build_entry, tag_uri
from api.pages.rendering import validated_response
from models.change import feed_end, latest_changes

feeds = Blueprint("feeds", __name__, url_prefix="/feeds")

#: The number of latest quotes, and of days in the daily feed.
MAX_LATEST, DAYS = 50, 30
#: By file extension: the function that writes the feed, and its media type.
WRITERS = {
    "atom": (atom_feed.write, atom_feed.CONTENT_TYPE),
    "json": (json_feed.write, json_feed.CONTENT_TYPE),
}
INCLUDES = ("film", "sources")
MAX_AGE = 300
NO_FILTERS: dict[str, Any] = {"max_severity": 0}
CACHE_CONTROL = f"public, max-age={MAX_AGE}, stale-while-revalidate=3600, stale-if-error=86400"


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
    title, description = "Latest quotes", "The latest quotes from films and film essays, newest first."
    return _feed_response(extension, title, description, filters, entries, cache_control=CACHE_CONTROL)


@feeds.get("/daily.<extension:extension>")
def daily(extension: str) -> Response:
    """Serve the quotes of the last days (UTC); a day's entry keeps its id."""
    filters, cache_control, day = load_args(), cache_control_until_tomorrow(MAX_AGE), today()
    days = [day - dt.timedelta(days=ago) for ago in range(DAYS)]
    slugs = pick_daily_range(days, filters)
    items = page_data.read_items("quote", slugs.values(), *INCLUDES)
    entries = tuple(_daily_entry(day, items[slug], filters) for day, slug in slugs.items())
    title, description = "Quote of the day", "A new quote every day."
    return _feed_response(extension, title, description, filters, entries, cache_control=cache_control)


@feeds.get("/changes.<extension:extension>")
def changes(extension: str) -> Response:
    """Serve the latest changes of the content, newest first."""
    title, description = "Changes", "What was published, changed, renamed or deleted, newest first."
    entries = change_entries(latest_changes(session(), MAX_LATEST), feed_end(session()))
    return _feed_response(extension, title, description, NO_FILTERS, entries, cache_control=CACHE_CONTROL)


def _daily_entry(day: dt.date, item: dict[str, Any], filters: dict[str, Any]) -> FeedEntry:
    start = f"{day}T00:00:00Z"
    return build_entry(
        item,
        id=tag_uri(_filtered_path(f"/quotes/daily/{day}", filters)),
        published=start,
        updated=max(start, item["updated_at"]),
    )


def _feed_response(
    extension: str,
    title: str,
    description: str,
    filters: dict[str, Any],
    entries: tuple[FeedEntry, ...],
    *,
    cache_control: str,
) -> Response:
    if extension not in WRITERS:
        raise ProblemException("not-found", "Unknown feed format. Use .atom or .json.")
    write, content_type = WRITERS[extension]
    filtered_by = ", ".join([*filters.get("film", ()), *filters.get("theme", ())])
    full_title = f"Subtext: {title}{f' ({filtered_by})' if filtered_by else ''}"
    path = _filtered_path(request.path, filters)
    # The id is that of both formats.
    feed_id = tag_uri(path.replace(f".{extension}", "", 1))
    body = write(Feed(feed_id, absolute_url(path), full_title, description, entries))
    response = validated_response(body, content_type, cache_control)
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _filtered_path(path: str, filters: dict[str, Any]) -> str:
    """Return a path with the filters that differ from their defaults."""
    query: dict[str, Any] = {name: ",".join(filters[name]) for name in ("film", "theme") if name in filters}
    if filters["max_severity"]:
        query["max_severity"] = filters["max_severity"]
    return f"{path}?{urlencode(query)}" if query else path
