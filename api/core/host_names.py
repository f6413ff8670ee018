"""Host names: written in one way, so that they compare as RFC 9110 says (section 4.2.3)."""

from __future__ import annotations

import re

#: A host name, IPv4 address or bracketed IPv6 address, without a port.
HOST_PATTERN = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]")
#: The dot of the DNS root, before a port or at the end.
ROOT_DOT = re.compile(r"\.(?=(?::\d*)?$)")


def normalize_host(host: str) -> str:
    """Return a host, with or without a port, in lower case, without the root dot and in ASCII (IDNA).

    A host that IDNA cannot encode is returned in lower case.
    """
    host = ROOT_DOT.sub("", host.lower())
    if host.isascii():
        return host
    name, colon, port = host.partition(":")
    try:
        return name.encode("idna").decode("ascii") + colon + port
    except UnicodeError:
        return host
