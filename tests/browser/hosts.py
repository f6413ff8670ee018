"""Other people's pages: a small server of its own origin, whose pages a test makes up."""

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HTML = "text/html; charset=utf-8"


@dataclass
class Host:
    """A site at ``url``; ``asked`` are the paths that it was asked for."""

    url: str
    pages: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)

    def shows(self, body, *, head="", path="/", **headers):
        """Let the site have a page with this in its body, sent with these headers; return its address."""
        html = (
            '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>A site</title>'
            f'<meta name="viewport" content="width=device-width">{head}</head>'
            f"<body><main>{body}</main></body></html>"
        )
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = ({"Content-Type": HTML} | named, html.encode())
        return f"{self.url}{path}"


@contextmanager
def hosting(name="localhost"):
    """Run a site under this name of the machine; a name or a port of its own is an origin of its own."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            site.asked.append(self.path)
            headers, body = site.pages.get(self.path, ({}, b""))
            # A browser asks for an icon by itself: no page is found wanting for that.
            self.send_response(200 if body else 204)
            for header, value in (headers | {"Content-Length": str(len(body))}).items():
                self.send_header(header, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    site = Host(f"http://{name}:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
