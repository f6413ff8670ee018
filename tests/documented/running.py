"""Running a block as its reader would: a process of its own, against a server of the tests."""

import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager

from openapi import npm_tools
from tests.conftest import skip_test
from tests.documented.blocks import ROOT
from tests.serving import RunningServer, free_port, wait

WRITTEN_WITH = "127.0.0.1:8000"
#: What guides call a proxy, and a database server.
PROXY = "http://subtext.example"
POSTGRESQL = "postgresql://subtext:secret@db.example/subtext"
#: A block whose last line is this goes on until it is stopped.
SERVES = re.compile(r"^(make|\S*subtext) serve\n\Z", re.MULTILINE)
#: A reader clones the repository first; the tests run in a clone.
CLONE = re.compile(r"^git clone .*\n", re.MULTILINE)
LIMIT = 120


def environment(**own):
    """Return the environment of a reader who has this repository's virtual environment and no settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SUBTEXT_", "MAKE"))}
    # A make that runs inside another says which folder it enters.
    kept.pop("MFLAGS", None)
    binaries = os.path.dirname(sys.executable)
    return kept | {"PATH": f"{binaries}:/usr/sbin:{kept['PATH']}", "NO_COLOR": "1"} | own


def command(language, text, folder):
    """Return the command that runs a text in its language."""
    if language == "sh":
        return ["bash", "-euo", "pipefail", "-c", CLONE.sub("", text)]
    if language == "js" and not shutil.which("node"):
        skip_test("because there is no node (Debian: apt-get install nodejs).")
    script = folder / {"python": "example.py", "js": "example.mjs", "ts": "example.ts"}[language]
    script.write_text(text, "utf-8")
    if language == "ts":
        compiler = f"{npm_tools.MODULES}/.bin/tsc --strict --target es2022 --module nodenext --skipLibCheck"
        return ["bash", "-c", f"{compiler} {script} >&2 && node {script.with_suffix('.js')}"]
    return [sys.executable if language == "python" else "node", str(script)]


def installed(clients, folder):
    """Put the generated clients where a block finds them; return the settings that it needs for that."""
    (folder / "node_modules").mkdir()
    (folder / "node_modules" / "subtext-client").symlink_to(clients / "typescript")
    (folder / "package.json").write_text('{"type": "module"}')
    return {"PYTHONPATH": str(clients / "python")}


def printed_by(block, folder, places, **own):
    """Run a block and return what it printed; ``places`` are where what it names is really."""
    ran = subprocess.run(
        command(block.language, moved(block.text, places), folder),
        cwd=ROOT if block.language == "sh" else folder,
        env=environment(**own),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert ran.returncode == 0, f"{block.place} ended with {ran.returncode}: {ran.stderr}"
    return moved(ran.stdout, {real: written for written, real in places.items()})


def moved(text, places):
    """Return a text with every place in it replaced."""
    for written, real in places.items():
        text = text.replace(written, real)
    return text


def started_by(block, folder, places, **own):
    """Run a block that serves until it is ready, stop it, and return what it printed."""
    port = str(free_port())
    places = places | {WRITTEN_WITH: f"127.0.0.1:{port}"}
    log = folder / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command(block.language, moved(block.text, places), folder),
            cwd=ROOT,
            env=environment(PORT=port, **own),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        server = RunningServer(f"http://127.0.0.1:{port}", process, log)
        wait(server)
        # Only now: told to stop all at once, the parts of the server complain of each other.
        printed = server.output
    finally:
        # The group, which make and shell share with the server, and nobody else.
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=40)
    return moved(printed, {real: written for written, real in places.items()})


@contextmanager
def proxied(block, folder, places):
    """Run nginx with a block as a site's configuration; yields where it answers."""
    binary = shutil.which("nginx", path=environment()["PATH"])
    if binary is None:
        skip_test("because there is no nginx (Debian: apt-get install nginx-light).")
    port = free_port()
    site = moved(
        block.text, places | {"/var/cache/nginx": str(folder), "listen 80;": f"listen 127.0.0.1:{port};"}
    )
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    kept = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    me = pwd.getpwuid(os.getuid()).pw_name
    whole = folder / "nginx.conf"
    whole.write_text(
        f"user {me};\npid {folder}/nginx.pid;\nerror_log stderr;\ndaemon off;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{kept}{site}}}\n"
    )
    with (folder / "nginx.log").open("w") as log:
        subprocess.run([binary, "-t", "-c", whole], check=True, stderr=log, timeout=LIMIT)
        process = subprocess.Popen([binary, "-c", whole], stderr=log)
    server = RunningServer(f"http://127.0.0.1:{port}", process, folder / "nginx.log")
    try:
        wait(server)
        yield server.url
    finally:
        server.stop()
