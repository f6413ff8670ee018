"""``deploy/systemd/subtext.service``: systemd's own checks, and the server that systemd starts in a container.

The container has a systemd of its own (``systemd-nspawn --boot``), which applies the restrictions of the unit.
"""

import os
import re
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.conftest import skip_test
from tests.deploy import images
from tests.serving import ROOT, free_port
from tests.waiting import until

UNIT = ROOT / "deploy" / "systemd" / "subtext.service"
#: The highest exposure that `systemd-analyze security` may report, from 0 (safe) to 10.
MAX_EXPOSURE = 2.0
#: What a server needs to finish open requests, in seconds; see the README.
SHUTDOWN_SECONDS = 30
PACKAGES = "systemd systemd-sysv python3 python3-venv"
INSTALL = (
    "cd /opt/subtext && python3 -m venv .venv && "
    ".venv/bin/pip install -q --require-hashes --no-deps --requirement requirements.txt && "
    ".venv/bin/pip install -q --no-deps --no-build-isolation --editable ."
)


def settings():
    """Return the settings of the unit as lists by name."""
    found = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", UNIT.read_text("utf-8"), re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


class TestUnit:
    def test_a_stop_leaves_time_to_finish_open_requests(self):
        assert int(settings()["TimeoutStopSec"][0]) >= SHUTDOWN_SECONDS + 5

    def test_only_the_parent_is_told_to_stop(self):
        """It tells its workers. A signal to all would make it report workers that ended."""
        assert settings()["KillMode"] == ["mixed"]

    def test_it_restarts_after_a_failure_and_not_after_a_stop(self):
        assert settings()["Restart"] == ["on-failure"]

    def test_the_database_is_in_its_state_directory(self):
        [database] = [
            value for value in settings()["Environment"] if value.startswith("SUBTEXT_DATABASE_URL=")
        ]
        assert (
            database
            == f"SUBTEXT_DATABASE_URL=sqlite:////var/lib/{settings()['StateDirectory'][0]}/subtext.sqlite3"
        )


@pytest.fixture
def unit(tmp_path):
    """The unit with programs that exist here."""
    if not shutil.which("systemd-analyze"):
        skip_test("because there is no systemd-analyze (Debian: apt-get install systemd).")
    text = UNIT.read_text("utf-8").replace("/opt/subtext/.venv/bin/subtext", "/bin/true")
    copy = tmp_path / UNIT.name
    copy.write_text(text.replace("=/opt/subtext", "=/tmp"))
    return copy


@pytest.mark.nightly
class TestAnalysis:
    def test_systemd_finds_no_fault(self, unit):
        output = subprocess.run(
            ["systemd-analyze", "verify", unit], capture_output=True, text=True, check=True, timeout=60
        )
        assert output.stdout + output.stderr == ""

    def test_its_exposure_is_low(self, unit):
        command = ["systemd-analyze", "security", "--offline=true", "--no-pager", unit]
        output = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
        exposure = float(re.search(r"Overall exposure level for subtext\.service: ([\d.]+)", output)[1])
        print(f"exposure: {exposure}")
        assert exposure <= MAX_EXPOSURE


class Machine:
    """A container with systemd, which starts the unit, and the port of the server in it."""

    def __init__(self, root, port):
        self.root, self.url = root, f"http://127.0.0.1:{port}"
        # The network is that of this machine, so that the server can be reached.
        command = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--boot", "--console=pipe"]
        self.process = subprocess.Popen(
            [*command, f"--directory={root}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def status(self, path="/readyz"):
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as response:
                return response.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return None

    def servers(self):
        """Return the process ids of the server's processes, parent first, as this machine numbers them."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                command = (folder / "cmdline").read_bytes().split(b"\0")
                if b"subtext_cli.server" in command and os.path.samefile(
                    folder / "root" / "opt", self.root / "opt"
                ):
                    found.append(int(folder.name))
        return sorted(found)

    def journal(self):
        output = subprocess.run(
            [
                "journalctl",
                "--no-pager",
                "--unit=subtext",
                "--output=cat",
                f"--directory={self.root}/var/log/journal",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        return output.stdout

    def stop(self):
        # SIGTERM shuts the container down.
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=90)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A Debian with systemd, a checkout in /opt/subtext and the enabled unit."""
    if not shutil.which("systemd-nspawn"):
        skip_test("because there is no systemd-nspawn (Debian: apt-get install systemd-container).")
    folder = tmp_path_factory.mktemp("machine")
    images.download_wheels(folder / "wheels")
    root = folder / "root"
    images.run(["cp", "-a", images.base_root(), root])
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    update = "apt-get update -qq && apt-get install -y -qq --no-install-recommends"
    images.in_root(root, f"{update} {PACKAGES}", folder / "wheels")
    for path in images.context():
        (root / "opt/subtext" / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, root / "opt/subtext" / path)
    images.in_root(root, INSTALL, folder / "wheels")
    shutil.copy(UNIT, root / "etc/systemd/system/subtext.service")
    wanted = root / "etc/systemd/system/multi-user.target.wants"
    wanted.mkdir(exist_ok=True)
    (wanted / "subtext.service").symlink_to("/etc/systemd/system/subtext.service")
    (root / "var/log/journal").mkdir(exist_ok=True)
    return root


@contextmanager
def booted(root):
    port = free_port()
    (root / "etc/subtext.env").write_text(f"HOST=127.0.0.1\nPORT={port}\nSUBTEXT_WORKERS=2\n")
    machine = Machine(root, port)
    try:
        assert until(lambda: machine.status() == 200 or machine.process.poll() is not None, 60), (
            machine.journal()
        )
        yield machine
    finally:
        machine.stop()


@pytest.fixture(scope="module")
def machine(root):
    with booted(root) as machine:
        yield machine


@pytest.mark.nightly
class TestService:
    def test_it_serves_pages_images_and_search(self, machine):
        """With the restrictions on: images load compiled libraries, which may not make memory executable."""
        paths = ("/", "/docs", "/v1/quotes?include=scene", "/v1/search?q=lonely", "/docs/guides/quickstart")
        paths += (
            "/quotes/her-2013-a-wife-without-the-challenges/card.png",
            "/embed/quotes/daily",
            "/v1/quotes.bib",
        )
        assert {path: machine.status(path) for path in paths} == dict.fromkeys(paths, 200)

    def test_its_processes_have_no_rights(self, machine):
        for process in machine.servers():
            status = Path(f"/proc/{process}/status").read_text("utf-8")
            values = dict(re.findall(r"^(\w+):\s+(\S+)", status, re.MULTILINE))
            assert values["Uid"] != "0"
            assert (values["CapEff"], values["CapBnd"], values["NoNewPrivs"], values["Seccomp"]) == (
                *("0" * 16, "0" * 16),
                "1",
                "2",
            )

    def test_it_can_write_its_state_alone(self, machine):
        [server, *_] = machine.servers()
        mounts = Path(f"/proc/{server}/mounts").read_text("utf-8").splitlines()
        options = {fields[1]: fields[3].split(",") for fields in (line.split() for line in mounts)}
        assert "ro" in options["/"]
        state = [path for path in options if path.endswith("/subtext") and path.startswith("/var/lib")]
        assert state
        assert all("rw" in options[path] for path in state)

    def test_a_reload_replaces_the_workers(self, machine):
        parent, *workers = machine.servers()
        os.kill(parent, signal.SIGHUP)
        assert until(lambda: machine.servers()[0] == parent and not set(workers) & set(machine.servers()), 60)
        assert until(lambda: machine.status() == 200)

    def test_it_is_started_again_if_it_is_killed(self, machine):
        before = machine.servers()
        os.kill(before[0], signal.SIGKILL)
        assert until(lambda: machine.servers() and not set(before) & set(machine.servers()), 60)
        assert until(lambda: machine.status() == 200, 60)

    def test_its_output_is_in_the_journal(self, machine):
        assert "API         http://127.0.0.1:" in machine.journal()

    def test_a_stop_ends_it_in_time(self, machine):
        """The last test: the container is shut down."""
        start = time.monotonic()
        machine.stop()
        assert time.monotonic() - start < SHUTDOWN_SECONDS
        assert machine.servers() == []
