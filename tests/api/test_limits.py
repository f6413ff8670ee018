"""Rate limits: what is counted, for whom, and what answers say of it."""

import re
import time

import pytest

from api.app import create_app
from api.core.config import Settings
from tests.cases import each

pytestmark = pytest.mark.any_database

HER = "/v1/films/her-2013"
LIMIT = re.compile(r'"default";r=(\d+);t=(\d+)')


@pytest.fixture(scope="module")
def pack(sqlite_engine):
    with sqlite_engine.fresh("pack") as url:
        yield url


@pytest.fixture
def limited(pack):
    """Make clients of apps of their own: ``limited("3/hour", trusted_proxies=1)``."""
    made = []

    def make(*limits, **settings):
        app = create_app(Settings(database_url=pack, statement_seconds=60, rate_limits=limits, **settings))
        made.append(app)
        return app.test_client()

    yield make
    for app in made:
        app.extensions["database"].close()


def ask(client, path=HER, *, peer="192.0.2.1", method="GET", **headers):
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.open(path, method=method, headers=given, environ_base={"REMOTE_ADDR": peer})


def remaining(response):
    return int(LIMIT.fullmatch(response.headers["RateLimit"])[1])


class TestWithoutLimits:
    @each("path", [HER, "/v1/nothing", "/"])
    def test_nothing_is_said_of_any(self, limited, path):
        headers = ask(limited(), path).headers
        assert not [name for name, _ in headers if "ratelimit" in name.lower()]


class TestHeaders:
    def test_they_tell_the_policy_and_what_is_left_of_it(self, limited):
        client = limited("600/minute")
        headers = ask(client).headers
        assert headers["RateLimit-Policy"] == '"default";q=600;w=60'
        assert headers["RateLimit"] == '"default";r=599;t=60'
        assert remaining(ask(client)) == 598

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
    def test_they_are_on_every_kind_of_answer(self, limited, status, path, headers):
        response = ask(limited("9/hour"), path, **headers)
        assert response.status_code == status
        assert response.headers["RateLimit-Policy"] == '"default";q=9;w=3600'
        assert remaining(response) == 8
        assert "Retry-After" not in response.headers

    def test_no_other_header_tells_of_them(self, limited):
        assert not [name for name, _ in ask(limited("1/hour")).headers if name.startswith("X-Rate")]

    def test_of_several_limits_each_is_told(self, limited):
        headers = ask(limited("10/10 seconds", "100/day")).headers
        assert headers["RateLimit-Policy"] == '"10s";q=10;w=10, "86400s";q=100;w=86400'
        assert re.fullmatch(r'"10s";r=9;t=10, "86400s";r=99;t=86400', headers["RateLimit"])


class TestTooMany:
    @pytest.fixture
    def refused(self, limited):
        client = limited("2/hour")
        return [ask(client, Origin="https://site.example") for _ in range(3)][-1]

    def test_it_is_a_problem_that_nobody_keeps(self, refused):
        assert refused.status_code == 429
        assert refused.content_type == "application/problem+json"
        assert refused.headers["Cache-Control"] == "no-store"
        problem = refused.get_json()
        assert problem["code"] == "too-many-requests"
        assert problem["detail"].startswith("The rate limit is 2 requests in 3600 seconds per client.")

    def test_its_type_is_a_page(self, refused, limited):
        page = limited().get(refused.get_json()["type"])
        assert page.status_code == 200
        assert "Retry-After" in page.text

    def test_it_says_how_long_to_wait(self, refused):
        assert refused.headers["RateLimit-Policy"] == '"default";q=2;w=3600'
        left, seconds = LIMIT.fullmatch(refused.headers["RateLimit"]).groups()
        assert left == "0"
        assert 3500 < int(seconds) <= 3600
        assert refused.headers["Retry-After"] == seconds

    def test_other_origins_can_read_it(self, refused):
        assert refused.headers["Access-Control-Allow-Origin"] == "*"
        assert "Retry-After" in refused.headers["Access-Control-Expose-Headers"]

    def test_after_the_wait_it_is_over(self, limited):
        client = limited("2/second")
        refused = next(
            response for response in (ask(client) for _ in range(1000)) if response.status_code == 429
        )
        time.sleep(int(refused.headers["Retry-After"]))
        assert ask(client).status_code == 200

    def test_what_is_refused_does_not_count(self, limited):
        client = limited("1/hour", "9/day")
        responses = [ask(client) for _ in range(5)]
        assert [response.status_code for response in responses] == [200, 429, 429, 429, 429]
        assert '"86400s"' not in responses[-1].headers["RateLimit"]


class TestWhatCounts:
    def test_what_is_alike_is_counted_together(self, limited):
        client = limited("9/hour")
        paths = (HER, "/v1", "/v1/quotes?theme=loneliness", "/v1/nothing", "/v1/")
        assert [remaining(ask(client, path)) for path in paths] == [8, 7, 6, 5, 4]

    def test_head_counts_as_get_does(self, limited):
        client = limited("9/hour")
        assert [remaining(ask(client, method=method)) for method in ("GET", "HEAD", "GET")] == [8, 7, 6]

    def test_a_method_that_is_not_allowed_counts(self, limited):
        assert remaining(ask(limited("9/hour"), method="DELETE")) == 8

    def test_asking_for_leave_does_not_count(self, limited):
        client = limited("1/hour")
        asked = {"Origin": "https://site.example", "Access_Control_Request_Method": "GET"}
        for headers in (asked, {}, asked):
            response = ask(client, method="OPTIONS", **headers)
            assert response.status_code == 200
            assert "RateLimit" not in response.headers
        assert ask(client).status_code == 200

    @each("path", ["/", "/docs", "/docs/problems/too-many-requests", "/search", "/livez", "/readyz", "/v11"])
    def test_pages_and_probes_are_not_limited(self, limited, path):
        client = limited("1/hour")
        ask(client)
        assert ask(client).status_code == 429
        response = ask(client, path)
        assert response.status_code in (200, 404)
        assert "RateLimit" not in response.headers


class TestWhoIsCounted:
    def test_one_client_spends_nothing_of_another(self, limited):
        client = limited("1/hour")
        assert [ask(client, peer=peer).status_code for peer in ("192.0.2.1", "192.0.2.1", "192.0.2.2")] == [
            200,
            429,
            200,
        ]

    @each(
        ("one", "other"),
        [
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"),
            ("192.0.2.1", "::ffff:192.0.2.1"),
            ("fe80::1%eth0", "fe80::2%eth1"),
            ("", "unix:"),
        ],
    )
    def test_these_are_one_client(self, limited, one, other):
        client = limited("9/hour")
        assert [remaining(ask(client, peer=peer)) for peer in (one, other)] == [8, 7]

    @each(
        ("one", "other"),
        [("2001:db8:1:2::1", "2001:db8:1:3::1"), ("::ffff:192.0.2.1", "::ffff:192.0.2.2")],
    )
    def test_these_are_two(self, limited, one, other):
        client = limited("9/hour")
        assert [remaining(ask(client, peer=peer)) for peer in (one, other)] == [8, 8]


class TestForwarded:
    """X-Forwarded-For, which anybody can send."""

    def spent(self, client, *forwarded, **settings):
        return [remaining(ask(client, X_Forwarded_For=entry, **settings)) for entry in forwarded]

    def test_without_proxies_it_is_not_believed(self, limited):
        assert self.spent(limited("9/hour"), "198.51.100.1", "198.51.100.2") == [8, 7]

    def test_a_proxy_is_believed_about_its_client(self, limited):
        client = limited("9/hour", trusted_proxies=1)
        assert self.spent(client, "198.51.100.1", "198.51.100.2", "198.51.100.1") == [8, 8, 7]

    def test_what_the_client_wrote_before_it_is_not(self, limited):
        client = limited("9/hour", trusted_proxies=1)
        assert self.spent(client, "203.0.113.1, 198.51.100.1", "203.0.113.2, x,198.51.100.1") == [8, 7]

    def test_of_two_proxies_the_outer_one_is_believed(self, limited):
        client = limited("9/hour", trusted_proxies=2)
        assert self.spent(client, "198.51.100.1, 10.0.0.1", "203.0.113.2, 198.51.100.1, 10.0.0.2") == [8, 7]

    @each("entry", ["198.51.100.1", "", "unknown, 10.0.0.1", ",", "a b c, 10.0.0.1"])
    def test_what_the_proxies_did_not_write_counts_for_the_one_who_asked(self, limited, entry):
        client = limited("9/hour", trusted_proxies=2)
        assert self.spent(client, entry) == [8]
        assert remaining(ask(client)) == 7

    @each("entry", ["198.51.100.1:4711", " 198.51.100.1 ", "::ffff:198.51.100.1"])
    def test_a_port_makes_no_other_client(self, limited, entry):
        client = limited("9/hour", trusted_proxies=1)
        assert self.spent(client, "198.51.100.1", entry) == [8, 7]

    def test_addresses_in_brackets_are_read(self, limited):
        client = limited("9/hour", trusted_proxies=1)
        assert self.spent(client, "[2001:db8::1]:99", "[2001:db8::2]", "2001:db8::3") == [8, 7, 6]
