"""HTTP/1.1 as far as is needed to know where an answer ends."""

from __future__ import annotations

import re

HEAD_END = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
LAST_CHUNK = b"\r\n0\r\n\r\n"


class Answers:
    """The answers on one connection to requests that are sent one at a time."""

    def __init__(self) -> None:
        """Begin with nothing received."""
        self.received = b""
        self.errors = 0

    def take(self, received: bytes) -> bool:
        """Take what came; return whether it makes the answer whole.

        Raises:
            ConnectionError: when the server has closed the connection.
        """
        if not received:
            raise ConnectionError("The server closed the connection.")
        self.received += received
        head = self.received.find(HEAD_END)
        if head < 0 or not self._is_whole(head):
            return False
        # "HTTP/1.1 200 OK": what is not a success and not 304 is an error.
        self.errors += self.received[9:10] not in b"23"
        self.received = b""
        return True

    def _is_whole(self, head: int) -> bool:
        if self.received[9:12] == b"304":
            return True
        length = LENGTH.search(self.received, 0, head + 2)
        if length:
            return len(self.received) >= head + len(HEAD_END) + int(length[1])
        return not CHUNKED.search(self.received, 0, head + 2) or self.received.endswith(LAST_CHUNK)
