"""Generate the TypeScript client: types by openapi-typescript, methods by our templates."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import Any

from openapi import npm_tools

from .rendering import body_names, create_environment, model_names, template_context


def write_generated(document: dict[str, Any], package: Path) -> None:
    """Write the generated modules into the folder of the package, which has the others; compile them all."""
    source = package / "src"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "document.json")
        path.write_text(json.dumps(document), encoding="utf-8")
        options = ["--root-types", "--root-types-no-schema-prefix", "--root-types-keep-casing"]
        # A body may leave out what has a default.
        options.append("--default-non-nullable=false")
        _run("openapi-typescript", path, *options, "--output", source / "schema.ts")
    for name, text in render(document).items():
        (source / name).write_text(text, encoding="utf-8")
    manifest = json.loads((package / "package.json").read_bytes()) | {"version": document["info"]["version"]}
    (package / "package.json").write_text(f"{json.dumps(manifest, indent=2)}\n", encoding="utf-8")
    _run("tsc", "--project", package)


def render(document: dict[str, Any]) -> dict[str, str]:
    """Return the modules that our templates make, by their names."""
    environment = create_environment()
    environment.filters["comment"] = comment
    context = template_context(document) | {"camel": camel}
    context["models"] = sorted(model_names(context) | body_names(context))
    context["version"] = document["info"]["version"]
    modules = ("version", "problems", "resources")
    return {f"{name}.ts": environment.get_template(f"{name}.ts.jinja").render(context) for name in modules}


def camel(name: str) -> str:
    """Return a name as JavaScript writes it: ``themeMap`` for ``theme_map``."""
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name)


def comment(text: str) -> str:
    """Return a text that may stand in a comment."""
    return text.replace("*/", "*\\/")


def _run(tool: str, *arguments: str | Path) -> None:
    ran = npm_tools.run(tool, *arguments)
    if ran.returncode:
        raise SystemExit(f"{tool} failed:\n{ran.stdout}\n{ran.stderr}")
