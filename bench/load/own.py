"""Load made by Python alone, where there is no wrk: in a process of its own, which waits on all connections.

It costs about as much as a fast server takes for an answer, and so hides how many such a server can give;
what an answer costs the server is the same.
"""

from __future__ import annotations

import json
import select
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from bench.load.answers import Answers
from bench.load.taken import NotTaken, Taken

ROOT = Path(__file__).resolve().parent.parent.parent


def load(port: int, path: str, headers: Mapping[str, str], seconds: float, connections: int) -> Taken:
    """Run this module on its own.

    Raises:
        NotTaken: when the server cannot be reached, or hangs up.
    """
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *(f"{n}: {v}" for n, v in headers.items())]
    request = "\r\n".join([*lines, "", ""])
    given = [str(port), str(seconds), str(connections), request]
    command = [sys.executable, "-m", "bench.load.own", *given]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise NotTaken(done.stderr)
    return Taken(**json.loads(done.stdout))


def made(port: int, seconds: float, connections: int, request: bytes) -> Taken:
    """Send the request on each connection, whenever the last answer on it is whole."""
    opened = {one.fileno(): one for one in (_opened(port) for _ in range(connections))}
    answers = {number: Answers() for number in opened}
    sent, waited, waiting = dict.fromkeys(opened, 0.0), [], select.poll()
    began = now = time.perf_counter()
    for number, one in opened.items():
        waiting.register(number, select.POLLIN)
        sent[number] = time.perf_counter()
        one.sendall(request)
    while now < began + seconds:
        for number, _ in waiting.poll(10_000):
            is_whole = answers[number].take(opened[number].recv(1 << 18))
            now = time.perf_counter()
            if is_whole:
                waited.append(now - sent[number])
                sent[number] = now
                opened[number].sendall(request)
    for one in opened.values():
        one.close()
    return _taken(waited, now - began, sum(one.errors for one in answers.values()))


def _opened(port: int) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), timeout=10)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def _taken(waited: list[float], seconds: float, errors: int) -> Taken:
    if not waited:
        raise NotTaken(f"There was no answer in {seconds:.1f} s.")
    waited.sort()
    p50, p99 = (waited[int(len(waited) * part)] * 1_000 for part in (0.5, 0.99))
    return Taken(len(waited), seconds, round(p50, 3), round(p99, 3), errors)


def main() -> None:
    """Make the load that the arguments ask for, and print what was taken."""
    port, seconds, connections, request = sys.argv[1:]
    print(json.dumps(vars(made(int(port), float(seconds), int(connections), request.encode()))))


if __name__ == "__main__":
    main()
