"""Replaces `{{ quote ID }}`, on a line of its own, by the quote with its credit."""

import json
import re
import urllib.error
import urllib.request
from html import escape
from pathlib import Path

from mkdocs.exceptions import PluginError

CACHE = Path(".cache")
TIMEOUT_SECONDS = 5


def on_page_markdown(markdown, page, config, files):
    """Replace all quotes of a page."""
    return re.sub(
        r"^\{\{ quote ([a-z0-9-]+) \}\}$",
        lambda match: render(load(config.extra["subtext"], match[1])),
        markdown,
        flags=re.MULTILINE,
    )


def load(service, quote_id):
    """Return a quote: the cached one if it has not changed, or if the service is down."""
    file = CACHE / f"subtext-{quote_id}.json"
    cached = json.loads(file.read_text("utf-8")) if file.exists() else None
    headers = {"If-None-Match": cached["etag"]} if cached else {}
    request = urllib.request.Request(f"{service}/v1/quotes/{quote_id}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
            cached = {"etag": response.headers["ETag"], "quote": json.load(response)}
    except OSError as error:
        # HTTPError is an OSError, too. A wrong or deleted id stops the build.
        status = error.code if isinstance(error, urllib.error.HTTPError) else 503
        if not cached or 400 <= status < 500:
            raise PluginError(f"The quote “{quote_id}” is not available: {error}") from error
    else:
        CACHE.mkdir(exist_ok=True)
        file.write_text(json.dumps(cached), "utf-8")
    return cached["quote"]


def render(quote):
    """Return a quote as HTML. A flagged quote is folded below its content note."""
    url = escape(quote["html_url"])
    text = f"{'…' * quote['omitted_before']}{quote['text']}{'…' * quote['omitted_after']}"
    words = (
        f'<blockquote cite="{url}" lang="{escape(quote["language"])}" dir="auto">'
        f"<p>{escape(text)}</p></blockquote>"
    )
    if quote["advisories"]:
        notes = ", ".join(advisory["label"] for advisory in quote["advisories"])
        words = f"<details><summary>Content note: {escape(notes)}</summary>{words}</details>"
    # A character, or the critic whom the source quotes.
    name = quote["speaker"]["label"] if quote["speaker"] else quote["attributed_to"]
    credit = f"<bdi>{escape(name)}</bdi>, " if name else ""
    credit += "on " if quote["voice"] == "essay" else ""
    credit += f'<cite><a href="{url}"><bdi>{escape(quote["film"]["label"])}</bdi></a></cite>'
    for citation in quote["citations"][:1]:
        credit += f", as quoted in “<bdi>{escape(citation['source']['label'])}</bdi>”"
    return f"<figure>{words}<figcaption>— {credit}</figcaption></figure>"
