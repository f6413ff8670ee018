"""What docs/operations.md names exists: tests, targets of make, modules and files."""

import re
from importlib.util import find_spec

from tests.documented.blocks import ROOT

PAGE = ROOT / "docs" / "operations.md"
TEXT = PAGE.read_text("utf-8")


def promises():
    """Return the rows of the tables of the first section, without their heads."""
    section = TEXT.partition("## Promises\n")[2].partition("\n## ")[0]
    return [row for row in re.findall(r"^\| .*", section, re.MULTILINE) if "tested by" not in row]


def test_tests_exist():
    paths = set(re.findall(r"`(tests/[\w./]+)`", TEXT))
    assert len(paths) > 10
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


def test_targets_of_make_exist():
    targets = set(re.findall(r"`make ([a-z-]+)`", TEXT))
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert {"drills", "test", "test-slow"} <= targets
    assert [name for name in targets if not re.search(rf"^{name}:.* ## ", makefile, re.MULTILINE)] == []


def test_modules_exist():
    names = re.findall(r"`python -m ([\w.]+)", TEXT)
    assert names
    assert [name for name in names if find_spec(name) is None] == []


def test_linked_files_exist():
    targets = re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", TEXT)
    assert targets
    assert [target for target in targets if not (PAGE.parent / target).exists()] == []


def test_each_promise_names_what_tests_it():
    assert len(promises()) >= 15
    assert [row for row in promises() if not re.search(r"`tests/|`make coverage`", row)] == []
