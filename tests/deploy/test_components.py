"""The licences page and the bill of materials: complete, and true to the installed packages."""

import re
import runpy

import pytest

from tests.cases import each
from tests.serving import ROOT

components = runpy.run_path(str(ROOT / "deploy" / "components.py"))


class TestLicences:
    def test_the_page_is_up_to_date(self):
        """`make licences` writes it. It names every locked package."""
        page = (ROOT / "docs/licences.md").read_text("utf-8")
        assert page == components["licences"]()
        locked = re.findall(
            r"^([\w.-]+)(?:\[.*\])?==", (ROOT / "requirements.txt").read_text("utf-8"), re.MULTILINE
        )
        assert set(locked) <= set(re.findall(r"^\| ([\w.-]+) \|", page, re.MULTILINE))

    @each(
        ("expression", "expected"),
        [
            ("MIT", True),
            ("LGPL-3.0-only", False),
            ("Apache-2.0 OR LGPL-3.0-only", True),
            ("MPL-2.0 AND (Apache-2.0 OR MIT)", False),
            ("MIT AND BSD-3-Clause", True),
        ],
    )
    def test_permissive_licences_are_told_from_others(self, expression, expected):
        assert components["is_permissive"](expression) is expected

    def test_a_licence_that_is_not_known_is_an_error(self):
        with pytest.raises(SystemExit, match="is not installed"):
            components["licence"]("no-such-package")


class TestBillOfMaterials:
    def test_it_names_the_installed_packages_once(self, tmp_path):
        metadata = tmp_path / components["DEBIAN_METADATA"]
        metadata.mkdir(parents=True)
        text = "Package: libc6\nSource: glibc\nVersion: 2.36-9+deb12u14\nArchitecture: amd64\nDescription: GNU\n C\n"
        (metadata / "libc6").write_text(text)
        document = components["sbom"](tmp_path)
        urls = [component["purl"] for component in document["components"]]
        assert len(urls) == len(set(urls))
        assert {"flask", "sqlalchemy", "granian"} <= {
            component["name"] for component in document["components"]
        }
        assert "pkg:deb/debian/libc6@2.36-9%2Bdeb12u14?arch=amd64" in urls
        assert all(re.fullmatch(r"pkg:(pypi|deb/debian)/[^ ]+@[^ ]+", url) for url in urls)
        assert document["serialNumber"] == components["sbom"](tmp_path)["serialNumber"]
