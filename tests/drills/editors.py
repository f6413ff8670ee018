"""Editors that write through the API while something fails, and decide by its key what became of each request."""

import http.client
import itertools
import json
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import urlsplit

#: A client waits no longer than this for a response.
CLIENT_SECONDS = 30
#: How long a request is repeated until it is decided, in seconds.
DECISION_SECONDS = 60
#: The pause before a repetition, in seconds.
RETRY_SECONDS = 0.1


@dataclass(frozen=True)
class Reply:
    """A response: what an acknowledgement consists of, and what it is not judged by."""

    status: int
    body: bytes
    headers: dict[str, str]
    seconds: float

    @property
    def acknowledgement(self) -> tuple:
        """What a replay repeats."""
        return self.status, self.body, self.headers.get("etag"), self.headers.get("location")

    @property
    def is_replay(self) -> bool:
        return self.headers.get("idempotency-replayed") == "true"

    @property
    def is_undecided(self) -> bool:
        """Whether the request is to be repeated: the service is unavailable, or a twin is still running."""
        return self.status == 503 or (self.status == 409 and b'"request-in-progress"' in self.body)

    @property
    def is_designed(self) -> bool:
        """Whether a 503 says what it is and when to retry."""
        is_problem = self.headers.get("content-type") == "application/problem+json"
        return is_problem and "retry-after" in self.headers and self.headers["cache-control"] == "no-store"


@dataclass
class Write:
    """A write with an idempotency key, and its acknowledgement; None if there was none."""

    method: str
    path: str
    body: bytes
    headers: dict[str, str]
    key: str
    reply: Reply | None = None

    def send(self, connection, token) -> Reply:
        headers = self.headers | {"Idempotency-Key": self.key, "Authorization": f"Bearer {token}"}
        if self.body:
            headers |= {"Content-Type": self.headers.get("Content-Type", "application/json")}
        return send(connection, self.method, self.path, self.body or None, headers)

    def decide(self, url, token) -> Reply:
        """Repeat the request until its key decides it, as a client does that has heard nothing."""
        deadline = time.monotonic() + DECISION_SECONDS
        while True:
            connection = connect(url)
            try:
                reply = self.send(connection, token)
                if not reply.is_undecided or time.monotonic() > deadline:
                    return reply
            except (OSError, http.client.HTTPException):
                if time.monotonic() > deadline:
                    raise
            finally:
                connection.close()
            time.sleep(RETRY_SECONDS)

    def states(self) -> dict[str, str | None]:
        """Return the ETags that items have after the write, by path; None if they are deleted."""
        if self.method == "DELETE":
            return {self.path: None}
        values = json.loads(self.reply.body)
        if self.path == "/v1/bulk":
            return {urlsplit(each["url"]).path: each["etag"] for each in values["data"]}
        if self.path.endswith("/publish"):
            # Not in the response: that they exist is checked.
            return {urlsplit(each["url"]).path: "" for each in values["items"]}
        if self.path.partition("?")[0].endswith("/draft"):
            return {}
        return {urlsplit(values["url"]).path: self.reply.headers["etag"]}


def connect(url: str) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(url).netloc, timeout=CLIENT_SECONDS)


def send(connection, method, path, body=None, headers=None) -> Reply:
    """Send a request over a connection, and return the response.

    Raises:
        OSError, http.client.HTTPException: there is none.
    """
    started = time.monotonic()
    connection.request(method, path, body, headers or {})
    response = connection.getresponse()
    content = response.read()
    found = {name.lower(): value for name, value in response.getheaders()}
    return Reply(response.status, content, found, time.monotonic() - started)


def theme(slug: str, **values) -> dict:
    return {"name": "Patience", "definition": f"What {slug} waits for."} | values


def edits(name: str):
    """Yield writes without end, each after the acknowledgement of the one before was sent back."""
    keys = (f"{name}-{number}" for number in itertools.count())

    def write(method, path, body=None, **headers):
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {header.replace("_", "-"): value for header, value in headers.items()}
        return Write(method, path, data, named, next(keys))

    for number in itertools.count():
        slug = f"{name}-{number}"
        path = f"/v1/themes/{slug}"
        created = yield write("POST", "/v1/themes", theme(slug, id=slug))
        changed = yield write(
            "PATCH", path, {"definition": f"Changed {slug}."}, If_Match=created.headers["etag"]
        )
        # Related themes name each other, so half of this would contradict itself.
        left, right = f"{slug}-left", f"{slug}-right"
        lines = [
            {"method": "POST", "type": "theme", "id": left, "body": theme(left, related=[right])},
            {"method": "POST", "type": "theme", "id": right, "body": theme(right, related=[left])},
            {"method": "PATCH", "type": "theme", "id": slug, "body": {"label": "Bulk"}}
            | {"if_match": changed.headers["etag"]},
        ]
        body = "\n".join(map(json.dumps, lines)).encode()
        yield write("POST", "/v1/bulk", body, Content_Type="application/x-ndjson")
        for draft in (f"{slug}-first", f"{slug}-second"):
            draft_path = f"/v1/themes/{draft}/draft?release={slug}"
            yield write("PUT", draft_path, theme(draft), If_None_Match="*")
        yield write("POST", f"/v1/releases/{slug}/publish", If_Match="*")
        yield write("DELETE", path, If_Match="*")


@dataclass
class Editor(threading.Thread):
    """Writes one thing after another. Either it stops when it hears nothing, or it repeats the request.

    ``writes`` are those that were acknowledged, ``unknown`` is the last one if it was not. ``outcomes`` are the
    times at which responses came and the responses; None in place of one that never came, of which ``errors``
    has the reason.
    """

    url: str
    token: str
    label: str
    repeats: bool = False
    pause: float = 0.0
    writes: list[Write] = field(default_factory=list)
    unknown: Write | None = None
    outcomes: list[tuple[float, Reply | None]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        script = edits(self.label)
        write = next(script)
        self._connection = connect(self.url)
        while not self.stopped.is_set():
            reply = self._attempt(write)
            if reply is None:
                break
            if reply.status >= 400:
                self.faults.append(f"{write.method} {write.path}: {reply.status} {reply.body[:300]!r}")
                break
            write.reply = reply
            self.writes.append(write)
            write = script.send(reply)
            time.sleep(self.pause)
        self._connection.close()

    def _attempt(self, write: Write) -> Reply | None:
        """Send a write, repeatedly if it is not decided; None if that is left open."""
        while True:
            try:
                reply = write.send(self._connection, self.token)
            except (OSError, http.client.HTTPException) as error:
                self._connection.close()
                self.errors.append(f"{write.method} {write.path}: {error!r}")
                reply = None
            self.outcomes.append((time.monotonic(), reply))
            if reply is not None and not reply.is_undecided:
                return reply
            if reply is not None and not reply.is_designed and reply.status == 503:
                self.faults.append(f"{write.method} {write.path}: {reply.status} {reply.headers}")
            if not self.repeats or self.stopped.is_set():
                self.unknown = write
                return None
            time.sleep(RETRY_SECONDS)


def decide(url, token, unknown, figures) -> list[str]:
    """Repeat writes that were not acknowledged, and note their replies; return what should not have happened.

    Each was committed as a whole, or is executed now. ``figures`` counts both.
    """
    faults = []
    for write in unknown:
        write.reply = write.decide(url, token)
        if write.reply.status >= 400:
            faults.append(
                f"torn: {write.method} {write.path}: {write.reply.status} {write.reply.body[:300]!r}"
            )
        figures["committed" if write.reply.is_replay else "executed"] += 1
    return faults


def read_again(url, token, writes, figures) -> list[str]:
    """Check that each write is replayed byte for byte, and that the items are as the last ones said."""
    faults, states = [], {}
    with closing(connect(url)) as connection:
        for write in writes:
            reply = write.send(connection, token)
            if (reply.acknowledgement, reply.is_replay) != (write.reply.acknowledgement, True):
                faults.append(f"not replayed: {write.method} {write.path}: {reply}")
            figures["replayed"] += 1
            states |= write.states()
        for path, etag in states.items():
            found = send(connection, "GET", path)
            if found.status not in (200, 410) or etag not in ("", etag_of(found)):
                faults.append(f"{path} is {found.status} {found.headers.get('etag')}, not {etag}")
    return faults


def etag_of(reply) -> str | None:
    """Return the state that a read shows: an ETag, or None if the item is deleted."""
    return None if reply.status == 410 else reply.headers.get("etag")
