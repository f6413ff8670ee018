"""``subtext serve``: its output, its signals and its error messages."""

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


def threads_not_blocking(process, number):
    """Return the ids of the threads that do not block a signal, such as one in ``sigwait``."""
    thread_ids = []
    for thread in Path(f"/proc/{process}/task").iterdir():
        # Some threads end in the meantime.
        with suppress(FileNotFoundError, ProcessLookupError):
            blocked = re.search(r"SigBlk:\s+(\w+)", (thread / "status").read_text("utf-8"))[1]
            if not int(blocked, 16) >> (number - 1) & 1:
                thread_ids.append(int(thread.name))
    return thread_ids


class TestServe:
    def test_it_prints_its_urls(self, server):
        for path in ("/v1", "/docs", "/"):
            assert f"{server.url}{path}" in server.output

    def test_it_serves_the_pack(self, server):
        status, headers, body = get(f"{server.url}/v1/films/her-2013")
        assert status == 200
        assert json.loads(body)["url"] == f"{server.url}/v1/films/her-2013"
        assert headers["Content-Type"] == "application/json"

    def test_a_304_has_no_body_and_the_same_etag(self, server):
        _, headers, _ = get(f"{server.url}/v1/quotes")
        with pytest.raises(urllib.error.HTTPError) as unmodified:
            get(f"{server.url}/v1/quotes", **{"If-None-Match": headers["ETag"]})
        assert unmodified.value.code == 304
        assert unmodified.value.headers["ETag"] == headers["ETag"]
        unmodified.value.close()

    @pytest.mark.slow
    def test_a_second_start_changes_nothing_and_sigterm_stops_it(self, sqlite_engine, tmp_path):
        with sqlite_engine.fresh(None) as url:
            for _ in range(2):
                with serving(tmp_path / "log", SUBTEXT_DATABASE_URL=url) as server:
                    _, headers, _ = get(f"{server.url}/v1/films/her-2013")
                    assert headers["ETag"].startswith('"1.')
                    assert server.stop() == 0

    @pytest.mark.slow
    def test_urls_are_built_from_the_public_url(self, sqlite_engine, tmp_path):
        public = "https://subtext.example"
        with (
            sqlite_engine.fresh(None) as url,
            serving(tmp_path / "log", SUBTEXT_DATABASE_URL=url, SUBTEXT_PUBLIC_URL=f"{public}/") as server,
        ):
            _, _, body = get(f"{server.url}/v1/films/her-2013", Host="evil.example")
            assert json.loads(body)["url"] == f"{public}/v1/films/her-2013"
            assert f"{public}/docs" in server.output

    @pytest.mark.slow
    def test_options_override_host_and_port(self, sqlite_engine, tmp_path):
        options = ("--host", "127.0.0.1", "--port", str(free_port()))
        with (
            sqlite_engine.fresh(None) as url,
            serving(
                tmp_path / "log", *options, SUBTEXT_DATABASE_URL=url, HOST="203.0.113.1", PORT="1"
            ) as server,
        ):
            _, _, body = get(f"{server.url}/v1/films/her-2013")
            assert json.loads(body)["url"] == f"{server.url}/v1/films/her-2013"

    def test_it_prints_its_workers_and_limits(self, server):
        assert "1 thread each, replaced above 512 MB; 32 MB response cache per worker" in server.output
        assert "Up to 4,096 concurrent requests per worker; header timeout 5 s" in server.output

    @pytest.mark.slow
    @pytest.mark.parametrize("times", [0, 5])
    def test_requests_in_progress_are_completed_before_it_stops(self, postgresql_engine, tmp_path, times):
        """Repeated signals to its workers make no difference."""
        with (
            postgresql_engine.fresh(None) as url,
            serving(tmp_path / "log", SUBTEXT_DATABASE_URL=url, SUBTEXT_WORKERS="1") as server,
            ThreadPoolExecutor() as pool,
            closing(Database(url)) as database,
        ):
            with database.engine.begin() as connection:
                # The request waits for this transaction to end, or for the statement timeout.
                connection.execute(text("LOCK TABLE quotes IN ACCESS EXCLUSIVE MODE"))
                response_status = pool.submit(status_of, f"{server.url}/v1/quotes")
                waiting_locks = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
                while not connection.scalar(waiting_locks) and not response_status.done():
                    pass
                for worker in times * [*children(server.process.pid)]:
                    os.kill(worker, signal.SIGTERM)
                    # Wait until it is delivered: a pending signal is not queued twice.
                    time.sleep(0.1)
                server.process.send_signal(signal.SIGTERM)
            assert response_status.result(timeout=30) in (200, 503)
            assert server.process.wait(timeout=40) == 0

    @pytest.mark.slow
    def test_workers_that_are_still_loading_stop(self, sqlite_engine, tmp_path):
        """The first of many workers serves requests while others are loading; each gets up to 30 seconds to stop."""
        with (
            sqlite_engine.fresh(None) as url,
            serving(tmp_path / "log", SUBTEXT_DATABASE_URL=url, SUBTEXT_WORKERS="12") as server,
        ):
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(timeout=20) == 0

    @pytest.mark.slow
    def test_it_stops_when_all_of_its_processes_get_several_signals(self, sqlite_engine, tmp_path):
        """A terminal signals all processes, and a supervisor the parent; signals may arrive during a handler."""
        with (
            sqlite_engine.fresh(None) as url,
            serving(tmp_path / "log", SUBTEXT_DATABASE_URL=url, SUBTEXT_WORKERS="2") as server,
        ):
            for pid in [server.process.pid, *children(server.process.pid), server.process.pid]:
                os.kill(pid, signal.SIGTERM)
            assert server.process.wait(timeout=20) == 0

    def test_one_thread_waits_for_stop_signals_and_the_others_block_them(self, server):
        """A Python signal handler only runs when the main thread does, and the main thread may be waiting."""
        for process in server.process.pid, *children(server.process.pid):
            for number in signal.SIGTERM, signal.SIGINT:
                (thread,) = threads_not_blocking(process, number)
                assert thread != process

    @pytest.mark.slow
    def test_sighup_replaces_its_workers(self, sqlite_engine, tmp_path):
        with (
            sqlite_engine.fresh(None) as url,
            serving(tmp_path / "log", SUBTEXT_DATABASE_URL=url, SUBTEXT_WORKERS="2") as server,
        ):
            before = set(children(server.process.pid))
            server.process.send_signal(signal.SIGHUP)
            assert until(lambda: len(now := set(children(server.process.pid))) == len(now - before) == 2, 60)
            assert status_of(f"{server.url}/v1/quotes") == 200
            assert server.stop() == 0

    def test_it_serves_from_postgresql(self, postgresql_server):
        _, _, body = get(f"{postgresql_server.url}/v1/quotes?count=true")
        assert json.loads(body)["page"]["total"] == 30


class TestRefusals:
    """An invalid setting ends ``subtext serve`` with one sentence, without a traceback."""

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
            ("SUBTEXT_PUBLIC_URL", "https://subtext.example/base/.."),
            ("SUBTEXT_PUBLIC_URL", "https://subtext.example/v1"),
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
    def test_an_invalid_setting_is_reported_in_one_sentence(self, tmp_path, monkeypatch, name, value):
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
