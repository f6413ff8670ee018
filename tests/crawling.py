"""A crawler that requests every URL reachable by following links."""

import html
import re
from collections import Counter
from urllib.parse import parse_qs, urlsplit

from werkzeug.exceptions import HTTPException

#: Links in HTML, and URLs of this service in any text.
LINK = re.compile(r"""(?:href|src|action)="(/[^"]*)"|http://127\.0\.0\.1:8000(/?[^\s"'<>()\\`|…]*)""")


def crawl(client, starts=("/v1",), *, matches=lambda path: True, max_alike=None):
    """Yield each URL that can be reached from ``starts``, with its response.

    URLs are alike if they share a route and the names of their query parameters. At most ``max_alike`` URLs of
    each kind are requested. ``matches`` returns whether a path is requested at all.
    """
    queue, visited, counts_by_kind = list(starts), set(), Counter()
    routes = client.application.url_map.bind("127.0.0.1:8000")
    while queue:
        url = queue.pop(0)
        path, query = urlsplit(url).path, urlsplit(url).query
        if url in visited or not matches(path):
            continue
        visited.add(url)
        try:
            endpoint, _ = routes.match(path, method="GET")
        except HTTPException:
            # Guides contain example URLs that match no route.
            continue
        kind = endpoint, tuple(sorted(parse_qs(query, keep_blank_values=True)))
        counts_by_kind[kind] += 1
        if max_alike and counts_by_kind[kind] > max_alike:
            continue
        response = client.get(url)
        yield url, response
        if not response.mimetype.startswith(("image/", "font/", "text/javascript", "text/css")):
            queue += [strip(first or second) for first, second in LINK.findall(response.text)]
        response.close()


def strip(link):
    """Return a link as a path with its query, without its fragment."""
    return html.unescape(link).partition("#")[0] or "/"
