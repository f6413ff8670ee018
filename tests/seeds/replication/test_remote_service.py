"""What a mirror reads from another service is checked, and nothing is requested of other hosts."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from seeds.replication import remote_service
from seeds.replication.public_revision import InvalidReplica
from seeds.replication.remote_service import RemoteService, ResyncRequired
from tests.cases import each

CHANGE = {
    "generation": 1,
    "change": "create",
    "type": "theme",
    "id": "light",
    "previous_id": None,
    "revision": 1,
    "parents": [],
}
EPOCH = "0123456789abcdef"


@contextmanager
def service(status, body=b"", **headers):
    """Yield a service whose every response is this one, and the paths that were requested."""
    requested = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            requested.append(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield RemoteService(f"http://127.0.0.1:{server.server_port}"), requested
        server.shutdown()


def feed(**changes):
    page = {"next": None, "resume": f"{EPOCH}-1"}
    return json.dumps({"data": [CHANGE | changes], "page": page, "generation": 1}).encode()


def test_a_feed_is_read():
    with service(200, feed()) as (remote, requested):
        page = remote.changes(f"{EPOCH}-0")
    assert (page.changes[0]["id"], page.resume, page.is_last, page.generation) == (
        "light",
        f"{EPOCH}-1",
        True,
        1,
    )
    assert requested == [f"/v1/changes?limit=1000&after={EPOCH}-0"]


@each(
    ("status", "body"),
    [
        (200, b"<html>"),
        (200, b"[]"),
        (200, b"{}"),
        (404, b"{}"),
        (500, b"{}"),
        (200, feed(type="poem")),
        (200, feed(id="../light")),
        (200, feed(revision="1")),
        (200, feed(change="vanish")),
        (200, feed(generation=2**40)),
    ],
)
def test_what_is_no_service_is_refused(status, body):
    with service(status, body) as (remote, _), pytest.raises(InvalidReplica, match="/v1/changes"):
        remote.changes(None)


def test_a_redirect_to_another_host_is_not_followed():
    with (
        service(200, feed()) as (_, requested),
        service(302, Location="http://localhost:1/v1/changes") as (remote, _),
        pytest.raises(InvalidReplica),
    ):
        remote.changes(None)
    assert requested == []


def test_a_position_that_is_not_known_is_told():
    with service(410, b"{}") as (remote, _), pytest.raises(ResyncRequired):
        remote.changes(f"{EPOCH}-9")


def test_what_is_gone_has_no_revision():
    with service(410, b"{}") as (remote, _):
        assert remote.revision("theme", "light", 1) is None


@each(
    ("url", "reason"),
    [("http://127.0.0.1:1", "no server answers"), ("http://nowhere.invalid", "the host is unknown")],
)
def test_what_cannot_be_reached_is_told_in_words(monkeypatch, url, reason):
    monkeypatch.setattr(remote_service, "RETRIES", remote_service.RETRIES.new(connect=0))
    with pytest.raises(InvalidReplica, match=f"cannot be read: {reason}\\.$"):
        RemoteService(url).changes(None)
