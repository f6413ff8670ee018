"""``python -m openapi.promise``: check that the document is compatible with the last release (ADR 0013).

`redocly diff` compares the released document with the current one, and ``openapi.compatibility_facts``
compares what `redocly diff` does not. The command exits with 1 if a change breaks clients of the release.
"""

from __future__ import annotations

import copy
import json
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openapi import PATH, compatibility_facts, npm_tools
from openapi.corrections import correct

RELEASED = npm_tools.FOLDER / "released"


def main(document: Path = PATH, released: Path = RELEASED) -> None:
    """Compare both documents, and print every breaking change."""
    last = last_released(released)
    if last is None:
        print("There is no release to be compatible with yet.")
        return
    npm_tools.skip_without_tools("the comparison with the last release")
    sentences = breaking_sentences(json.loads(last.read_bytes()), json.loads(document.read_bytes()))
    for sentence in sentences:
        print(f"Breaks clients of {last.stem}: {sentence}", file=sys.stderr)
    if sentences:
        sys.exit(1)
    print(f"The document is compatible with clients of {last.stem}.")


def last_released(folder: Path) -> Path | None:
    """Return the path of the document with the highest version; None before the first release."""
    released = (path for path in folder.glob("*.json") if re.fullmatch(r"\d+\.\d+\.\d+", path.stem))
    return max(released, key=lambda path: parse_version(path.stem), default=None)


def parse_version(text: str) -> tuple[int, ...]:
    """Return a version as numbers, so that 1.10.0 sorts after 1.9.0."""
    return tuple(map(int, text.split(".")))


def breaking_sentences(base: dict[str, Any], revision: dict[str, Any]) -> list[str]:
    """Return a sentence for each change that breaks clients of ``base``.

    Both documents are corrected before, where a release described the same otherwise.
    """
    base, revision = copy.deepcopy(base), copy.deepcopy(revision)
    correct(base)
    correct(revision)
    _align_parameters(base, revision)
    changes = [sentence for _, sentence in breaking_changes(base, revision)]
    return list(dict.fromkeys(changes + compatibility_facts.lost_facts(base, revision)))


def _align_parameters(base: dict[str, Any], revision: dict[str, Any]) -> None:
    """Call the components of parameters in ``base`` as ``revision`` does, operation by operation.

    `redocly diff` pairs parameters by their components. Where a component has another name and parameters
    were added, it took `id` for a new parameter.
    """
    components = base["components"]["parameters"]
    for path, methods in base["paths"].items():
        for method, operation in methods.items():
            other = revision["paths"].get(path, {}).get(method, {}) if isinstance(operation, dict) else {}
            references = {_parameter_key(revision, each): each for each in other.get("parameters", ())}
            for number, parameter in enumerate(operation.get("parameters", ()) if other else ()):
                same = references.get(_parameter_key(base, parameter), {}).get("$ref", "")
                if "$ref" not in parameter or not same:
                    continue
                present = compatibility_facts.resolve_pointer(base, parameter["$ref"])
                # Another parameter of the base may have the name already.
                if components.setdefault(same.rpartition("/")[2], copy.deepcopy(present)) == present:
                    operation["parameters"][number] = {"$ref": same}


def _parameter_key(document: dict[str, Any], parameter: dict[str, Any]) -> tuple[str, str]:
    """Return what identifies a parameter of an operation."""
    if "$ref" in parameter:
        parameter = compatibility_facts.resolve_pointer(document, parameter["$ref"])
    return parameter["in"], parameter["name"]


def breaking_changes(base: dict[str, Any], revision: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the changes that `redocly diff` calls major: a JSON Pointer into the document, and a sentence."""
    for change in _compare(base, revision)["changes"]:
        if change["impact"] == "major" and not _is_narrower(change, revision):
            for verdict in change["verdicts"]:
                yield change["path"], verdict["message"]


def _compare(base: dict[str, Any], revision: dict[str, Any]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, "base.json"), Path(folder, "revision.json")]
        for path, document in zip(paths, (base, revision), strict=True):
            path.write_text(json.dumps(document), "utf-8")
        config = npm_tools.FOLDER / "redocly.yaml"
        options = ("--config", config, "--format", "json", "--fail-on", "none")
        ran = npm_tools.run("redocly", "diff", *paths, *options)
    if ran.returncode:
        raise RuntimeError(f"redocly diff failed: {ran.stderr or ran.stdout}")
    return dict(json.loads(ran.stdout))


def _is_narrower(change: dict[str, Any], revision: dict[str, Any]) -> bool:
    """Whether a choice was replaced with one of its members, such as a reference that is no longer nullable.

    `redocly diff` only reports that the choice was removed. In a request that would break clients, but there
    its rule for types reports the change, too.
    """
    if change["kind"] != "removed" or change["typeName"] not in ("AnyOf", "OneOf"):
        return False
    pointer, _, _ = change["base"]["pointer"].rpartition("/")
    members = [member["$ref"] for member in change["base"]["value"] if "$ref" in member]
    try:
        return compatibility_facts.resolve_pointer(revision, pointer).get("$ref") in members
    except KeyError:
        return False


if __name__ == "__main__":
    main()
