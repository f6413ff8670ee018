"""Rate limits: which requests count, how clients are identified, and the headers of responses."""

import re
import time
from contextlib import closing

import pytest
from structlog.testing import capture_logs

from api.app import create_app
from api.core.config import Settings
from api.http.authentication import authenticate
from models.api_token import ApiToken
from models.database import Database
from tests.api_keys import add_key
from tests.cases import each
from tests.conftest import skip_test
from tests.redis_servers import REDIS, fresh_redis
from tests.statements import statements

pytestmark = pytest.mark.any_database

HER = "/v1/films/her-2013"
#: A write that no limit rejects, but which is none: the status of the response.
NO_WRITE, ALLOWED = "/v1/meta", 405
LIMIT = re.compile(r'"default";r=(\d+);t=(\d+)')


@pytest.fixture(scope="module")
def pack(sqlite_engine):
    with sqlite_engine.fresh("pack") as url:
        yield url


@pytest.fixture
def make_client(pack):
    """A function that returns a client of a new app with limits: ``make_client("3/hour", trusted_proxies=1)``."""
    apps = []

    def create(*limits, **settings):
        # Cached responses do not count.
        settings = {"cache_bytes": 0} | settings
        settings = {"database_url": pack, "statement_seconds": 60} | settings
        app = create_app(Settings(rate_limits=limits, **settings))
        apps.append(app)
        return app.test_client()

    yield create
    for app in apps:
        app.extensions["database"].close()


def request(client, path=HER, *, peer="192.0.2.1", method="GET", **headers):
    sent_headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.open(path, method=method, headers=sent_headers, environ_base={"REMOTE_ADDR": peer})


def remaining(response):
    return int(LIMIT.fullmatch(response.headers["RateLimit"])[1])


class TestWithoutLimits:
    @each("path", [HER, "/v1/nothing", "/"])
    def test_responses_have_no_rate_limit_headers(self, make_client, path):
        headers = request(make_client(), path).headers
        assert not [name for name, _ in headers if "ratelimit" in name.lower()]


class TestDefaultLimit:
    """600 requests a minute for each client, but not for this machine."""

    def test_it_is_set_unless_it_is_turned_off(self):
        assert Settings.from_environment({}).rate_limits == ("600/minute",)
        assert Settings.from_environment({"SUBTEXT_RATE_LIMIT": "off"}).rate_limits == ()
        assert Settings.from_environment({"SUBTEXT_RATE_LIMIT": ""}).rate_limits == ("600/minute",)

    @each("peer", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
    def test_this_machine_is_not_limited(self, make_client, peer):
        client = make_client("1/hour", has_default_rate_limit=True)
        for _ in range(3):
            response = request(client, peer=peer)
            assert response.status_code == 200
            assert "RateLimit" not in response.headers

    @each("peer", ["192.0.2.1", "10.0.0.1", "::ffff:192.0.2.1"])
    def test_others_are(self, make_client, peer):
        client = make_client("1/hour", has_default_rate_limit=True)
        assert [request(client, peer=peer).status_code for _ in range(2)] == [200, 429]

    def test_a_limit_that_an_operator_sets_holds_for_this_machine(self, make_client):
        client = make_client("1/hour")
        assert [request(client, peer="127.0.0.1").status_code for _ in range(2)] == [200, 429]


class TestUnknownProxy:
    """A proxy that the settings do not know: its address stands for all of its clients."""

    @each(
        "peer",
        ["127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.0.1", "::1", "fd00::1", "::ffff:10.0.0.1", ""],
    )
    @each("header", ["X_Forwarded_For", "Forwarded", "Via", "X_Real_IP", "X_Forwarded_Proto"])
    def test_its_clients_are_not_limited_as_one(self, make_client, peer, header):
        client = make_client("1/hour")
        for _ in range(2):
            response = request(client, peer=peer, **{header: "for=198.51.100.1"})
            assert response.status_code == 200
            assert "RateLimit" not in response.headers

    def test_one_warning_says_what_to_do(self, make_client):
        client = make_client("1/hour")
        with capture_logs() as lines:
            for _ in range(3):
                request(client, peer="10.0.0.1", X_Forwarded_For="198.51.100.1")
        (warning,) = (line for line in lines if line["event"] == "rate limits")
        assert warning["proxy"] == "10.0.0.1"
        assert "SUBTEXT_TRUSTED_PROXIES" in warning["remedy"]

    def test_clients_on_the_internet_cannot_pretend_to_be_one(self, make_client):
        client = make_client("1/hour")
        statuses = [request(client, peer="8.8.8.8", X_Forwarded_For="10.0.0.1").status_code for _ in range(2)]
        assert statuses == [200, 429]


class TestKeys:
    """Requests with a valid key count against the key, others against the address."""

    @pytest.fixture
    def headers(self, pack):
        with closing(Database(pack)) as database:
            yield [add_key(database, "publish", name=str(number)) for number in range(2)]

    def write(self, client, headers, **options):
        return request(client, NO_WRITE, method="POST", **options, **headers).status_code

    def test_each_key_has_the_whole_limit_from_any_address(self, make_client, headers):
        client = make_client("2/hour")
        first, second = headers
        statuses = [self.write(client, first, peer=f"192.0.2.{number}") for number in range(4)]
        assert statuses == [ALLOWED, ALLOWED, 429, 429]
        assert [self.write(client, second) for _ in range(3)] == [ALLOWED, ALLOWED, 429]
        # The addresses have used nothing.
        assert [request(client).status_code for _ in range(3)] == [200, 200, 429]
        assert [self.write(client, first, peer="198.51.100.1")] == [429]

    def test_a_key_that_is_not_valid_counts_against_the_address(self, make_client, headers):
        client = make_client("4/hour")
        valid = headers[0]["Authorization"]
        unknown, mistyped = f"Bearer {ApiToken.generate()}", valid[:-1] + ("x" if valid[-1] != "x" else "y")
        for header in (unknown, mistyped, "Basic eA==", f"{valid},{valid}"):
            assert self.write(client, {"Authorization": header}) != 429
        assert [self.write(client, {"Authorization": f"Bearer {ApiToken.generate()}"}) for _ in range(2)] == [
            429
        ] * 2
        assert self.write(client, {}) == request(client).status_code == 429
        assert self.write(client, headers[0]) == ALLOWED

    def test_a_public_read_counts_against_the_address_and_its_key_is_not_looked_up(
        self, make_client, headers, monkeypatch
    ):
        client = make_client("2/hour")
        monkeypatch.setattr("api.http.admission.identify", lambda *_: 1 / 0)
        statuses = [request(client, **each_of).status_code for each_of in (*headers, {})]
        assert statuses == [200, 200, 429]

    def test_the_key_is_looked_up_once(self, pack, headers):
        app = create_app(Settings(database_url=pack, statement_seconds=60, rate_limits=("9/hour",)))
        app.add_url_rule("/v1/keyed", view_func=lambda: authenticate().name, methods=["POST"])
        database = app.extensions["database"]
        with closing(database):
            app.test_client().post("/v1/keyed", headers=headers[0])
            with statements(database.engine) as recorded:
                response = app.test_client().post("/v1/keyed", headers=headers[0])
        lookups = [statement for statement in recorded if "api_keys" in str(statement)]
        assert (response.text, "RateLimit" in response.headers, len(lookups)) == ("0", True, 2)

    def test_while_the_database_fails_the_address_counts(self, make_client):
        client = make_client("2/hour", database_url="postgresql://nobody@127.0.0.1:1/nothing")
        header = {"Authorization": f"Bearer {ApiToken.generate()}"}
        assert [self.write(client, header) for _ in range(3)] == [ALLOWED, ALLOWED, 429]

    def test_servers_that_share_redis_share_the_limits_of_keys(self, make_client, headers):
        if not REDIS:
            skip_test("because SUBTEXT_TEST_REDIS_URL names no Redis server.")
        with fresh_redis() as storage:
            clients = [make_client("3/hour", rate_limit_storage=storage) for _ in range(2)]
            statuses = [self.write(client, headers[0]) for client in clients * 2]
        assert statuses == [ALLOWED] * 3 + [429]


class TestHeaders:
    def test_they_have_the_policy_and_the_remaining_requests(self, make_client):
        client = make_client("600/minute")
        headers = request(client).headers
        assert headers["RateLimit-Policy"] == '"default";q=600;w=60'
        assert headers["RateLimit"] == '"default";r=599;t=60'
        assert remaining(request(client)) == 598

    @each(
        ("status", "path", "headers"),
        [
            (200, "/v1", {}),
            (200, "/v1/openapi.json", {}),
            (200, "/v1/quotes/random", {}),
            (304, HER, {"If_None_Match": "*"}),
            (404, "/v1/films/nope", {}),
            (404, "/v1/nothing", {}),
            (406, HER, {"Accept": "image/png"}),
            (412, HER, {"If_Match": '"9"'}),
            (422, "/v1/quotes?limit=0", {}),
        ],
    )
    def test_every_kind_of_response_has_them(self, make_client, status, path, headers):
        response = request(make_client("9/hour"), path, **headers)
        assert response.status_code == status
        assert response.headers["RateLimit-Policy"] == '"default";q=9;w=3600'
        assert remaining(response) == 8
        assert "Retry-After" not in response.headers

    def test_there_are_no_legacy_headers(self, make_client):
        assert not [name for name, _ in request(make_client("1/hour")).headers if name.startswith("X-Rate")]

    def test_they_list_each_of_several_limits(self, make_client):
        headers = request(make_client("10/10 seconds", "100/day")).headers
        assert headers["RateLimit-Policy"] == '"10s";q=10;w=10, "86400s";q=100;w=86400'
        assert re.fullmatch(r'"10s";r=9;t=10, "86400s";r=99;t=86400', headers["RateLimit"])


class TestTooMany:
    @pytest.fixture
    def response(self, make_client):
        client = make_client("2/hour")
        return [request(client, Origin="https://site.example") for _ in range(3)][-1]

    def test_it_is_an_uncacheable_problem(self, response):
        assert response.status_code == 429
        assert response.content_type == "application/problem+json"
        assert response.headers["Cache-Control"] == "no-store"
        problem = response.get_json()
        assert problem["code"] == "too-many-requests"
        assert problem["detail"].startswith("The rate limit is 2 requests in 3600 seconds per client.")

    def test_the_url_of_its_type_is_a_page(self, response, make_client):
        page = make_client().get(response.get_json()["type"])
        assert page.status_code == 200
        assert "Retry-After" in page.text

    def test_retry_after_is_the_remaining_time(self, response):
        assert response.headers["RateLimit-Policy"] == '"default";q=2;w=3600'
        remaining_requests, seconds = LIMIT.fullmatch(response.headers["RateLimit"]).groups()
        assert remaining_requests == "0"
        assert 3500 < int(seconds) <= 3600
        assert response.headers["Retry-After"] == seconds

    def test_other_origins_may_read_it(self, response):
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Retry-After" in response.headers["Access-Control-Expose-Headers"]

    def test_requests_are_accepted_after_the_wait(self, make_client):
        client = make_client("2/second")
        response = next(
            response for response in (request(client) for _ in range(1000)) if response.status_code == 429
        )
        time.sleep(int(response.headers["Retry-After"]))
        assert request(client).status_code == 200

    def test_refused_requests_do_not_count(self, make_client):
        client = make_client("1/hour", "9/day")
        responses = [request(client) for _ in range(5)]
        assert [response.status_code for response in responses] == [200, 429, 429, 429, 429]
        assert '"86400s"' not in responses[-1].headers["RateLimit"]


class TestCountedRequests:
    def test_all_paths_share_one_count(self, make_client):
        client = make_client("9/hour")
        paths = (HER, "/v1", "/v1/quotes?theme=loneliness", "/v1/nothing", "/v1/")
        assert [remaining(request(client, path)) for path in paths] == [8, 7, 6, 5, 4]

    def test_further_slashes_at_the_start_make_no_difference(self, make_client):
        client = make_client("1/hour")
        request(client)
        peer = {"REMOTE_ADDR": "192.0.2.1"}
        for path in (f"/{HER}", f"///{HER}", "//v1/nothing"):
            assert client.get(environ_overrides=peer | {"PATH_INFO": path}).status_code == 429

    def test_head_counts_like_get(self, make_client):
        client = make_client("9/hour")
        assert [remaining(request(client, method=method)) for method in ("GET", "HEAD", "GET")] == [8, 7, 6]

    def test_a_method_that_is_not_allowed_counts(self, make_client):
        assert remaining(request(make_client("9/hour"), method="DELETE")) == 8

    def test_preflight_requests_do_not_count(self, make_client):
        client = make_client("1/hour")
        preflight = {"Origin": "https://site.example", "Access_Control_Request_Method": "GET"}
        for headers in (preflight, {}, preflight):
            response = request(client, method="OPTIONS", **headers)
            assert response.status_code == 200
            assert "RateLimit" not in response.headers
        assert request(client).status_code == 200

    @each("path", ["/", "/docs", "/docs/problems/too-many-requests", "/search", "/livez", "/readyz", "/v11"])
    def test_pages_and_probes_are_not_limited(self, make_client, path):
        client = make_client("1/hour")
        request(client)
        assert request(client).status_code == 429
        response = request(client, path)
        assert response.status_code in (200, 404)
        assert "RateLimit" not in response.headers


class TestClients:
    def test_clients_have_separate_counts(self, make_client):
        client = make_client("1/hour")
        assert [
            request(client, peer=peer).status_code for peer in ("192.0.2.1", "192.0.2.1", "192.0.2.2")
        ] == [
            200,
            429,
            200,
        ]

    @each(
        ("first_peer", "second_peer"),
        [
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"),
            ("192.0.2.1", "::ffff:192.0.2.1"),
            ("fe80::1%eth0", "fe80::2%eth1"),
            ("", "unix:"),
        ],
    )
    def test_these_addresses_are_one_client(self, make_client, first_peer, second_peer):
        client = make_client("9/hour")
        assert [remaining(request(client, peer=peer)) for peer in (first_peer, second_peer)] == [8, 7]

    @each(
        ("first_peer", "second_peer"),
        [("2001:db8:1:2::1", "2001:db8:1:3::1"), ("::ffff:192.0.2.1", "::ffff:192.0.2.2")],
    )
    def test_these_addresses_are_two_clients(self, make_client, first_peer, second_peer):
        client = make_client("9/hour")
        assert [remaining(request(client, peer=peer)) for peer in (first_peer, second_peer)] == [8, 8]


class TestForwarded:
    """The ``X-Forwarded-For`` header, which any client can send."""

    def remaining_for(self, client, *forwarded, **settings):
        return [remaining(request(client, X_Forwarded_For=entry, **settings)) for entry in forwarded]

    def test_without_proxies_it_is_ignored(self, make_client):
        assert self.remaining_for(make_client("9/hour"), "198.51.100.1", "198.51.100.2") == [8, 7]

    def test_the_entry_of_a_trusted_proxy_is_used(self, make_client):
        client = make_client("9/hour", trusted_proxies=1)
        assert self.remaining_for(client, "198.51.100.1", "198.51.100.2", "198.51.100.1") == [8, 8, 7]

    def test_entries_of_the_client_are_ignored(self, make_client):
        client = make_client("9/hour", trusted_proxies=1)
        assert self.remaining_for(client, "203.0.113.1, 198.51.100.1", "203.0.113.2, x,198.51.100.1") == [
            8,
            7,
        ]

    def test_of_two_proxies_the_entry_of_the_outer_one_is_used(self, make_client):
        client = make_client("9/hour", trusted_proxies=2)
        assert self.remaining_for(
            client, "198.51.100.1, 10.0.0.1", "203.0.113.2, 198.51.100.1, 10.0.0.2"
        ) == [8, 7]

    @each("entry", ["198.51.100.1", "", "unknown, 10.0.0.1", ",", "a b c, 10.0.0.1"])
    def test_an_invalid_header_counts_for_the_peer(self, make_client, entry):
        client = make_client("9/hour", trusted_proxies=2)
        assert self.remaining_for(client, entry) == [8]
        assert remaining(request(client)) == 7

    @each("entry", ["198.51.100.1:4711", " 198.51.100.1 ", "::ffff:198.51.100.1"])
    def test_a_port_does_not_change_the_client(self, make_client, entry):
        client = make_client("9/hour", trusted_proxies=1)
        assert self.remaining_for(client, "198.51.100.1", entry) == [8, 7]

    def test_addresses_in_brackets_are_parsed(self, make_client):
        client = make_client("9/hour", trusted_proxies=1)
        assert self.remaining_for(client, "[2001:db8::1]:99", "[2001:db8::2]", "2001:db8::3") == [8, 7, 6]
