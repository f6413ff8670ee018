"""The packages that ``make clients`` builds, installed into projects that have nothing else."""

import json
import shutil
import subprocess
import sys
import tarfile
import venv
from zipfile import ZipFile

import pytest

from openapi import PATH, npm_tools
from openapi.clients.build import build
from tests.clients.conftest import HERE
from tests.conftest import skip_test
from tests.serving import ROOT, serving

pytestmark = pytest.mark.nightly

VERSION = json.loads(PATH.read_bytes())["info"]["version"]


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """The folder with wheel, sdist and tarball."""
    if reason := npm_tools.missing_reason():
        skip_test(f"because {reason}.")
    folder = tmp_path_factory.mktemp("packages")
    build(folder)
    return folder / "dist"


@pytest.fixture
def limited(sqlite_engine, tmp_path):
    """A server that takes five requests in six seconds, which a busy machine makes in less.

    It is new for each test, as cached responses do not count.
    """
    log = tmp_path / "log"
    with (
        sqlite_engine.fresh(None) as url,
        serving(
            log, SUBTEXT_DATABASE_URL=url, SUBTEXT_WORKERS="1", SUBTEXT_RATE_LIMIT="5/6 seconds"
        ) as server,
    ):
        yield server


def run(*command, cwd):
    result = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)
    assert result.returncode == 0, f"{result.stdout}\n{result.stderr}"
    return result.stdout


@pytest.fixture
def python_project(packages, tmp_path):
    """The Python of a virtual environment with the wheel and what it requires."""
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", *packages.glob("*.whl"), cwd=tmp_path)
    return python


@pytest.fixture
def node_project(packages, tmp_path):
    """A project with the tarball, and a program that was compiled with its types."""
    (tmp_path / "package.json").write_text('{"type": "module"}')
    run(shutil.which("npm"), "install", "--silent", "--no-audit", *packages.glob("*.tgz"), cwd=tmp_path)
    shutil.copy(HERE / "consume.ts", tmp_path)
    options = ("--strict", "--target", "es2022", "--lib", "es2022", "--module", "nodenext")
    types = ("--types", "node", "--typeRoots", npm_tools.MODULES / "@types")
    compiled = npm_tools.run("tsc", *options, *types, tmp_path / "consume.ts")
    assert compiled.returncode == 0, compiled.stdout
    return tmp_path


class TestInstalledPackages:
    def check(self, output):
        assert output["version"] == VERSION
        # Eight pages of four, at most.
        assert len(set(output["quotes"])) == len(output["quotes"]) == len(output["lengths"]) > 20
        assert output["films"] == ["Her", "Her"]
        assert all(isinstance(length, int) for length in output["lengths"])
        assert output["problem"] == "No theme has the id “nothing”."
        answered = [status for status in output["statuses"] if status != 429]
        assert answered == [*[200] * 8, 200, 304, 200, 404]
        # The limit was reached, and each wait is as long as the service asked for.
        assert output["statuses"].count(429) == len(output["waits"]) >= 1
        assert all(wait == int(wait) >= 1 for wait in output["waits"])

    def test_the_wheel_reads_from_a_service_that_limits_requests(self, python_project, limited, tmp_path):
        program = shutil.copy(HERE / "consume.py", tmp_path)
        self.check(json.loads(run(python_project, program, limited.url, cwd=tmp_path)))

    def test_the_tarball_reads_from_a_service_that_limits_requests(self, node_project, limited):
        output = run("node", "consume.js", limited.url, cwd=node_project)
        self.check(json.loads(output))


class TestContents:
    def test_a_wheel_of_the_sdist_and_one_of_the_checkout_are_the_same(self, packages, tmp_path):
        wheel = next(packages.glob("*.whl"))
        checkout = tmp_path / "checkout"
        shutil.copytree(ROOT / "openapi", checkout / "openapi", ignore=shutil.ignore_patterns("node_modules"))
        sources = {"sdist": next(packages.glob("*.tar.gz")), "checkout": checkout / "openapi/clients/python"}
        for name, source in sources.items():
            command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir"]
            run(*command, tmp_path / name, source, cwd=tmp_path)
            assert self.files(next((tmp_path / name).glob("*.whl"))) == self.files(wheel), name

    def files(self, wheel):
        """Return the files of a wheel, with their contents, without those that it makes of them."""
        with ZipFile(wheel) as archive:
            names = [name for name in archive.namelist() if not name.endswith(("RECORD", "WHEEL"))]
            return {name: archive.read(name) for name in names}

    def test_the_wheel_is_typed_and_has_its_licence(self, packages):
        names = self.files(next(packages.glob("*.whl")))
        assert "subtext_client/py.typed" in names
        assert f"subtext_client-{VERSION}.dist-info/licenses/LICENSE" in names
        metadata = names[f"subtext_client-{VERSION}.dist-info/METADATA"].decode()
        assert {"License-Expression: MIT", "Requires-Python: >=3.11"} <= set(metadata.splitlines())

    def test_the_tarball_has_types_and_its_licence(self, packages):
        with tarfile.open(next(packages.glob("*.tgz"))) as archive:
            names = set(archive.getnames())
            manifest = json.load(archive.extractfile("package/package.json"))
        assert {"package/LICENSE", "package/CHANGELOG.md", "package/README.md"} <= names
        assert set(manifest["exports"]["."].values()) <= {
            f"./{name.removeprefix('package/')}" for name in names
        }
        assert manifest["version"] == VERSION
