"""The body of a request: a response that comes before its end closes the connection."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

INPUT = "wsgi.input"
#: The header that tells a client to send its next request on another connection (RFC 9112, section 9.6).
CLOSE = ("Connection", "close")


class RequestBody:
    """``wsgi.input`` (PEP 3333), which knows whether it was read to its end."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.is_read = False

    def read(self, size: int = -1) -> bytes:
        """Return this many bytes, or all without a size; fewer at the end of the body."""
        data: bytes = self._stream.read() if size < 0 else self._stream.read(size)
        self.is_read = self.is_read or size < 0 or len(data) < size
        return data

    def readline(self, size: int = -1) -> bytes:
        """Return a line, or this many bytes of it."""
        line: bytes = self._stream.readline() if size < 0 else self._stream.readline(size)
        self.is_read = self.is_read or not line
        return line

    def readlines(self, _hint: int = -1) -> list[bytes]:
        """Return the other lines."""
        return list(self)

    def close(self) -> None:
        """Let go of the body; what is left of it is not read."""
        self._stream = io.BytesIO()

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")


def watch_body(environ: WSGIEnvironment) -> None:
    """Let a request know whether its body is read, if it has one."""
    if environ.get("CONTENT_LENGTH", "0") not in ("", "0") or "HTTP_TRANSFER_ENCODING" in environ:
        environ[INPUT] = RequestBody(environ[INPUT])


def close_unless_read(environ: WSGIEnvironment, headers: list[tuple[str, str]]) -> None:
    """Add the header that closes the connection, unless the whole body was read.

    Otherwise the next request on the connection waits behind what nobody reads, as long as its client does:
    measured with granian.
    """
    body = environ.get(INPUT)
    if isinstance(body, RequestBody) and not body.is_read:
        headers.append(CLOSE)
        # Whoever holds the stream makes granian hold the connection.
        body.close()
