"""Where the server listens: whether the port is free, and the addresses that are printed once it answers."""

from __future__ import annotations

import errno
import os
import socket
import sys
import time
from contextlib import suppress
from threading import Thread
from typing import Any

from api.core.config import LOOPBACK, Settings

#: How many of the next ports are tried for one to suggest.
MAX_TRIED_PORTS = 100
#: How long another server has to accept a connection, in seconds. On this machine it takes no time.
CONNECT_SECONDS = 0.5
#: Where this machine reaches a server that listens on all addresses.
LOOPBACKS = {"0.0.0.0": LOOPBACK, "::": "::1"}  # noqa: S104 (compared with, not bound to)
#: How long a client may receive nothing while there is something to send, in seconds.
READ_TIMEOUT_SECONDS = 30
#: How much the kernel takes from the server for a connection before the client's window has room for it.
MAX_UNSENT_BYTES = 65_536
#: How often and how long the server is asked whether it is ready, in seconds.
POLL_SECONDS, ANSWER_SECONDS = 0.05, 5
PROBE_REQUEST, READY = b"GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n", b"HTTP/1.0 200"


def require_free_port(settings: Settings, command: str, *, has_port_option: bool = False) -> None:
    """End with a one-line message if the server cannot listen on its host and port.

    ``command`` is that of ``subtext``, for the suggestion of another port; ``has_port_option`` tells that
    the port was set by ``--port``.
    """
    try:
        _bind(settings.host, settings.port)
        occupied = _is_answered(settings)
    except OSError as error:
        occupied = error.errno == errno.EADDRINUSE
        if not occupied:
            raise SystemExit(f"subtext: {_refusal(error, settings)}") from None
    if occupied:
        free = _free_port(settings)
        by_make, by_option = f"PORT={free} make {command}", f"subtext {command} --port {free}"
        if has_port_option:
            suggestion = by_option
        else:
            is_make = command == "dev" or os.environ.get("MAKELEVEL")
            suggestion = by_make if is_make else f"{by_make}, or {by_option}"
        raise SystemExit(
            f"subtext: Another program listens on port {settings.port} of {settings.host}. Stop it, or "
            f"choose another port: {suggestion}"
        )


def numeric_address(settings: Settings) -> str:
    """Return the IP address of the host; granian does not resolve names."""
    return str(resolve(settings.host, settings.port)[1][0])


def resolve(host: str, port: int) -> tuple[socket.AddressFamily, Any]:
    """Return the family and the socket address to listen on."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    return family, address


def listening_socket(host: str, port: int) -> socket.socket:
    """Return a socket of a worker that is bound, but does not listen yet.

    The kernel distributes connections to the workers (``SO_REUSEPORT``), and ends those whose client has
    received nothing for a while, although there is something to send (``TCP_USER_TIMEOUT``, RFC 5482).
    Without that, a client that does not read would keep a response in the server's memory for ever. The
    kernel buffers little that the client has no room for (``TCP_NOTSENT_LOWAT``): by default, it copies up to
    4 MB for a client that does not read, 4 ms in which granian's only I/O thread does nothing else. Linux
    hands both options down to each connection.
    """
    family, address = resolve(host, port)
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, READ_TIMEOUT_SECONDS * 1000)
    if hasattr(socket, "TCP_NOTSENT_LOWAT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, MAX_UNSENT_BYTES)
    listener.bind(address)
    return listener


def describe_addresses(settings: Settings) -> list[str]:
    """Return the lines about where to look first."""
    base = settings.base_url
    return [f"API         {base}/v1", f"Swagger UI  {base}/docs", f"Home page   {base}/"]


def announce(settings: Settings, details: list[str]) -> None:
    """Print the addresses and ``details`` as soon as the server answers, from a thread.

    Workers are forked meanwhile, so the thread uses nothing that takes a lock: no name resolution and no
    buffered output.
    """
    family, address = resolve(LOOPBACKS.get(settings.host, settings.host), settings.port)
    text = "".join(f"  {line}\n" for line in (*describe_addresses(settings), *details)).encode()

    def wait_and_print() -> None:
        while not _is_ready(family, address):
            time.sleep(POLL_SECONDS)
        # The output may be a pipe that nobody reads any more.
        with suppress(OSError):
            os.write(sys.stdout.fileno(), text)

    Thread(target=wait_and_print, daemon=True).start()


def _is_ready(family: socket.AddressFamily, address: Any) -> bool:
    """Whether the server answers, with a database that is ready."""
    with socket.socket(family) as client, suppress(OSError):
        client.settimeout(ANSWER_SECONDS)
        client.connect(address)
        client.sendall(PROBE_REQUEST)
        return client.recv(len(READY)).startswith(READY)
    return False


def _bind(host: str, port: int) -> None:
    """Listen for a moment.

    Raises:
        OSError: the host or the port cannot be used; ``errno`` says why.
    """
    family, address = resolve(host, port)
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)


def _is_answered(settings: Settings) -> bool:
    """Whether a server answers already where browsers will look for this one.

    For browsers, ``localhost`` is ::1 first: another server may listen there while 127.0.0.1 is free.
    """
    hosts = ("::1", LOOPBACK) if settings.local_host == "localhost" else (settings.local_host,)
    for host in hosts:
        family, address = resolve(host, settings.port)
        with suppress(OSError), socket.socket(family) as probe:
            probe.settimeout(CONNECT_SECONDS)
            probe.connect(address)
            # Without a listener, a port may by chance connect to itself.
            if probe.getsockname() != probe.getpeername():
                return True
    return False


def _refusal(error: OSError, settings: Settings) -> str:
    match error.errno:
        case errno.EACCES:
            return (
                f"Port {settings.port} needs the rights of an administrator. Choose one from 1024 on "
                "(PORT=8000), and put a reverse proxy in front."
            )
        case errno.EADDRNOTAVAIL:
            return (
                f"HOST is “{settings.host}”, which is not an address of this machine. Unset it to listen on "
                f"{LOOPBACK}, or set 0.0.0.0 to listen on all addresses."
            )
        case errno.EAFNOSUPPORT:
            return (
                f"HOST is “{settings.host}”, but this machine has no IPv6. Unset it to listen on {LOOPBACK}."
            )
    if isinstance(error, socket.gaierror):
        return f"HOST is “{settings.host}”, a name that this machine cannot resolve. Set an IP address."
    return f"Cannot listen on {settings.host}, port {settings.port}: {error.strerror}."


def _free_port(settings: Settings) -> int:
    """Return the next port that is free; the next at all if none of the first is."""
    following: list[int] = [*range(settings.port + 1, 65536), *range(settings.port - 1, 1023, -1)]
    for port in following[:MAX_TRIED_PORTS]:
        with suppress(OSError):
            _bind(settings.host, port)
            return port
    return following[0]
