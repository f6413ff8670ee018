"""Running code blocks in separate processes, as a reader would, against a test server."""

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
from tests.serving import LAST_WORDS, RunningServer, free_port, wait

DOCUMENTED_HOST = "127.0.0.1:8000"
#: The URLs of a proxy and a database server in guides.
PROXY = "http://subtext.example"
POSTGRESQL = "postgresql://subtext:secret@db.example/subtext"
#: Matches blocks that end by starting a server, and so run until they are stopped.
SERVER_COMMAND = re.compile(r"^(make|\S*subtext) serve\n\Z", re.MULTILINE)
#: The command that clones the repository. It is removed, since the tests run in a clone.
CLONE_COMMAND = re.compile(r"^git clone .*\n", re.MULTILINE)
TIMEOUT_SECONDS = 120


def environment(**extra):
    """Return environment variables with this virtual environment and without settings of the service."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("SUBTEXT_", "MAKE"))
    }
    # With MFLAGS set, a nested make prints the folder that it enters.
    inherited.pop("MFLAGS", None)
    binaries = os.path.dirname(sys.executable)
    inherited |= {"PATH": f"{binaries}:/usr/sbin:{inherited['PATH']}", "NO_COLOR": "1"}
    # On a busy machine, the log of slow requests would mix with the output that is compared.
    return inherited | {"SUBTEXT_ACCESS_LOG": "errors"} | extra


def command(language, text, folder):
    """Return the command that runs a block's text in its language."""
    if language == "sh":
        return ["bash", "-euo", "pipefail", "-c", CLONE_COMMAND.sub("", text)]
    if language == "js" and not shutil.which("node"):
        skip_test("because there is no node (Debian: apt-get install nodejs).")
    script = folder / {"python": "example.py", "js": "example.mjs", "ts": "example.ts"}[language]
    script.write_text(text, "utf-8")
    if language == "ts":
        compiler = f"{npm_tools.MODULES}/.bin/tsc --strict --target es2022 --module nodenext --skipLibCheck"
        return ["bash", "-c", f"{compiler} {script} >&2 && node {script.with_suffix('.js')}"]
    return [sys.executable if language == "python" else "node", str(script)]


def install_clients(clients, folder):
    """Install the generated clients for a block; return the environment variables that it needs."""
    (folder / "node_modules" / "@subtext").mkdir(parents=True)
    (folder / "node_modules" / "@subtext" / "client").symlink_to(clients / "typescript")
    (folder / "node_modules" / "@types").symlink_to(npm_tools.MODULES / "@types")
    (folder / "package.json").write_text('{"type": "module"}')
    return {"PYTHONPATH": str(clients / "python" / "src")}


def run_block(block, folder, replacements, **extra):
    """Run a block and return its output; ``replacements`` maps names in the block to the actual ones."""
    result = subprocess.run(
        command(block.language, replace_all(block.text, replacements), folder),
        cwd=ROOT if block.language == "sh" else folder,
        env=environment(**extra),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert result.returncode == 0, f"{block.location} ended with {result.returncode}: {result.stderr}"
    return replace_all(result.stdout, {actual: documented for documented, actual in replacements.items()})


def replace_all(text, replacements):
    """Return a text with each key of ``replacements`` replaced by its value."""
    for old, new in replacements.items():
        text = text.replace(old, new)
    return text


def run_server_block(block, folder, replacements, **extra):
    """Run a block that starts a server, wait until it is ready, and stop it; return its output."""
    port = str(free_port())
    replacements = replacements | {DOCUMENTED_HOST: f"127.0.0.1:{port}"}
    log = folder / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command(block.language, replace_all(block.text, replacements), folder),
            cwd=ROOT,
            env=environment(PORT=port, **extra),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        server = RunningServer(f"http://127.0.0.1:{port}", process, log)
        wait(server, printed=LAST_WORDS)
        # Read the log before stopping: when all processes stop at once, they log errors about each other.
        output_text = server.output
    finally:
        # Signal the process group, which contains only make, the shell and the server.
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=40)
    return replace_all(output_text, {actual: documented for documented, actual in replacements.items()})


@contextmanager
def running_proxy(block, folder, replacements, port=None, path=""):
    """Run nginx with a block as the configuration of a site; yield its base URL, which ends with ``path``."""
    binary = shutil.which("nginx", path=environment()["PATH"])
    if binary is None:
        skip_test("because there is no nginx (Debian: apt-get install nginx-light).")
    port = port or free_port()
    site = replace_all(
        block.text,
        replacements | {"/var/cache/nginx": str(folder), "listen 80;": f"listen 127.0.0.1:{port};"},
    )
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temp_paths = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    user = pwd.getpwuid(os.getuid()).pw_name
    config = folder / "nginx.conf"
    config.write_text(
        f"user {user};\npid {folder}/nginx.pid;\nerror_log stderr;\ndaemon off;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temp_paths}{site}}}\n"
    )
    with (folder / "nginx.log").open("w") as log:
        subprocess.run([binary, "-t", "-c", config], check=True, stderr=log, timeout=TIMEOUT_SECONDS)
        process = subprocess.Popen([binary, "-c", config], stderr=log)
    server = RunningServer(f"http://127.0.0.1:{port}{path}", process, folder / "nginx.log")
    try:
        wait(server)
        yield server.url
    finally:
        server.stop()
