"""PostgreSQL clusters for drills: private servers that a test may freeze, kill, restart, cut off and replicate.

    with running_cluster() as cluster:
        url = cluster.create_database("subtext")
        cluster.freeze()

A cluster listens on a free port of 127.0.0.1, or on the address of a ``Namespace``. Its data is deleted at the end.
A process is only signalled by its own id.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from tests.network_namespaces import Namespace
from tests.serving import free_port

#: The programs of PostgreSQL 15; Debian does not put them on the PATH.
BINARIES = Path(os.environ.get("SUBTEXT_TEST_POSTGRESQL_BINARIES", "/usr/lib/postgresql/15/bin"))
#: Why tests of private clusters cannot run here; None if they can.
REASON = None if (BINARIES / "initdb").exists() else f"because PostgreSQL 15 is not installed in {BINARIES}."
#: The account that owns a cluster if the tests run as root, which PostgreSQL refuses.
ACCOUNT = "postgres"
#: A crash of the machine may lose the data of tests.
SETTINGS = {"fsync": "off", "max_connections": "50", "shared_buffers": "16MB", "autovacuum": "off"}
START_SECONDS, STOP_SECONDS = 30, 30
STOP_SIGNALS = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}


class Cluster:
    """A PostgreSQL server and its data folder. Everybody who reaches the port is the superuser ``postgres``."""

    def __init__(self, *, namespace: Namespace | None = None, **settings: str) -> None:
        """Take further settings of ``postgresql.conf``; nothing is created before ``create`` or ``replica``."""
        self.namespace = namespace
        self.host = namespace.address if namespace else "127.0.0.1"
        self.port = free_port()
        self.settings = SETTINGS | settings
        self.folder = Path(tempfile.mkdtemp(prefix="subtext-postgresql-"))
        self.process: subprocess.Popen | None = None
        if os.geteuid() == 0:
            shutil.chown(self.folder, ACCOUNT, ACCOUNT)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> str:
        """What the server has logged."""
        return (self.folder / "log").read_text("utf-8")

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@{self.host}:{self.port}/{database}"

    def create(self) -> None:
        """Create the data folder of a new, empty cluster."""
        options = ("--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync")
        self._run("initdb", "--pgdata", str(self.data), *options)
        if self.namespace:
            with (self.data / "pg_hba.conf").open("a") as access:
                access.write("host all,replication all 0.0.0.0/0 trust\n")

    def start(self) -> None:
        """Start the server and wait until it accepts connections."""
        self.launch()
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with suppress(psycopg.OperationalError), self.connect():
                return
            time.sleep(0.02)
        raise AssertionError(f"PostgreSQL did not start: {self.log}")

    def launch(self) -> None:
        """Start the server without waiting."""
        settings = {
            "listen_addresses": self.host,
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
        }
        words = [f"--{name}={value}" for name, value in (self.settings | settings).items()]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self._command("postgres", "-D", str(self.data), *words),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                # Signals of the terminal are for the test run.
                start_new_session=True,
            )

    def stop(self, mode: str = "fast") -> None:
        """Shut the server down: ``smart``, ``fast`` or ``immediate``, as with ``pg_ctl stop``."""
        self.process.send_signal(STOP_SIGNALS[mode])
        self.process.wait(timeout=STOP_SECONDS)

    def restart(self, mode: str = "fast") -> None:
        self.stop(mode)
        self.start()

    def kill(self) -> None:
        """End all processes at once, as when the machine fails."""
        self._signal(signal.SIGKILL)
        self.process.wait()
        # The next start would refuse: the file names a process id that may be in use again.
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def freeze(self) -> None:
        """Stop all processes: the kernel still accepts connections, but nothing ever answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let the processes go on."""
        self._signal(signal.SIGCONT)

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """Open a connection in autocommit mode."""
        return psycopg.connect(self.url(database), autocommit=True, connect_timeout=2)

    def run(self, statement: str, database: str = "postgres") -> list[tuple]:
        """Run a statement and return its rows."""
        with self.connect(database) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def create_database(self, name: str) -> str:
        """Create an empty database and return its URL."""
        self.run(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def terminate_backends(self, database: str) -> int:
        """End the sessions of a database with ``pg_terminate_backend``; return their number."""
        terminate = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        return len(self.run(f"{terminate} WHERE datname = '{database}'"))

    def replicate_to(self, replica: "Cluster") -> None:
        """Make ``replica``, which must be new, a streaming replica of this running server."""
        source = ("--host", self.host, "--port", str(self.port), "--username=postgres")
        self._run(
            "pg_basebackup",
            *source,
            "--pgdata",
            str(replica.data),
            "--write-recovery-conf",
            "--checkpoint=fast",
            "--no-sync",
        )

    def promote(self) -> None:
        """Make a replica a primary, and wait until it is one."""
        self.run("SELECT pg_promote(true)")

    def close(self) -> None:
        """Kill the server if it runs, and delete its data."""
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder)

    def _signal(self, number: signal.Signals) -> None:
        """Signal the server and its children. The server is first, so that it starts no child meanwhile."""
        pid = self.process.pid
        os.kill(pid, signal.SIGSTOP)
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for process in (int(child) for child in children):
            with suppress(ProcessLookupError):
                os.kill(process, number)
        os.kill(pid, number)

    def _command(self, program: str, *words: str) -> list[str]:
        account = f"--reuid={ACCOUNT}", f"--regid={ACCOUNT}", "--clear-groups"
        as_account = ["setpriv", *account, "--"] if os.geteuid() == 0 else []
        # Both programs replace themselves by the next one, so the process id is that of the server.
        inside = self.namespace.command() if self.namespace else []
        return [*inside, *as_account, str(BINARIES / program), *words]

    def _run(self, program: str, *words: str) -> None:
        command = self._command(program, *words)
        ran = subprocess.run(command, capture_output=True, text=True, cwd=self.folder, check=False)
        assert ran.returncode == 0, f"{program}: {ran.stdout}{ran.stderr}"


@contextmanager
def running_cluster(**options):
    """Yield a new running cluster; the options are those of ``Cluster``. Skip the test where there are no programs."""
    if REASON:
        pytest.skip(REASON)
    cluster = Cluster(**options)
    try:
        cluster.create()
        cluster.start()
        yield cluster
    finally:
        cluster.close()


@contextmanager
def running_replica(primary: Cluster, **options):
    """Yield a new running streaming replica of ``primary``."""
    replica = Cluster(**options)
    try:
        primary.replicate_to(replica)
        replica.start()
        yield replica
    finally:
        replica.close()
