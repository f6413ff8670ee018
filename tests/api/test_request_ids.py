"""Request ids: one for each request, in its response, its problem and its line of the log."""

import re
import threading

import pytest

from api.app import create_app
from api.core.config import Settings
from api.http.observability.request_id import SUFFIXES, new_request_id, received_request_id
from tests.cases import each

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"

pytestmark = pytest.mark.any_database


@pytest.fixture(scope="module")
def make_client(engine):
    with engine.fresh("pack") as url:
        apps = []

        def create(**settings):
            apps.append(create_app(Settings(database_url=url, **settings)))
            return apps[-1].test_client()

        yield create
        for app in apps:
            app.extensions["database"].close()


class TestGenerated:
    def test_ids_are_ulids_and_unique_in_threads(self):
        ids = []

        def generate():
            ids.extend([new_request_id() for _ in range(5 * len(SUFFIXES))])

        threads = [threading.Thread(target=generate) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(ids)) == len(ids)
        assert all(re.fullmatch(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", id_) for id_ in ids)

    def test_every_response_has_its_own(self, make_client):
        client = make_client()
        paths = ["/v1/films", "/v1/films", "/", "/livez", "/embed.js", "/nowhere", "/v1/quotes?limit=0"]
        responses = [client.get(path) for path in paths]
        ids = [response.headers.getlist("X-Request-Id") for response in responses]
        assert all(len(values) == 1 for values in ids)
        assert len({value for [value] in ids}) == len(paths)
        assert responses[-1].get_json()["request_id"] == ids[-1][0]

    def test_a_304_has_one(self, make_client):
        client = make_client()
        etag = client.get("/v1/films").headers["ETag"]
        response = client.get("/v1/films", headers={"If-None-Match": etag})
        assert (response.status_code, "X-Request-Id" in response.headers) == (304, True)


class TestReceived:
    @each(
        ("traceparent", "trace_id"),
        [
            (f"00-{TRACE}-{SPAN}-01", TRACE),
            (f"cc-{TRACE}-{SPAN}-01-what-the-future-will-be-like", TRACE),
            (f"00-{TRACE}-{SPAN}-01-more", None),
            (f"ff-{TRACE}-{SPAN}-01", None),
            (f"00-{'0' * 32}-{SPAN}-01", None),
            (f"00-{TRACE}-{'0' * 16}-01", None),
            (f"00-{TRACE.upper()}-{SPAN}-01", None),
            (f"00-{TRACE}-{SPAN}-01,00-{TRACE}-{SPAN}-01", None),
            (f"00-{TRACE}-{SPAN}-01\n", None),
            ("", None),
        ],
    )
    def test_the_trace_id_of_a_valid_traceparent(self, traceparent, trace_id):
        assert received_request_id({"HTTP_TRACEPARENT": traceparent}, trusts_proxy=False) == trace_id

    @each(
        ("proxies", "sent", "is_taken"),
        [
            (1, "7b2f-A:1", True),
            (0, "7b2f-A:1", False),
            (1, "a b", False),
            (1, "<script>", False),
            (1, "x" * 129, False),
            (1, "", False),
        ],
    )
    def test_the_id_of_a_trusted_proxy(self, make_client, proxies, sent, is_taken):
        client = make_client(trusted_proxies=proxies)
        response = client.get("/v1/nowhere", headers={"X-Request-Id": sent})
        request_id = response.headers["X-Request-Id"]
        assert (request_id == sent) is is_taken
        assert response.get_json()["request_id"] == request_id

    def test_the_proxy_comes_before_the_trace(self, make_client):
        headers = {"X-Request-Id": "proxy", "traceparent": f"00-{TRACE}-{SPAN}-01"}
        assert make_client(trusted_proxies=1).get("/v1", headers=headers).headers["X-Request-Id"] == "proxy"
        assert make_client().get("/v1", headers=headers).headers["X-Request-Id"] == TRACE
