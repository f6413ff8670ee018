"""The code samples of the document: twenty operations, in three languages, each of which is run."""

import json
import os
import re
import subprocess
import sys

import pytest

from openapi import PATH, npm_tools, samples
from openapi.samples import FOLDER, LANGUAGES
from tests.clients.conftest import clients, python_path
from tests.conftest import skip_test

__all__ = ["clients", "python_path"]

DOCUMENT = json.loads(PATH.read_bytes())
OPERATIONS = {each["get"]["operationId"]: each["get"] for each in DOCUMENT["paths"].values() if "get" in each}
SAMPLED = sorted({path.stem for path in FOLDER.iterdir() if path.is_file()})
BASE_URL = "https://subtext.example"


@pytest.fixture(scope="module")
def project(clients, server, tmp_path_factory):
    """A folder with all samples and the TypeScript client; the TypeScript samples are compiled."""
    if reason := npm_tools.missing_reason():
        skip_test(f"because {reason}.")
    folder = tmp_path_factory.mktemp("samples")
    (folder / "node_modules" / "@subtext").mkdir(parents=True)
    (folder / "node_modules" / "@subtext" / "client").symlink_to(clients / "typescript")
    (folder / "package.json").write_text('{"type": "module"}')
    for operation_id in SAMPLED:
        for extension, sample in zip(LANGUAGES, OPERATIONS[operation_id]["x-codeSamples"], strict=True):
            source = sample["source"].replace(BASE_URL, server.url)
            (folder / f"{operation_id}.{extension}").write_text(source, "utf-8")
    options = ("--strict", "--noUncheckedIndexedAccess", "--target", "es2022", "--module", "nodenext")
    types = ("--types", "node", "--typeRoots", npm_tools.MODULES / "@types")
    compiled = npm_tools.run("tsc", *options, *types, *folder.glob("*.ts"))
    assert compiled.returncode == 0, compiled.stdout
    return folder


class TestDocument:
    def test_twenty_operations_have_samples_in_each_language(self):
        assert len(SAMPLED) == 20
        for operation_id in SAMPLED:
            labels = [sample["label"] for sample in OPERATIONS[operation_id]["x-codeSamples"]]
            assert labels == ["curl", "Python", "TypeScript"], operation_id

    def test_served_samples_name_the_service(self, client):
        served = client.get("/v1/openapi.json").get_json()
        for sample in served["paths"]["/v1/quotes"]["get"]["x-codeSamples"]:
            assert served["servers"][0]["url"] in sample["source"]
            assert BASE_URL not in sample["source"]

    def test_the_small_document_has_none(self, client):
        assert "x-codeSamples" not in client.get("/v1/openapi.json?examples=false").text

    def test_a_sample_of_no_operation_is_an_error(self, tmp_path, monkeypatch):
        (tmp_path / "getActor.sh").write_text("curl")
        monkeypatch.setattr(samples, "FOLDER", tmp_path)
        with pytest.raises(samples.InvalidSample, match="getActor, which is no operation"):
            samples.add_code_samples({"paths": {}})

    def test_a_missing_language_is_an_error(self, tmp_path, monkeypatch):
        (tmp_path / "getQuote.sh").write_text("curl")
        monkeypatch.setattr(samples, "FOLDER", tmp_path)
        with pytest.raises(samples.InvalidSample, match=r"getQuote\.py is missing"):
            samples.add_code_samples({"paths": {"/": {"get": {"operationId": "getQuote"}}}})

    def test_curl_requests_the_path_of_its_operation(self):
        paths = {
            each["get"]["operationId"]: path for path, each in DOCUMENT["paths"].items() if "get" in each
        }
        for operation_id in SAMPLED:
            url = re.search(rf'"{BASE_URL}(/[^"?]*)', (FOLDER / f"{operation_id}.sh").read_text())
            assert re.fullmatch(re.sub(r"{\w+}", "[a-z0-9-]+", paths[operation_id]), url[1]), operation_id

    def test_python_and_typescript_call_the_method_of_their_operation(self):
        from openapi.clients.operations import read_operations
        from openapi.clients.typescript_package import camel

        for operation in read_operations(DOCUMENT):
            if operation.id in SAMPLED:
                name = ".".join(filter(None, (operation.resource, operation.method)))
                assert f"client.{name}" in (FOLDER / f"{operation.id}.py").read_text()
                assert f"client.{camel(name)}" in (FOLDER / f"{operation.id}.ts").read_text()


@pytest.mark.nightly
class TestRuns:
    """Each sample as it stands in the document, with the URL of a server in place of the placeholder."""

    def run(self, *command, **environment):
        result = subprocess.run(
            command, env=os.environ | environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert result.returncode == 0, result.stderr
        return result.stdout

    @pytest.mark.parametrize("operation_id", SAMPLED)
    def test_curl_prints_a_response(self, project, operation_id):
        output = self.run("bash", "-euo", "pipefail", project / f"{operation_id}.sh")
        if output.startswith("@"):
            assert operation_id == "getSource"
            return
        body = json.loads(output)
        assert "code" not in body, body
        assert body.get("data", body)

    @pytest.mark.parametrize("operation_id", SAMPLED)
    def test_python_prints_something(self, project, python_path, operation_id):
        assert len(self.run(sys.executable, project / f"{operation_id}.py", PYTHONPATH=str(python_path))) > 2

    @pytest.mark.parametrize("operation_id", SAMPLED)
    def test_typescript_prints_something(self, project, operation_id):
        output = self.run("node", project / f"{operation_id}.js")
        assert len(output) > 2
        assert "undefined" not in output

    def test_mypy_accepts_the_python_samples(self, project, python_path, tmp_path):
        self.run(
            *(sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir", tmp_path),
            *(project / f"{operation_id}.py" for operation_id in SAMPLED),
            MYPYPATH=str(python_path),
        )
