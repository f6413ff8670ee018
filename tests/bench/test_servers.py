"""Servers are started, compared at a tiny size, and gone afterwards."""

from pathlib import Path

import pytest

from bench.compare import groups as g
from bench.compare.recording import record_page, record_quotes
from bench.compare.rounds import Effort, measured
from bench.compare.subjects import subjects
from bench.servers import contenders
from bench.servers.processes import cpu_seconds, resident_bytes, tree
from bench.servers.running import NotStarted, Server, running

TINY = Effort(rounds=1, seconds=0.2, connections=2)


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
