"""Every URL that can be reached by following links."""

import html
import re
from collections import Counter
from urllib.parse import parse_qs, urlsplit

from werkzeug.exceptions import HTTPException

#: Links in HTML, and URLs of this service anywhere.
LINK = re.compile(r"""(?:href|src|action)="(/[^"]*)"|http://127\.0\.0\.1:8000(/?[^\s"'<>()\\`|…]*)""")


def crawl(client, starts=("/v1",), *, matches=lambda path: True, max_alike=None):
    """Yield each URL that can be reached from ``starts``, with its response.

    Of URLs that are alike (of one route, with the same query parameters) only the first ``max_alike`` are
    requested, if that is given; ``matches`` says which URLs are requested at all.
    """
    waiting, seen, alike = list(starts), set(), Counter()
    routes = client.application.url_map.bind("127.0.0.1:8000")
    while waiting:
        url = waiting.pop(0)
        path, query = urlsplit(url).path, urlsplit(url).query
        if url in seen or not matches(path):
            continue
        seen.add(url)
        try:
            endpoint, _ = routes.match(path, method="GET")
        except HTTPException:
            # Examples in guides name URLs that no route has.
            continue
        kind = endpoint, tuple(sorted(parse_qs(query, keep_blank_values=True)))
        alike[kind] += 1
        if max_alike and alike[kind] > max_alike:
            continue
        response = client.get(url)
        yield url, response
        if not response.mimetype.startswith(("image/", "font/", "text/javascript", "text/css")):
            waiting += [strip(first or second) for first, second in LINK.findall(response.text)]
        response.close()


def strip(link):
    """Return a link as a path with its query, without its fragment."""
    return html.unescape(link).partition("#")[0] or "/"
