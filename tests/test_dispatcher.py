"""The dispatcher: what the receiving thread answers itself, and what happens to the other requests.

Its applications here are a few lines long, so that a test can hold their threads. A running server is tested in
tests/test_serve.py, and under load in tests/drills.
"""

import threading

import pytest

from api.core.config import Settings
from api.http.admission import MUST_NOT_WAIT, REJECTION, Admission, HandOver
from api.http.lanes import Lane, lane_of
from subtext_cli import dispatcher as module
from subtext_cli.dispatcher import Dispatcher
from tests.cases import each

SETTINGS = Settings()


class Protocol:
    """Stands in for granian's: it receives one response, and says which thread sent it."""

    def __init__(self):
        self.sent, self.responses = threading.Event(), []

    def response_bytes(self, status, headers, body):
        self.thread = threading.current_thread()
        self.responses.append((status, dict(headers), bytes(body)))
        self.sent.set()

    @property
    def response(self):
        assert self.sent.wait(10)
        (response,) = self.responses
        return response


@pytest.fixture
def gate():
    """Held requests end when it is set."""
    gate = threading.Event()
    yield gate
    gate.set()


@pytest.fixture
def entered():
    """Set when a thread works on a held request."""
    return threading.Event()


@pytest.fixture
def serve(gate, entered):
    """A function that returns a function which sends a request: ``serve(threads=1)("/v1/quotes")``."""

    def application(environ, start_response):
        path = environ["PATH_INFO"]
        if path == "/held":
            entered.set()
            gate.wait(10)
        if path == "/broken":
            raise SystemExit
        start_response("200 OK", [("Content-Type", "text/plain")])
        return (path.encode(), b"!")

    def create(threads=1):
        dispatcher = Dispatcher(Admission(application, SETTINGS, None), SETTINGS, threads)

        def send(path, peer="192.0.2.1", method="GET", **environ):
            protocol = Protocol()
            dispatcher(
                protocol,
                {
                    "REQUEST_METHOD": method,
                    "PATH_INFO": path,
                    "QUERY_STRING": "",
                    "REMOTE_ADDR": peer,
                    **environ,
                },
            )
            return protocol

        return send

    return create


class TestDispatcher:
    def test_liveness_is_reported_at_once(self, serve):
        protocol = serve()("/livez")
        assert protocol.responses == [(200, {"Content-Type": "text/plain"}, b"/livez!")]
        assert protocol.thread is threading.current_thread()

    def test_other_requests_are_answered_by_another_thread(self, serve):
        protocol = serve()("/v1/quotes")
        assert protocol.response == (200, {"Content-Type": "text/plain"}, b"/v1/quotes!")
        assert protocol.thread is not threading.current_thread()

    @each(
        "path", ["/readyz", "/v1/search", "/static/subtext.css", "/docs/reference/scalar.js", "/embed.v1.js"]
    )
    def test_probes_assets_and_costly_requests_have_threads_of_their_own(self, serve, path):
        send = serve()
        send("/held")
        waiting = send("/v1/quotes")
        assert send(path).response[0] == 200
        assert not waiting.responses

    def test_as_many_requests_run_at_once_as_there_are_threads(self, serve):
        send = serve(threads=3)
        for _ in range(2):
            send("/held")
        assert send("/v1/quotes").response[0] == 200

    @pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
    def test_an_error_that_nothing_else_handles_has_a_response_and_the_thread_goes_on(self, serve):
        send = serve()
        assert send("/broken").response[0] == 500
        assert send("/v1/quotes").response[0] == 200


class TestRejections:
    def test_a_request_that_waited_too_long_is_rejected(self, serve, monkeypatch):
        monkeypatch.setattr(module, "MAX_WAITING_SECONDS", 0.2)
        send = serve()
        held = send("/held")
        status, headers, body = send("/v1/quotes").response
        assert status == 503
        assert headers["Retry-After"] == "2"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Content-Type"] == "application/problem+json"
        assert b'"code":"unavailable"' in body
        assert not held.responses

    def test_a_request_without_room_is_rejected_at_once(self, serve, entered, monkeypatch):
        monkeypatch.setattr(module, "MAX_WAITING", 1)
        send = serve()
        send("/held")
        assert entered.wait(10)
        waiting, rejected = send("/held"), send("/v1/quotes")
        assert rejected.responses[0][0] == 503
        assert rejected.thread is threading.current_thread()
        assert not waiting.responses

    def test_a_rejection_of_head_has_no_body(self, serve, monkeypatch):
        monkeypatch.setattr(module, "MAX_WAITING_SECONDS", 0.1)
        send = serve()
        send("/held")
        assert send("/v1/quotes", method="HEAD").response[2] == b""

    def test_the_client_with_fewer_requests_is_answered_first(self, serve, gate):
        send = serve()
        send("/held")
        crowd = [send("/v1/quotes", peer="192.0.2.1") for _ in range(50)]
        other = send("/v1/quotes", peer="198.51.100.1")
        crowd_ends = threading.Thread(target=crowd[-1].sent.wait, args=(10,))
        crowd_ends.start()
        gate.set()
        assert other.response[0] == 200
        crowd_ends.join()
        assert all(protocol.response[0] == 200 for protocol in crowd)


class TestRateLimits:
    @pytest.fixture
    def send(self):
        """Sends a request to an application with a limit of one request an hour."""
        settings = Settings(rate_limits=("1/hour",))

        def application(_environ, start_response):
            start_response("200 OK", [])
            return (b"!",)

        dispatcher = Dispatcher(Admission(application, settings, None), settings, 1)

        def send(path):
            protocol = Protocol()
            dispatcher(
                protocol,
                {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": "", "REMOTE_ADDR": "192.0.2.1"},
            )
            return protocol

        return send

    def test_a_request_is_counted_once_and_rejected_by_the_receiving_thread(self, send):
        status, headers, _ = send("/v1/quotes").response
        assert status == 200
        assert headers["RateLimit"].startswith('"default";r=0;')
        rejected = send("/v1/quotes")
        assert rejected.thread is threading.current_thread()
        status, headers, body = rejected.response
        assert status == 429
        assert int(headers["Retry-After"]) > 3500
        assert b'"code":"too-many-requests"' in body

    def test_pages_and_probes_are_not_limited(self, send):
        for path in ("/quotes", "/livez", "/readyz"):
            for _ in range(2):
                status, headers, _ = send(path).response
                assert status == 200
                assert "RateLimit" not in headers


class TestWithoutDispatcher:
    def test_other_servers_see_a_plain_application(self, app):
        assert app.test_client().get("/v1/quotes").status_code == 200

    @each("method", ["POST", "PUT", "PATCH", "DELETE"])
    def test_writes_have_a_lane_of_their_own(self, method):
        for target in ("/v1/quotes", "/v1/search", "/readyz", "/static/docs.css"):
            assert lane_of(_environ(target) | {"REQUEST_METHOD": method}) is Lane.WRITE

    def test_signing_in_holds_up_no_write(self):
        assert lane_of(_environ("/edit/session") | {"REQUEST_METHOD": "POST"}) is Lane.SIGN_IN
        assert lane_of(_environ("/edit/drafts") | {"REQUEST_METHOD": "POST"}) is Lane.WRITE

    @each(("path", "lane"), [("//v1/search", Lane.COSTLY), ("///readyz", Lane.PROBE)])
    def test_further_slashes_at_the_start_lead_to_the_same_lane(self, app, path, lane):
        with pytest.raises(HandOver) as hand_over:
            app.test_client().get(environ_overrides={"PATH_INFO": path, MUST_NOT_WAIT: True})
        assert hand_over.value.lane is lane

    def test_a_rejection_reads_nothing(self, app):
        response = app.test_client().get("/v1/quotes", environ_overrides={REJECTION: module.QUEUE_FULL})
        assert response.status_code == 503
        assert response.get_json()["code"] == "unavailable"
        assert response.headers["Access-Control-Allow-Origin"] == "*"


class TestCostlyRequests:
    @each(
        "target",
        [
            "/v1/characters?include=quotes",
            "/v1/themes?limit=100&include=broader,quotes",
            "/v1/themes?include=broader&include=quotes",
            "/v1/themes?inclu%64e=quotes",
            "/v1/films/her-2013/characters?include=commentary",
            "/v1/sources/x/paragraphs?include=cited_by",
            "/v1/search?q=x",
            "/v1/quotes?facets=themes",
            "/v1/films/her-2013/commentary?f%61cets=kind",
            "/v1/themes/loneliness/related",
            "/v1/films/her-2013/theme-map",
            "/v1/quotes/daily",
            "/films/her-2013",
            "/sitemap.xml",
            "/sitemaps/quotes-1.xml",
            "/search?q=x",
        ],
    )
    def test_they_expand_lists_or_read_much(self, target):
        assert lane_of(_environ(target)) is Lane.COSTLY

    @each(
        "target",
        [
            "/v1/quotes?limit=100&include=film,scene,speaker,themes,commentary",
            "/v1/commentary?include=scenes,quotes",
            "/v1/films/her-2013?include=quotes,scenes,commentary",
            "/v1/characters?include=film",
            "/v1/themes?q=include",
            "/v1/quotes?q=facets",
            "/v1/films",
            "/quotes/her-2013-feel-by-proxy",
            "/films",
        ],
    )
    def test_others_are_ordinary(self, target):
        assert lane_of(_environ(target)) is Lane.ORDINARY


def _environ(target):
    path, _, query = target.partition("?")
    return {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query}
