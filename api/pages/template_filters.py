"""Jinja filters: URLs of items, paragraph ranges, highlighting, plurals and text on one line."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from flask import Blueprint
from markupsafe import Markup, escape

from api.core.app_context import settings
from api.core.urls import relative_url
from api.pages.page_metadata import strip_markup
from api.representations.shared_wording import displayed_text, is_editors_own

#: The resource types that have pages of their own.
PAGE_PATHS = {
    "film": "/films/",
    "scene": "/scenes/",
    "character": "/characters/",
    "quote": "/quotes/",
    "theme": "/themes/",
    "source": "/sources/",
}


#: The resource types whose history has a page, below these paths; commentary has no other page of its own.
HISTORY_PATHS = PAGE_PATHS | {"commentary": "/commentary/"}


def init_blueprint(blueprint: Blueprint) -> None:
    """Register the filters."""
    filters = (
        item_url,
        history_url,
        displayed_text,
        paragraph_ranges,
        highlight,
        link_urls,
        pluralize,
        strip_markup,
        format_day,
    )
    for template_filter in filters:
        blueprint.add_app_template_filter(template_filter)


def item_url(item: dict[str, Any]) -> str:
    """Return the URL of an item's page, else its anchor on another page, else its JSON."""
    if item["type"] in PAGE_PATHS:
        return relative_url(f"{PAGE_PATHS[item['type']]}{item['id']}")
    if is_editors_own(item):
        # Other pages have what the source says.
        return relative_url(f"/films/{item['film']['id']}#{item['id']}")
    for scene in item.get("scenes") or [item.get("scene")]:
        if scene:
            return relative_url(f"/scenes/{scene['id']}#{item['id']}")
    for theme in item.get("themes", ()):
        return relative_url(f"/themes/{theme['id']}#{item['id']}")
    return str(item.get("html_url") or item["url"])


def history_url(item: Any) -> str | None:
    """Return the URL of the page of an item's history; None for what is no item, or has no such page."""
    path = HISTORY_PATHS.get(item.get("type", "")) if isinstance(item, dict) else None
    return relative_url(f"{path}{item['id']}/history") if path else None


def format_day(time: dt.datetime) -> str:
    """Return the day of a time in UTC: ``1 December 2026``."""
    day = time.astimezone(dt.UTC)
    return f"{day.day} {calendar.month_name[day.month]} {day.year}"


def paragraph_ranges(numbers: Iterable[int]) -> str:
    """Return ascending numbers as ranges: ``[5, 33, 34, 35]`` becomes ``5, 33–35``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def highlight(text: str, highlights: Iterable[tuple[int, int]]) -> Markup:
    """Return the text, escaped, with ``mark`` elements around these (start, end) ranges."""
    pieces, index = [], 0
    for start, end in sorted(highlights):
        if index <= start < end:
            pieces += [escape(text[index:start]), Markup("<mark>%s</mark>") % text[start:end]]
            index = end
    return Markup("").join([*pieces, escape(text[index:])])


def link_urls(text: str) -> Markup:
    """Return the text, escaped, with links for the URLs of this service in it."""
    own_url = re.compile(rf"{re.escape(settings().base_url)}(?:/[\w.-]*\w)+", re.ASCII)
    pieces, index = [], 0
    for url in own_url.finditer(text):
        pieces += [escape(text[index : url.start()]), Markup('<a href="{0}">{0}</a>').format(url[0])]
        index = url.end()
    return Markup("").join([*pieces, escape(text[index:])])


def pluralize(count: int, noun: str) -> str:
    """Return ``1 line`` or ``3 lines``, ``1 entry`` or ``3 entries``."""
    if count == 1:
        return f"1 {noun}"
    return f"{count} {noun[:-1]}ies" if noun.endswith("y") else f"{count} {noun}s"
