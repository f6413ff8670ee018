"""``deploy/Dockerfile``: what it says, and the server that its steps install, in a root without an engine."""

import json
import os
import re
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.deploy import images
from tests.serving import ROOT

#: The largest size of all files of the image, in megabytes (10**6 bytes), uncompressed.
MAX_MEGABYTES = 210
STEPS = images.instructions()
STAGES = images.stages(STEPS)
FINAL = STAGES["final"]


class TestDockerfile:
    def test_it_has_a_stage_that_builds_and_one_that_runs(self):
        assert list(STAGES) == ["build", "final"]

    def test_packages_are_locked_with_hashes_and_not_compiled(self):
        [install] = [text for word, text in STAGES["build"] if word == "RUN" and "requirements.txt" in text]
        assert {"--require-hashes", "--no-deps", "--only-binary"} <= set(install.split())

    def test_it_runs_as_a_user_by_number(self):
        assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", images.one(FINAL, "USER"))

    def test_commands_are_in_exec_form_so_that_signals_reach_the_server(self):
        assert json.loads(images.one(FINAL, "ENTRYPOINT")) == ["subtext"]
        assert json.loads(images.one(FINAL, "CMD")) == ["serve"]
        assert images.one(FINAL, "STOPSIGNAL") == "SIGTERM"
        assert json.loads(images.one(FINAL, "HEALTHCHECK").partition("CMD ")[2])

    def test_only_the_volume_is_written(self):
        environment = images.variables(FINAL)
        assert environment["PYTHONDONTWRITEBYTECODE"] == "1"
        assert environment["SUBTEXT_DATABASE_URL"].startswith(f"sqlite:///{images.one(FINAL, 'VOLUME')}/")

    def test_the_build_is_an_argument(self):
        assert images.variables(FINAL, {"BUILD": "abc123"})["SUBTEXT_BUILD"] == "abc123"
        assert images.variables(FINAL)["SUBTEXT_BUILD"] == ""

    def test_the_last_stage_only_copies(self):
        assert {word for word, _ in FINAL}.isdisjoint({"RUN", "ADD"})

    def test_no_secret_and_no_url_is_in_it(self):
        text = images.DOCKERFILE.read_text("utf-8")
        assert not re.search(r"https?://(?!127\.0\.0\.1)", text)
        assert not re.search(r"(?i)password|secret|token", text)


class TestContext:
    def test_it_has_what_runs_and_nothing_else(self):
        files = set(images.context())
        assert {
            "wsgi.py",
            "requirements.txt",
            "api/app.py",
            "openapi/v1.json",
            "docs/guides/quickstart.md",
        } <= files
        assert not {path for path in files if path.startswith("openapi/")} - {"openapi/v1.json"}
        assert "models/migrations/versions/0001_the_first_tables.py" in files
        folders = {path.partition("/")[0] for path in files}
        assert not folders & {"tests", "bench", ".git", ".github", ".ci", "build", "var"}


@pytest.fixture(scope="session")
def image(tmp_path_factory):
    """The root of the image, built by its own steps."""
    folder = tmp_path_factory.mktemp("image")
    wheels = folder / "wheels"
    images.download_wheels(wheels)
    return images.build(folder, wheels)


@pytest.mark.nightly
class TestImage:
    @pytest.fixture
    def data(self):
        # The numeric user must reach it.
        with TemporaryDirectory(dir="/tmp") as name:
            os.chmod(name, 0o711)
            yield Path(name) / "data"

    def run(self, image, data, *command):
        data.mkdir(exist_ok=True)
        return subprocess.run(
            images.inside(image, data, command, {"PORT": "9"}), capture_output=True, text=True, check=False
        )

    def test_it_is_small(self, image):
        files = {}
        for path in image.rglob("*"):
            if path.is_file() and not path.is_symlink():
                # Hard links count once.
                status = path.stat()
                files[status.st_ino] = (path.relative_to(image).parts[0], status.st_size)
        parts = {
            part: sum(size for name, size in files.values() if name == part) / 1e6
            for part, _ in files.values()
        }
        print(f"image: {sum(parts.values()):.1f} MB", {part: f"{size:.1f}" for part, size in parts.items()})
        assert sum(parts.values()) <= MAX_MEGABYTES

    def test_stripped_libraries_can_be_loaded(self, image, data):
        script = (
            "import ctypes, glob; "
            "[ctypes.CDLL(name) for name in glob.glob('/opt/subtext/lib/**/*.so*', recursive=True)]"
        )
        result = self.run(image, data, "python", "-c", script)
        assert (result.returncode, result.stderr) == (0, "")

    def test_it_serves_from_a_read_only_root_as_its_user(self, image, data, tmp_path):
        with images.running_image(image, data, tmp_path / "log", SUBTEXT_BUILD="b1") as server:
            with urllib.request.urlopen(f"{server.url}/v1/films/her-2013") as response:
                assert response.status == 200
            with urllib.request.urlopen(f"{server.url}/v1/meta") as response:
                assert json.load(response)["build"] == "b1"
            for path in (
                "/",
                "/docs",
                "/docs/guides/quickstart",
                "/quotes/her-2013-a-wife-without-the-challenges/card.png",
                "/v1/quotes/her-2013-a-wife-without-the-challenges?format=apa",
                "/v1/search?q=perfect",
            ):
                try:
                    with urllib.request.urlopen(server.url + path) as response:
                        assert response.status == 200
                except urllib.error.HTTPError as error:
                    raise AssertionError(path) from error
            status = Path(f"/proc/{server.process.pid}/status").read_text("utf-8")
            user = images.one(FINAL, "USER").partition(":")[0]
            assert re.search(rf"^Uid:\s+{user}\s+{user}", status, re.MULTILINE)
            assert re.search(r"^CapEff:\s+0+$", status, re.MULTILINE)
            assert re.search(r"^NoNewPrivs:\s+1$", status, re.MULTILINE)
            assert (data / "subtext.sqlite3").exists()
            assert server.stop() == 0

    def test_its_health_check_succeeds_only_while_it_serves(self, image, data, tmp_path):
        check = json.loads(images.one(FINAL, "HEALTHCHECK").partition("CMD ")[2])
        assert self.run(image, data, *check).returncode != 0
        with images.running_image(image, data, tmp_path / "log") as server:
            port = server.url.rpartition(":")[2]
            checked = subprocess.run(images.inside(image, data, check, {"PORT": port}), check=False)
            assert checked.returncode == 0

    def test_nothing_but_the_volume_can_be_written(self, image, data):
        script = "import pathlib, sys; pathlib.Path(sys.argv[1], 'x').touch()"
        for folder in ("/app", "/opt/subtext", "/etc", "/usr/bin"):
            result = self.run(image, data, "python", "-c", script, folder)
            assert "Read-only file system" in result.stderr

    def test_it_has_no_shell_no_installer_and_no_compiler(self, image):
        assert {path.name for path in (image / "usr/bin").iterdir() if "py" not in path.name} == set()
        names = {path.name for path in (image / "opt/subtext/bin").iterdir()}
        assert "subtext" in names
        assert not {name for name in names if name.startswith("pip")}

    def test_every_module_is_compiled(self, image):
        missing = [
            source
            for folder in ("app/api", "app/models", "app/seeds", "app/subtext_cli")
            for source in (image / folder).rglob("*.py")
            if not list((source.parent / "__pycache__").glob(f"{source.stem}.cpython-*.pyc"))
        ]
        assert missing == []
        assert (image / "opt/subtext/lib/python3.11/site-packages/sqlalchemy/orm/session.pyc").exists()
        assert (image / "usr/lib/python3.11/json/__init__.pyc").exists()

    def test_packages_of_debian_have_their_licences_and_metadata(self, image):
        names = [path.name for path in (image / "var/lib/dpkg/status.d").iterdir()]
        assert {"libc6", "libpython3.11-stdlib", "libssl3"} <= set(names)
        for name in names:
            folder = os.path.realpath(image / "usr/share/doc" / name)
            assert Path(folder, "copyright").exists(), name

    def test_its_bill_of_materials_names_what_is_installed(self, image):
        document = json.loads((image / "app/sbom.cdx.json").read_text("utf-8"))
        assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
        urls = [component["purl"] for component in document["components"]]
        assert len(urls) == len(set(urls))
        names = {component["name"].lower().replace("_", "-") for component in document["components"]}
        installed = {
            path.name.partition("-")[0].lower().replace("_", "-").replace(".", "-")
            for path in (image / "opt/subtext/lib/python3.11/site-packages").glob("*.dist-info")
        }
        assert installed - {"subtext"} <= names
        assert {"python3-minimal", "libc6", "libssl3"} <= names
        assert "setuptools" not in names
        assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", document["serialNumber"])


def test_docker_ignores_what_git_ignores():
    assert (ROOT / ".dockerignore").read_text("utf-8").startswith("*\n")
