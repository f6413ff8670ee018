"""Generate the Python client: models by openapi-python-client, methods by our templates."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from .operations import Parameter, name_of, references_of, request_bodies, without_writes
from .rendering import body_names, create_environment, model_names, template_context

HERE = Path(__file__).parent
TYPES = {"string": "str", "integer": "int", "boolean": "bool"}


def write_generated(document: dict[str, Any], package: Path) -> None:
    """Write the generated modules into the folder of the package, which has the others."""
    _write_models(document, package)
    sources = render(document)
    for name, source in sources.items():
        (package / name).write_text(source, encoding="utf-8")
    written = [package / name for name in sources]
    _run("ruff", "check", "--quiet", "--isolated", "--fix", "--select=F401,I", *written)
    _run("ruff", "format", "--quiet", "--isolated", "--line-length=110", *written)


def _write_models(document: dict[str, Any], package: Path) -> None:
    """Write ``models/`` and ``types.py``. The functions that the generator adds have no retries or pages."""
    with tempfile.TemporaryDirectory() as folder:
        source, output = Path(folder, "document.json"), Path(folder, "output")
        source.write_text(json.dumps(without_writes(document)), encoding="utf-8")
        options: list[str | Path] = [
            "--path",
            source,
            "--config",
            HERE / "python.yaml",
            "--meta",
            "none",
            "--fail-on-warning",
        ]
        _run("openapi_python_client", "generate", *options, "--output-path", output)
        shutil.rmtree(package / "models", ignore_errors=True)
        shutil.copytree(output / "models", package / "models")
        shutil.copy(output / "types.py", package)


def render(document: dict[str, Any]) -> dict[str, str]:
    """Return the modules that our templates make, by their names."""
    environment = create_environment()
    environment.filters["docstring"] = docstring
    context = template_context(document)
    operations = context["operations"]
    models = model_names(context) - set(context["unions"])
    models |= {name for names in context["references"].values() for name in names}
    for operation in operations:
        if operation.fields:
            models |= {f"Sparse{operation.item}", f"Sparse{operation.response}"}
    context |= {
        "enumerations": sorted({each.enumeration for op in operations for each in op.options} - {None}),
        "models": sorted(models),
        "queries": sorted(operation.query for operation in operations if operation.options),
        "python_type": python_type,
    }
    context["version"] = document["info"]["version"]
    modules = ("version", "unions", "queries", "problems")
    rendered = {
        f"{name}.py": environment.get_template(f"{name}.py.jinja").render(context) for name in modules
    }
    bodies = request_bodies(document)
    names = {name for schema in bodies.values() for name in references_of(schema)}
    body_context = {"bodies": bodies, "enumerations": sorted(names - bodies.keys()), "body_type": body_type}
    rendered["bodies.py"] = environment.get_template("bodies.py.jinja").render(body_context)
    context["bodies"] = sorted(body_names(context))
    resources = environment.get_template("resources.py.jinja")
    rendered["resources.py"] = resources.render(context, prefix="", is_async=False)
    rendered["async_resources.py"] = resources.render(context, prefix="Async", is_async=True)
    return rendered


def python_type(parameter: Parameter) -> str:
    """Return the annotation of a parameter. A list takes a single value, too."""
    if parameter.schema.get("format") == "date":
        return "datetime.date | str"
    value = parameter.enumeration or TYPES[parameter.schema["type"]]
    return f"{value} | Sequence[{value}]" if parameter.is_list else value


def body_type(schema: dict[str, Any]) -> str:
    """Return the annotation of a value in a body."""
    if "$ref" in schema:
        return name_of(schema)
    if "anyOf" in schema:
        return " | ".join(body_type(each) for each in schema["anyOf"])
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return " | ".join(_type_of(name, schema) for name in types)


def _type_of(name: str, schema: dict[str, Any]) -> str:
    if name == "null":
        return "None"
    if name == "array":
        return f"Sequence[{body_type(schema['items'])}]"
    if name == "object":
        return f"Mapping[str, {body_type(schema['additionalProperties'])}]"
    return "datetime.date | str" if schema.get("format") == "date" else TYPES[name]


def docstring(text: str) -> str:
    """Return a text that may stand between three quotation marks."""
    return re.sub(r'"(?="|\Z)', r"\"", text.replace("\\", "\\\\"))


def _run(module: str, *arguments: str | Path) -> None:
    # The generator formats its output with the ruff in the same environment.
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    }
    command = [sys.executable, "-m", module, *arguments]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if ran.returncode:
        raise SystemExit(f"{module} failed:\n{ran.stdout}\n{ran.stderr}")
