"""Write a feed as JSON Feed 1.1."""

from __future__ import annotations

from typing import Any

from api.core.urls import absolute_url
from api.http.responses import encode_json
from api.pages.feed_entries import Feed, FeedEntry
from api.representations.shared_wording import SERVICE_NAME

CONTENT_TYPE = "application/feed+json"
VERSION = "https://jsonfeed.org/version/1.1"


def write(feed: Feed) -> bytes:
    """Return the feed as JSON."""
    return encode_json(
        {
            "version": VERSION,
            "title": feed.title,
            "home_page_url": feed.home_url,
            "feed_url": feed.url,
            "description": feed.description,
            "icon": absolute_url("/apple-touch-icon.png"),
            "favicon": absolute_url("/apple-touch-icon.png"),
            "authors": [{"name": SERVICE_NAME, "url": feed.home_url}],
            "language": "en",
            "items": [_item(entry) for entry in feed.entries],
        }
    )


def _item(entry: FeedEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "url": entry.page_url,
        "title": entry.title,
        "summary": entry.summary,
        "content_html": entry.html,
        "content_text": entry.text,
        **({"image": entry.image} if entry.image else {}),
        "date_published": entry.published,
        "date_modified": entry.updated,
        # An item without authors has those of the feed.
        **({"authors": [{"name": name} for name in entry.authors]} if entry.authors else {}),
        "tags": [label for _, label in entry.tags],
        "language": entry.language,
    }
