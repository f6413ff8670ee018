"""Install locked packages into the virtual environment, for ``make``, and say what is done.

    python -P subtext_cli/install.py .venv requirements.txt [--editable]

It runs before any package is installed, so it needs only the standard library. pip is silent for a minute or
prints hundreds of lines; here, a line of progress appears every few seconds. pip's own output is stored in
the environment, in ``pip.log``.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import subprocess
import sys
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from time import monotonic
from urllib.parse import urlsplit

#: A line of progress appears at least this often, in seconds.
INTERVAL = 3
#: What pip prints about its failures, and what to say instead. The first that matches is used.
FAILURES = (
    (r"No space left on device", "The disk is full. Free some space and run the command again."),
    (
        r"Permission denied: '?([^'\n]+)",
        "No right to write {0}. Change its owner, or run the command as the owner.",
    ),
    (r"Read-only file system", "The checkout is on a read-only file system. Clone it to another."),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerificationError",
        "The certificate of {index} is not accepted. Check the clock; behind a proxy, set PIP_CERT to "
        "its certificate.",
    ),
    (
        r"\b(?:401|403|407)\b",
        "Access to {index} is refused. Check PIP_INDEX_URL and the proxy settings.",
    ),
    (
        r"Retrying|ConnectionError|ConnectTimeout|ReadTimeout|ProxyError|Connection refused|name resolution",
        "No network: pip cannot reach {index}. Check the connection; behind a proxy set HTTPS_PROXY, and for "
        "a mirror PIP_INDEX_URL. Then run the command again.",
    ),
    (
        r"not a trusted or secure host",
        "pip does not use {index} without TLS. Set an https URL in PIP_INDEX_URL, or its host in "
        "PIP_TRUSTED_HOST.",
    ),
    (
        r"DO NOT MATCH THE HASHES|MISMATCH",
        "A downloaded package differs from the locked one. Run the command again; if it fails again, the "
        "package index or a proxy changes packages.",
    ),
    (
        r"No matching distribution found for (\S+)",
        "There is no {0} for Python {python} on {machine} at {index}. Try another version: "
        "make serve PYTHON=python3.12",
    ),
)
DOWNLOADED = re.compile(r"^(?:Collecting|Requirement already satisfied:) ([^\s=<>;\[]+)")


def main(venv: Path, requirements: str, *, editable: bool) -> None:
    """Create the environment if needed, and install the packages and perhaps this checkout."""
    create(venv)
    count = len(re.findall(r"^[\w.\[\]-]+==", Path(requirements).read_text("utf-8"), re.MULTILINE))
    say(f"Installing {count} packages of {requirements} in {venv}")
    install(venv, count, "--require-hashes", "--no-deps", "-r", requirements)
    if editable:
        say(f"Installing Subtext in {venv}")
        install(venv, 1, "--no-deps", "--no-build-isolation", "--editable", ".")


def say(text: str) -> None:
    """Print a line at once, to standard error: the output of a target is that of its command."""
    print(text, file=sys.stderr, flush=True)


def create(venv: Path) -> None:
    """Create the virtual environment, or complete one whose creation was interrupted."""
    # access() follows links: the interpreter may have been removed since.
    if all(os.access(venv / "bin" / name, os.X_OK) for name in ("python", "pip")):
        return
    if not all(map(importlib.util.find_spec, ("venv", "ensurepip"))):
        raise SystemExit(
            f"{sys.executable} has no venv and ensurepip to create a virtual environment. Install them "
            "(Debian, Ubuntu: apt-get install python3-venv), or name another Python: "
            "make serve PYTHON=python3.12"
        )
    say(f"Creating the virtual environment {venv} with Python {platform.python_version()}")
    ran = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "venv", venv],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise SystemExit(explain(ran.stdout) or f"The virtual environment could not be created: {ran.stdout}")


def install(venv: Path, count: int, *arguments: str) -> None:
    """Run ``pip install`` and print its progress; end with one line if it fails."""
    command: list[str | Path] = [
        venv / "bin" / "python",
        "-m",
        "pip",
        "install",
        "--no-input",
        "--progress-bar=off",
    ]
    environment = os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONUNBUFFERED": "1"}
    log = venv / "pip.log"
    with subprocess.Popen(  # noqa: S603
        [*command, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pip:
        output = follow(pip, venv, count)
    log.write_text(output, "utf-8")
    if pip.returncode:
        last = [line for line in output.splitlines() if line.strip()][-1:]
        raise SystemExit(explain(output) or f"pip failed: {' '.join(last)} (all of its output: {log})")


def follow(pip: subprocess.Popen[str], venv: Path, count: int) -> str:
    """Print a line of progress every few seconds until pip ends; return pip's output."""
    lines: Queue[str | None] = Queue()

    def read() -> None:
        for line in pip.stdout or ():
            lines.put(line)
        lines.put(None)

    Thread(target=read, daemon=True).start()
    output, step, downloaded = "", "pip is working", 0
    before, printed_at = len(installed(venv)), monotonic()
    while True:
        try:
            line = lines.get(timeout=0.5)
            if line is None:
                return output
            output += line
            if DOWNLOADED.match(line):
                downloaded += 1
                step = f"{downloaded} of {count} packages downloaded"
            elif "Retrying" in line:
                step = "no answer from the package index; trying again"
            elif line.startswith("Installing collected packages"):
                step = ""
        except Empty:
            pass
        if monotonic() - printed_at >= INTERVAL:
            say(f"  {step or f'{len(installed(venv)) - before} of {count} packages installed'}")
            printed_at = monotonic()


def installed(venv: Path) -> list[Path]:
    """Return the folders with the metadata of installed packages."""
    return list(venv.glob("lib/python*/site-packages/*.dist-info"))


def explain(output: str) -> str | None:
    """Return what to do about a failure that pip describes; None if it is an unusual one."""
    looked_in = re.search(r"Looking in indexes: (\S+?),?\s", output)
    # pip names the index only if it is not the default one.
    host = f" at {urlsplit(looked_in[1]).hostname}" if looked_in else ""
    values = {
        "index": f"the package index{host}",
        "python": platform.python_version(),
        "machine": platform.machine(),
    }
    for pattern, text in FAILURES:
        if match := re.search(pattern, output):
            return text.format(*match.groups(), **values)
    return None


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), sys.argv[2], editable="--editable" in sys.argv)
    except KeyboardInterrupt:
        raise SystemExit("\nInterrupted. The same command continues.") from None
    except OSError as failure:
        raise SystemExit(explain(str(failure)) or f"{failure.filename}: {failure.strerror}") from None
