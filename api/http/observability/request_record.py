"""The record of one request, which its handlers complete: its id, route, cache result and error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.http.observability.request_id import new_request_id

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

#: The key of the record in the WSGI environ.
ENVIRON_KEY = "subtext.request"
#: The route of requests whose path or method is unknown. Paths would be unbounded labels of metrics.
NO_ROUTE = "none"
#: Cache results: answered from the cache; not in it; answered from it after its time; not for the cache.
HIT, MISS, STALE, PASS = "hit", "miss", "stale", "pass"


class RequestRecord:
    """A request, and what its handlers find out; also the ``start_response`` that they call (PEP 3333).

    ``status`` is empty until then. Of a 5xx response, ``error`` is the exception if it is a bug, and
    ``cause`` says why otherwise. The attributes of the class are the defaults: most requests change few of
    them, and setting each takes time.
    """

    started: float
    request_id: str
    status = ""
    headers: list[tuple[str, str]]
    route = NO_ROUTE
    cache = PASS
    error: BaseException | None = None
    cause: str | None = None

    def __call__(self, status: str, headers: list[tuple[str, str]], _error: Any = None) -> Any:
        """Record the status and the headers of the response."""
        self.status, self.headers = status, headers
        return reject_write


def reject_write(_data: bytes) -> object:
    """Reject the use of ``write()``, which PEP 3333 keeps for old applications."""
    raise NotImplementedError("The application must return its body: write() is not supported (PEP 3333).")


def request_record(environ: WSGIEnvironment) -> RequestRecord:
    """Return the record of a request. Requests that pass no middleware, as in tests, get one here."""
    record: RequestRecord | None = environ.get(ENVIRON_KEY)
    if record is None:
        record = environ[ENVIRON_KEY] = RequestRecord()
        record.request_id = new_request_id()
    return record
