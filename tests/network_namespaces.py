"""Network namespaces for drills: a private network that a test can cut, so that packets vanish without a trace.

    with network_namespace() as namespace:
        with running_cluster(namespace=namespace) as cluster:
            namespace.cut()

The host is joined to the namespace by a pair of virtual interfaces of their own; nothing else changes on it.
"""

import os
import secrets
import shutil
import subprocess
from contextlib import contextmanager

import pytest

#: Drops every packet: none is small enough for the token bucket.
DROP_ALL = ("tbf", "rate", "8bit", "burst", "1", "latency", "1ms")


class Namespace:
    """A namespace: programs in it have ``address``, and reach the host at ``host_address``."""

    def __init__(self) -> None:
        identity = secrets.token_hex(3)
        self.name = f"subtext-{identity}"
        self._host_device, self._device = f"st{identity}h", f"st{identity}n"
        # A random network of four addresses in 10.203.0.0/16.
        network = secrets.randbelow(2**14) * 4
        first = f"10.203.{network // 256}"
        self.host_address, self.address = f"{first}.{network % 256 + 1}", f"{first}.{network % 256 + 2}"

    def open(self) -> None:
        _ip("netns", "add", self.name)
        peer = ("peer", "name", self._device, "netns", self.name)
        _ip("link", "add", self._host_device, "type", "veth", *peer)
        _ip("address", "add", f"{self.host_address}/30", "dev", self._host_device)
        _ip("link", "set", self._host_device, "up")
        _ip("-n", self.name, "address", "add", f"{self.address}/30", "dev", self._device)
        for device in (self._device, "lo"):
            _ip("-n", self.name, "link", "set", device, "up")

    def command(self) -> list[str]:
        """Return the words that run the command after them inside the namespace."""
        return ["ip", "netns", "exec", self.name]

    def cut(self) -> None:
        """Drop all packets in both directions."""
        _run("tc", "qdisc", "add", "dev", self._host_device, "root", *DROP_ALL)
        _run(*self.command(), "tc", "qdisc", "add", "dev", self._device, "root", *DROP_ALL)

    def restore(self) -> None:
        """Let packets pass again."""
        _run("tc", "qdisc", "del", "dev", self._host_device, "root")
        _run(*self.command(), "tc", "qdisc", "del", "dev", self._device, "root")

    def close(self) -> None:
        # The interfaces go with the namespace.
        subprocess.run(["ip", "netns", "del", self.name], check=False)


@contextmanager
def network_namespace():
    """Yield an open namespace. Skip the test where none can be made."""
    if os.geteuid() != 0 or not shutil.which("ip") or not shutil.which("tc"):
        pytest.skip("because network namespaces need root, ip and tc.")
    namespace = Namespace()
    try:
        namespace.open()
        yield namespace
    finally:
        namespace.close()


def _ip(*words: str) -> None:
    _run("ip", *words)


def _run(*command: str) -> None:
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"{command}: {ran.stderr}"
