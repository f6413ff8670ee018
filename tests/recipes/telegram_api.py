"""A stub of Telegram's Bot API: it hands out messages, and keeps the replies."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from urllib.parse import parse_qsl

USER = {"id": 7, "is_bot": False, "first_name": "A reader"}
CHAT = {"id": 7, "type": "private"}
#: How long a request for messages waits, in seconds.
WAIT_SECONDS = 0.2


class TelegramAPI:
    """The stub: ``url`` for the bot, and :meth:`ask` for the test."""

    def __init__(self, url: str) -> None:
        self.url, self.number, self.updates, self.replies = url, 0, Queue(), Queue()

    def ask(self, text: str) -> dict:
        """Send a message to the bot; return the parameters of its reply."""
        self.number += 1
        command = [{"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}]
        message = {"message_id": self.number, "date": 1, "chat": CHAT, "from": USER, "text": text}
        self.updates.put({"update_id": self.number, "message": message | {"entities": command}})
        return self.replies.get(timeout=60)

    def call(self, method: str, parameters: dict) -> object:
        """Return the result of a method of the API."""
        if method == "getMe":
            return {"id": 1, "is_bot": True, "first_name": "Quotes", "username": "quotes_bot"}
        if method == "getUpdates":
            try:
                return [self.updates.get(timeout=WAIT_SECONDS)]
            except Empty:
                return []
        if method == "sendMessage":
            self.replies.put(parameters)
            return {"message_id": 1000, "date": 1, "chat": CHAT, "text": parameters["text"]}
        return True


@contextmanager
def running_api():
    """Run the stub."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            content = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
            result = api.call(self.path.rpartition("/")[2], dict(parse_qsl(content)))
            body = json.dumps({"ok": True, "result": result}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api = TelegramAPI(f"http://127.0.0.1:{server.server_port}/bot")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
