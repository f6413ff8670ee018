"""Hints for paths that do not exist: what other services have at such a path, and what was meant."""

from __future__ import annotations

from collections.abc import Callable

from api.core.resource_registry import TYPE_BY_COLLECTION, VERSION_PREFIX
from api.core.urls import relative_url
from api.schemas.fields import did_you_mean, slugify

#: Our paths by what other services call them.
PATHS_BY_SYNONYM = {
    synonym: path
    for path, synonyms in {
        "/v1": "api rest v0 api/v1",
        "/docs": "swagger swagger-ui api-docs doc documentation help",
        "/docs/reference": "redoc reference scalar",
        "/docs/guides": "guides guide",
        "/v1/openapi.json": "openapi swagger.json v1/swagger.json api-docs.json",
        "/livez": "health healthz healthcheck ping up alive status",
        "/readyz": "ready readiness",
        "/embed": "gallery embeds widget widgets",
        "/feeds/quotes.atom": "feed rss atom rss.xml feed.xml atom.xml",
    }.items()
    for synonym in synonyms.split()
}
COLLECTIONS_BY_SYNONYM = {
    synonym: name
    for name, synonyms in {
        "films": "film movies movie titles works",
        "sources": "source essays essay reviews articles",
        "characters": "character people persons actors cast roles",
        "scenes": "scene shots sequences",
        "quotes": "quote quotations lines sayings",
        "commentary": "commentaries comments claims arguments analysis",
        "themes": "theme tags topics motifs",
        "advisories": "advisory warnings content-warnings",
    }.items()
    for synonym in synonyms.split()
}


def hint_for_path(path: str, exists: Callable[[str], bool]) -> str:
    """Return a sentence about the path that was meant; ``exists`` tells whether a path has a route."""
    lower = path.lower()
    if lower != path and exists(lower):
        return f"URLs are in lower case: {relative_url(lower)[:200]}."
    segments = lower.strip("/").split("/")
    if synonym := PATHS_BY_SYNONYM.get("/".join(segments)):
        return f"It is {relative_url(synonym)} here."
    in_api = bool(VERSION_PREFIX.match(lower))
    name, *rest = segments[1:] if in_api and len(segments) > 1 else segments
    collection = COLLECTIONS_BY_SYNONYM.get(name, name)
    if len(rest) > 1:
        rest[1] = COLLECTIONS_BY_SYNONYM.get(rest[1], rest[1])
    meant = "/".join(["/v1", collection, *rest])
    if not exists(meant) and rest:
        # Ids have no accents, spaces, underscores or, for most types, extensions.
        meant = "/".join(["/v1", collection, slugify(rest[0].partition(".")[0]), *rest[1:]])
    page = VERSION_PREFIX.sub("", meant)
    if not in_api and exists(page) and exists(meant):
        return f"Did you mean {relative_url(page)[:200]} or, in the API, {relative_url(meant)[:200]}?"
    if meant != lower and exists(meant):
        return f"Did you mean {relative_url(meant)[:200]}?"
    suggestion = did_you_mean(name[:80], TYPE_BY_COLLECTION) if in_api else ""
    return suggestion.strip() or f"{relative_url('/v1')} links to all lists."
