"""Request ids: taken from a tracing system or a trusted proxy, or else generated.

Generated ids are ULIDs in blocks of 1,024, which share all but their last two characters: one costs 0.07 µs
instead of 3 µs.
"""

from __future__ import annotations

import itertools
import os
import re
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ulid import ULID

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

#: Crockford's base 32, as in ULIDs.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SUFFIXES = tuple(map("".join, itertools.product(ALPHABET, repeat=2)))
TRACEPARENT, X_REQUEST_ID = "HTTP_TRACEPARENT", "HTTP_X_REQUEST_ID"
#: W3C Trace Context, section 3.2.2: version, trace-id, parent-id and flags. Later versions may append fields.
_IDS = r"(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
TRACEPARENT_PATTERN = re.compile(rf"(?:00-{_IDS}|(?!00|ff)[0-9a-f]{{2}}-{_IDS}(?:-[^,\s]*)?)")
PROXY_ID_PATTERN = re.compile(r"[A-Za-z0-9._:+/=@-]{1,128}")


def _block(_number: int) -> Iterator[str]:
    # ``ULID()`` would count within a millisecond, and so repeat a block.
    ulid = ULID(int(time.time() * 1000).to_bytes(6, "big") + os.urandom(10))
    return map(str(ulid)[: -len(SUFFIXES[0])].__add__, SUFFIXES)


#: Return a new id. Implemented in C, so that threads need no lock.
new_request_id = itertools.chain.from_iterable(map(_block, itertools.count())).__next__


def received_request_id(environ: WSGIEnvironment, *, trusts_proxy: bool) -> str | None:
    """Return the id that came with a request; None if there is none or it is invalid.

    A trusted proxy's ``X-Request-Id`` comes first, then the trace-id of ``traceparent`` (W3C Trace Context).
    """
    proxy_id = environ.get(X_REQUEST_ID, "") if trusts_proxy else ""
    if PROXY_ID_PATTERN.fullmatch(proxy_id):
        return str(proxy_id)
    match = TRACEPARENT_PATTERN.fullmatch(environ.get(TRACEPARENT, ""))
    return (match[1] or match[2]) if match else None
