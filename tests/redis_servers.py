"""Redis for tests: an unused database on a running server, or a separate server that a test can kill."""

import os
import secrets
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager, suppress

import redis

from tests.serving import free_port

REDIS = os.environ.get("SUBTEXT_TEST_REDIS_URL")
REDIS_SERVER = shutil.which("redis-server")
CLAIM = "subtext-test"


@contextmanager
def fresh_redis():
    """Yield the URL of an empty database on the server at SUBTEXT_TEST_REDIS_URL, and empty it afterwards."""
    url, connection = _claim()
    try:
        yield url
    finally:
        connection.flushdb()
        connection.close()


def _claim():
    """Claim the first empty database for this run; return its URL and a connection to it."""
    for number in range(15, 0, -1):
        url = f"{REDIS.rstrip('/')}/{number}"
        connection = redis.from_url(url)
        if connection.dbsize() == 0 and connection.set(CLAIM, secrets.token_hex(4), nx=True, ex=3600):
            return url, connection
        connection.close()
    raise AssertionError("the Redis server has no empty database left")


class RedisServer:
    """A Redis server on a free port. It is only signalled by its own process id."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process = None

    def start(self) -> None:
        command = [REDIS_SERVER, "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        with redis.from_url(self.url) as connection:
            for _ in range(200):
                with suppress(redis.ConnectionError):
                    connection.ping()
                    return
                time.sleep(0.05)
        raise AssertionError("redis-server did not start")

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def wait_for_counts(self) -> None:
        """Wait until Redis stores a count; yield before each attempt, so that the caller can send requests."""
        with redis.from_url(self.url) as connection:
            for _ in range(1200):
                if connection.dbsize():
                    return
                yield
                time.sleep(0.05)
        raise AssertionError("nothing was counted in Redis again")


@contextmanager
def running_redis():
    server = RedisServer()
    server.start()
    try:
        yield server
    finally:
        server.kill()
