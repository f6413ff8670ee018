"""Redis for tests: a database of its own on a running server, or a whole server that may die."""

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
    """Yield the URL of an empty database on the server that SUBTEXT_TEST_REDIS_URL names; empty it after."""
    url, connection = _claim()
    try:
        yield url
    finally:
        connection.flushdb()
        connection.close()


def _claim():
    """Return the URL of the first empty database, claimed for this run, and a connection to it."""
    for number in range(15, 0, -1):
        url = f"{REDIS.rstrip('/')}/{number}"
        connection = redis.from_url(url)
        if connection.dbsize() == 0 and connection.set(CLAIM, secrets.token_hex(4), nx=True, ex=3600):
            return url, connection
        connection.close()
    raise AssertionError("the Redis server has no empty database left")


class OwnRedis:
    """A Redis server on a free port, which is stopped, frozen and killed by its own process id."""

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
        """Wait until something is counted there."""
        with redis.from_url(self.url) as connection:
            for _ in range(1200):
                if connection.dbsize():
                    return
                yield
                time.sleep(0.05)
        raise AssertionError("nothing was counted in Redis again")


@contextmanager
def own_redis():
    server = OwnRedis()
    server.start()
    try:
        yield server
    finally:
        server.kill()
