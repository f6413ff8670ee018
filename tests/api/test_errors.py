"""Errors: every error is a problem of RFC 9457, and no request causes a 5xx."""

import json
import string
import urllib.parse
from collections import defaultdict
from dataclasses import replace

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from api.app import create_app
from api.core import app_context
from api.core import logging as logs
from api.core.config import Settings
from api.http.path_hints import COLLECTIONS_BY_SYNONYM, PATHS_BY_SYNONYM
from api.http.problem_types import PROBLEM_TYPES
from models import RESOURCES
from tests.cases import each

pytestmark = pytest.mark.any_database

PROBLEM = ["type", "code", "title", "status", "detail", "instance", "request_id", "errors"]


def assert_problem(response, code):
    body = response.get_json()
    assert response.content_type == "application/problem+json"
    assert list(body) == PROBLEM
    assert (body["code"], body["status"]) == (code, response.status_code)
    assert body["type"] == f"http://127.0.0.1:8000/docs/problems/{code}"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Request-Id"] == body["request_id"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    return body


class TestNotFound:
    @each(
        "path",
        ["/v1/nothing", "/v1/quotes//", "/v1/quotes/NOT-A-SLUG", "/v1/quotes/a--b", "/nowhere", "/v2"],
    )
    def test_an_unknown_path(self, client, path):
        assert_problem(client.get(path), "not-found")

    @each(
        ("path", "hint"),
        [
            ("/v1/movies", "Did you mean /v1/films?"),
            ("/v1/movies/her-2013", "Did you mean /v1/films/her-2013?"),
            ("/v1/Quotes", "URLs are in lower case: /v1/quotes."),
            ("/v1/films/Her-2013", "URLs are in lower case: /v1/films/her-2013."),
            ("/v1/film/her-2013/scenes", "Did you mean /v1/films/her-2013/scenes?"),
            ("/v1/qoutes", "Did you mean “quotes”?"),
            ("/commentary", "Did you mean /v1/commentary?"),
            ("/movies", "Did you mean /films or, in the API, /v1/films?"),
            (
                "/persons/her-2013-amy",
                "Did you mean /characters/her-2013-amy or, in the API, /v1/characters/her-2013-amy?",
            ),
            ("/Quotes", "URLs are in lower case: /quotes."),
            ("/swagger", "It is /docs here."),
            ("/swagger-ui/", "It is /docs here."),
            ("/swagger.json", "It is /v1/openapi.json here."),
            ("/health", "It is /livez here."),
            ("/api/v1", "It is /v1 here."),
            ("/v1/nothing", "/v1 links to all lists."),
            ("/wp-login.php", "/v1 links to all lists."),
            ("/v1/films/her-2013.json", "Did you mean /v1/films/her-2013?"),
            ("/v1/films/her_2013", "Did you mean /v1/films/her-2013?"),
            ("/v1/films/Her (2013)", "Did you mean /v1/films/her-2013?"),
            ("/v1/themes/Détachement", "Did you mean /v1/themes/detachement?"),
            ("/v1/films/her-2013/quotations", "Did you mean /v1/films/her-2013/quotes?"),
        ],
    )
    def test_an_unknown_path_is_told_what_was_meant(self, client, path, hint):
        body = assert_problem(client.get(path), "not-found")
        assert body["detail"] == f"This URL does not exist. {hint}"

    def test_every_path_that_is_hinted_exists(self, app):
        router = app.url_map.bind("")
        collections = {f"/v1/{name}" for name in COLLECTIONS_BY_SYNONYM.values()}
        paths = collections | set(PATHS_BY_SYNONYM.values())
        assert [path for path in sorted(paths) if not router.test(path, "GET")] == []

    def test_a_hint_is_short_and_safe(self, client):
        for path in ("/v1/" + "Q" * 5_000, "/" + "a/" * 500, "/v1/%3Cscript%3E", "/V1/QUOTES/%00"):
            body = assert_problem(client.get(path), "not-found")
            assert len(body["detail"]) < 300
        page = client.get("/films/%3Cb%3EX", headers={"Accept": "text/html"})
        assert (page.status_code, "<b>" in page.text) == (404, False)

    @each("path", ["/films?cursor=<b>zz", "/themes?cursor=<b>", "/quotes/random?max_severity=<b>9"])
    def test_a_page_names_each_invalid_parameter(self, client, path):
        parameter = path.partition("?")[2].partition("=")[0]
        page = client.get(path, headers={"Accept": "text/html"})
        assert (page.status_code, "<b>" in page.text) == (422, False)
        assert f"<code>{parameter}</code>: " in page.text

    @pytest.mark.parametrize(
        "name", ["films", "sources", "characters", "scenes", "quotes", "commentary", "themes", "advisories"]
    )
    def test_an_unknown_id_is_named(self, client, name):
        assert (
            "no-such-thing" in assert_problem(client.get(f"/v1/{name}/no-such-thing"), "not-found")["detail"]
        )

    def test_an_overlong_id_is_not_found(self, client):
        assert_problem(client.get(f"/v1/quotes/{'a' * 5000}"), "not-found")


class TestInstance:
    def test_it_is_the_path_encoded_as_a_uri_reference(self, client):
        body = assert_problem(client.get("/v1/%C3%A9t%C3%A9 %7B%7D"), "not-found")
        assert body["instance"] == "/v1/%C3%A9t%C3%A9%20%7B%7D"


class TestMethods:
    @each("method", ["POST", "PUT", "PATCH", "DELETE"])
    def test_an_unsupported_method_is_refused_with_the_allow_header(self, client, method):
        response = client.open("/v1/search", method=method)
        assert_problem(response, "method-not-allowed")
        assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}

    def test_head_is_get_without_a_body(self, client):
        head, get = client.head("/v1/quotes"), client.get("/v1/quotes")
        assert head.data == b""
        differing = {name for name, value in get.headers if head.headers.get(name) != value}
        assert differing == {"X-Request-Id"}

    def test_options_names_the_methods(self, client):
        response = client.options("/v1/quotes")
        assert response.status_code == 200
        assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}

    def test_a_path_has_the_methods_of_its_own_routes_only(self, app):
        """Not also those of an item whose id would be its last segment."""
        own = defaultdict(set)
        for rule in app.url_map.iter_rules():
            if "<" not in rule.rule:
                own[rule.rule] |= rule.methods
        routes = app.url_map.bind("127.0.0.1:8000")
        assert {path: set(routes.allowed_methods(path)) for path in own} == own

    @each("path", ["/v1/quotes/random", "/v1/commentary/daily"])
    def test_a_choice_at_random_cannot_be_changed(self, client, path):
        for method in ("PUT", "PATCH", "DELETE", "OPTIONS"):
            response = client.open(path, method=method, headers={"If-Match": "*"})
            if method != "OPTIONS":
                assert_problem(response, "method-not-allowed")
            assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


class TestParameters:
    def errors_for(self, client, query):
        return assert_problem(client.get("/v1/quotes", query_string=query), "invalid-parameters")["errors"]

    def test_an_unknown_parameter_names_the_nearest_and_all(self, client):
        [error] = self.errors_for(client, "them=loneliness")
        assert error["pointer"] == "them"
        assert error["detail"] == "Unknown parameter “them”. Did you mean “theme”?"
        assert "theme" in error["allowed"]

    def test_an_unknown_choice_names_what_is_allowed(self, client):
        [error] = self.errors_for(client, "kind=dialog")
        assert error["detail"] == "Unknown value “dialog”. Did you mean “dialogue”?"
        assert error["allowed"] == ["dialogue", "fragment", "aphorism"]

    @pytest.mark.parametrize("value", ["0", "101", "-1", "1.5", "1_0", "+5", " 5", "٣", "", "x", "9" * 400])
    def test_a_limit_is_ascii_digits_from_1_to_100(self, client, value):
        [error] = self.errors_for(client, {"limit": value})
        assert error["pointer"] == "limit"

    @each("query", ["limit=1&limit=2", "count=true&count=true", "cursor=a&cursor=b"])
    def test_single_values_must_not_be_repeated(self, client, query):
        [error] = self.errors_for(client, query)
        assert error["detail"] == "Must not be repeated."

    @each(
        ("name", "hint"),
        [
            ("search", "Use “q”."),
            ("Query", "Use “q”."),
            ("per_page", "Use “limit”."),
            ("pageSize", "Use “limit”."),
            ("order", "Use “sort”."),
            ("order-by", "Use “sort”."),
            ("expand", "Use “include”."),
            ("select", "Use “fields”."),
            ("lang", "Use “language”."),
            ("Theme", "Use “theme”."),
            *(
                (
                    name,
                    "Pages are not numbered: “limit” sets their size, and “page.next” is the URL of the next one.",
                )
                for name in ("page", "offset", "skip")
            ),
            ("theme[]", "Use “theme” without brackets; separate several values by commas."),
            ("theme[0]", "Use “theme” without brackets; separate several values by commas."),
            (
                "page[size]",
                "Pages are not numbered: “limit” sets their size, and “page.next” is the URL of the next one.",
            ),
            (
                "nocache",
                "Leave it out: a response that has changed has another ETag, so caches cannot return an old one.",
            ),
            ("filter[film]", "Use “film”."),
            ("filter[theme][]", "Use “theme”."),
            ("fields[quote]", "Use “fields” without brackets; separate several values by commas."),
            ("film_id", "Use “film”."),
            ("themeIds", "Use “theme”."),
            ("scene__in", "Use “scene”."),
            ("tags", "Use “theme”."),
            ("character", "Use “speaker”."),
            ("size", "Use “limit”."),
            ("sort_by", "Use “sort”."),
            ("callback", "Leave it out: scripts of every origin can read the responses (CORS)."),
            ("api_key", "Leave it out: no key is needed."),
            ("speakr", "Did you mean “speaker”?"),
            ("xyz", ""),
        ],
    )
    def test_an_unknown_parameter_is_told_its_name_here(self, client, name, hint):
        [error] = self.errors_for(client, urllib.parse.urlencode({name: "1"}))
        assert error["pointer"] == name
        assert error["detail"] == f"Unknown parameter “{name}”. {hint}".strip()

    @each(
        "path",
        [f"/v1/{model.__tablename__}" for model in RESOURCES] + ["/v1/films/her-2013/scenes", "/v1/search"],
    )
    def test_every_list_tells_common_parameters_their_names(self, client, path):
        allowed = client.get(f"{path}?nothing=1&q=love").get_json()["errors"][0]["allowed"]
        expected = {"page": "limit", "offset": "page.next", "per_page": "limit", "skip": "page.next"}
        expected |= {"search": "q", "query": "q", "order": "sort", "sort_by": "sort", "expand": "include"}
        for name, meant in expected.items():
            errors = client.get(f"{path}?{name}=1").get_json()["errors"]
            [detail] = [error["detail"] for error in errors if error["pointer"] == name]
            assert f"“{meant}”" in detail or (meant not in allowed and "." not in meant), (name, detail)

    @each("name", ["limit", "size", "per_page", "n"])
    def test_the_number_of_random_items_is_called_count(self, client, name):
        [error] = client.get(f"/v1/quotes/random?{name}=3").get_json()["errors"]
        assert error["detail"] == f"Unknown parameter “{name}”. Use “count”."

    @each(
        ("value", "hint"),
        [("Her-2013", "her-2013"), ("her_2013", "her-2013"), ("Amélie (2001)", "amelie-2001")],
    )
    def test_an_invalid_id_is_told_its_form(self, client, value, hint):
        [error] = self.errors_for(client, {"film": value})
        assert f"Did you mean “{hint}”?" in error["detail"]

    def test_values_that_a_plus_joins_are_told_to_be_separated_by_commas(self, client):
        [error] = self.errors_for(client, "theme=avoidance+loneliness")
        assert error["detail"].endswith("Separate several values by commas.")

    @each("name", ["_", "fbclid", "gclid", "utm_source", "utm_campaign"])
    def test_what_others_append_to_a_url_is_ignored(self, client, name):
        for path in (
            "/v1?",
            "/v1/quotes?limit=2&",
            "/v1/quotes/daily?date=2026-11-23&",
            "/v1/search?q=love&",
        ):
            response = client.get(f"{path}{name}=1700000000")
            assert (response.status_code, response.data) == (200, client.get(path).data), path

    def test_a_hint_is_only_given_where_the_parameter_exists(self, client):
        for path in ("/v1/films/her-2013?search=x", "/v1/films/her-2013?page=2"):
            detail = client.get(path).get_json()["errors"][0]["detail"]
            assert "“q”" not in detail
            assert "“limit”" not in detail

    @each("query", ["theme=", "theme=a,,b", "theme=,", "theme=a&theme="])
    def test_an_empty_value_is_refused(self, client, query):
        [error] = self.errors_for(client, query)
        assert "empty" in error["detail"]

    @pytest.mark.parametrize("value", ["A", "a b", "é", "a\n", "a\x00", "-a", "a--b", "a" * 81])
    def test_an_invalid_id_is_refused(self, client, value):
        [error] = self.errors_for(client, f"theme={urllib.parse.quote(value)}")
        assert error["pointer"] == "theme"

    @pytest.mark.parametrize("value", ["1", "yes", "TRUE", ""])
    def test_a_flag_is_true_or_false(self, client, value):
        [error] = self.errors_for(client, {"count": value})
        assert error["detail"] == "Must be “true” or “false”."

    def test_a_filter_in_the_path_is_refused_in_the_query(self, client):
        response = client.get("/v1/films/her-2013/scenes?film=her-2013")
        assert (
            response.get_json()["errors"][0]["detail"]
            == "The path already determines the film. Remove this parameter."
        )

    def test_many_errors_are_listed_in_order_up_to_a_limit(self, client):
        body = client.get("/v1/quotes?" + "&".join(f"p{n}=1" for n in range(300))).get_json()
        assert body["detail"] == "300 parameters are not valid."
        assert [error["pointer"] for error in body["errors"]] == [f"p{n}" for n in range(20)]

    def test_all_errors_are_listed_at_once(self, client):
        errors = self.errors_for(client, "limit=0&kind=x&foo=1")
        assert {error["pointer"] for error in errors} == {"limit", "kind", "foo"}

    def test_too_many_values_are_refused(self, client):
        [error] = self.errors_for(client, "id=" + ",".join(f"a{n}" for n in range(51)))
        assert "50" in error["detail"]

    def test_an_unknown_parameter_of_an_item_is_refused(self, client):
        response = client.get("/v1/films/her-2013?pretty=1")
        assert assert_problem(response, "invalid-parameters")["errors"][0]["pointer"] == "pretty"

    def test_an_overlong_query_is_refused(self, client):
        assert_problem(client.get("/v1/quotes?id=" + "a," * 20_000), "uri-too-long")


class TestAccept:
    @each("accept", ["*/*", "application/json", "application/*", "text/html,*/*;q=0.1"])
    def test_accept_headers_that_allow_json_are_served(self, client, accept):
        assert client.get("/v1/quotes", headers={"Accept": accept}).status_code == 200

    @each(
        "accept",
        [
            "application/json; charset=utf-8",
            "Application/JSON;charset=UTF-8",
            "text/html;q=0.9, application/json;q=0.1",
        ],
    )
    def test_parameters_of_a_type_are_ignored(self, client, accept):
        assert client.get("/v1/quotes", headers={"Accept": accept}).status_code == 200

    @each("accept", ["text/html", "application/xml", "application/json;q=0", "*/*, application/json;q=0"])
    def test_accept_headers_that_exclude_json_are_refused(self, client, accept):
        body = assert_problem(client.get("/v1/films", headers={"Accept": accept}), "not-acceptable")
        assert "application/json" in body["detail"]


class TestEncoding:
    @each(
        "path",
        [
            "/v1/quotes?q=caf%E9",
            "/v1/search?q=%FF%FE",
            "/v1/quotes?facets=%F0",
            "/v1/quotes?theme=loneliness&caf%E9=1",
            "/v1/quotes?limit=1%C0%80",
            "/v1/quotes/random?seed=%ED%A0%80",
            "/v1/quotes?theme=%ED%A0%80",
        ],
    )
    def test_a_query_that_is_not_utf_8_is_refused(self, client, path):
        body = assert_problem(client.get(path), "bad-request")
        assert "is not encoded as UTF-8" in body["detail"]

    def test_a_search_page_says_so(self, client):
        response = client.get("/search?q=%FF", headers={"Accept": "text/html"})
        assert (response.status_code, response.mimetype) == (400, "text/html")
        assert "is not encoded as UTF-8" in response.text

    @each("path", ["/v1/search?q=caf%C3%A9", "/v1/search?q=100%25", "/v1/quotes/random?seed=%F0%9F%92%AC"])
    def test_utf_8_is_accepted(self, client, path):
        assert client.get(path).status_code == 200

    @each("path", ["/embed/quotes/daily?utm_source=caf%E9", "/search?q=love&utm_source=%FF", "/?x=%FF"])
    def test_pages_ignore_the_encoding_of_parameters_that_they_ignore(self, client, path):
        assert client.get(path).status_code == 200


class TestHosts:
    @pytest.fixture
    def client_with_trusted_hosts(self, sqlite_engine):
        with sqlite_engine.fresh("pack") as url:
            app = create_app(Settings(database_url=url, trusted_hosts=("subtext.example",)))
            yield app.test_client()
            app.extensions["database"].close()

    def test_a_foreign_host_is_refused(self, client_with_trusted_hosts):
        response = client_with_trusted_hosts.get("/v1", headers={"Host": "evil.example"})
        assert_problem(response, "bad-request")

    def test_health_checks_accept_any_host(self, client_with_trusted_hosts):
        for path in ("/livez", "/readyz"):
            assert client_with_trusted_hosts.get(path, headers={"Host": "10.0.0.7:8000"}).status_code == 200

    @each("path", ["/v1//quotes", "/v1/quotes//", "/docs//problems"])
    def test_double_slashes_do_not_redirect(self, client, path):
        response = client.get(path, headers={"Host": "evil.example"})
        assert_problem(response, "not-found")
        assert "Location" not in response.headers

    @each(
        "host",
        [
            "subtext.example",
            "SUBTEXT.Example",
            "subtext.example.",
            "subtext.example:80",
            "Subtext.example.:8443",
        ],
    )
    def test_a_trusted_host_is_served_in_any_spelling(self, client_with_trusted_hosts, host):
        for path in ("/v1", "/v1"):
            # The second response comes from the cache.
            assert client_with_trusted_hosts.get(path, headers={"Host": host}).status_code == 200

    @each("host", ["subtext.example..", "subtext.example.evil", "xsubtext.example", "subtext.example:port"])
    def test_a_similar_host_is_refused(self, client_with_trusted_hosts, host):
        assert_problem(client_with_trusted_hosts.get("/v1", headers={"Host": host}), "bad-request")

    def test_the_host_header_is_not_used_in_urls(self, client):
        response = client.get("/v1/films/her-2013", headers={"Host": "evil.example"})
        assert "evil.example" not in response.text


class TestDatabaseOutage:
    def test_an_unreachable_database_is_503_and_says_when_to_retry(self):
        app = create_app(Settings(database_url="postgresql://nobody@127.0.0.1:1/nothing"))
        for path in ("/v1/quotes", "/readyz", "/"):
            response = app.test_client().get(path)
            assert_problem(response, "unavailable")
            assert int(response.headers["Retry-After"]) > 0
        assert app.test_client().get("/livez").status_code == 200

    def test_an_unmigrated_database_is_not_ready(self, engine):
        with engine.fresh(None) as url:
            app = create_app(Settings(database_url=url))
            assert_problem(app.test_client().get("/readyz"), "unavailable")
            app.extensions["database"].close()

    def test_a_database_of_a_newer_version_is_ready_and_served(self, packed):
        """So that the previous version goes on serving during a rolling upgrade."""
        with packed.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE films ADD COLUMN colour VARCHAR(20)")
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        app = create_app(Settings(database_url=packed.url.render_as_string(hide_password=False)))
        for path in ("/readyz", "/v1/films/her-2013", "/films/her-2013"):
            assert app.test_client().get(path).status_code == 200
        app.extensions["database"].close()

    def test_an_unexpected_exception_is_500_without_details(self, app, monkeypatch):
        def fail():
            raise OperationalError(
                "SELECT secret", {}, Exception("password=hunter2"), connection_invalidated=False
            )

        broken_app = create_app(app.extensions["settings"])
        monkeypatch.setattr(app_context, "session", fail)
        monkeypatch.setattr("api.views.reads.session", lambda: 1 / 0)
        response = broken_app.test_client().get("/v1/quotes")
        assert_problem(response, "internal-error")
        assert "hunter2" not in response.text
        assert "ZeroDivision" not in response.text

    def test_a_slow_statement_is_stopped(self, engine):
        with engine.fresh("pack") as url:
            app = create_app(Settings(database_url=url, statement_seconds=0.05))
            with app.app_context():
                from sqlalchemy import text

                endless_statement = text(
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
                )
                app.add_url_rule(
                    "/slow", view_func=lambda: str(app_context.session().scalar(endless_statement))
                )
                response = app.test_client().get("/slow")
            assert_problem(response, "query-timeout")
            assert response.headers["Retry-After"] == "5"
            app.extensions["database"].close()


class TestLogs:
    @pytest.fixture
    def default_logs(self):
        """Undo the configuration of logging by the test."""
        yield
        structlog.reset_defaults()

    @pytest.fixture
    def failing_app(self, app, monkeypatch):
        monkeypatch.setattr("api.views.reads.session", lambda: 1 / 0)
        app = create_app(replace(app.extensions["settings"], access_log="off"))
        yield app
        app.extensions["database"].close()

    @pytest.mark.usefixtures("default_logs")
    def test_an_internal_error_is_logged_once_without_variables(self, failing_app, capfd):
        logs.configure()
        response = failing_app.test_client().get("/v1/quotes", headers={"Authorization": "Bearer hunter2"})
        [line] = capfd.readouterr().err.splitlines()
        assert json.loads(line)["request_id"] == response.get_json()["request_id"]
        assert "ZeroDivisionError" in line
        assert "hunter2" not in line

    def test_an_exception_while_a_request_is_torn_down_is_a_problem_and_is_logged_once(
        self, failing_app, capfd
    ):
        # Called last, so that the session is closed.
        failing_app.teardown_appcontext_funcs.insert(0, lambda _error: 1 / 0)
        for path in ("/", "/livez", "/v1/quotes", "/embed.js"):
            response = failing_app.test_client().get(path)
            body = assert_problem(response, "internal-error")
            assert body["instance"] == path
            [line] = capfd.readouterr().err.splitlines()
            assert json.loads(line)["request_id"] == body["request_id"]


class TestProblemPages:
    @each("code", PROBLEM_TYPES)
    def test_every_problem_has_a_page(self, client, code):
        response = client.get(f"/docs/problems/{code}")
        assert response.status_code == 200
        assert PROBLEM_TYPES[code].remedy[:20] in response.text.replace("&#39;", "'")

    def test_all_are_listed(self, client):
        text = client.get("/docs/problems").text
        assert all(f"/docs/problems/{code}" in text for code in PROBLEM_TYPES)

    def test_an_unknown_one_is_not_found(self, client):
        assert_problem(client.get("/docs/problems/no-such-problem"), "not-found")


class TestHostileInput:
    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        name=st.sampled_from(["theme", "id", "limit", "cursor", "sort", "count", "max_severity", "language"])
        | st.text(max_size=20),
        value=st.text(max_size=200) | st.text(alphabet=string.printable, max_size=200),
    )
    def test_no_parameter_makes_a_5xx(self, client, name, value):
        response = client.get("/v1/quotes", query_string={name: value.encode("utf-8", "replace")})
        assert response.status_code in (200, 414, 422)

    @settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(raw=st.binary(max_size=60))
    def test_no_path_makes_a_5xx(self, client, raw):
        response = client.get("/v1/" + urllib.parse.quote_from_bytes(raw))
        assert response.status_code in (200, 308, 404)

    @each("query", ["%ff", "theme=%ff%fe", "%00=%00", "theme=%ED%A0%80", "&&&==", "a" * 29_000])
    def test_invalid_encodings_make_no_5xx(self, client, query):
        assert client.get(f"/v1/quotes?{query}").status_code in (200, 400, 414, 422)
