"""How the Python client repeats, revalidates and reports, against responses that a test makes."""

import asyncio
import datetime
import importlib
import json
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.cases import each

pytestmark = pytest.mark.slow

URL = "https://subtext.example/api"
PROBLEM = {
    "type": "https://subtext.example/docs/problems/unavailable",
    "code": "unavailable",
    "title": "Unavailable",
    "status": 503,
    "detail": "The database is overloaded.",
    "instance": "/v1/meta",
    "request_id": "01KAQ8Z4W3M5T7V9X1B2C4D6F8",
    "errors": [{"location": "query", "pointer": "limit", "detail": "Too many.", "allowed": ["1"]}],
}


@pytest.fixture(scope="module")
def sdk(python_path):
    """The package, imported from the folder in which it was generated."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(python_path))
        yield importlib.import_module("subtext_client")
        for name in [name for name in sys.modules if name.partition(".")[0] == "subtext_client"]:
            patch.delitem(sys.modules, name)


class Service:
    """Answers with the given responses in turn, the last of them for ever; knows requests and pauses."""

    def __init__(self, *responses):
        self.responses = list(responses)
        self.requests = []
        self.pauses = []

    def __call__(self, request):
        self.requests.append(request)
        response = self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]
        if isinstance(response, Exception):
            raise response
        return response(request) if callable(response) else response

    def client(self, sdk, **options):
        http_client = httpx.Client(transport=httpx.MockTransport(self))
        return sdk.Subtext(URL, http_client=http_client, sleep=self.pauses.append, **options)

    def async_client(self, sdk, **options):
        async def sleep(seconds):
            self.pauses.append(seconds)

        http_client = httpx.AsyncClient(transport=httpx.MockTransport(self))
        return sdk.AsyncSubtext(URL, http_client=http_client, sleep=sleep, **options)


def problem(status=503, code="unavailable", **headers):
    body = json.dumps(PROBLEM | {"status": status, "code": code})
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(
        status, text=body, headers={"Content-Type": "application/problem+json; charset=utf-8"} | names
    )


def page(*ids, cursor=None, **headers):
    data = [{"type": "theme", "id": each} for each in ids]
    next_url = cursor and f"https://elsewhere.example/v1/themes?cursor={cursor}"
    position = {
        "limit": 2,
        "next": next_url,
        "next_cursor": cursor,
        "previous": None,
        "previous_cursor": None,
    }
    position |= {"total": None, "total_relation": None}
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(200, json={"data": data, "page": position, "notice": None}, headers=names)


def ids(client):
    return [theme.id for theme in client.themes.list(fields="id")]


class TestRetries:
    def test_waits_as_long_as_the_service_asks(self, sdk):
        service = Service(problem(429, "too-many-requests", Retry_After="7"), problem(), page("a"))
        assert ids(service.client(sdk)) == ["a"]
        assert service.pauses[0] == 7
        assert 0.5 <= service.pauses[1] <= 1

    def test_of_the_asynchronous_client_are_the_same(self, sdk):
        service = Service(
            problem(429, "too-many-requests", Retry_After="7"), httpx.ReadTimeout("slow"), page("a")
        )

        async def run():
            async with service.async_client(sdk) as client:
                return [theme.id async for theme in client.themes.list(fields="id")]

        # In a thread of its own, as the loop of a browser may run in this one.
        with ThreadPoolExecutor() as threads:
            assert threads.submit(lambda: asyncio.run(run())).result() == ["a"]
        assert service.pauses[0] == 7
        assert len(service.requests) == 3

    def test_end_after_so_many_attempts(self, sdk):
        service = Service(problem())
        with pytest.raises(sdk.UnavailableError):
            service.client(sdk, retry=sdk.Retry(attempts=2)).meta()
        assert len(service.requests) == 3
        assert len(service.pauses) == 2

    def test_end_where_the_service_asks_for_more_time_than_there_is(self, sdk):
        service = Service(problem(429, "too-many-requests", Retry_After="40"))
        with pytest.raises(sdk.TooManyRequestsError) as raised:
            service.client(sdk, retry=sdk.Retry(attempts=9, max_wait=100)).meta()
        assert service.pauses == [40, 40]
        assert raised.value.retry_after == 40

    def test_a_date_in_the_past_is_no_wait(self, sdk):
        service = Service(problem(Retry_After="Fri, 31 Dec 1999 23:59:59 GMT"), page("a"))
        assert ids(service.client(sdk)) == ["a"]
        assert service.pauses == [0]

    @each("value", ["soon", "-1", "1.5", "², ", "Fri, 99 Dec 1999 23:59:59 GMT"])
    def test_nonsense_is_as_if_there_were_no_header(self, sdk, value):
        service = Service(problem(Retry_After=value.encode()), page("a"))
        assert ids(service.client(sdk)) == ["a"]
        assert 0.25 <= service.pauses[0] <= 0.5

    def test_failed_connections_are_repeated(self, sdk):
        service = Service(httpx.ConnectError("refused"), httpx.ReadError("reset"), page("a"))
        assert ids(service.client(sdk)) == ["a"]

    def test_a_failed_connection_is_an_error_with_its_cause(self, sdk):
        service = Service(httpx.ConnectError("refused"))
        with pytest.raises(sdk.APIConnectionError, match="refused") as raised:
            service.client(sdk).meta()
        assert isinstance(raised.value.__cause__, httpx.ConnectError)
        assert len(service.requests) == 4

    @each("status, code", [(404, "not-found"), (422, "invalid-parameters"), (500, "internal-error")])
    def test_other_errors_are_not_repeated(self, sdk, status, code):
        service = Service(problem(status, code))
        with pytest.raises(sdk.APIError):
            service.client(sdk).meta()
        assert len(service.requests) == 1


class TestCache:
    def test_an_unchanged_response_is_read_from_it(self, sdk):
        service = Service(
            page("a", ETag='"1"'), httpx.Response(304), page("b", ETag='"2"'), httpx.Response(304)
        )
        client = service.client(sdk)
        assert [ids(client) for _ in range(4)] == [["a"], ["a"], ["b"], ["b"]]
        assert [request.headers.get("If-None-Match") for request in service.requests] == [
            None,
            '"1"',
            '"1"',
            '"2"',
        ]

    def test_what_the_caller_changes_is_not_cached(self, sdk):
        service = Service(page("a", ETag='"1"'), httpx.Response(304))
        client = service.client(sdk)
        client.themes.list(fields="id").first_page().data.clear()
        assert ids(client) == ["a"]

    def test_another_query_is_another_entry(self, sdk):
        service = Service(page("a", ETag='"1"'))
        client = service.client(sdk)
        list(client.themes.list(fields="id", limit=1))
        list(client.themes.list(fields="id", limit=2))
        assert "If-None-Match" not in service.requests[1].headers

    @each("headers", [{}, {"ETag": '"1"', "Cache_Control": "no-store"}])
    def test_what_must_not_be_kept_is_not(self, sdk, headers):
        service = Service(page("a", **headers))
        client = service.client(sdk)
        assert [ids(client), ids(client)] == [["a"], ["a"]]
        assert "If-None-Match" not in service.requests[1].headers

    def test_it_can_be_turned_off(self, sdk):
        service = Service(page("a", ETag='"1"'))
        client = service.client(sdk, cache=False)
        assert [ids(client), ids(client)] == [["a"], ["a"]]
        assert "If-None-Match" not in service.requests[1].headers

    def test_its_entries_are_bounded(self, sdk):
        cache = sdk.Cache(max_entries=2)
        client = Service(page("a", ETag='"1"')).client(sdk, cache=cache)
        for limit in (1, 2, 1, 3):
            list(client.themes.list(fields="id", limit=limit))
        kept = [cache.get(f"{URL}/v1/themes?fields=id&limit={limit}") for limit in (1, 2, 3)]
        assert [entry is not None for entry in kept] == [True, False, True]

    def test_its_bytes_are_bounded(self, sdk):
        size = len(page("a").content)
        cache = sdk.Cache(max_bytes=2 * size)
        client = Service(page("a", ETag='"1"')).client(sdk, cache=cache)
        for limit in (1, 2, 3):
            list(client.themes.list(fields="id", limit=limit))
        assert len(cache) == 2

    def test_a_response_larger_than_it_is_not_kept(self, sdk):
        cache = sdk.Cache(max_bytes=10)
        assert ids(Service(page("a", ETag='"1"')).client(sdk, cache=cache)) == ["a"]
        assert len(cache) == 0

    def test_a_304_that_was_not_asked_for_is_an_error(self, sdk):
        with pytest.raises(sdk.UnexpectedResponseError, match="304"):
            Service(httpx.Response(304)).client(sdk).meta()


class TestPages:
    def test_the_next_page_is_requested_from_the_service_that_was_named(self, sdk):
        service = Service(page("a", "b", cursor="x y"), page("c"))
        assert ids(service.client(sdk)) == ["a", "b", "c"]
        assert [str(request.url) for request in service.requests] == [
            f"{URL}/v1/themes?fields=id",
            f"{URL}/v1/themes?fields=id&cursor=x+y",
        ]

    def test_they_are_requested_when_they_are_needed(self, sdk):
        service = Service(page("a", "b", cursor="next"), page("c"))
        themes = iter(service.client(sdk).themes.list(fields="id"))
        assert len(service.requests) == 0
        assert next(themes).id == "a"
        assert len(service.requests) == 1

    def test_a_next_page_that_is_this_one_is_an_error(self, sdk):
        service = Service(page("a", cursor="same"))
        with pytest.raises(sdk.SubtextError, match="cursor"):
            ids(service.client(sdk))
        assert len(service.requests) == 2


class TestErrors:
    def test_a_problem_has_all_that_the_document_says(self, sdk):
        with pytest.raises(sdk.UnavailableError) as raised:
            Service(problem(Retry_After="100")).client(sdk).meta()
        error = raised.value
        assert {name: getattr(error, name) for name in PROBLEM if name != "errors"} == {
            name: value for name, value in PROBLEM.items() if name != "errors"
        }
        assert [each.to_dict() for each in error.errors] == PROBLEM["errors"]
        assert error.retry_after == 100
        assert str(error) == "Unavailable (503): The database is overloaded.\n  limit: Too many."

    def test_it_can_be_pickled(self, sdk):
        error = sdk.UnavailableError(PROBLEM, 2.0)
        assert str(pickle.loads(pickle.dumps(error))) == str(error)

    def test_a_problem_of_a_new_type_is_an_api_error(self, sdk):
        with pytest.raises(sdk.APIError) as raised:
            Service(problem(418, "teapot")).client(sdk).meta()
        assert type(raised.value) is sdk.APIError
        assert raised.value.code == "teapot"

    @each(
        "response",
        [
            httpx.Response(500, text="<h1>Bad gateway</h1>" * 1000),
            httpx.Response(500, text="{", headers={"Content-Type": "application/problem+json"}),
            httpx.Response(500, text="[]", headers={"Content-Type": "application/problem+json"}),
            httpx.Response(500, json={"code": "x"}, headers={"Content-Type": "application/problem+json"}),
            httpx.Response(200, text="<h1>Sign in to this network</h1>"),
            httpx.Response(200, json={"data": 1}),
            httpx.Response(200, json=None),
        ],
    )
    def test_what_the_api_does_not_send_is_told_from_problems(self, sdk, response):
        with pytest.raises(sdk.UnexpectedResponseError) as raised:
            Service(response).client(sdk).themes.list().first_page()
        assert len(raised.value.body) <= 1000
        assert raised.value.status == response.status_code

    def test_redirects_end(self, sdk):
        service = Service(httpx.Response(308, headers={"Location": f"{URL}/v1/meta"}))
        with pytest.raises(sdk.APIConnectionError, match="redirects"):
            service.client(sdk).meta()
        assert len(service.requests) < 30


class TestWrites:
    def test_one_that_is_in_progress_is_repeated_with_its_key_and_body(self, sdk):
        running = problem(409, "request-in-progress", Retry_After="1")
        service = Service(httpx.ReadTimeout("slow"), problem(502), running, httpx.Response(204))
        service.client(sdk).quotes.delete("x", if_match='"1"')
        assert service.pauses[2] == 1
        assert len({tuple(request.headers.raw) for request in service.requests}) == 1
        assert service.requests[0].headers["If-Match"] == '"1"'

    @each(
        "status, code", [(409, "conflict"), (412, "precondition-failed"), (422, "invalid-body"), (428, "x")]
    )
    def test_one_that_is_refused_is_an_error_at_once(self, sdk, status, code):
        service = Service(problem(status, code, Retry_After="1"))
        with pytest.raises(sdk.APIError):
            service.client(sdk).quotes.update("x", {"scene": None}, if_match='"1"', note="Why & how")
        assert [request.content for request in service.requests] == [b'{"scene": null}']
        assert service.requests[0].url.query == b"note=Why+%26+how"
        assert service.requests[0].headers["Content-Type"] == "application/merge-patch+json"

    def test_each_has_a_key_of_its_own_or_that_of_the_caller(self, sdk):
        service = Service(httpx.Response(204))
        client = service.client(sdk)
        for options in ({}, {}, {"idempotency_key": "mine:1"}):
            client.quotes.delete("x", if_match="*", **options)
        keys = [request.headers["Idempotency-Key"] for request in service.requests]
        assert len(set(keys)) == 3
        assert keys[2] == '"mine:1"'
        with pytest.raises(ValueError, match="idempotency key"):
            client.quotes.delete("x", if_match="*", idempotency_key="a\r\nb")

    def test_a_body_takes_dates_and_no_other_objects(self, sdk):
        service = Service(problem(422, "invalid-body"))
        client = service.client(sdk)
        with pytest.raises(sdk.InvalidBodyError):
            client.sources.update("x", {"published_on": datetime.date(2026, 1, 2)}, if_match="*")
        assert service.requests[0].content == b'{"published_on": "2026-01-02"}'
        with pytest.raises(TypeError, match="object"):
            client.sources.update("x", {"title": object()}, if_match="*")

    @each("options", [{}, {"if_match": "*", "create": True}])
    def test_an_item_is_either_replaced_or_created(self, sdk, options):
        with pytest.raises(ValueError, match="either"):
            Service(page()).client(sdk).themes.replace("x", {}, **options)

    def test_an_item_without_an_etag_is_an_error(self, sdk):
        with pytest.raises(sdk.UnexpectedResponseError):
            Service(page()).client(sdk).themes.get_versioned("x")


class TestRequests:
    def test_arguments_become_parameters(self, sdk):
        service = Service(page())
        client = service.client(sdk)
        query = {"theme": ["a", "b"], "count": True, "q": "“x” & y", "limit": None}
        list(client.quotes.list(**query))
        with pytest.raises(sdk.SubtextError):
            client.quotes.daily(date=datetime.date(2026, 1, 2))
        assert [str(request.url).partition("?")[2] for request in service.requests] == [
            "theme=a&theme=b&count=true&q=%E2%80%9Cx%E2%80%9D+%26+y",
            "date=2026-01-02",
        ]

    def test_ids_are_encoded(self, sdk):
        service = Service(problem(404, "not-found"))
        with pytest.raises(sdk.NotFoundError):
            service.client(sdk).quotes.get("../../docs?x#y")
        assert str(service.requests[0].url) == f"{URL}/v1/quotes/..%2F..%2Fdocs%3Fx%23y"

    @each("id", ["", ".", ".."])
    def test_an_id_that_names_another_resource_is_refused(self, sdk, id):
        with pytest.raises(ValueError, match="not an id"):
            Service(page()).client(sdk).quotes.get(id)

    @each("url", ["subtext.example", "ftp://subtext.example", "https://", "https://subtext.example?x=y", ""])
    def test_a_base_url_that_is_none_is_refused(self, sdk, url):
        with pytest.raises(ValueError, match="base URL"):
            sdk.Subtext(url)

    def test_headers_name_the_program_and_the_package(self, sdk):
        service = Service(page("a"))
        client = service.client(sdk, user_agent="reader/2", headers={"Authorization": "Bearer x"})
        ids(client)
        headers = service.requests[0].headers
        assert headers["User-Agent"] == f"reader/2 subtext-client-python/{sdk.__version__}"
        assert headers["Authorization"] == "Bearer x"
        assert headers["Accept"] == "application/json"

    def test_a_key_is_sent_and_never_shown(self, sdk):
        service = Service(page("a"))
        client = service.client(sdk, key="subtext_secret", headers={"authorization": "Bearer x"})
        ids(client)
        assert service.requests[0].headers.get_list("Authorization") == ["Bearer subtext_secret"]
        settings = client._settings
        assert "secret" not in f"{client!r} {vars(client)} {vars(settings)}"

    @each("key", ["", "secret\n", " secret", "secrét"])
    def test_a_key_that_cannot_be_sent_is_refused_without_showing_it(self, sdk, key):
        with pytest.raises(ValueError, match="line breaks") as raised:
            sdk.Subtext(URL, key=key)
        assert "secr" not in str(raised.value)

    def test_a_key_is_sent_in_the_clear_to_this_machine_only(self, sdk):
        for host in ("localhost", "127.0.0.1:8000", "127.1.2.3", "[::1]:8000", "a.localhost"):
            sdk.Subtext(f"http://{host}", key="secret").close()
        for host in ("subtext.example", "10.0.0.1", "localhost.example", "notlocalhost"):
            with pytest.raises(ValueError, match="allow_http"):
                sdk.Subtext(f"http://{host}", key="secret")
            sdk.Subtext(f"http://{host}", key="secret", allow_http=True).close()
            sdk.Subtext(f"http://{host}").close()

    def test_an_http_client_of_the_caller_is_not_closed(self, sdk):
        http_client = httpx.Client()
        with sdk.Subtext(URL, http_client=http_client):
            pass
        assert not http_client.is_closed
        http_client.close()

    def test_a_reference_to_what_has_no_item_is_refused(self, sdk):
        with pytest.raises(ValueError, match="no item"):
            Service(page()).client(sdk).follow(type("Reference", (), {"type_": "actor", "id": "x"}))
