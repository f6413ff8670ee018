"""Other sites: a small server with a separate origin, whose pages a test defines."""

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HTML = "text/html; charset=utf-8"


@dataclass
class Site:
    """A site at ``url``; ``requested_paths`` are the paths of all requests."""

    url: str
    pages: dict = field(default_factory=dict)
    requested_paths: list = field(default_factory=list)

    def add_page(self, body, *, head="", path="/", **headers):
        """Add a page with this body and these headers; return its URL."""
        html = (
            '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>A site</title>'
            f'<meta name="viewport" content="width=device-width">{head}</head>'
            f"<body><main>{body}</main></body></html>"
        )
        extra_headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = ({"Content-Type": HTML} | extra_headers, html.encode())
        return f"{self.url}{path}"


@contextmanager
def running_site(name="localhost"):
    """Run a site at this host name. Another host name or port is another origin."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            site.requested_paths.append(self.path)
            headers, body = site.pages.get(self.path, ({}, b""))
            # Browsers request an icon; 204 avoids an error for it.
            self.send_response(200 if body else 204)
            for header, value in (headers | {"Content-Length": str(len(body))}).items():
                self.send_header(header, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = Site(f"http://{name}:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
