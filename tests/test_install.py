"""``make`` installs packages with a line for each step, and says in one sentence why it cannot."""

import importlib.util
import os
import subprocess
import sys

import pytest

from subtext_cli import install
from tests.cases import each
from tests.serving import ROOT


@pytest.fixture
def installed(monkeypatch, tmp_path):
    """A function that runs `pip install` with this interpreter, and returns the lines that are printed."""
    (tmp_path / "bin").mkdir()
    os.symlink(sys.executable, tmp_path / "bin" / "python")
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    # pip would otherwise try for half a minute.
    monkeypatch.setenv("PIP_RETRIES", "1")
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)

    def run(*arguments):
        lines = []
        monkeypatch.setattr(install, "INTERVAL", 0)
        monkeypatch.setattr(install, "say", lines.append)
        install.install(tmp_path, 1, "--dry-run", *arguments)
        return lines

    return run


def test_without_a_network_it_says_so(installed, monkeypatch, tmp_path):
    monkeypatch.setenv("PIP_INDEX_URL", "http://user:s3cret@127.0.0.1:9/simple")
    with pytest.raises(SystemExit) as end:
        installed("nothing-like-it==1")
    assert str(end.value).startswith("No network: pip cannot reach the package index at 127.0.0.1.")
    assert "HTTPS_PROXY" in str(end.value)
    assert "\n" not in str(end.value)
    assert "s3cret" not in (tmp_path / "pip.log").read_text("utf-8")


def test_each_step_is_a_line(installed):
    lines = installed("--no-deps", "--no-index", "pytest")
    assert lines[-1] == "  1 of 1 packages downloaded"


@each(
    ("output", "sentence"),
    [
        ("ERROR: Could not install: [Errno 28] No space left on device", "The disk is full."),
        ("ERROR: [Errno 13] Permission denied: '/srv/app/.venv'", "No right to write /srv/app/.venv"),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] unable to get local issuer certificate", "PIP_CERT"),
        (
            "WARNING: Retrying (Retry(total=0)) after [Errno -3] Temporary failure in name resolution",
            "No network",
        ),
        ("OSError: Tunnel connection failed: 407 Proxy Authentication Required", "is refused"),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE",
            "differs from the locked",
        ),
        (
            "ERROR: No matching distribution found for granian==2.8.7",
            "There is no granian==2.8.7 for Python 3",
        ),
    ],
)
def test_a_failure_of_pip_is_explained(output, sentence):
    explained = install.explain(f"Collecting something\n{output}\n")
    assert sentence in explained
    assert "\n" not in explained


def test_a_python_without_venv_is_told_what_to_install(monkeypatch, tmp_path):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "ensurepip" else find_spec(name)
    )
    with pytest.raises(SystemExit, match="apt-get install python3-venv"):
        install.create(tmp_path / "new")


def test_a_missing_python_is_told_in_one_sentence(tmp_path):
    command = ["make", f"VENV={tmp_path}/new", f"{tmp_path}/new/.serve", "PYTHON=python3.99"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert ran.stderr.splitlines()[0] == "There is no python3.99. Install Python 3.11 or newer."


def test_an_old_python_is_told_in_one_sentence(tmp_path):
    old = tmp_path / "python3.8"
    script = "import sys; code = sys.argv[2]; sys.version_info = (3, 8, 0); exec(code)"
    old.write_text(f"#!/bin/sh\nexec {sys.executable} -c '{script}' \"$@\"\n")
    old.chmod(0o755)
    command = ["make", f"VENV={tmp_path}/new", f"{tmp_path}/new/.serve", f"PYTHON={old}"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert f"Subtext needs Python 3.11 or newer; {old} is 3.8. Name another" in ran.stderr
