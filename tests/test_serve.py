"""``subtext serve`` as a new user meets it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import pytest
import structlog
from sqlalchemy import text

from models.database import Database
from subtext_cli.commands import main
from tests.serving import SUBTEXT, free_port, serving
from tests.waiting import until


def get(url, **headers):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as response:
        return response.status, response.headers, response.read()


def status_of(url):
    try:
        return get(url)[0]
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def children(process):
    return map(int, Path(f"/proc/{process}/task/{process}/children").read_text("utf-8").split())


def unblocked(process, number):
    """Return the threads that a signal can come to; one that waits for it is shown as such by the kernel."""
    found = []
    for thread in Path(f"/proc/{process}/task").iterdir():
        # Some end meanwhile.
        with suppress(FileNotFoundError, ProcessLookupError):
            blocked = re.search(r"SigBlk:\s+(\w+)", (thread / "status").read_text("utf-8"))[1]
            if not int(blocked, 16) >> (number - 1) & 1:
                found.append(int(thread.name))
    return found


class TestServe:
    def test_it_prints_where_everything_is(self, served):
        for path in ("/v1", "/docs", "/"):
            assert f"{served.url}{path}" in served.printed

    def test_it_serves_the_pack(self, served):
        status, headers, body = get(f"{served.url}/v1/films/her-2013")
        assert status == 200
        assert json.loads(body)["url"] == f"{served.url}/v1/films/her-2013"
        assert headers["Content-Type"] == "application/json"

    def test_a_304_has_no_body_and_keeps_its_tag(self, served):
        _, headers, _ = get(f"{served.url}/v1/quotes")
        with pytest.raises(urllib.error.HTTPError) as unmodified:
            get(f"{served.url}/v1/quotes", **{"If-None-Match": headers["ETag"]})
        assert unmodified.value.code == 304
        assert unmodified.value.headers["ETag"] == headers["ETag"]
        unmodified.value.close()

    @pytest.mark.slow
    def test_a_second_start_changes_nothing_and_it_stops_when_told(self, sqlite_engine, tmp_path):
        with sqlite_engine.fresh(None) as url:
            for _ in range(2):
                with serving(tmp_path / "log", SUBTEXT_DATABASE_URL=url) as server:
                    _, headers, _ = get(f"{server.url}/v1/films/her-2013")
                    assert headers["ETag"].startswith('"1.')
                    assert server.stop() == 0

    @pytest.mark.slow
    def test_addresses_are_built_from_the_public_url(self, sqlite_engine, tmp_path):
        public = "https://subtext.example"
        with (
            sqlite_engine.fresh(None) as url,
            serving(tmp_path / "log", SUBTEXT_DATABASE_URL=url, SUBTEXT_PUBLIC_URL=f"{public}/") as server,
        ):
            _, _, body = get(f"{server.url}/v1/films/her-2013", Host="evil.example")
            assert json.loads(body)["url"] == f"{public}/v1/films/her-2013"
            assert f"{public}/docs" in server.printed

    def test_it_says_of_what_it_is_made(self, served):
        assert "1 thread each, replaced above 512 MB; 32 MB response cache per worker" in served.printed
        assert "Up to 4,096 concurrent requests per worker; header timeout 5 s" in served.printed

    @pytest.mark.slow
    @pytest.mark.parametrize("times", [0, 5])
    def test_what_is_under_way_is_answered_when_it_is_told_to_stop(self, postgresql_engine, tmp_path, times):
        """However often its workers were told, too."""
        with (
            postgresql_engine.fresh(None) as url,
            serving(tmp_path / "log", SUBTEXT_DATABASE_URL=url, SUBTEXT_WORKERS="1") as server,
            ThreadPoolExecutor() as pool,
            closing(Database(url)) as database,
        ):
            with database.engine.begin() as connection:
                # The read waits until this ends, or the server says that it has waited long enough.
                connection.execute(text("LOCK TABLE quotes IN ACCESS EXCLUSIVE MODE"))
                under_way = pool.submit(status_of, f"{server.url}/v1/quotes")
                waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
                while not connection.scalar(waiting) and not under_way.done():
                    pass
                for worker in times * [*children(server.process.pid)]:
                    os.kill(worker, signal.SIGTERM)
                    # Time to hear it: what comes meanwhile is the same signal.
                    time.sleep(0.1)
                server.process.send_signal(signal.SIGTERM)
            assert under_way.result(timeout=30) in (200, 503)
            assert server.process.wait(timeout=40) == 0

    @pytest.mark.slow
    def test_workers_that_are_still_loading_stop_when_they_are_told(self, sqlite_engine, tmp_path):
        """Of many workers the last are not there yet when the first answers; each is waited for 30 seconds."""
        with (
            sqlite_engine.fresh(None) as url,
            serving(tmp_path / "log", SUBTEXT_DATABASE_URL=url, SUBTEXT_WORKERS="12") as server,
        ):
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(timeout=20) == 0

    @pytest.mark.slow
    def test_it_stops_when_all_of_its_processes_are_told_twice(self, sqlite_engine, tmp_path):
        """As a terminal tells them, and a supervisor; each but the first may come while one is heard."""
        with (
            sqlite_engine.fresh(None) as url,
            serving(tmp_path / "log", SUBTEXT_DATABASE_URL=url, SUBTEXT_WORKERS="2") as server,
        ):
            for one in [server.process.pid, *children(server.process.pid), server.process.pid]:
                os.kill(one, signal.SIGTERM)
            assert server.process.wait(timeout=20) == 0

    def test_one_thread_waits_for_what_stops_it_and_no_other_is_interrupted(self, served):
        """Python's own handlers may run when the main thread has begun to wait, and wait with it."""
        for process in served.process.pid, *children(served.process.pid):
            for number in signal.SIGTERM, signal.SIGINT:
                (thread,) = unblocked(process, number)
                assert thread != process

    @pytest.mark.slow
    def test_it_makes_new_workers_when_it_is_told_to_reload(self, sqlite_engine, tmp_path):
        with (
            sqlite_engine.fresh(None) as url,
            serving(tmp_path / "log", SUBTEXT_DATABASE_URL=url, SUBTEXT_WORKERS="2") as server,
        ):
            before = set(children(server.process.pid))
            server.process.send_signal(signal.SIGHUP)
            assert until(lambda: len(now := set(children(server.process.pid))) == len(now - before) == 2, 60)
            assert status_of(f"{server.url}/v1/quotes") == 200
            assert server.stop() == 0

    def test_it_serves_from_postgresql(self, served_by_postgresql):
        _, _, body = get(f"{served_by_postgresql.url}/v1/quotes?count=true")
        assert json.loads(body)["page"]["total"] == 30


class TestRefusals:
    """What cannot be used ends ``subtext serve`` with one sentence, without a traceback."""

    @pytest.fixture
    def default_logs(self):
        """Undo what ``main`` configures for its process."""
        yield
        structlog.reset_defaults()

    @pytest.mark.usefixtures("default_logs")
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("PORT", "http"),
            ("PORT", "0"),
            ("PORT", "65536"),
            ("SUBTEXT_PUBLIC_URL", "subtext.example"),
            ("SUBTEXT_PUBLIC_URL", "ftp://subtext.example"),
            ("SUBTEXT_PUBLIC_URL", "https://subtext.example/base"),
            ("SUBTEXT_STATEMENT_SECONDS", "soon"),
            ("SUBTEXT_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing"),
            ("SUBTEXT_DATABASE_URL", "not a url"),
            ("SUBTEXT_DATABASE_URL", "oracle://x"),
            ("SUBTEXT_RATE_LIMIT", "many"),
            ("SUBTEXT_RATE_LIMIT_STORAGE", "memcached://x"),
            ("SUBTEXT_TRUSTED_PROXIES", "all"),
            ("SUBTEXT_CACHE_MB", "-1"),
            ("SUBTEXT_CACHE_MB", "lots"),
            ("SUBTEXT_WORKERS", "0"),
            ("SUBTEXT_WORKER_MEMORY_MB", "99"),
        ],
    )
    def test_a_setting_that_cannot_be_used_is_one_sentence(self, tmp_path, monkeypatch, name, value):
        for variable in [variable for variable in os.environ if variable.startswith("SUBTEXT_")]:
            monkeypatch.delenv(variable)
        monkeypatch.setenv("SUBTEXT_DATABASE_URL", f"sqlite:///{tmp_path}/x")
        monkeypatch.setenv("PORT", str(free_port()))
        monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["subtext", "serve"])
        monkeypatch.setattr("subtext_cli.server.serve", lambda _settings: pytest.fail("it was served"))
        with pytest.raises(SystemExit) as end:
            main()
        message = end.value.code
        assert message.startswith("subtext: ")
        assert "\n" not in message
        assert "Traceback" not in message

    def test_a_port_in_use_ends_the_process_with_one_sentence(self, tmp_path):
        port = free_port()
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", port))
            listener.listen()
            process = subprocess.run(
                [SUBTEXT, "serve"],
                env={
                    "PATH": "/usr/bin:/bin",
                    "SUBTEXT_DATABASE_URL": f"sqlite:///{tmp_path}/x",
                    "PORT": str(port),
                },
                cwd=tmp_path,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
        assert process.returncode == 1
        assert process.stderr == f"subtext: cannot listen on 127.0.0.1:{port}: Address already in use.\n"
