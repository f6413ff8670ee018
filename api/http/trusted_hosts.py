"""The check of the Host header against the trusted hosts."""

from __future__ import annotations

from werkzeug.sansio.utils import host_is_trusted

from api.core.host_names import normalize_host


def is_trusted_host(host: str, trusted_hosts: tuple[str, ...]) -> bool:
    """Whether a ``Host`` header names a trusted host; the port does not matter.

    A trusted host that begins with a dot includes its subdomains.
    """
    return host_is_trusted(normalize_host(host), trusted_hosts)
