"""The client's IP address, which rate limits count requests by."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from flask import request

from api.core.app_context import settings

#: IPv6 customers get whole networks of at least this size (RFC 6177), so a network counts as one client.
IPV6_PREFIX = 64


def client_address() -> str:
    """Return the client's IPv4 address or IPv6 network; ``unknown`` if there is none.

    Each proxy appends the address of its own client to ``X-Forwarded-For``. Therefore the last entries, as
    many as there are trusted proxies, are reliable. Clients can forge all entries before those.
    """
    proxies = settings().trusted_proxies
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    entry = forwarded[-proxies] if 0 < proxies <= len(forwarded) else ""
    return _normalize_address(entry) or _normalize_address(request.remote_addr or "") or "unknown"


def _normalize_address(entry: str) -> str | None:
    """Return the address or network in an entry; it may have brackets, a port or a zone. None if invalid."""
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
    # Dual-stack sockets report IPv4 addresses as IPv4-mapped IPv6 addresses: ::ffff:192.0.2.1.
    return str(address.ipv4_mapped or ip_network((address, IPV6_PREFIX), strict=False))
