"""Admission control: the WSGI middleware between the response cache and Flask (ADR 0028).

The server has one thread that receives all requests and must never wait. Whatever that thread cannot answer
from memory ends here: with ``HandOver``, which tells the server to queue the request for another thread, or,
if the server has no room or time left for it, with a rejection. Other servers see a plain WSGI application.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from api.core.metrics import REQUESTS_IN_PROGRESS, SHED_REQUESTS
from api.http.authentication import IDENTITY, Refusal, identify, may_need_key, parse_header
from api.http.bare_problem import bare_problem
from api.http.client_address import client_address
from api.http.lanes import LIVEZ, Lane, lane_of
from api.http.observability.request_record import request_record
from api.http.rate_limits.limiter import RateLimiter, RateLimitResult
from models import DomainError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from api.core.config import Settings
    from models import ApiKey
    from models.database import Database

#: The keys of a WSGI environ that the server sets: in the thread that must not wait, and to reject a request.
MUST_NOT_WAIT = "subtext.must_not_wait"
REJECTION = "subtext.rejection"
#: The key of a function that tells whether the server has memory for a body of so many bytes.
HAS_ROOM = "subtext.has_room"
#: The key of what the rate limiter has found out, for the second call of the application.
RATE_LIMIT_RESULT = "subtext.rate_limit_result"


class HandOver(BaseException):
    """The current thread cannot answer this request. Nothing was sent: call the application in another one.

    It is no ``Exception``, so that no layer in between takes it for an error of the application. ``lane`` is
    the kind of thread that the request needs, and ``entries`` are to be added to its environ.
    """

    def __init__(self, lane: Lane, entries: dict[str, Any] | None = None) -> None:
        super().__init__(lane)
        self.lane, self.entries = lane, entries or {}


class Rejection(NamedTuple):
    """Why the server rejects a request: a word for logs and metrics, and the seconds for ``Retry-After``."""

    reason: str
    retry_after: int


#: No room in the queue, no thread in time, or no memory for the body of the response.
QUEUE_FULL, QUEUE_TIMEOUT = Rejection("queue-full", 2), Rejection("queue-timeout", 2)
OUT_OF_MEMORY = Rejection("memory", 5)
Headers = list[tuple[str, str]]
OVERLOADED = "The service has more requests than it can answer at the moment. Retry in a few seconds."


class Admission:
    """A WSGI application that lets requests through to another one."""

    def __init__(self, application: WSGIApplication, settings: Settings, database: Database) -> None:
        """Wrap ``application``. ``database`` has the API keys."""
        self.application, self._settings, self._database = application, settings, database
        self._limiter = RateLimiter(settings) if settings.rate_limits else None
        for rejection in (QUEUE_FULL, QUEUE_TIMEOUT, OUT_OF_MEMORY):
            SHED_REQUESTS.open(rejection.reason)
        self._livez: tuple[str, list[tuple[str, str]], tuple[bytes, ...]] | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Respond to a request, reject it or hand it over (PEP 3333).

        Raises:
            HandOver: the request needs a thread that may wait.
        """
        if REJECTION in environ:
            return self.reject(environ[REJECTION], environ, start_response)
        if environ["PATH_INFO"] == LIVEZ and environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            return self._respond_alive(environ, start_response)
        result = self._count(environ)
        if result is not None and result.breached:
            return self._reject_limited(result, environ, start_response)
        if MUST_NOT_WAIT in environ:
            raise HandOver(lane_of(environ), {RATE_LIMIT_RESULT: result} if result is not None else None)
        if result is None:
            return self._work(environ, start_response)

        def start_with_limits(status: str, headers: Headers, *error: Any) -> Any:
            return start_response(status, [*headers, *result.headers], *error)

        return self._work(environ, start_with_limits)

    def _work(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        REQUESTS_IN_PROGRESS.add(1)
        try:
            return self.application(environ, start_response)
        finally:
            REQUESTS_IN_PROGRESS.add(-1)

    def _count(self, environ: WSGIEnvironment) -> RateLimitResult | None:
        """Count a request unless it is counted; None if no limit applies or counting would have to wait."""
        if self._limiter is None:
            return None
        if RATE_LIMIT_RESULT in environ:
            result: RateLimitResult = environ[RATE_LIMIT_RESULT]
            return result
        has_key = may_need_key(environ) and not isinstance(parse_header(environ), Refusal)
        must_wait = self._limiter.may_wait or has_key
        if (MUST_NOT_WAIT in environ and must_wait) or not self._limiter.applies_to(environ):
            return None
        key = self._valid_key(environ) if has_key else None
        if key is not None:
            return self._limiter.count(f"key {key.public_id}")
        return self._limiter.count(client_address(environ, self._settings.trusted_proxies))

    def _valid_key(self, environ: WSGIEnvironment) -> ApiKey | None:
        """Return the key of a request, and keep what is known about it for the view; None if invalid.

        If the database fails, the view meets the same error, and responds.
        """
        try:
            environ[IDENTITY] = identity = identify(environ, self._database)
        except (SQLAlchemyError, DomainError):
            return None
        return None if isinstance(identity, Refusal) else identity

    def _reject_limited(
        self, result: RateLimitResult, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        return bare_problem(
            self._settings,
            "too-many-requests",
            environ,
            start_response,
            detail=result.detail,
            headers=result.headers,
        )

    def reject(
        self, rejection: Rejection, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Respond with the problem ``unavailable``, in microseconds: Flask would take a millisecond."""
        SHED_REQUESTS.inc(rejection.reason)
        request_record(environ).cause = rejection.reason
        return bare_problem(
            self._settings,
            "unavailable",
            environ,
            start_response,
            detail=OVERLOADED,
            retry_after=rejection.retry_after,
        )

    def respond_precondition_failed(
        self, detail: str, headers: Headers, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Respond that the resource is not in the state that the client requires; add ``headers``."""
        return bare_problem(
            self._settings, "precondition-failed", environ, start_response, detail=detail, headers=headers
        )

    def _respond_alive(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Respond to a liveness probe, which depends on nothing, as Flask did the first time."""
        if self._livez is None:
            captured: list[Any] = []

            def capture(status: str, headers: Any, _error: Any = None) -> Any:
                captured[:] = status, headers

            body = tuple(self.application(environ | {"REQUEST_METHOD": "GET"}, capture))
            self._livez = captured[0], captured[1], body
        request_record(environ).route = LIVEZ
        status, headers, body = self._livez
        start_response(status, list(headers))
        return body
