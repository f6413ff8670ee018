"""Projects of the recipes in ``docs/recipes``: copied to a folder, installed from their locks, built and served."""

import os
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.conftest import skip_test
from tests.serving import ROOT

RECIPES = ROOT / "docs" / "recipes"
#: What the tools themselves leave in a folder that somebody tried a recipe in.
LEFTOVERS = shutil.ignore_patterns(
    "node_modules", "dist", "_site", "site", "public", "resources", ".cache", "__pycache__"
)
TIMEOUT_SECONDS = 540


class Project:
    """A copy of a recipe in a folder of its own."""

    def __init__(self, name: str, folder: Path, **environment: str) -> None:
        self.folder = folder / name
        shutil.copytree(RECIPES / name, self.folder, ignore=LEFTOVERS)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("SUBTEXT_")}
        self.environment = inherited | environment

    def install(self) -> None:
        """Install exactly what the lock names, with npm or, in a virtual environment, with pip."""
        if (self.folder / "package-lock.json").exists():
            if not shutil.which("npm"):
                skip_test("because there is no npm (Debian: apt-get install npm).")
            self.run("npm", "ci", "--silent")
        else:
            self.run(sys.executable, "-m", "venv", "venv")
            self.run(
                "venv/bin/pip", "install", "--quiet", "--require-hashes", "--requirement", "requirements.txt"
            )

    def run(self, *command: str, fails: bool = False) -> str:
        """Run a command in the folder and return its output; ``fails`` says that it must fail."""
        ran = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        assert (ran.returncode != 0) == fails, ran.stdout
        return ran.stdout


@contextmanager
def served(folder: Path):
    """Serve the files of a folder; yield the URL."""
    handler = partial(QuietHandler, directory=folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class QuietHandler(SimpleHTTPRequestHandler):
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".html": "text/html; charset=utf-8"}

    def log_message(self, *_):
        """Log nothing."""
