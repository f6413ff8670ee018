"""A proxy between a client and a service, over real connections, that loses responses to writes."""

import http.client
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

#: Paths below this one are redirected to another origin.
AWAY = "/away"
NOT_FORWARDED = {"connection", "transfer-encoding", "keep-alive"}


@dataclass
class LosingProxy:
    """Forwards requests to a service, and loses the first response to each write. Its ETags are weak.

    ``url`` and ``other_url`` are two origins. What is requested below ``/away`` of the first is redirected to the
    second. ``requests`` has the method, path, headers and body of each request, and the origin that it was sent to.
    """

    upstream: str
    requests: list = field(default_factory=list)
    lost_keys: set = field(default_factory=set)
    url: str = ""
    other_url: str = ""

    def sent(self, method, path):
        """Return the requests of this method and path to the first origin."""
        return [each for each in self.requests if each[:3] == (self.url, method, path)]

    def handle(self, handler, origin):
        """Forward a request that a handler has read the head of."""
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        method, path = handler.command, handler.path
        self.requests.append((origin, method, path.partition("?")[0], handler.headers, body))
        if path.startswith(AWAY):
            headers = [("Location", f"{self.other_url}{path.removeprefix(AWAY)}"), ("Content-Length", "0")]
            return self.respond(handler, 308, headers, b"")
        connection = http.client.HTTPConnection(urlsplit(self.upstream).netloc, timeout=30)
        connection.request(method, path, body, dict(handler.headers))
        response = connection.getresponse()
        content, headers = response.read(), response.getheaders()
        connection.close()
        key = handler.headers.get("Idempotency-Key")
        if method != "GET" and key not in self.lost_keys:
            # The service has executed the write and responded. The client never learns of it.
            self.lost_keys.add(key)
            handler.close_connection = True
            return None
        weak = [(name, f"W/{value}" if name.lower() == "etag" else value) for name, value in headers]
        return self.respond(handler, response.status, weak, content)

    def respond(self, handler, status, headers, content):
        """Send a response."""
        handler.send_response_only(status)
        for name, value in headers:
            if name.lower() not in NOT_FORWARDED:
                handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)


@contextmanager
def losing_proxy(upstream):
    """Run a proxy in front of the service at a URL."""
    proxy = LosingProxy(upstream)
    servers = [_serve(proxy), _serve(proxy)]
    proxy.url, proxy.other_url = (f"http://127.0.0.1:{server.server_port}" for server in servers)
    try:
        yield proxy
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


def _serve(proxy):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self):
            proxy.handle(self, f"http://127.0.0.1:{self.server.server_port}")

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815

        def log_message(self, *_):
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    return server
