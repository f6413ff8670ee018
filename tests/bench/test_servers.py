"""Servers are started, compared with very few requests, and stopped afterwards."""

import shutil
import sys
from pathlib import Path

import pytest

from bench import scenarios
from bench.load_generator import Request
from bench.sample_ids import page_ids
from bench.scenarios import Case, Group
from bench.server_comparison import (
    Effort,
    ServerLost,
    compare_group,
    compare_or_leave_out,
    record_page,
    record_quotes,
)
from bench.servers import contenders
from bench.servers.server_process import NotStarted, Server, running

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed"),
]
TINY = Effort(rounds=1, seconds=1, connections=2)
#: A server that exits after this many requests. The first two are the readiness check and the comparison of items.
MORTAL = """
import os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Mortal(BaseHTTPRequestHandler):
    requests = 0

    def do_GET(self):
        Mortal.requests += 1
        if Mortal.requests > int(sys.argv[2]):
            print("I cannot go on", flush=True)
            os._exit(3)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass

HTTPServer(("127.0.0.1", int(sys.argv[1])), Mortal).serve_forever()
"""


@pytest.fixture(scope="module")
def ids(sqlite_engine):
    with sqlite_engine.fresh("pack") as url:
        yield page_ids(url)


@pytest.fixture(scope="module")
def recorded(ids, tmp_path_factory):
    """A file of responses with their request headers, and a file of all quotes."""
    folder = tmp_path_factory.mktemp("recorded")
    responses, documents = folder / "responses.pickle", folder / "documents.json"
    with running(contenders.subtext(ids.url)) as subtext:
        headers = record_page(subtext.port, scenarios.page_request(ids).path, responses)
        record_quotes(subtext.port, documents)
    return responses, headers, documents


class TestRunning:
    def test_no_process_of_a_server_is_left(self, ids):
        with running(contenders.subtext(ids.url)) as server:
            processes = server.processes
            assert len(processes) > 1
            assert server.cpu_seconds > 0
            assert server.resident_megabytes > 10
        assert not [pid for pid in processes if Path(f"/proc/{pid}").exists()]

    def test_a_server_that_ends_is_reported_with_its_output(self):
        broken = Server("broken", lambda _: ["python3", "-c", "raise SystemExit('no such thing')"], "/")
        message = "broken did not serve /. It ended with 1, and printed: no such thing"
        with pytest.raises(NotStarted, match=message), running(broken):
            pass


class TestLostServer:
    """The server exits while it is measured, since it only responds to the two requests before."""

    @pytest.fixture
    def group(self):
        max_requests = {"ours": 1_000_000, "theirs": 1_000_000, "mortal": 2}
        cases = [
            Case(name, self.server(name, times), Request("/"), False) for name, times in max_requests.items()
        ]
        return Group("mortal", "Mortals", "", cases, [("ours", "theirs"), ("ours", "mortal")])

    def server(self, name, times):
        return Server(name, lambda port: [sys.executable, "-c", MORTAL, str(port), str(times)], "/")

    def test_it_is_named_with_its_output(self, group):
        with pytest.raises(ServerLost, match=r"It ended with 3, and printed: I cannot go on") as lost:
            compare_group(group, TINY)
        assert lost.value.args[0] == "mortal"

    def test_the_others_are_compared_without_it(self, group):
        left_out = {}
        results = compare_or_leave_out(group, TINY, left_out)
        assert [case["name"] for case in results["cases"]] == ["ours", "theirs"]
        assert len(results["comparisons"]) == 1
        assert "I cannot go on" in left_out["mortal (Mortals)"]


class TestMeasuring:
    def test_the_bare_application_returns_the_same_bytes(self, ids, recorded):
        results = compare_group(scenarios.cached_group(ids, *recorded[:2]), TINY)
        for bare, ours in zip(results["cases"][::2], results["cases"][1::2], strict=True):
            assert bare["bytes"] == ours["bytes"]
            assert bare["errors"] == ours["errors"] == 0
        assert [pair["case"] for pair in results["comparisons"]] == [
            case["name"] for case in results["cases"][1::2]
        ]

    @pytest.mark.parametrize("build_group", [scenarios.page_group, scenarios.item_group])
    def test_every_installed_server_is_compared(self, ids, recorded, build_group):
        all_servers = build_group(ids, recorded[2])
        group = all_servers.without([name for name in contenders.OPTIONAL if contenders.missing(name)])
        results = compare_group(group, TINY)
        assert [case["name"] for case in results["cases"]] == [case.name for case in group.cases]
        assert all(case["responses"] and not case["errors"] for case in results["cases"])
        assert len(results["comparisons"]) == len(group.pairs)
