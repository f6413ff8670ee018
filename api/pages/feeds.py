"""Routes of feeds: the latest quotes, and one a day, each as Atom and as JSON Feed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, Response, request

from api.core.urls import absolute_url
from api.embeds.quote_selection import load_args, pick_daily_range
from api.http.clock import today
from api.http.errors import ProblemException
from api.http.responses import etag_hash
from api.pages import atom_feed, json_feed, page_data
from api.pages.feed_entries import Feed, FeedEntry, build_entry

feeds = Blueprint("feeds", __name__, url_prefix="/feeds")

#: How many quotes are the latest, and how many days a feed goes back.
MAX_LATEST, DAYS = 50, 30
#: By the ending of an address: what writes the feed, and its media type.
WRITERS = {
    "atom": (atom_feed.write, atom_feed.CONTENT_TYPE),
    "json": (json_feed.write, json_feed.CONTENT_TYPE),
}
INCLUDES = ("film", "sources")
CACHE_CONTROL = "public, max-age=300, stale-while-revalidate=3600, stale-if-error=86400"


@feeds.get("/quotes.<extension:extension>")
def latest(extension: str) -> Response:
    """Serve the latest quotes, the newest first; those that came together by their ids, the last first.

    One index, read backwards, has this order.
    """
    filters = load_args()
    found = page_data.read_first_page(
        "quote", filters | {"sort": ["-created_at", "-id"], "limit": MAX_LATEST}, *INCLUDES
    )
    entries = tuple(build_entry(item) for item in found)
    return _feed_response(
        extension, "Latest quotes", "Lines and sentences, the newest first.", filters, entries
    )


@feeds.get("/daily.<extension:extension>")
def daily(extension: str) -> Response:
    """Serve the quotes of today (UTC) and of the days before it; an entry belongs to its day for good."""
    filters, day = load_args(), today()
    days = [day - dt.timedelta(days=ago) for ago in range(DAYS)]
    chosen = pick_daily_range(days, filters)
    found = page_data.read_items("quote", chosen.values(), *INCLUDES)
    entries = tuple(_daily_entry(day, found[slug], filters) for day, slug in chosen.items())
    return _feed_response(extension, "A quote a day", "One quote for everybody’s day.", filters, entries)


def _daily_entry(day: dt.date, item: dict[str, Any], filters: dict[str, Any]) -> FeedEntry:
    began = f"{day}T00:00:00Z"
    return build_entry(
        item,
        id=_filtered_url(f"/quotes/daily/{day}", filters),
        published=began,
        updated=max(began, item["updated_at"]),
    )


def _feed_response(
    extension: str, title: str, description: str, filters: dict[str, Any], entries: tuple[FeedEntry, ...]
) -> Response:
    if extension not in WRITERS:
        raise ProblemException("not-found", "Feeds end in .atom or in .json.")
    write, content_type = WRITERS[extension]
    narrowed = ", ".join([*filters.get("film", ()), *filters.get("theme", ())])
    name = f"Subtext: {title}{f' ({narrowed})' if narrowed else ''}"
    body = write(Feed(_filtered_url(request.path, filters), name, description, entries))
    response = Response(body, content_type=content_type)
    response.headers["Cache-Control"] = CACHE_CONTROL
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.set_etag(etag_hash(body))
    response.make_conditional(request)
    return response


def _filtered_url(path: str, filters: dict[str, Any]) -> str:
    """Return the address of a path with those filters that are not as they are anyway."""
    given = {name: ",".join(filters[name]) for name in ("film", "theme") if name in filters}
    severity = {"max_severity": filters["max_severity"]} if filters["max_severity"] else {}
    return absolute_url(path, **given, **severity)
