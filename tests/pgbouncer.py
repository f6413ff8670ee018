"""PgBouncer for tests: a connection pooler in front of a PostgreSQL server, in transaction mode."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from tests.conftest import skip_test
from tests.postgresql_clusters import ACCOUNT
from tests.serving import free_port

#: Debian does not put it on the PATH of users.
PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
CONFIGURATION = """\
[databases]
* = {server}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {size}
logfile = {folder}/log
"""


class PgBouncer:
    """A pooler of ``size`` server connections per database, in front of the server that ``url`` names."""

    def __init__(self, url: str, size: int) -> None:
        self.server = make_url(url).set(drivername="postgresql")
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="subtext-pgbouncer-"))
        server = self.server
        parts = {"host": server.host, "port": server.port}
        parts |= {"user": server.username, "password": server.password}
        values = " ".join(f"{name}={value}" for name, value in parts.items() if value)
        configuration = CONFIGURATION.format(server=values, port=self.port, folder=self.folder, size=size)
        (self.folder / "pgbouncer.ini").write_text(configuration)
        if os.geteuid() == 0:
            shutil.chown(self.folder, ACCOUNT, ACCOUNT)

    def url(self, database: str | None = None) -> str:
        """Return the URL of a database through the pooler."""
        url = self.server.set(host="127.0.0.1", port=self.port, database=database or self.server.database)
        return url.render_as_string(hide_password=False)

    def start(self) -> None:
        # PgBouncer refuses to run as root.
        account = ["setpriv", f"--reuid={ACCOUNT}", f"--regid={ACCOUNT}", "--clear-groups", "--"]
        command = [PGBOUNCER, "--quiet", str(self.folder / "pgbouncer.ini")]
        self.process = subprocess.Popen([*(account if os.geteuid() == 0 else []), *command])
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            with suppress(psycopg.OperationalError), psycopg.connect(self.url("postgres")):
                return
            time.sleep(0.02)
        raise AssertionError(f"PgBouncer did not start: {(self.folder / 'log').read_text()}")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)


@contextmanager
def pooling(url: str, size: int = 2):
    """Yield a running pooler in front of the server that a URL names."""
    if not PGBOUNCER:
        skip_test("because PgBouncer is not installed.")
    pooler = PgBouncer(url, size)
    try:
        pooler.start()
        yield pooler
    finally:
        pooler.stop()
        shutil.rmtree(pooler.folder)
