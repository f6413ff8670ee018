"""Authentication on a running server: before the body is read, and whatever the header is."""

import json
import socket
import sys
import time
from contextlib import ExitStack, closing, contextmanager, suppress
from urllib.request import urlopen

import pytest

from models.api_token import ApiToken
from models.database import Database
from tests.api_keys import add_key
from tests.drills.probes import priority
from tests.keyed_app import PATH
from tests.serving import ROOT, free_port, running

pytestmark = pytest.mark.any_database

PROGRAM = (
    "from api.core.config import Settings; from subtext_cli.server import run;"
    " run(Settings.from_environment(), 'tests.keyed_app:app')"
)
#: More than the threads for writes.
CLIENTS = 16
#: Never cached, so that a thread has to read the database.
READ = "/v1/quotes/random?count=1"
MAX_SECONDS = 0.1


@pytest.fixture(scope="module")
def url(sqlite_engine):
    with sqlite_engine.fresh("pack") as url:
        yield url


@pytest.fixture(scope="module")
def server(url, tmp_path_factory):
    """A server with one worker and the route of ``tests.keyed_app``."""
    port = str(free_port())
    environment = {
        "SUBTEXT_DATABASE_URL": url,
        "PORT": port,
        "SUBTEXT_WORKERS": "1",
        "SUBTEXT_RATE_LIMIT": "off",
    }
    log = tmp_path_factory.mktemp("keyed") / "log"
    with running(
        [sys.executable, "-c", PROGRAM], f"http://127.0.0.1:{port}", log, env=environment, cwd=ROOT
    ) as server:
        yield server


@pytest.fixture(scope="module")
def key(url):
    """The header of a valid key, without its name."""
    with closing(Database(url)) as database:
        return add_key(database, "publish")["Authorization"]


@contextmanager
def request(server, *authorization, path=PATH, body=b"", length=None, chunked=False):
    """Send a POST request whose body may be unfinished; yield its socket."""
    lines = [
        f"POST {path} HTTP/1.1".encode(),
        b"Host: x",
        *(b"Authorization: " + each for each in authorization),
    ]
    lines.append(
        b"Transfer-Encoding: chunked" if chunked else f"Content-Length: {length or len(body)}".encode()
    )
    with socket.create_connection(("127.0.0.1", int(server.url.rsplit(":", 1)[1])), timeout=30) as connection:
        connection.sendall(b"\r\n".join((*lines, b"", body)))
        yield connection


def response(connection):
    """Return the status, the headers and the body of the response."""
    with connection.makefile("rb") as stream:
        status = int(stream.readline().split()[1])
        headers = dict(
            line.decode().strip().lower().split(": ", 1) for line in iter(stream.readline, b"\r\n")
        )
        return status, headers, stream.read(int(headers["content-length"]))


def slow_clients(server, count, *headers, **options):
    """Open connections with an unfinished body, and return them."""
    stack = ExitStack()
    connections = [
        stack.enter_context(request(server, *headers, body=b"1" * 10, length=1_000_000, **options))
        for _ in range(count)
    ]
    return stack, connections


def get(server, path):
    with urlopen(f"{server.url}{path}", timeout=30) as answer:
        return answer.status


class TestSlowBodies:
    def test_without_a_valid_key_they_are_refused_unread(self, server):
        unknown = f"Bearer {ApiToken.generate()}".encode()
        cases = (
            ((), {"path": "/v1/quotes"}),
            ((unknown,), {"path": "/v1/quotes"}),
            ((b"Basic eA==",), {"chunked": True}),
        )
        for headers, options in cases:
            stack, connections = slow_clients(server, CLIENTS, *headers, **options)
            with stack:
                assert [get(server, path) for path in ("/livez", "/readyz", READ)] == [200] * 3
                statuses = {response(connection)[0] for connection in connections}
            assert statuses == {401}

    def test_with_a_key_they_keep_no_reader_waiting(self, server, key):
        stack, connections = slow_clients(server, 4, key.encode())
        with stack:
            assert [get(server, path) for path in ("/livez", "/readyz", READ)] == [200] * 3
            for connection in connections:
                connection.sendall(b"1" * 999_990)
            bodies = [json.loads(response(connection)[2]) for connection in connections]
        assert bodies == [{"name": "desk", "bytes": 1_000_000}] * 4

    def test_one_that_is_refused_unread_closes_its_connection(self, server, key):
        # Otherwise the next request on the connection waits behind the body.
        for headers in ((), (key.encode(),)):
            for length in (3, 30_000, 1_000_000):
                with request(server, *headers, path="/v1/quotes", body=b"1" * length) as connection:
                    status, answered, _ = response(connection)
                    assert (status, answered.get("connection")) == (403 if headers else 401, "close")
                    # The end of the connection, however it comes.
                    with suppress(ConnectionResetError):
                        assert connection.recv(1) == b""

    def test_one_that_is_read_leaves_its_connection_open(self, server, key):
        body = b"1" * 100_000
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: {key}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with request(server, key.encode(), body=body) as connection:
            first = response(connection)
            connection.sendall(head.encode() + body)
            second = response(connection)
        assert [(status, json.loads(text)["bytes"]) for status, _, text in (first, second)] == [
            (200, 100_000)
        ] * 2
        assert "connection" not in first[1]


class TestHeader:
    def test_a_valid_key_is_accepted(self, server, key):
        for header in (key, key.replace("Bearer", "bearer"), f"  {key}  "):
            with request(server, header.encode(), body=b"12") as connection:
                status, _, body = response(connection)
            assert (status, json.loads(body)) == (200, {"name": "desk", "bytes": 2})

    def test_everything_else_is_refused_and_never_an_error_of_the_server(self, server, key):
        valid = key.encode()
        several = [(valid, valid), (b"Basic eA==", valid), (valid, b"")]
        single = [
            b"",
            b"Bearer",
            b"Bearer ",
            valid + b" x",
            valid[:-1],
            b"Bearer " + b"\xff\xfe" * 40,
            b"\xe2\x80\x8b" + valid,
        ]
        single += [
            b"Bearer " + "schlüssel".encode("latin-1"),
            b"Bearer " + b"x" * 20_000,
            b"Bearer\t" + valid[7:],
            b"," * 100,
        ]
        for headers in (*several, *((header,) for header in single)):
            with request(server, *headers, body=b"{}") as connection:
                status, answered, body = response(connection)
            assert (status, json.loads(body)["code"]) == (401, "unauthorized"), headers
            assert answered["www-authenticate"].startswith('bearer realm="subtext"')
            assert valid.split(b"_")[2] not in body


@pytest.mark.drill
class TestFigures:
    """16 slow bodies without a key: they are refused, and a liveness probe answered, within 0.1 s."""

    def test_slow_bodies_without_a_key(self, server):
        with priority():
            for _ in range(5):
                started = time.perf_counter()
                stack, connections = slow_clients(server, CLIENTS)
                with stack:
                    assert {response(connection)[0] for connection in connections} == {401}
                    refused = time.perf_counter() - started
                    assert get(server, "/livez") == 200
                    alive = time.perf_counter() - started - refused
                print(f"refused within {refused * 1000:.1f} ms, /livez after {alive * 1000:.1f} ms")
                assert max(refused, alive) <= MAX_SECONDS
