"""The client's IP address, which rate limits and the queue of requests tell clients apart by."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

#: IPv6 customers get whole networks of at least this size (RFC 6177), so a network counts as one client.
IPV6_PREFIX = 64
#: What stands for a client without an address, such as one of a Unix socket.
UNKNOWN = "unknown"
#: The headers by which proxies tell what they have forwarded.
FORWARDING_HEADERS = (
    *("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_VIA"),
    *("HTTP_X_REAL_IP", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST"),
)
#: This machine, private networks (RFC 1918, RFC 4193, RFC 6598) and links.
INTERNAL_NETWORKS = tuple(
    map(
        ip_network,
        (
            "127.0.0.0/8",
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "100.64.0.0/10",
            "169.254.0.0/16",
            "::1/128",
            "fc00::/7",
            "fe80::/10",
        ),
    )
)
#: Longer ``X-Forwarded-For`` headers are cut from the left, which proxies have not written.
MAX_FORWARDED_CHARACTERS = 1_000


def client_address(environ: WSGIEnvironment, trusted_proxies: int) -> str:
    """Return the client's IPv4 address or IPv6 network; ``unknown`` if there is none.

    Each proxy appends the address of its own client to ``X-Forwarded-For``. Therefore the last entries, as
    many as there are trusted proxies, are reliable. Clients can forge all entries before those.
    """
    peer = environ.get("REMOTE_ADDR") or ""
    if not trusted_proxies:
        return _peer_address(peer)
    forwarded = environ.get("HTTP_X_FORWARDED_FOR", "")[-MAX_FORWARDED_CHARACTERS:].split(",")
    entry = forwarded[-trusted_proxies] if trusted_proxies <= len(forwarded) else ""
    return _normalize_address(entry) or _peer_address(peer)


def is_behind_unknown_proxy(environ: WSGIEnvironment, trusted_proxies: int) -> bool:
    """Whether a proxy that is not configured sent the request, so that its address stands for many clients.

    Clients can send the same headers, but not from an address of this machine or its private network.
    """
    return (
        not trusted_proxies
        and any(name in environ for name in FORWARDING_HEADERS)
        and _is_internal(environ.get("REMOTE_ADDR") or "")
    )


@lru_cache(maxsize=1024)
def _peer_address(peer: str) -> str:
    return _normalize_address(peer) or UNKNOWN


@lru_cache(maxsize=1024)
def _is_internal(peer: str) -> bool:
    try:
        address = ip_address(peer.partition("%")[0])
    except ValueError:
        # A Unix socket has no address: only this machine can connect to it.
        return not peer
    address = (isinstance(address, IPv6Address) and address.ipv4_mapped) or address
    return any(address in network for network in INTERNAL_NETWORKS)


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
