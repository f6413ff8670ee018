"""The proxies of ``deploy/``: what they pass on, how long they use a copy, and what they do if a server fails."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress

import pytest

from api.writing.body_guard import MAX_BODY_BYTES
from models.database import Database
from tests.api_keys import add_key
from tests.deploy.origins import request, running_origin
from tests.deploy.proxies import CACHES, PROXIES, store
from tests.serving import serving
from tests.waiting import until

pytestmark = pytest.mark.nightly
WRITES = ("POST", "PUT", "PATCH", "DELETE")
#: The largest body that the service takes.
LIMIT = MAX_BODY_BYTES


@pytest.fixture
def origin():
    with running_origin() as origin:
        yield origin


@pytest.fixture(params=PROXIES)
def proxy(request, origin, tmp_path):
    with PROXIES[request.param](tmp_path, origin.port) as server:
        assert until(lambda: status(server.url, "/ready") == 200)
        origin.requests.clear()
        yield server


@pytest.fixture(params=CACHES)
def cache(request, origin, tmp_path):
    # Varnish learns from a setting how long a copy may be stale while the service answers.
    replace = {"varnish": [("req.grace = 300s", "req.grace = 1s")]}.get(request.param, ())
    with CACHES[request.param](tmp_path, origin.port, replace=replace) as server:
        assert until(lambda: status(server.url, "/ready") == 200)
        origin.requests.clear()
        yield server


def status(url, path, *args, **kwargs):
    return request(url, path, *args, **kwargs)[0]


def seen(url, path, *headers):
    """Return the header fields that the origin received, each as a list."""
    return {
        name.lower(): values
        for name, values in json.loads(request(url, path, headers=headers)[2])["headers"].items()
    }


def version(url, path="/cached"):
    status, _, body = request(url, path)
    return status, json.loads(body)["version"] if status == 200 else None


class TestForwarding:
    def test_the_last_entry_of_x_forwarded_for_is_the_client(self, proxy):
        headers = seen(proxy.url, "/a", ("X-Forwarded-For", "203.0.113.9"))
        [value] = headers["x-forwarded-for"]
        assert value.split(",")[-1].strip() == "127.0.0.1"

    def test_headers_with_underscores_cannot_pass_for_it(self, proxy):
        names = ("X_Forwarded_For", "X-Forwarded_For", "X_Forwarded-For")
        headers = seen(proxy.url, "/b", *((name, "203.0.113.9") for name in names))
        assert [name for name in headers if "_" in name] == []
        assert headers["x-forwarded-for"] == ["127.0.0.1"]

    def test_clients_do_not_choose_request_ids(self, proxy):
        names = ("X-Request-Id", "X_Request_Id", "X-Request_Id", "X_Request-Id")
        headers = seen(proxy.url, "/c", *((name, "chosen") for name in names))
        assert "chosen" not in [value for values in headers.values() for value in values]

    def test_other_methods_are_refused_without_the_service(self, proxy, origin):
        sent = [(method, path) for method in WRITES for path in ("/quotes", "/v1x/", "/search?q=/v1/")]
        for method, path in (*sent, ("TRACE", "/v1/quotes"), ("PROPFIND", "/v1/quotes")):
            answer, headers, _ = request(proxy.url, path, method, body=b"x" * 10)
            assert answer == 405, (method, path)
            # nginx itself refuses TRACE.
            assert method == "TRACE" or headers["Allow"] == "GET, HEAD, OPTIONS"
        assert origin.requests == []

    def test_writes_of_the_api_and_the_desk_are_passed(self, proxy, origin):
        origin.cache_control = "public, max-age=60"
        body, key = b"x" * LIMIT, ("Authorization", "Bearer a")
        sent = [
            (method, path) for method in WRITES for path in ("/v1/quotes", "/edit/session", "/a/v1/bulk?b=c")
        ]
        for method, path in sent:
            for _ in range(2):
                answer, _, data = request(proxy.url, path, method, [key], body)
                seen = json.loads(data)
                assert (answer, seen["body"]) == (200, LIMIT), (method, path)
                assert seen["headers"]["Authorization"] == ["Bearer a"]
        # None is a copy, and none is repeated.
        assert [(method, path) for method, path, _ in origin.requests] == [
            each for each in sent for _ in range(2)
        ]

    @pytest.mark.parametrize("name", ["nginx", "caddy"])
    def test_larger_bodies_are_refused(self, name, origin, tmp_path):
        """Varnish passes them on; the service refuses them."""
        with PROXIES[name](tmp_path, origin.port) as server:
            assert until(lambda: status(server.url, "/ready") == 200)
            origin.requests.clear()
            # The proxy may close the connection before all has been sent.
            with suppress(ConnectionError):
                assert status(server.url, "/v1/bulk", "POST", body=b"x" * (LIMIT + 1)) == 413
        assert origin.requests == []

    def test_an_error_of_a_write_is_passed_on_and_not_repeated(self, proxy, origin):
        origin.status = 503
        answer, _, body = request(proxy.url, "/v1/quotes", "POST", body=b"x")
        assert (answer, json.loads(body)["body"]) == (503, 1)
        assert origin.paths() == ["/v1/quotes"]

    @pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
    def test_the_methods_of_the_api_are_passed(self, proxy, origin, method):
        assert status(proxy.url, f"/{method}", method) == 200
        assert f"/{method}" in origin.paths()

    def test_large_header_fields_are_refused(self, proxy, origin):
        # Varnish closes the connection, perhaps before all has been sent.
        with suppress(ConnectionError):
            assert status(proxy.url, "/large", headers=[("X-Large", "x" * 100_000)]) in (400, 413, 431)
        assert origin.requests == []

    def test_it_does_not_compress(self, proxy):
        """Compression belongs to the service: it would change the ETag, or not match it."""
        _, headers, body = request(proxy.url, "/compressed", headers=[("Accept-Encoding", "gzip, br")])
        assert headers["ETag"] == '"1"'
        assert "Content-Encoding" not in headers
        assert json.loads(body)

    def test_a_304_has_the_etag(self, proxy):
        request(proxy.url, "/conditional")
        answer, headers, body = request(proxy.url, "/conditional", headers=[("If-None-Match", '"1"')])
        assert (answer, headers["ETag"], body) == (304, '"1"', b"")

    def test_another_server_is_used_when_one_is_down(self, tmp_path):
        for name, run in PROXIES.items():
            folder = tmp_path / name
            folder.mkdir()
            with (
                running_origin() as first,
                running_origin() as second,
                run(folder, first.port, second.port) as server,
            ):
                assert until(lambda url=server.url: status(url, "/ready") == 200)
                first.stop()
                statuses = [status(server.url, f"/{number}") for number in range(20)]
                assert statuses == [200] * 20, name


class TestCaching:
    def test_a_fresh_copy_is_used(self, cache, origin):
        origin.cache_control = "public, max-age=60"
        store(cache.url, "/fresh")
        origin.requests.clear()
        answer, headers, _ = request(cache.url, "/fresh")
        assert (answer, headers["X-Cache"]) == (200, "HIT")
        assert origin.paths() == []

    def test_no_two_responses_have_the_same_request_id(self, cache, origin):
        origin.cache_control = "public, max-age=60"
        request_ids = [request(cache.url, "/id")[1]["X-Request-Id"] for _ in range(3)]
        named = [value for value in request_ids if value]
        assert len(named) == len(set(named)) >= 1

    def test_each_coding_has_a_copy_of_its_own(self, cache, origin):
        origin.cache_control = "public, max-age=60"
        for coding in ("br", "gzip"):
            origin.requests.clear()
            store(cache.url, "/coded", ("Accept-Encoding", coding))
            assert "/coded" in origin.paths()
        origin.requests.clear()
        for coding in ("br", "gzip"):
            assert status(cache.url, "/coded", headers=[("Accept-Encoding", coding)]) == 200
        assert origin.paths() == []

    def test_what_must_not_be_stored_is_not(self, cache, origin):
        origin.cache_control = "no-store"
        for _ in range(3):
            request(cache.url, "/private")
        assert origin.paths() == ["/private"] * 3

    def test_requests_of_what_is_not_stored_do_not_wait_for_each_other(self, cache, origin):
        origin.cache_control = "no-store"
        # Varnish learns from the first response that nothing is stored.
        assert status(cache.url, "/private") == 200
        origin.barrier = threading.Barrier(4)
        with ThreadPoolExecutor() as pool:
            assert list(pool.map(status, [cache.url] * 4, ["/private"] * 4)) == [200] * 4

    def test_a_new_version_replaces_a_stale_copy(self, cache, origin):
        store(cache.url, "/cached")
        origin.version = 2
        assert version(cache.url) == (200, 1)
        assert until(lambda: version(cache.url) == (200, 2))

    def test_what_a_key_is_sent_for_is_not_stored_and_is_no_copy(self, cache, origin):
        origin.cache_control = "public, max-age=60"
        key = [("Authorization", "Bearer a")]
        for _ in range(2):
            assert status(cache.url, "/key", headers=key) == 200
        assert version(cache.url, "/key") == (200, 1)
        assert origin.paths() == ["/key"] * 3
        # There is a copy now, for those without a key.
        origin.version = 2
        assert json.loads(request(cache.url, "/key", headers=key)[2])["version"] == 2
        assert version(cache.url, "/key") == (200, 1)

    def test_varnish_keeps_its_cache_for_requests_with_a_cookie_but_those_of_the_desk(self, tmp_path, origin):
        origin.cache_control = "public, max-age=60"
        with CACHES["varnish"](tmp_path, origin.port) as server:
            assert until(lambda: status(server.url, "/ready") == 200)
            for number in range(3):
                for path in ("/page", "/edit"):
                    request(server.url, path, headers=[("Cookie", f"a={number}")])
        assert (origin.paths().count("/page"), origin.paths().count("/edit")) == (1, 3)


class TestFailure:
    """``stale-if-error``: a copy survives failures for as long as the service has said."""

    @pytest.mark.parametrize("failed", [500, 502, 503, 504])
    def test_an_error_of_the_service_never_replaces_a_copy(self, cache, origin, failed):
        store(cache.url, "/cached")
        origin.status = failed
        end = time.monotonic() + 6
        # While it is stale by less than stale-while-revalidate, and afterwards.
        while time.monotonic() < end:
            assert version(cache.url) == (200, 1)
            time.sleep(0.2)
        assert "/cached" in origin.paths()[1:]
        # What has no copy fails, and the failure is not stored.
        assert version(cache.url, "/uncached") == (failed, None)
        origin.status, origin.version = 200, 2
        assert version(cache.url, "/uncached") == (200, 2)
        assert until(lambda: version(cache.url) == (200, 2))

    def test_a_service_that_is_down_is_not_noticed(self, cache, origin):
        store(cache.url, "/cached")
        origin.stop()
        end = time.monotonic() + 6
        while time.monotonic() < end:
            assert version(cache.url) == (200, 1)
            time.sleep(0.2)
        assert version(cache.url, "/uncached")[0] in (502, 503)
        with running_origin(origin.port) as again:
            again.version = 2
            assert until(lambda: version(cache.url) == (200, 2))

    def test_a_copy_is_not_used_beyond_what_the_service_allows(self, cache, origin):
        origin.cache_control = "public, max-age=1, must-revalidate"
        assert version(cache.url, "/daily") == (200, 1)
        origin.status = 503
        assert until(lambda: version(cache.url, "/daily")[0] == 503)

    def test_not_found_replaces_a_copy(self, cache, origin):
        store(cache.url, "/cached")
        origin.status = 404
        assert until(lambda: version(cache.url)[0] == 404)


class TestService:
    """In front of ``subtext serve``."""

    @pytest.mark.parametrize("name", PROXIES)
    def test_it_serves_pages_and_the_api(self, name, sqlite_engine, tmp_path):
        (tmp_path / "proxy").mkdir()
        settings = {"SUBTEXT_TRUSTED_PROXIES": "1", "SUBTEXT_TRUSTED_HOSTS": "subtext.example,127.0.0.1"}
        with (
            sqlite_engine.fresh("pack") as database,
            serving(
                tmp_path / "log", SUBTEXT_DATABASE_URL=database, SUBTEXT_WORKERS="1", **settings
            ) as server,
            PROXIES[name](tmp_path / "proxy", int(server.url.rpartition(":")[2])) as proxy,
        ):
            assert until(lambda: status(proxy.url, "/readyz") == 200)
            for path in ("/", "/v1/quotes", "/quotes", "/docs", "/v1/openapi.json", "/embed.js", "/livez"):
                for coding in ("br", "gzip", "identity"):
                    headers = [("Accept-Encoding", coding), ("Accept", "*/*")]
                    direct, through = (request(url, path, headers=headers) for url in (server.url, proxy.url))
                    assert through[0] == 200
                    assert through[2] == direct[2], path
                    for field in (
                        "ETag",
                        "Content-Encoding",
                        "Cache-Control",
                        "Content-Security-Policy",
                        "Vary",
                    ):
                        assert through[1][field] == direct[1][field], (path, field)
            answer, headers, body = request(proxy.url, "/v1/quotes/none", headers=[("Accept", "*/*")])
            assert (answer, headers["Content-Type"]) == (404, "application/problem+json")
            assert json.loads(body)["code"] == "not-found"
            self.write_and_read(proxy.url, database)

    def write_and_read(self, url, database_url):
        """An editor changes an item, and reads it at once with the key."""
        with closing(Database(database_url)) as database:
            key = next(iter(add_key(database, "write:themes", "publish").items()))
        etag = request(url, "/v1/themes/loneliness", headers=[key])[1]["ETag"]
        headers = [key, ("If-Match", etag), ("Content-Type", "application/json")]
        body = json.dumps({"label": "Being lonely"}).encode()
        assert status(url, "/v1/themes/loneliness", "PATCH", headers, body) == 200
        _, _, read = request(url, "/v1/themes/loneliness", headers=[key])
        assert json.loads(read)["label"] == "Being lonely"
        assert status(url, "/v1/themes/loneliness", "PATCH", headers, body) == 412
