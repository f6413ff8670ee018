"""Asking the application: always with GET and for the whole, so that what it says can answer others too."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from api.http.response_cache.cache_entry import Entry, Headers
from api.http.response_cache.dependency_tracking import NOTE, Dependence
from api.http.responses import ON_EVERY_ANSWER

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

OK = "200 OK"
#: The longest answer that is held as a whole, in bytes; a longer one passes through as it comes.
MOST_HELD = 4_000_000
#: What an answer may vary by for others to be given it.
VARYING = frozenset({"", "accept", "accept-encoding", "authorization"})
#: Headers about one request alone.
OF_A_REQUEST = frozenset(name.lower() for name in ON_EVERY_ANSWER)
#: The server says itself when it answers.
OF_THE_SERVER = "date"
#: What is left out of the question: it is seen to afterwards, or would come back as something else.
UNASKED = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "wsgi.file_wrapper")


class Answer(NamedTuple):
    """What the application answered: an ``entry``, or else a ``body`` that passes through.

    ``said`` are the headers that belong to this request alone.
    """

    status: str
    headers: Headers
    said: Headers
    body: Iterable[bytes]
    entry: Entry | None
    dependence: Dependence

    @property
    def is_for_everyone(self) -> bool:
        """Whether it may be given to others who ask the same."""
        named = {name.lower(): value.lower() for name, value in self.headers}
        rules = named.get("cache-control", "")
        varying = {name.strip() for name in named.get("vary", "").split(",")}
        return (
            self.entry is not None
            and "public" in rules
            and "no-store" not in rules
            and named.get("etag", "").startswith('"')
            and "set-cookie" not in named
            and varying <= VARYING
        )


def ask(application: WSGIApplication, environ: WSGIEnvironment) -> Answer:
    """Return what the application answers."""
    note = Dependence()
    asked = {name: value for name, value in environ.items() if name not in UNASKED}
    if "HTTP_IF_NONE_MATCH" not in environ and "HTTP_IF_MODIFIED_SINCE" in environ:
        asked["HTTP_IF_MODIFIED_SINCE"] = environ["HTTP_IF_MODIFIED_SINCE"]
    started: list[Any] = []
    body = application(asked | {"REQUEST_METHOD": "GET", NOTE: note}, _listening(started))
    status, given = started
    said = [(name, value) for name, value in given if name.lower() in OF_A_REQUEST]
    headers = [(name, value) for name, value in given if name.lower() not in OF_A_REQUEST | {OF_THE_SERVER}]
    entry = None
    if status == OK and _length(headers) <= MOST_HELD:
        entry = Entry(headers, _whole(body), note.until)
    return Answer(status, headers, said, body, entry, note)


def _listening(started: list[Any]) -> Callable[..., Callable[[bytes], object]]:
    """Return a ``start_response`` that remembers status and headers."""

    def start_response(status: str, headers: Headers, _error: Any = None) -> Callable[[bytes], object]:
        started[:] = status, headers
        return _refuse

    return start_response


def _refuse(_data: bytes) -> object:
    raise NotImplementedError("Applications return what they answer (PEP 3333).")


def _length(headers: Headers) -> float:
    """Return how long an answer is, in bytes; one that does not say may have no end."""
    return next((int(value) for name, value in headers if name.lower() == "content-length"), float("inf"))


def _whole(body: Iterable[bytes]) -> bytes:
    try:
        return b"".join(body)
    finally:
        close(body)


def close(body: Iterable[bytes]) -> None:
    """Tell the application that nobody will read on (PEP 3333)."""
    end = getattr(body, "close", None)
    if end is not None:
        end()
