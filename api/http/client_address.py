"""Who asks: the address by which a client is told apart from others."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from flask import request

from api.core.request_context import settings

#: Whoever has one IPv6 address has all that share this many leading bits (RFC 6177).
IPV6_PREFIX = 64


def client_address() -> str:
    """Return the IPv4 address that the request comes from, or the network of its IPv6 address.

    Each proxy appends to ``X-Forwarded-For`` whom it was asked by, so that as many entries from its right
    end are believed as there are proxies of ours; all to the left of them is whatever a client wrote.
    """
    proxies = settings().trusted_proxies
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    told = forwarded[-proxies] if 0 < proxies <= len(forwarded) else ""
    return _network(told) or _network(request.remote_addr or "") or "unknown"


def _network(entry: str) -> str | None:
    """Return what stands for an address, which may come with brackets, a port or a zone."""
    host = entry.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    if not isinstance(address, IPv6Address):
        return str(address)
    # A socket for both families shows IPv4 addresses as ::ffff:192.0.2.1.
    return str(address.ipv4_mapped or ip_network((address, IPV6_PREFIX), strict=False))
