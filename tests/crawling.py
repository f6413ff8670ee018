"""A crawler that requests every URL reachable by following links."""

import html
import re
from collections import Counter
from urllib.parse import parse_qs, urlsplit

from werkzeug.exceptions import HTTPException


def link_pattern(base_url):
    """Match links in HTML, and URLs of this service in any text; their groups lack the base URL."""
    path = re.escape(urlsplit(base_url).path)
    return re.compile(rf"""(?:href|src|action)="{path}(/[^"]*)"|{re.escape(base_url)}(/?[^\s"'<>()\\`|…]*)""")


def crawl(
    client,
    starts=("/v1",),
    *,
    base_url="http://127.0.0.1:8000",
    matches=lambda path: True,
    max_alike=None,
):
    """Yield each URL that can be reached from ``starts``, with its response. URLs lack the base URL.

    URLs are alike if they share a route and the names of their query parameters. At most ``max_alike`` URLs of
    each kind are requested. ``matches`` returns whether a path is requested at all.
    """
    link, base_path = link_pattern(base_url), urlsplit(base_url).path
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
        response = client.get(f"{base_path}{url}")
        yield url, response
        if not response.mimetype.startswith(("image/", "font/", "text/javascript", "text/css")):
            queue += [strip(first or second) for first, second in link.findall(response.text)]
        response.close()


def strip(link):
    """Return a link as a path with its query, without its fragment."""
    return html.unescape(link).partition("#")[0] or "/"
