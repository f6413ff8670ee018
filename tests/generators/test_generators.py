"""Generators and importers of other projects, run on the document: they generate, it compiles, it is called.

The program of each reads a page of quotes, and a page with ``fields=``.
"""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from api.openapi_spec.components import operations
from openapi import PATH
from tests.conftest import skip_test

pytestmark = pytest.mark.nightly

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
SCRIPTS = Path(sys.executable).parent
#: Each client of openapi-generator: its options, and the command that runs its program.
CLIENTS = {
    "python": ("packageName=subtext", [sys.executable, "python.py"]),
    "ruby": ("", ["ruby", "-I", "lib", "-r", "openapi_client", "ruby.rb"]),
    "php": ("", ["php", "php.php"]),
    "typescript-axios": ("useSingleRequestParameter=true,importFileExtension=.js", ["node", "axios.js"]),
}
#: Where Debian's packages of Go libraries are.
GO_PACKAGES = Path("/usr/share/gocode/src")
JAVA_ANNOTATIONS = Path("/usr/share/java/jakarta-annotation-api.jar")
OPERATIONS = len(operations(json.loads(PATH.read_bytes())))


def run(*command, cwd, **environment):
    result = subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, f"{result.stdout[-2000:]}\n{result.stderr[-2000:]}"
    return result.stdout


def require(condition, what):
    if not condition:
        skip_test(f"because {what} is not installed (make test-slow names what the nightly tests need).")


def compile_typescript(folder, program):
    (folder / "node_modules").symlink_to(MODULES)
    (folder / "package.json").write_text('{"type": "module"}')
    shutil.copy(HERE / "programs" / program, folder)
    options = ("--strict", "--skipLibCheck", "--target", "es2022", "--module", "nodenext", "--types", "node")
    run(MODULES / ".bin" / "tsc", *options, program, cwd=folder)


def check_pages(output):
    lines = output.splitlines()
    assert len(lines) == 2
    texts = [line.partition(" ")[2] for line in lines]
    assert texts[0] == texts[1] != ""


@pytest.fixture(scope="module", autouse=True)
def tools():
    require((SCRIPTS / "openapi-generator-cli").exists(), "requirements-generators.txt")
    require((MODULES / ".bin" / "tsc").exists(), "tests/generators/package.json")


class TestOpenAPIGenerator:
    @pytest.mark.parametrize("name", CLIENTS)
    def test_its_client_reads_complete_and_sparse_pages(self, name, server, tmp_path):
        options, command = CLIENTS[name]
        require(shutil.which("java"), "Java")
        require(shutil.which(command[0]), command[0])
        generator = (SCRIPTS / "openapi-generator-cli", "generate", "-i", PATH, "-g", name, "-o", tmp_path)
        run(*generator, "--additional-properties", options or "hideGenerationTimestamp=true", cwd=tmp_path)
        if name == "typescript-axios":
            compile_typescript(tmp_path, "axios.ts")
        else:
            shutil.copy(HERE / "programs" / command[-1], tmp_path)
        output = run(*command, server.url, cwd=tmp_path, PYTHONPATH=str(tmp_path))
        check_pages(output)
        if name in ("python", "ruby"):
            assert [line.split()[0] for line in output.splitlines()] == ["QuoteList", "SparseQuoteList"]

    def test_its_go_client_reads_complete_and_sparse_pages(self, server, tmp_path):
        require(shutil.which("java"), "Java")
        require(shutil.which("go") and GO_PACKAGES.joinpath("gopkg.in/validator.v2").exists(), "Go")
        package = tmp_path / "src" / "subtext"
        options = ("--additional-properties", "packageName=subtext,enumClassPrefix=true")
        generator = (SCRIPTS / "openapi-generator-cli", "generate", "-i", PATH, "-g", "go", "-o", package)
        run(*generator, *options, cwd=tmp_path)
        shutil.rmtree(package / "test")
        # Modules would be downloaded; Debian's packages are in the GOPATH.
        environment = {"GO111MODULE": "off", "GOPATH": f"{tmp_path}:{GO_PACKAGES.parent}"}
        program = HERE / "programs" / "go.go"
        check_pages(run("go", "run", program, server.url, cwd=tmp_path, **environment))

    def test_its_java_client_reads_complete_and_sparse_pages(self, server, tmp_path):
        require(shutil.which("javac") and JAVA_ANNOTATIONS.exists(), "Java's compiler")
        options = "library=native,openApiNullable=false,useJakartaEe=true,useSingleRequestParameter=true"
        generator = (SCRIPTS / "openapi-generator-cli", "generate", "-i", PATH, "-g", "java", "-o", tmp_path)
        run(*generator, "--additional-properties", options, cwd=tmp_path)
        # Debian lacks a module of Jackson that the client needs; the generator's own archive has them all.
        jar = Path(importlib.util.find_spec("openapi_generator_cli").origin).with_name(
            "openapi-generator.jar"
        )
        path = f"{tmp_path / 'classes'}:{jar}:{JAVA_ANNOTATIONS}"
        sources = [*(tmp_path / "src" / "main").rglob("*.java"), HERE / "programs" / "Pages.java"]
        run("javac", "-proc:none", "-nowarn", "-d", "classes", "-cp", path, *sources, cwd=tmp_path)
        check_pages(run("java", "-cp", path, "Pages", server.url, cwd=tmp_path))


class TestTypeScript:
    def test_hey_api_reads_complete_and_sparse_pages(self, server, tmp_path):
        config = tmp_path / "config.mjs"
        output = {"path": str(tmp_path / "client"), "importFileExtension": ".js"}
        config.write_text(f"export default {json.dumps({'input': str(PATH), 'output': output})};")
        run(MODULES / ".bin" / "openapi-ts", "--file", config, cwd=tmp_path)
        compile_typescript(tmp_path / "client", "hey.ts")
        check_pages(run("node", "hey.js", server.url, cwd=tmp_path / "client"))

    def test_orval_reads_pages_with_schemas_of_zod_and_invents_one_for_msw(self, server, tmp_path):
        # Schemas and mocks contain a copy of all that they include: of the whole document, 55 MB.
        served = f"{server.url}/v1/openapi.json?examples=false&sparse=false"
        some = {"target": served, "filters": {"tags": ["quotes", "themes"]}}
        # Mocks of operations that also return plain text do not compile.
        override = {"contentType": {"include": ["application/json", "application/problem+json"]}}
        # Lists within lists of up to ten items would take minutes.
        override["mock"] = {"arrayMin": 1, "arrayMax": 1}
        fetch = {"client": "fetch", "baseUrl": server.url, "override": override}
        mocks = {"target": "mocks.ts", "mock": {"type": "msw", "delay": False}}
        projects = {
            "client": {"input": str(PATH), "output": fetch | {"target": "client.ts"}},
            "mocks": {"input": some, "output": fetch | mocks},
            "schemas": {
                "input": some,
                "output": {"target": "schemas.ts", "client": "zod", "override": override},
            },
        }
        config = tmp_path / "config.mjs"
        config.write_text(f"export default {json.dumps(projects)};")
        output = run(MODULES / ".bin" / "orval", "--config", config, cwd=tmp_path)
        assert "⚠" not in output
        compile_typescript(tmp_path, "orval.ts")
        *pages, schemas = run("node", "orval.js", cwd=tmp_path).splitlines()
        check_pages("\n".join(pages))
        assert json.loads(schemas) == {"response": True, "mock": True, "empty": False}


class TestPython:
    def test_models_of_datamodel_code_generator_read_responses(self, client, tmp_path):
        command = (SCRIPTS / "datamodel-codegen", "--input", PATH, "--input-file-type", "openapi")
        options = ("--output-model-type", "pydantic_v2.BaseModel", "--output", "quote_models.py")
        run(*command, *options, cwd=tmp_path)
        (tmp_path / "whole.json").write_bytes(client.get("/v1/quotes?limit=3").data)
        (tmp_path / "some.json").write_bytes(client.get("/v1/quotes?limit=3&fields=text").data)
        code = (
            "from quote_models import QuoteList, SparseQuoteList as Some; from pathlib import Path\n"
            "for model, name in ((QuoteList, 'whole'), (Some, 'some')):\n"
            "    print(name, model.model_validate_json(Path(name + '.json').read_text()).data[0].text)"
        )
        check_pages(run(sys.executable, "-c", code, cwd=tmp_path))


class TestImporters:
    def test_postman_bruno_and_openapi_client_axios_import_it(self, server, tmp_path):
        (tmp_path / "node_modules").symlink_to(MODULES)
        program = HERE / "programs" / "importers.mjs"
        output = json.loads(run("node", program, PATH, server.url, cwd=tmp_path).splitlines()[-1])
        variables = ["baseUrl", "base_path", "host", "scheme"]
        assert output == {
            "postman": [OPERATIONS, variables],
            "bruno": [OPERATIONS, variables],
            "axios": ["id", "text", "type"],
        }
