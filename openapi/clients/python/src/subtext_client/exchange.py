"""One request with its retries and its cache, without I/O.

`exchange` is a generator: it yields what is to be done, a request to send or a pause to make, and is sent the
response. The synchronous and the asynchronous client run the same generator.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import unquote

import httpx

from subtext_client.cache import Cache, CachedResponse
from subtext_client.errors import APIConnectionError, APIError, SubtextError, UnexpectedResponseError
from subtext_client.problems import ERRORS, RequestInProgressError
from subtext_client.retries import RETRIED_STATUSES, Retry, parse_retry_after

PROBLEM_KEYS = ("type", "code", "title", "status", "detail", "instance", "request_id", "errors")


@dataclass(frozen=True)
class Call:
    """What a method of a resource requests: a path with its query and, if it is a write, what to write."""

    path: str
    query: Mapping[str, Any]
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


class Reply(NamedTuple):
    """What a call returns."""

    body: bytes
    etag: str | None


@dataclass(frozen=True)
class Send:
    """Send a request. Writes do not follow redirects, on which they might lose their body or their key."""

    method: str
    url: httpx.URL
    headers: httpx.Headers
    body: bytes | None

    @property
    def follow_redirects(self) -> bool:
        """Whether to follow redirects."""
        return self.method == "GET"


@dataclass(frozen=True)
class Pause:
    """Wait so many seconds."""

    seconds: float


#: Yields requests and pauses, is sent responses or thrown the errors of httpx, and returns the reply.
Exchange = Generator[Send | Pause, httpx.Response | None, Reply]


def exchange(
    call: Call, url: httpx.URL, headers: httpx.Headers, retry: Retry, cache: Cache | None
) -> Exchange:
    """Request a URL until it succeeds or there is no more to try.

    Raises:
        SubtextError: The last response was an error, or there was none.
    """
    key = str(url)
    cached = cache.get(key) if cache and call.method == "GET" else None
    headers = httpx.Headers(headers)
    headers.update({"If-None-Match": cached.etag} if cached else call.headers)
    send = Send(call.method, url, headers, call.body)
    attempt, waited = 0, 0.0
    while True:
        attempt += 1
        retry_after = None
        error: SubtextError
        try:
            response = yield send
        except httpx.TransportError as cause:
            error, may_pass = APIConnectionError(f"{url}: {cause or type(cause).__name__}"), True
            error.__cause__ = cause
        except httpx.HTTPError as cause:
            # Too many redirects, or a body that cannot be decoded.
            raise APIConnectionError(f"{url}: {cause}") from cause
        else:
            assert response is not None  # noqa: S101  (only a pause is answered with None)
            if response.status_code == 304 and cached:
                return Reply(cached.body, cached.etag)
            if response.is_success:
                if call.method == "GET":
                    _keep(cache, key, response)
                return Reply(response.content, response.headers.get("ETag"))
            retry_after = parse_retry_after(response.headers.get("Retry-After"))
            error = _error(response, retry_after)
            may_pass = response.status_code in RETRIED_STATUSES or isinstance(error, RequestInProgressError)
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
        etag = response.headers.get("ETag", "").removeprefix("W/") or None
        new_url = response.links.get("canonical", {}).get("url")
        new_id = new_url and unquote(new_url.rpartition("/")[2])
        return ERRORS.get(problem["code"], APIError)(problem, retry_after, etag, new_id)
    location = response.headers.get("Location")
    return UnexpectedResponseError(response.status_code, str(response.url), response.text[:1000], location)
