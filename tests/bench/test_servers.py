"""Servers are started, compared at a tiny size, and gone afterwards."""

import sys
from pathlib import Path

import pytest
from rich.console import Console

from bench import scenarios as g
from bench import server_comparison as comparing
from bench.compare.cases import Case, Group
from bench.compare.recording import record_page, record_quotes
from bench.compare.rounds import Effort, Lost, measured
from bench.compare.subjects import subjects
from bench.load import Request
from bench.servers import contenders
from bench.servers.processes import cpu_seconds, resident_bytes, tree
from bench.servers.server_process import NotStarted, Server, running

TINY = Effort(rounds=1, seconds=0.2, connections=2)
#: Answers so many times: the first when it is asked whether it is ready, the second to be compared.
MORTAL = """
import os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Mortal(BaseHTTPRequestHandler):
    asked = 0

    def do_GET(self):
        Mortal.asked += 1
        if Mortal.asked > int(sys.argv[2]):
            print("I cannot go on", flush=True)
            os._exit(3)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass

HTTPServer(("127.0.0.1", int(sys.argv[1])), Mortal).serve_forever()
"""


@pytest.fixture(scope="module")
def of(sqlite_engine):
    with sqlite_engine.fresh("pack") as url:
        yield subjects(url)


@pytest.fixture(scope="module")
def recorded(of, tmp_path_factory):
    """Answers in a folder with the headers that they are asked with, and all quotes in a file."""
    folder, documents = tmp_path_factory.mktemp("recorded"), tmp_path_factory.mktemp("all") / "documents.json"
    with running(contenders.subtext(of.url)) as ours:
        headers = record_page(ours.port, g.page_path(of), folder)
        record_quotes(ours.port, documents)
    return folder, headers, documents


class TestRunning:
    def test_nothing_of_a_server_is_left(self, of):
        with running(contenders.subtext(of.url)) as server:
            processes = tree(server.process)
            assert len(processes) > 1
            assert cpu_seconds(server.process) > 0
            assert resident_bytes(server.process)[0] > 10_000_000
        assert not [one for one in processes if Path(f"/proc/{one}").exists()]

    def test_a_server_that_ends_says_why(self):
        broken = Server("broken", lambda _: ["python3", "-c", "raise SystemExit('no such thing')"], "/")
        with pytest.raises(NotStarted, match="broken did not answer /: no such thing"), running(broken):
            pass


class TestAServerThatIsLost:
    """One that answers until it is measured, and ends: here a page that is asked for ends it."""

    @pytest.fixture
    def group(self):
        lives = {"ours": 1_000_000, "theirs": 1_000_000, "mortal": 2}
        cases = [Case(name, self.server(name, times), Request("/", {})) for name, times in lives.items()]
        return Group("mortal", "Mortals", "", cases, [("ours", "theirs"), ("ours", "mortal")])

    def server(self, name, times):
        return Server(name, lambda port: [sys.executable, "-c", MORTAL, str(port), str(times)], "/")

    def test_it_is_said_which_and_what_it_printed(self, group):
        with pytest.raises(Lost, match=r"It ended with 3, and printed: I cannot go on") as lost:
            measured(group, TINY)
        assert lost.value.server == "mortal"

    def test_the_others_are_compared_without_it(self, group):
        left_out = {}
        found = comparing.measured_or_left_out(group, TINY, Console(quiet=True), left_out)
        assert [case["name"] for case in found["cases"]] == ["ours", "theirs"]
        assert len(found["comparisons"]) == 1
        assert "I cannot go on" in left_out["mortal (Mortals)"]
        assert found["lost"] == ["mortal"]

    def test_one_that_is_lost_once_is_compared_after_all(self, group, monkeypatch):
        taken, left_out = [Lost("mortal", "It ended with -11"), {"cases": [], "comparisons": []}], {}

        def first_lost(*_):
            one = taken.pop(0)
            if isinstance(one, Lost):
                raise one
            return one

        monkeypatch.setattr(comparing, "measured", first_lost)
        found = comparing.measured_or_left_out(group, TINY, Console(quiet=True), left_out)
        assert (found["lost"], left_out) == (["mortal"], {})


@pytest.mark.slow
class TestMeasuring:
    def test_the_bare_application_returns_the_same_bytes(self, of, recorded):
        found = measured(g.front(of, *recorded[:2]), TINY)
        for bare, ours in zip(found["cases"][::2], found["cases"][1::2], strict=True):
            assert bare["bytes"] == ours["bytes"]
            assert bare["errors"] == ours["errors"] == 0
        assert [pair["case"] for pair in found["comparisons"]] == [
            case["name"] for case in found["cases"][1::2]
        ]

    @pytest.mark.parametrize("make_group", [g.pages, g.pages_as_they_come, g.items])
    def test_everyone_who_is_installed_is_compared(self, of, recorded, make_group):
        whole = make_group(of, recorded[2])
        names = ("FastAPI + ORM", "Datasette", "json-server")
        group = whole.without({name: reason for name in names if (reason := contenders.missing(name))})
        found = measured(group, TINY)
        assert [case["name"] for case in found["cases"]] == [case.name for case in group.cases]
        assert all(case["answers"] and not case["errors"] for case in found["cases"])
        assert len(found["comparisons"]) == len(group.pairs)
