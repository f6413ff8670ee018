"""One request with its retries and its cache, without I/O.

`exchange` is a generator: it yields what is to be done, a request to send or a pause to make, and is sent the
response. The synchronous and the asynchronous client run the same generator.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from subtext_client.cache import Cache, CachedResponse
from subtext_client.errors import APIConnectionError, APIError, SubtextError, UnexpectedResponseError
from subtext_client.problems import ERRORS
from subtext_client.retries import RETRIED_STATUSES, Retry, parse_retry_after

PROBLEM_KEYS = ("type", "code", "title", "status", "detail", "instance", "request_id", "errors")


@dataclass(frozen=True)
class Send:
    """Send a GET request."""

    url: httpx.URL
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Pause:
    """Wait so many seconds."""

    seconds: float


#: Yields requests and pauses, is sent responses or thrown the errors of httpx, and returns the body.
Exchange = Generator[Send | Pause, httpx.Response | None, bytes]


def exchange(url: httpx.URL, headers: Mapping[str, str], retry: Retry, cache: Cache | None) -> Exchange:
    """Request a URL until it succeeds or there is no more to try.

    Raises:
        SubtextError: The last response was an error, or there was none.
    """
    key = str(url)
    cached = cache.get(key) if cache else None
    conditional = {"If-None-Match": cached.etag} if cached else {}
    attempt, waited = 0, 0.0
    while True:
        attempt += 1
        retry_after = None
        error: SubtextError
        try:
            response = yield Send(url, {**headers, **conditional})
        except httpx.TransportError as cause:
            error, may_pass = APIConnectionError(f"{url}: {cause or type(cause).__name__}"), True
            error.__cause__ = cause
        except httpx.HTTPError as cause:
            # Too many redirects, or a body that cannot be decoded.
            raise APIConnectionError(f"{url}: {cause}") from cause
        else:
            assert response is not None  # noqa: S101  (only a pause is answered with None)
            if response.status_code == 304 and cached:
                return cached.body
            if response.is_success:
                _keep(cache, key, response)
                return response.content
            retry_after = parse_retry_after(response.headers.get("Retry-After"))
            error, may_pass = _error(response, retry_after), response.status_code in RETRIED_STATUSES
        pause = retry.wait(attempt, waited, retry_after) if may_pass else None
        if pause is None:
            raise error
        yield Pause(pause)
        waited += pause


def _keep(cache: Cache | None, key: str, response: httpx.Response) -> None:
    etag = response.headers.get("ETag")
    if cache is not None and etag and "no-store" not in response.headers.get("Cache-Control", ""):
        cache.put(key, CachedResponse(etag, response.content))


def _error(response: httpx.Response, retry_after: float | None) -> SubtextError:
    """Return the error of a response: that of its problem, if it has one."""
    problem: Any = None
    if response.headers.get("Content-Type", "").startswith("application/problem+json"):
        try:
            problem = json.loads(response.content)
        except ValueError:
            problem = None
    if isinstance(problem, dict) and all(key in problem for key in PROBLEM_KEYS):
        return ERRORS.get(problem["code"], APIError)(problem, retry_after)
    return UnexpectedResponseError(response.status_code, str(response.url), response.text[:1000])
