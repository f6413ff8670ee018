"""The log of a server process: every line of standard error is one JSON object."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.serving import RunningServer, free_port, wait
from tests.waiting import until

PROGRAM = """
import logging, os, sys, threading, warnings
from api.core import logging as logs

logs.configure_server()

def log(number):
    for line in range(50):
        text = f"{number}\\n\\0é\\udc80 " + "x" * (9_000 if line % 2 else 10)
        logs.write_event(text, worker=os.getpid())
        logs.get_logger("structlog").warning(text)
        logging.getLogger("library").error(text)
        print(text, file=sys.stderr)

children = [os.fork() for _ in range(1)]
threads = [threading.Thread(target=log, args=(number,)) for number in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
if children[0]:
    os.waitpid(children[0], 0)
"""
STUCK = """
import os, sys
from api.core import logging as logs

for number in range(200):
    logs.write_event("before " + "x" * 9_000, number=number)
print("done", flush=True)
sys.stdin.read()
logs.write_event("after")
"""
FAILURES = """
import logging, sys, threading, warnings
from api.core import logging as logs

logs.configure_server()
warnings.warn("a warning", UserWarning)
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger("library").exception("caught")
thread = threading.Thread(target=lambda: [][0])
thread.start()
thread.join()

class Unraisable:
    def __del__(self):
        raise ValueError("in __del__")

Unraisable()
secret = "hunter2"
raise RuntimeError("at the end")
"""


def run(program):
    return subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)


class TestLines:
    def test_threads_of_two_processes_do_not_mix_their_lines(self):
        """A pipe takes only 4 KiB at once."""
        result = run(PROGRAM)
        lines = [json.loads(line) for line in result.stderr.splitlines()]
        # A line with a line break, printed to standard error, is two lines.
        assert len(lines) == 2 * 4 * 50 * 5
        assert {line["event"][:1] for line in lines} == {*"0123", "\0"}

    def test_a_reader_that_hangs_stops_nobody(self):
        process = subprocess.Popen(
            [sys.executable, "-c", STUCK],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        with process:
            assert process.stdout.readline() == b"done\n"
            # The pipe is full. Once it is read, lines are whole again.
            first = os.read(process.stderr.fileno(), 1_000_000)
            process.stdin.close()
            lines = (first + process.stderr.read()).splitlines()
        assert json.loads(lines[0])["number"] == 0
        assert json.loads(lines[-1])["event"] == "after"
        assert len(lines) < 50

    def test_warnings_and_uncaught_exceptions_are_lines(self):
        result = run(FAILURES)
        lines = [json.loads(line) for line in result.stderr.splitlines()]
        text = [json.dumps(line) for line in lines]
        expected = ("a warning", "ZeroDivisionError", "IndexError", "in __del__", "at the end")
        assert [name for name, line in zip(expected, text, strict=True) if name not in line] == []
        assert not any("hunter2" in line for line in text)
        assert (result.stdout, result.returncode) == (b"", 1)


@contextmanager
def serving_with_log(folder, module, **environment):
    """Start the server of ``module``; yield it, and the files of its standard output and standard error."""
    port, files = free_port(), (folder / "stdout", folder / "stderr")
    with files[0].open("w") as stdout, files[1].open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", f"{module}"],
            env=os.environ | environment | {"PORT": str(port)},
            stdout=stdout,
            stderr=stderr,
        )
    try:
        yield RunningServer(f"http://127.0.0.1:{port}", process, files[0]), *files
    finally:
        process.kill()
        process.wait()


def children_of(process):
    return [
        int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text("utf-8").split()
    ]


def lines_of(file):
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


SERVE = "from subtext_cli.server import run; from api.core.config import Settings; run(Settings.from_environment())"


@pytest.mark.nightly
class TestServer:
    def test_its_log_is_json_even_when_a_worker_dies(self, sqlite_engine, tmp_path):
        with (
            sqlite_engine.fresh("pack") as url,
            serving_with_log(
                tmp_path,
                SERVE,
                SUBTEXT_DATABASE_URL=url,
                SUBTEXT_ACCESS_LOG="all",
                SUBTEXT_ACCESS_LOG_HITS="1",
                SUBTEXT_WORKERS="1",
            ) as (server, stdout, stderr),
        ):
            wait(server)
            with urllib.request.urlopen(f"{server.url}/v1/quotes?limit=1&theme=loneliness") as response:
                request_id = response.headers["X-Request-Id"]
            [worker] = children_of(server.process.pid)
            os.kill(worker, signal.SIGKILL)
            until(lambda: children_of(server.process.pid) not in ([], [worker]))
            wait(server)
            assert server.stop() == 0
            lines = lines_of(stderr)
            [line] = [line for line in lines if line.get("request_id") == request_id]
            assert (line["route"], line["query"], line["status"], line["cache"]) == (
                "/v1/quotes",
                "limit=1&theme=loneliness",
                200,
                "miss",
            )
            assert any("Unexpected exit" in line["event"] for line in lines)
            assert "Traceback" not in stdout.read_text("utf-8")

    @pytest.mark.nightly
    def test_a_worker_that_cannot_load_the_application_says_so_in_one_line(self, tmp_path):
        program = SERVE.replace("from_environment()", "from_environment(), 'tests.no_such_module:app'")
        with serving_with_log(tmp_path, program, SUBTEXT_WORKERS="1") as (server, stdout, stderr):
            assert server.process.wait(timeout=30) == 1
            # The server tries a second time.
            lines = [line for line in lines_of(stderr) if "exception" in line]
            assert {line["event"] for line in lines} == {"the worker could not start"}
            assert all("no_such_module" in json.dumps(line) for line in lines)
            assert stdout.read_text("utf-8") == ""
