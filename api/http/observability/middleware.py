"""The outermost WSGI middleware: gives each request an id, and observes each response.

It runs for cached responses, too, which take 27 µs altogether. What it does for them is written out in one
function, since a call costs as much as anything here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import perf_counter
from typing import TYPE_CHECKING

from api.http.observability.access_log import AccessLog
from api.http.observability.request_id import TRACEPARENT, new_request_id, received_request_id
from api.http.observability.request_metrics import RequestMetrics
from api.http.observability.request_record import ENVIRON_KEY, RequestRecord

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REQUEST_ID_HEADER = "X-Request-Id"


class ObservabilityMiddleware:
    """A WSGI application that observes another one.

    An exception of the application becomes a 500 response. A ``BaseException`` that is no ``Exception``
    passes through: the server then calls again with the same environ, and the request keeps its id and start.
    """

    def __init__(
        self,
        application: WSGIApplication,
        respond_to_failure: Callable[[WSGIEnvironment, StartResponse], tuple[bytes, ...]],
        access_log: AccessLog,
        metrics: RequestMetrics | None,
        *,
        trusts_proxy: bool,
    ) -> None:
        """Wrap ``application``. ``respond_to_failure`` returns the response to an exception.

        With ``trusts_proxy``, the ``X-Request-Id`` of a request comes from a proxy.
        """
        self.application, self._respond_to_failure = application, respond_to_failure
        self._access_log, self._min_seconds = access_log, access_log.min_seconds
        self._observe = metrics.observe if metrics else None
        self._trusts_proxy = trusts_proxy

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Respond to a request (PEP 3333). The response is returned as a whole: nothing is streamed.

        A server that passes a ``RequestRecord`` as ``start_response`` finds status and headers in it.
        """
        record: RequestRecord | None = environ.get(ENVIRON_KEY)
        if record is None:
            record = start_response if type(start_response) is RequestRecord else RequestRecord()
            environ[ENVIRON_KEY] = record
            record.started = perf_counter()
            if self._trusts_proxy or TRACEPARENT in environ:
                record.request_id = (
                    received_request_id(environ, trusts_proxy=self._trusts_proxy) or new_request_id()
                )
            else:
                record.request_id = new_request_id()
        try:
            body = self.application(environ, record)
            # A tuple is a cached response. Others are read here, where an error is still a 500 response.
            if type(body) is not tuple:
                body = (_read(body),)
        except Exception as error:
            record.error = error
            body = self._respond_to_failure(environ, record)
        record.headers.append((REQUEST_ID_HEADER, record.request_id))
        if start_response is not record:
            start_response(record.status, record.headers)
        seconds = perf_counter() - record.started
        if self._observe is not None:
            self._observe(record, environ["REQUEST_METHOD"], seconds)
        if seconds >= self._min_seconds or record.status >= "5":
            self._access_log.log(record, environ, seconds, sum(map(len, body)))
        return body


def _read(body: Iterable[bytes]) -> bytes:
    try:
        return b"".join(body)
    finally:
        close = getattr(body, "close", None)
        if close is not None:
            close()
