"""A Patroni cluster for drills: etcd, three PostgreSQL nodes and HAProxy, with the configurations of ``deploy/``.

    with running_patroni() as cluster:
        cluster.kill(cluster.primary())

Everything listens on free ports of 127.0.0.1 and is deleted at the end. A process is only signalled by its own id.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from tests.postgresql_clusters import ACCOUNT
from tests.serving import ROOT, free_port
from tests.waiting import until

DEPLOY = ROOT / "deploy"
NAMES = ("db1", "db2", "db3")
PROGRAMS = {
    name: shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    for name in ("etcd", "patroni", "haproxy")
}
#: Why the drills cannot run here; None if they can.
REASON = next((f"because {name} is not installed." for name, path in PROGRAMS.items() if not path), None)
START_SECONDS = 90
PASSWORD = "secret"


class Node:
    """A PostgreSQL node: Patroni and the server that it starts."""

    def __init__(self, name: str, folder: Path, etcd_port: int) -> None:
        self.name, self.folder = name, folder / name
        self.port, self.api_port = free_port(), free_port()
        self.data = self.folder / "data"
        self.process: subprocess.Popen | None = None
        self.environment = read_environment(DEPLOY / "patroni" / "node.env") | {
            "PATRONI_NAME": name,
            "PATRONI_ETCD3_HOSTS": f"127.0.0.1:{etcd_port}",
            "PATRONI_RESTAPI_LISTEN": f"127.0.0.1:{self.api_port}",
            "PATRONI_RESTAPI_CONNECT_ADDRESS": f"127.0.0.1:{self.api_port}",
            "PATRONI_POSTGRESQL_LISTEN": f"127.0.0.1:{self.port}",
            "PATRONI_POSTGRESQL_CONNECT_ADDRESS": f"127.0.0.1:{self.port}",
            "PATRONI_POSTGRESQL_DATA_DIR": str(self.data),
            "PATRONI_SUPERUSER_PASSWORD": PASSWORD,
            "PATRONI_REPLICATION_PASSWORD": PASSWORD,
            "HOME": str(self.folder),
        }

    def start(self) -> None:
        self.folder.mkdir(exist_ok=True)
        if os.geteuid() == 0:
            shutil.chown(self.folder, ACCOUNT, ACCOUNT)
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*as_account(), PROGRAMS["patroni"], str(DEPLOY / "patroni" / "patroni.yml")],
                env=os.environ | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
            )

    def server_pid(self) -> int | None:
        """Return the process id of the PostgreSQL server; None if it does not run."""
        with suppress(FileNotFoundError, ValueError):
            pid = int((self.data / "postmaster.pid").read_text().split("\n")[0])
            if f"{self.data}" in Path(f"/proc/{pid}/cmdline").read_text():
                return pid
        return None

    def kill_server(self) -> None:
        """Kill PostgreSQL alone; Patroni notices and acts."""
        pid = self.server_pid()
        os.kill(pid, signal.SIGSTOP)
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            with suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)
        os.kill(pid, signal.SIGKILL)

    def kill(self) -> None:
        """Kill Patroni and PostgreSQL, as when the machine fails."""
        self.process.kill()
        self.process.wait()
        if self.server_pid():
            self.kill_server()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.kill()

    def role(self) -> str:
        """Return what Patroni says of the node, such as ``master`` or ``replica``; empty if it does not answer."""
        # HTTP errors are OSErrors, too.
        with suppress(OSError, ValueError), urllib.request.urlopen(self._api("patroni"), timeout=2) as answer:
            state = json.load(answer)
            return state["role"] if state["state"] == "running" else ""
        return ""

    def _api(self, path: str) -> str:
        return f"http://127.0.0.1:{self.api_port}/{path}"


class PatroniCluster:
    """Three nodes, one etcd and HAProxy."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="subtext-patroni-"))
        self.folder.chmod(0o755)
        self.etcd_port, self.primary_port, self.standby_port = free_port(), free_port(), free_port()
        self.nodes = [Node(name, self.folder, self.etcd_port) for name in NAMES]
        self.processes: list[subprocess.Popen] = []

    def url(self, *, via: str, database: str = "subtext") -> str:
        """Return a database URL with all nodes (``via="hosts"``), or with the ports of HAProxy (``"haproxy"``)."""
        ports = (
            [node.port for node in self.nodes] if via == "hosts" else [self.primary_port, self.standby_port]
        )
        hosts = "&".join(f"host=127.0.0.1:{port}" for port in ports)
        return f"postgresql://postgres:{PASSWORD}@/{database}?{hosts}"

    def start(self) -> None:
        self._run("etcd", "--config-file", str(self._etcd_configuration()))
        for node in self.nodes:
            node.start()
        assert until(self.is_complete, START_SECONDS), self.logs()
        self._run("haproxy", "-f", str(self._haproxy_configuration()))
        with self.primary_connection() as connection:
            connection.execute("CREATE DATABASE subtext")
        assert until(lambda: self._listens(self.primary_port) and self._listens(self.standby_port)), (
            self.logs()
        )
        assert until(self.is_synchronous), self.logs()

    def is_complete(self) -> bool:
        """Whether there is a primary and every other node follows it."""
        roles = sorted(node.role() for node in self.nodes)
        return roles == ["master", "replica", "replica"] and len(self._streaming()) == len(self.nodes) - 1

    def is_synchronous(self) -> bool:
        """Whether commits wait for a standby."""
        return "sync" in self._streaming().values()

    def primary(self) -> Node | None:
        return next((node for node in self.nodes if node.role() == "master"), None)

    def primary_connection(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(
            host=",".join(["127.0.0.1"] * len(self.nodes)),
            port=",".join(str(node.port) for node in self.nodes),
            user="postgres",
            password=PASSWORD,
            dbname=database,
            target_session_attrs="read-write",
            autocommit=True,
            connect_timeout=2,
        )

    def configure(self, **settings: object) -> None:
        """Change Patroni's settings, as ``patronictl edit-config`` does, and wait until they apply."""
        node = self.primary()
        request = urllib.request.Request(node._api("config"), json.dumps(settings).encode(), method="PATCH")
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 200
        assert until(lambda: self.is_synchronous() == settings.get("synchronous_mode", self.is_synchronous()))

    def switch_over(self) -> None:
        """Make a standby the primary, as ``patronictl switchover`` does. Patroni refuses until one is ready."""
        assert until(self._switched_over), self.logs()

    def _switched_over(self) -> bool:
        # In synchronous mode, only a synchronous standby may follow. Without a candidate, Patroni picks one.
        node = self.primary()
        body = json.dumps({"leader": node.name}).encode()
        request = urllib.request.Request(node._api("switchover"), body, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status == 200
        except urllib.error.HTTPError as error:
            error.close()
            return False

    def logs(self) -> str:
        return "\n".join(file.read_text(errors="replace")[-2000:] for file in self.folder.glob("**/log"))

    def close(self) -> None:
        for node in self.nodes:
            node.stop()
        for process in reversed(self.processes):
            process.terminate()
            process.wait(timeout=30)
        shutil.rmtree(self.folder)

    def _streaming(self) -> dict[str, str]:
        """Return the name and ``sync_state`` of each standby that follows the primary."""
        with suppress(psycopg.Error), self.primary_connection() as connection:
            rows = connection.execute(
                "SELECT application_name, sync_state FROM pg_stat_replication WHERE state = 'streaming'"
            )
            return dict(rows.fetchall())
        return {}

    def _listens(self, port: int) -> bool:
        with suppress(psycopg.Error):
            psycopg.connect(
                f"postgresql://postgres:{PASSWORD}@127.0.0.1:{port}/subtext", connect_timeout=2
            ).close()
            return True
        return False

    def _etcd_configuration(self) -> Path:
        """Write the configuration of a single member: its host names and folder replaced."""
        peer_port = free_port()
        text = (DEPLOY / "patroni" / "etcd.yml").read_text()
        text = re.sub(r"(initial-cluster: etcd1=[^,\n]*).*", r"\1", text)
        text = text.replace("/var/lib/etcd/subtext", str(self.folder / "etcd"))
        text = re.sub(r"(?:0\.0\.0\.0|etcd1\.example):2379", f"127.0.0.1:{self.etcd_port}", text)
        text = re.sub(r"(?:0\.0\.0\.0|etcd1\.example):2380", f"127.0.0.1:{peer_port}", text)
        return self._write("etcd.yml", text)

    def _haproxy_configuration(self) -> Path:
        text = (DEPLOY / "haproxy" / "haproxy.cfg").read_text()
        text = text.replace("bind :5000", f"bind 127.0.0.1:{self.primary_port}")
        text = text.replace("bind :5001", f"bind 127.0.0.1:{self.standby_port}")
        for node in self.nodes:
            server = f"127.0.0.1:{node.port} check port {node.api_port}"
            text = text.replace(f"{node.name}.example:5432 check port 8008", server)
        return self._write("haproxy.cfg", text)

    def _write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text)
        return path

    def _run(self, program: str, *words: str) -> None:
        folder = self.folder / program
        folder.mkdir()
        if os.geteuid() == 0:
            shutil.chown(folder, ACCOUNT, ACCOUNT)
        with (folder / "log").open("ab") as log:
            command = [*as_account(), PROGRAMS[program], *words]
            self.processes.append(
                subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
                )
            )


def as_account() -> list[str]:
    """Return the beginning of a command that root runs as ``postgres``."""
    account = f"--reuid={ACCOUNT}", f"--regid={ACCOUNT}", "--clear-groups"
    return ["setpriv", *account, "--"] if os.geteuid() == 0 else []


def read_environment(path: Path) -> dict[str, str]:
    """Return the variables of an environment file."""
    lines = (line for line in path.read_text().splitlines() if line and not line.startswith("#"))
    return dict(line.split("=", 1) for line in lines)


@contextmanager
def running_patroni():
    """Yield a running cluster. Skip the test where a program is missing."""
    if REASON:
        pytest.skip(REASON)
    cluster = PatroniCluster()
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.close()
