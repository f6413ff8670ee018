"""Security headers: Content Security Policy, CORS and the check of the Host header."""

from __future__ import annotations

from flask import Flask, Response, request
from flask_cors import CORS

from api.core.app_context import settings
from api.core.resource_registry import VERSION_PREFIX
from api.http.errors import ProblemException
from api.http.trusted_hosts import is_trusted_host

PROBE_PATHS = ("/livez", "/readyz")
EXPOSED_HEADERS = (
    "ETag",
    "Link",
    "Location",
    "Retry-After",
    "RateLimit",
    "RateLimit-Policy",
    "Deprecation",
    "Sunset",
    "X-Request-Id",
)
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
    """Allow any origin to read the API and the embeds without credentials, and add security headers."""
    CORS(
        app,
        resources={rf"{VERSION_PREFIX.pattern}(/.*)?$": {}, CORS_PATHS_OUTSIDE_API: {}},
        origins="*",
        send_wildcard=True,
        supports_credentials=False,
        methods=["GET", "HEAD", "OPTIONS"],
        allow_headers=["Accept", "Authorization", "Content-Type", "If-Match", "If-None-Match"],
        expose_headers=EXPOSED_HEADERS,
        max_age=86400,
    )
    app.before_request(reject_untrusted_hosts)
    app.after_request(add_security_headers)


def reject_untrusted_hosts() -> None:
    """Reject requests for untrusted hosts, if trusted hosts are set.

    Health checks are exempt, since they use the IP address.
    """
    trusted = settings().trusted_hosts
    if trusted and request.path not in PROBE_PATHS and not is_trusted_host(request.host, trusted):
        raise ProblemException("bad-request", "The Host header is not a trusted host of this service.")


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
