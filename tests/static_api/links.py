"""A crawler of the static API that knows neither its layout nor how it rewrites links."""

import json
from urllib.parse import urlsplit

from lxml import etree, html

STARTS = ("/v1/index.json", "/index.html", "/404.html")
#: Members of JSON that are texts or identifiers of the service as a whole, not links to follow.
IDENTIFIERS = {"author_url", "provider_url", "home_page_url", "feed_url", "id", "html", "content_html"}


def crawl(fetch, base_url, starts=STARTS):
    """Return the response at each path that links lead to from ``starts``, by path.

    ``fetch`` takes a path and returns a response with a status, a content type and a body.
    """
    found, queue = {}, list(starts)
    while queue:
        path = queue.pop()
        if path not in found:
            found[path] = response = fetch(path)
            assert response.status == 200, (path, response.status)
            queue += [linked_path(url, base_url) for url in links(path, response, base_url)]
    return found


def linked_path(url, base_url):
    """Return the path of a URL of this service, below the base URL."""
    base = base_url if "://" in url else urlsplit(base_url).path
    assert url.startswith(f"{base}/"), url
    assert "?" not in url, url
    return url.removeprefix(base).partition("#")[0]


def links(path, response, base_url):
    """Return the URLs of this service that a document links to or loads."""
    if path.startswith("/v1/openapi."):
        return []
    kind = response.content_type.partition(";")[0]
    if kind == "text/html":
        urls = html_links(response.body)
    elif kind == "application/json":
        urls = json_links(json.loads(response.body))
    elif kind in ("application/xml", "text/xml") and path.startswith("/sitemaps/index"):
        urls = [element.text for element in etree.fromstring(response.body).iter("{*}loc")]
    else:
        urls = []
    roots = (f"{base_url}/", f"{urlsplit(base_url).path}/")
    return [url for url in urls if url.startswith(roots)]


def html_links(body):
    document = html.document_fromstring(body)
    urls = [
        url
        for element, _, url, _ in document.iterlinks()
        if element.tag not in ("blockquote", "form") and element.get("rel") != "canonical"
    ]
    images = document.xpath("//meta[starts-with(@property, 'og:image')]/@content")
    return urls + [url for url in images if "://" in url]


def json_links(value, name=""):
    if isinstance(value, dict):
        for key, each in value.items():
            if key not in IDENTIFIERS:
                yield from json_links(each, key)
        if "html" in value:
            yield from html.fragment_fromstring(value["html"], "div").xpath("//iframe/@src")
    elif isinstance(value, list):
        for each in value:
            yield from json_links(each, name)
    elif isinstance(value, str) and value.startswith(("http://", "https://")):
        yield value
