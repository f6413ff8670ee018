"""A server whose answers a test chooses, and a client that sends header fields as they are."""

import http.client
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

#: Fresh for a second, then stale for one more while it is asked for, and for a minute while that fails.
CACHED = "public, max-age=1, stale-while-revalidate=1, stale-if-error=60"


class Origin(ThreadingHTTPServer):
    """An origin server with a status, a Cache-Control and a version of its content; it notes each request."""

    daemon_threads = True

    def __init__(self, port=0):
        super().__init__(("127.0.0.1", port), Handler)
        self.status, self.cache_control, self.version = 200, CACHED, 1
        self.requests = []
        #: If set, requests wait here for each other.
        self.barrier = None
        self.is_stopped = False

    @property
    def port(self):
        return self.server_address[1]

    def paths(self):
        return [path for _, path, _ in self.requests]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Origin

    def respond(self):
        origin = self.server
        if origin.is_stopped:
            # Connections that proxies have kept open end with the server.
            self.close_connection = True
            return
        headers = {name: self.headers.get_all(name) for name in self.headers}
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        is_probe = self.path in ("/livez", "/readyz")
        if not is_probe:
            origin.requests.append((self.command, self.path, headers))
            if origin.barrier:
                origin.barrier.wait(5)
        status = 200 if self.path == "/livez" else origin.status
        etag = f'"{origin.version}"'
        if status == 200 and self.headers.get("If-None-Match") == etag:
            status = 304
        text = {"version": origin.version, "headers": headers, "body": len(body), "padding": "x" * 2000}
        data = b"" if status == 304 else json.dumps(text).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html")
        self.send_header("X-Request-Id", headers.get("X-Request-Id", [f"{id(headers):032x}"])[0])
        self.send_header("Vary", "Accept, Accept-Encoding, Authorization")
        if status < 400 and not is_probe:
            self.send_header("ETag", etag)
            self.send_header("Cache-Control", origin.cache_control)
        else:
            self.send_header("Cache-Control", "no-store")
        if status != 304:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    # The names are those of http.server.
    do_GET = do_HEAD = do_OPTIONS = do_POST = do_PUT = do_PATCH = do_DELETE = respond  # noqa: N815

    def log_message(self, *_):
        pass


@contextmanager
def running_origin(port=0):
    """Run an origin server; its ``stop`` closes it, so that connections are refused."""
    origin = Origin(port)
    thread = threading.Thread(target=origin.serve_forever, args=(0.05,), daemon=True)
    thread.start()

    def stop():
        if not origin.is_stopped:
            origin.is_stopped = True
            origin.shutdown()
            origin.server_close()

    origin.stop = stop
    try:
        yield origin
    finally:
        stop()


def request(url, path, method="GET", headers=(), body=None):
    """Send a request with header fields in their order; return status, headers and body."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=20)
    connection.putrequest(method, path, skip_accept_encoding=True)
    for name, value in headers:
        connection.putheader(name, value)
    if body is not None:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    response = connection.getresponse()
    data = response.read()
    connection.close()
    return response.status, response.headers, data
