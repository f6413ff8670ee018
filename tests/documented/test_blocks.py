"""Every code block of the documents in ``FILES`` is run, and prints the output that is shown."""

import re
import shutil
from contextlib import ExitStack, contextmanager

import pytest
from sqlalchemy import make_url

from models.database import Database
from tests.api.writing.conftest import add_key
from tests.cases import each
from tests.documented import matching, running
from tests.documented.blocks import BROWSER_LANGUAGES, FILES, ROOT, RUN_LANGUAGES, fences, group_runs
from tests.serving import serving

ALL_RUNS = [run for path in FILES for run in group_runs(fences(path))]
#: A command that takes half a minute. What it builds is also built and installed at night.
SLOW_COMMAND = "make clients"
#: The database of blocks that name a file. It has the pack, unless the block creates it.
DATABASE_FILE, CREATE_COMMAND = "/srv/subtext/subtext.sqlite3", "subtext migrate"


#: The environment variable of an API key. Blocks that use it get a server of their own, to write to.
KEY_VARIABLE = "SUBTEXT_KEY"


@contextmanager
def server_to_write(request, folder):
    """Yield the host of a server over the pack, and an API key of it."""
    with request.getfixturevalue("sqlite_engine").fresh("pack") as url:
        database = Database(url)
        key = add_key(database)
        database.close()
        with serving(folder / "writes.log", SUBTEXT_DATABASE_URL=url) as server:
            yield server.url.removeprefix("http://"), key


@pytest.fixture
def settings(sqlite_engine):
    """Settings with an empty database for the servers that blocks start."""
    with sqlite_engine.fresh(None) as url:
        yield {"SUBTEXT_DATABASE_URL": url}


class TestEveryBlock:
    @pytest.mark.parametrize(
        "run",
        [
            pytest.param(run, marks=[pytest.mark.nightly] if SLOW_COMMAND in run.block.text else [])
            for run in ALL_RUNS
        ],
        ids=str,
    )
    def test_prints_the_output_that_is_shown(self, run, server, settings, tmp_path, request):
        replacements = {
            running.DOCUMENTED_HOST: server.url.removeprefix("http://"),
            "/srv/subtext": str(tmp_path),
        }
        with ExitStack() as stack:
            if DATABASE_FILE in run.block.text and CREATE_COMMAND not in run.block.text:
                packed = request.getfixturevalue("sqlite_engine").fresh("pack")
                shutil.copy(make_url(stack.enter_context(packed)).database, tmp_path / "subtext.sqlite3")
            if running.POSTGRESQL in run.block.text:
                new_database = request.getfixturevalue("postgresql_engine").fresh(None)
                replacements[running.POSTGRESQL] = stack.enter_context(new_database)
            if re.search("subtext_client|@subtext/client", run.block.text):
                settings |= running.install_clients(request.getfixturevalue("clients"), tmp_path)
            if KEY_VARIABLE in run.block.text:
                url, settings[KEY_VARIABLE] = stack.enter_context(server_to_write(request, tmp_path))
                replacements[running.DOCUMENTED_HOST] = url
            if run.set_up:
                proxy = running.running_proxy(run.set_up, tmp_path, replacements)
                replacements[running.PROXY] = stack.enter_context(proxy)
            run_function = (
                running.run_server_block
                if running.SERVER_COMMAND.search(run.block.text)
                else running.run_block
            )
            output = run_function(run.block, tmp_path, replacements, **settings)
        if run.output:
            matching.check(run.output.language, run.output.text, output)

    @each("path", FILES)
    def test_is_run_or_belongs_to_a_block_that_is(self, path):
        blocks = fences(path)
        marks = re.findall(r"^ *(?:```|~~~)", path.read_text("utf-8"), re.MULTILINE)
        used_blocks = [
            part for run in group_runs(blocks) for part in (run.block, run.output, run.set_up) if part
        ]
        used_blocks += [
            fence
            for fence in blocks
            if (fence.file or fence.language in BROWSER_LANGUAGES) and fence not in used_blocks
        ]
        assert len(blocks) * 2 == len(marks)
        assert sorted(fence.location for fence in used_blocks) == sorted(fence.location for fence in blocks)
        assert {run.block.language for run in group_runs(blocks)} <= RUN_LANGUAGES

    def test_an_excerpt_is_in_its_file(self):
        excerpts = [fence for path in FILES for fence in fences(path) if fence.file]
        assert len(excerpts) > 1
        for excerpt in excerpts:
            assert excerpt.text in (ROOT / excerpt.file).read_text("utf-8"), excerpt.location

    def test_there_are_blocks_in_every_language(self):
        counts = {
            language: sum(run.block.language == language for run in ALL_RUNS) for language in RUN_LANGUAGES
        }
        assert counts["sh"] > 20
        assert min(counts.values()) >= 2
