"""``python -m openapi.promise``: what was released is kept; docs/adr/0013 says what is promised.

`redocly diff` compares the last released document with the present one, and ``openapi.compatibility_facts``
what it does not look at. A change that breaks a client of the release ends the command with 1.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openapi import PATH, compatibility_facts, npm_tools

RELEASED = npm_tools.FOLDER / "released"


def main(document: Path = PATH, released: Path = RELEASED) -> None:
    """Compare, and name every change that breaks the promise."""
    last = last_released(released)
    if last is None:
        print("Nothing was released yet, so nothing is promised.")
        return
    npm_tools.leave_out("the comparison with the last release")
    broken = broken_promises(json.loads(last.read_bytes()), json.loads(document.read_bytes()))
    for sentence in broken:
        print(f"Breaks clients of {last.stem}: {sentence}", file=sys.stderr)
    if broken:
        sys.exit(1)
    print(f"Clients of {last.stem} go on working.")


def last_released(folder: Path) -> Path | None:
    """Return the document with the highest version, or None before the first release."""
    released = (path for path in folder.glob("*.json") if re.fullmatch(r"\d+\.\d+\.\d+", path.stem))
    return max(released, key=lambda path: version(path.stem), default=None)


def version(written: str) -> tuple[int, ...]:
    """Return a version as numbers, so that 1.10.0 comes after 1.9.0."""
    return tuple(map(int, written.split(".")))


def broken_promises(base: dict[str, Any], revision: dict[str, Any]) -> list[str]:
    """Return a sentence for each change that breaks a client of ``base``."""
    seen = [sentence for _, sentence in breaking_changes(base, revision)]
    return list(dict.fromkeys(seen + compatibility_facts.lost(base, revision)))


def breaking_changes(base: dict[str, Any], revision: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what `redocly diff` calls major: where, as a JSON Pointer into the whole, and a sentence."""
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
        raise RuntimeError(f"redocly diff could not compare: {ran.stderr or ran.stdout}")
    return dict(json.loads(ran.stdout))


def _is_narrower(change: dict[str, Any], revision: dict[str, Any]) -> bool:
    """Whether a choice became one of its members, as a reference does that is never null any more.

    The rule knows only that the choice is gone. Were it one of a request, the rule for types would
    report it by itself.
    """
    if change["kind"] != "removed" or change["typeName"] not in ("AnyOf", "OneOf"):
        return False
    place, _, _ = change["base"]["pointer"].rpartition("/")
    members = [member["$ref"] for member in change["base"]["value"] if "$ref" in member]
    try:
        return compatibility_facts.at(revision, place).get("$ref") in members
    except KeyError:
        return False


if __name__ == "__main__":
    main()
