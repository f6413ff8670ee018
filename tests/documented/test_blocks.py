"""Every block of code in README and guides is run, and does what is shown."""

import re
from contextlib import ExitStack

import pytest

from tests.cases import each
from tests.documented import matching, running
from tests.documented.blocks import FILES, RUN, fences, runs

EVERY = [run for path in FILES for run in runs(fences(path))]


@pytest.fixture
def settings(sqlite_engine):
    """A database of its own for what a block starts; an empty one, as a new user has it."""
    with sqlite_engine.fresh(None) as url:
        yield {"SUBTEXT_DATABASE_URL": url}


class TestEveryBlock:
    @pytest.mark.parametrize("run", EVERY, ids=str)
    def test_does_what_is_shown(self, run, server, settings, tmp_path, request):
        places = {running.WRITTEN_WITH: server.url.removeprefix("http://"), "/srv/subtext": str(tmp_path)}
        with ExitStack() as around:
            if running.POSTGRESQL in run.block.text:
                fresh = request.getfixturevalue("postgresql_engine").fresh(None)
                places[running.POSTGRESQL] = around.enter_context(fresh)
            if re.search("subtext.client", run.block.text):
                settings |= running.installed(request.getfixturevalue("clients"), tmp_path)
            if run.set_up:
                proxy = running.proxied(run.set_up, tmp_path, places)
                places[running.PROXY] = around.enter_context(proxy)
            does = running.started_by if running.SERVES.search(run.block.text) else running.printed_by
            printed = does(run.block, tmp_path, places, **settings)
        if run.answer:
            matching.check(run.answer.language, run.answer.text, printed)

    @each("path", FILES)
    def test_is_run_or_belongs_to_one_that_is(self, path):
        found = fences(path)
        marks = re.findall(r"^ *(?:```|~~~)", path.read_text("utf-8"), re.MULTILINE)
        taken = [part for run in runs(found) for part in (run.block, run.answer, run.set_up) if part]
        assert len(found) * 2 == len(marks)
        assert sorted(fence.place for fence in taken) == sorted(fence.place for fence in found)
        assert {run.block.language for run in runs(found)} <= RUN

    def test_there_are_many_in_every_language(self):
        counted = {language: sum(run.block.language == language for run in EVERY) for language in RUN}
        assert counted["sh"] > 20
        assert min(counted.values()) >= 2
