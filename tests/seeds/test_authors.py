"""The authors of a source, as a pack writes them."""

import pytest

from api.app import create_app
from api.core.config import Settings
from tests.cases import each
from tests.seeds.packs import ESSAY, load_packs

UNWRITTEN = (
    "Write the `family` name of a person (also a single name), or the `literal` name of an organization."
)


def write(second, text):
    """Replace the source's ``author`` by this text; return its line."""
    return second.replace("sources.yml", "author: null", text)


@pytest.mark.any_database
class TestCheck:
    @pytest.mark.parametrize(
        "text",
        [
            "author: A Critic",
            "authors: []",
            "authors: null",
            "authors: [{given: Ludwig, family: van Beethoven}, {literal: 'Writers, Readers & Co.'}]",
            "authors: [{given: Martin Luther, family: King, suffix: Jr.}, {family: Plato, given: null}]",
            "authors: [{given: 家卫, family: 王}, {given: Béla, family: Tarr, family_first: true}]",
            "authors: [{family: '{%@\\}', given: '#&$'}]",
        ],
    )
    def test_these_are_accepted(self, second, text):
        write(second, text)
        assert second.messages() == []

    @pytest.mark.parametrize(
        ("text", "pointer", "message"),
        [
            ("authors: [{given: Jane}]", "authors.0", UNWRITTEN),
            ("authors: [{}]", "authors.0", UNWRITTEN),
            (
                "authors: [{family: Smith, literal: The Smiths}]",
                "authors.0.family",
                "Not allowed with `literal`",
            ),
            ("authors: [{given: Ann, literal: The Smiths}]", "authors.0.given", "Not allowed with `literal`"),
            (
                "authors: [{family: 'Smith, Jane'}]",
                "authors.0.family",
                "without a comma or semicolon",
            ),
            (
                "authors: [{family: A, given: 'B; C'}]",
                "authors.0.given",
                "without a comma or semicolon",
            ),
            ("authors: [{family: A, nickname: B}]", "authors.0.nickname", "Unknown field"),
            ("authors: Jane Smith", "authors", "list"),
            ("authors: [Jane Smith]", "authors.0", "Invalid input type"),
            ("author: A\n  authors: [{family: B}]", "author", "Write `authors` alone"),
            ("author: [A, B]", "author", "string"),
        ],
    )
    def test_these_are_faults_with_their_place(self, second, text, pointer, message):
        line = write(second, text)
        [diagnostic] = second.messages("form")
        assert diagnostic.startswith(f"sources.yml:{line}: error [form] {ESSAY}: ")
        assert message in diagnostic
        assert pointer.rpartition(".")[2] in diagnostic or pointer in diagnostic


@pytest.mark.any_database
class TestLoad:
    def source(self, database):
        url = database.url.render_as_string(hide_password=False)
        app = create_app(Settings(database_url=url))
        try:
            return app.test_client().get(f"/v1/sources/{ESSAY}").json
        finally:
            app.extensions["database"].close()

    def test_authors_are_people_and_organizations(self, packed, second):
        write(second, "authors: [{given: Ludwig, family: van Beethoven}, {literal: 'Readers, Inc.'}]")
        load_packs(packed, second.root)
        source = self.source(packed)
        assert source["author"] == "Ludwig van Beethoven and Readers, Inc."
        unknown = {"suffix": None, "family_first": False}
        assert source["authors"] == [
            {"kind": "person", "name": "Ludwig van Beethoven", "given": "Ludwig", "family": "van Beethoven"}
            | {"literal": None}
            | unknown,
            {"kind": "organization", "name": "Readers, Inc.", "given": None, "family": None}
            | {"literal": "Readers, Inc."}
            | unknown,
        ]

    def test_a_plain_author_is_kept_as_it_is(self, packed, second):
        write(second, "author: Ludwig van Beethoven")
        load_packs(packed, second.root)
        source = self.source(packed)
        assert source["author"] == "Ludwig van Beethoven"
        [author] = source["authors"]
        assert (author["kind"], author["literal"], author["family"]) == (None, "Ludwig van Beethoven", None)

    @each("text", ["authors: []", "authors: null", "author: null"])
    def test_no_authors_are_written_in_any_way(self, packed, second, text):
        load_packs(packed, second.root)
        write(second, text)
        assert not load_packs(packed, second.root)["source"]["updated"]
        second.replace("sources.yml", text, "author: null")
        assert self.source(packed)["authors"] == []

    def test_they_can_be_changed_and_removed(self, packed, second):
        write(second, "authors: [{family: Plato}]")
        load_packs(packed, second.root)
        second.replace("sources.yml", "{family: Plato}", "{family: Plato}, {family: Aspasia}")
        assert load_packs(packed, second.root)["source"]["updated"] == 1
        assert self.source(packed)["author"] == "Plato and Aspasia"
        second.replace("sources.yml", "authors: [{family: Plato}, {family: Aspasia}]", "author: null")
        load_packs(packed, second.root)
        source = self.source(packed)
        assert (source["author"], source["authors"], source["revision"]) == (None, [], 3)
