"""Security headers: Content Security Policy, CORS and the check of the Host header."""

from __future__ import annotations

from flask import Flask, Response, request
from flask_cors import CORS

from api.core.app_context import settings
from api.core.resource_registry import TYPE_BY_COLLECTION, VERSION_PREFIX
from api.http.errors import ProblemException
from api.http.trusted_hosts import is_trusted_host

PROBE_PATHS = ("/livez", "/readyz")
EXPOSED_HEADERS = (
    "ETag",
    "Link",
    "Location",
    "Memento-Datetime",
    "Retry-After",
    "RateLimit",
    "RateLimit-Policy",
    "Deprecation",
    "Sunset",
    "X-Request-Id",
    "WWW-Authenticate",
    "Accept-Patch",
    "Idempotency-Replayed",
    "Restore-Dropped",
)
CORS_METHODS = ("GET", "HEAD", "OPTIONS")
#: Of the API. Writes need an API key, which a browser never sends by itself.
CORS_API_METHODS = (*CORS_METHODS, "POST", "PUT", "PATCH", "DELETE")
#: How long browsers remember a preflight, in seconds.
PREFLIGHT_SECONDS = 86_400
#: Pages that scripts request if they forget the /v1: as with errors, they can read what they got.
CORS_PAGES = rf"/({'|'.join(TYPE_BY_COLLECTION)})$"
#: Paths outside /v1 that other sites may read: the embed scripts, oEmbed and the snippets of quotes.
CORS_PATHS_OUTSIDE_API = r"/(embed[.a-z0-9]*\.js|embed/frame\.js|oembed(\.[a-z.]*)?|quotes/[^/]+/snippet)$"
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# Swagger UI and Scalar set inline styles on their elements.
INLINE_STYLE_POLICY = PAGE_POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
INLINE_STYLE_PATHS = ("/docs", "/docs/reference")


def init_app(app: Flask) -> None:
    """Allow any origin to use the API and to read the embeds without cookies, and add security headers."""
    # Functions run in reverse order: this one adds to what flask-cors has done.
    app.after_request(complete_cors_headers)
    CORS(
        app,
        resources={rf"{VERSION_PREFIX.pattern}(/.*)?$": {}, CORS_PATHS_OUTSIDE_API: {}, CORS_PAGES: {}},
        origins="*",
        send_wildcard=True,
        supports_credentials=False,
        expose_headers=EXPOSED_HEADERS,
    )
    app.before_request(respond_to_preflights_of_missing_paths)
    app.before_request(reject_untrusted_hosts)
    app.after_request(add_security_headers)


def reject_untrusted_hosts() -> None:
    """Reject requests for untrusted hosts, if trusted hosts are set.

    Health checks are exempt, since they use the IP address.
    """
    trusted = settings().trusted_hosts
    if trusted and request.path not in PROBE_PATHS and not is_trusted_host(request.host, trusted):
        raise ProblemException("bad-request", "The Host header is not a trusted host of this service.")


def respond_to_preflights_of_missing_paths() -> Response | None:
    """Return 204 for a preflight of a path that does not exist, so that scripts can read its 404 response."""
    is_preflight = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
    return Response(status=204) if is_preflight and request.routing_exception else None


def complete_cors_headers(response: Response) -> Response:
    """Let scripts of any origin read all errors, and send any request header.

    flask-cors repeats the requested headers. A wildcard (Fetch Standard, section 3.3.5) is the same for every
    request; it does not cover ``Authorization``.
    """
    headers = response.headers
    if response.status_code >= 400 or (request.routing_exception and response.status_code == 204):
        headers.setdefault("Access-Control-Allow-Origin", "*")
        headers.setdefault("Access-Control-Expose-Headers", ", ".join(EXPOSED_HEADERS))
    if request.method == "OPTIONS" and "Access-Control-Allow-Origin" in headers:
        headers["Access-Control-Allow-Headers"] = "*, Authorization"
        methods = CORS_API_METHODS if VERSION_PREFIX.match(request.path) else CORS_METHODS
        headers["Access-Control-Allow-Methods"] = ", ".join(methods)
        headers["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
    return response


def add_security_headers(response: Response) -> Response:
    """Set the security headers for the content type of the response; keep those that the view has set."""
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin")
    if response.mimetype != "text/html":
        headers.setdefault("Content-Security-Policy", DATA_POLICY)
    elif request.path in INLINE_STYLE_PATHS:
        headers.setdefault("Content-Security-Policy", INLINE_STYLE_POLICY)
    else:
        headers.setdefault("Content-Security-Policy", PAGE_POLICY)
    if "frame-ancestors 'none'" in headers["Content-Security-Policy"]:
        headers.setdefault("X-Frame-Options", "DENY")
    return response
