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
from urllib.parse import unquote

import pytest
from sqlalchemy import text

from models.database import Database
from tests.cases import each
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
                    assert headers["ETag"].startswith('"2.')
                    assert server.stop() == 0

    @pytest.mark.nightly
    def test_urls_are_built_from_the_public_url(self, sqlite_engine, tmp_path):
        public = "https://subtext.example"
        with (
            sqlite_engine.fresh(None) as url,
            serving(tmp_path / "log", SUBTEXT_DATABASE_URL=url, SUBTEXT_PUBLIC_URL=f"{public}/") as server,
        ):
            _, _, body = get(f"{server.url}/v1/films/her-2013", Host="evil.example")
            assert json.loads(body)["url"] == f"{public}/v1/films/her-2013"
            assert f"{public}/docs" in server.output

    @pytest.mark.nightly
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

    def test_it_allocates_memory_in_one_arena(self, server):
        environment = Path(f"/proc/{server.process.pid}/environ").read_bytes().split(b"\0")
        assert b"MALLOC_ARENA_MAX=1" in environment
        assert b"_RJEM_MALLOC_CONF=narenas:1,dirty_decay_ms:200" in environment

    def test_it_prints_its_workers_and_limits(self, server):
        assert "1 thread each, replaced above 512 MB; 8 MB response cache per worker" in server.output
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

    @pytest.mark.nightly
    def test_workers_that_are_still_loading_stop(self, sqlite_engine, tmp_path):
        """The first of many workers serves requests while others are loading; each gets up to 30 seconds to stop."""
        with (
            sqlite_engine.fresh(None) as url,
            serving(tmp_path / "log", SUBTEXT_DATABASE_URL=url, SUBTEXT_WORKERS="12") as server,
        ):
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(timeout=20) == 0

    @pytest.mark.nightly
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

    @pytest.mark.nightly
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
        assert json.loads(body)["page"]["total"] == 29


class TestRefusals:
    """An invalid setting ends ``subtext serve`` with one sentence, without a traceback."""

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
    def test_an_invalid_setting_is_reported_in_one_sentence(self, refusal, name, value):
        assert refusal("serve", **{name: value})

    @each(
        ("environment", "words", "suggestion"),
        [
            ({"MAKELEVEL": "1"}, ["serve"], "PORT={free} make serve"),
            ({"MAKELEVEL": ""}, ["serve", "--port", "{port}"], "subtext serve --port {free}"),
            ({}, ["serve"], "PORT={free} make serve, or subtext serve --port {free}"),
            ({}, ["dev"], "PORT={free} make dev"),
        ],
    )
    def test_a_port_in_use_is_reported_with_the_next_free_port(self, refusal, environment, words, suggestion):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            port = listener.getsockname()[1]
            options = [word.format(port=port) for word in words]
            message = refusal(*options, PORT=str(port), **environment)
        assert message.startswith(f"subtext: Another program listens on port {port} of 127.0.0.1.")
        free = re.search(r"(?:PORT=|--port )(\d+)", message)[1]
        assert int(free) != port
        assert message.endswith(f": {suggestion.format(free=free)}")

    @pytest.mark.parametrize("host", ["localhost", "0.0.0.0"])
    def test_another_server_at_localhost_is_noticed(self, refusal, host):
        """Browsers try ::1 first, where the other server would answer."""
        with socket.socket(socket.AF_INET6) as listener:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listener.bind(("::1", 0))
            listener.listen()
            port = listener.getsockname()[1]
            assert f"Another program listens on port {port} of {host}." in refusal(
                "serve", PORT=str(port), HOST=host
            )

    @each(
        ("host", "reason"),
        [
            ("203.0.113.1", "not an address of this machine"),
            ("nowhere.invalid", "cannot resolve"),
            ("http://127.0.0.1", "without scheme and port"),
            ("localhost:8000", "without scheme and port"),
        ],
    )
    def test_an_unusable_host_is_refused_with_the_reason(self, refusal, host, reason):
        message = refusal("serve", HOST=host)
        assert message.startswith(f"subtext: HOST is “{host}”")
        assert reason in message

    def test_a_port_below_1024_needs_rights(self, refusal, as_nobody):
        with as_nobody():
            message = refusal("serve", PORT="80")
        assert message.startswith("subtext: Port 80 needs the rights of an administrator.")

    def test_the_port_is_tried_before_the_application_loads(self, tmp_path):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            process = subprocess.run(
                [sys.executable, "-X", "importtime", SUBTEXT, "serve"],
                env={
                    "PATH": "/usr/bin:/bin",
                    "SUBTEXT_DATABASE_URL": f"sqlite:///{tmp_path}/x",
                    "PORT": str(listener.getsockname()[1]),
                },
                cwd=tmp_path,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
        assert process.returncode == 1
        assert "Traceback" not in process.stderr
        assert "flask" not in re.findall(r"\| +([\w.]+)$", process.stderr, re.MULTILINE)


class TestAnnouncement:
    """The addresses are printed once they answer, and lead to the server."""

    @pytest.mark.slow
    @pytest.mark.parametrize(
        "host",
        [
            "[::1]",
            "0.0.0.0",
            *(pytest.param(host, marks=pytest.mark.nightly) for host in ("localhost", "::")),
        ],
    )
    def test_the_printed_address_answers(self, sqlite_engine, tmp_path, host):
        with (
            sqlite_engine.fresh("pack") as url,
            serving(tmp_path / "log", SUBTEXT_DATABASE_URL=url, HOST=host, SUBTEXT_WORKERS="1") as server,
        ):
            address = re.search(r"API +(\S+)", server.output)[1]
            assert status_of(address) == 200

    @pytest.mark.nightly
    def test_a_relative_path_is_that_of_the_folder_in_which_it_starts(self, tmp_path):
        with serving(
            tmp_path / "log", SUBTEXT_DATABASE_URL="sqlite:///a%3Fb #é.db", SUBTEXT_WORKERS="1"
        ) as server:
            assert status_of(f"{server.url}/v1/films/her-2013") == 200
            printed = re.search(r"Subtext on sqlite:///(.*) \(SQLite [0-9.]+\)", server.output)[1]
        assert unquote(printed) == f"{tmp_path}/a?b #é.db"
        assert (tmp_path / "a?b #é.db").exists()


class TestInterrupt:
    @each("moment", ["while modules are imported", "while the database is created"])
    def test_ctrl_c_never_shows_a_traceback(self, moment, tmp_path):
        file = tmp_path / f"{moment}.db"
        process = subprocess.Popen(
            # A shell ignores the signal for what it starts in the background, perhaps these tests.
            ["env", "--default-signal=INT", SUBTEXT, "migrate"],
            env={"PATH": "/usr/bin:/bin", "SUBTEXT_DATABASE_URL": f"sqlite:///{file}"},
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        maps = Path(f"/proc/{process.pid}/maps")
        is_import = moment == "while modules are imported"
        # A compiled module that is imported before the commands can run.
        assert until(lambda: "/orjson" in maps.read_text() if is_import else file.exists(), 60)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
        assert b"Traceback" not in output
        assert process.returncode == -signal.SIGINT if is_import else process.returncode in (1, 130)

    def test_ctrl_c_in_a_callback_of_python_itself_is_not_lost(self):
        program = """
import signal, sys, time, types, weakref
from subtext_cli import entry

# A shell starts programs in the background with this signal ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)

def main():
    def interrupt(reference):
        raise KeyboardInterrupt
    thing = set()
    reference = weakref.ref(thing, interrupt)
    del thing
    time.sleep(60)

sys.modules["subtext_cli.commands"] = types.SimpleNamespace(main=main)
entry.main()
"""
        ended = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=30, check=False)
        assert (ended.returncode, ended.stdout, ended.stderr) == (130, b"", b"")
