"""The performers of a character, as a pack writes them."""

import pytest

from models import Character
from tests.seeds.packs import FILM, load_packs

RICK = f"{FILM}-rick"
PLAIN = "performer: Humphrey Bogart"


def write(second, text):
    """Replace Rick's performer by this YAML; return its line."""
    return second.replace("characters.yml", PLAIN, text)


def performers(database):
    """Return Rick's performer, performers and revision, and both as his record has them."""
    with database.read_session() as session:
        rick = Character.by_slug(session, RICK)
        record = rick.to_record()
        return rick.performer, rick.performers, rick.revision, (record["performer"], record["performers"])


@pytest.mark.any_database
class TestCheck:
    @pytest.mark.parametrize(
        "text",
        [
            "performers: [{given: Humphrey, family: Bogart}]",
            "performers: [{given: A, family: B, part: voice}, {given: A, family: B, part: as a child}]",
            "performers: [{literal: A choir}, {family: Plato, part: null}]",
            "performers: null",
            "performers: []",
            f"{PLAIN}\n  performers: []",
            f"{PLAIN}\n  performers: [{{given: Humphrey, family: Bogart}}, {{family: Plato}}]",
            f"performers: [{', '.join(['{family: A}'] * 20)}]",
        ],
    )
    def test_these_are_accepted(self, second, text):
        write(second, text)
        assert second.messages() == []

    @pytest.mark.parametrize(
        ("text", "pointer", "message"),
        [
            ("performers: [{part: voice}]", "performers.0", "Write the `family` name of a person"),
            ("performers: [{literal: A, family: B}]", "performers.0.family", "Not allowed with `literal`"),
            ("performers: [{family: A, part: ''}]", "performers.0.part", "between 1 and 60"),
            (f"performers: [{{family: A, part: {'x' * 61}}}]", "performers.0.part", "between 1 and 60"),
            (r'performers: [{family: A, part: "a\nb"}]', "performers.0.part", "Must be on one line"),
            ("performers: [{family: 'Bogart, Humphrey'}]", "performers.0.family", "comma or semicolon"),
            ("performers: [{family: A, age: 3}]", "performers.0.age", "Unknown field"),
            ("performers: Humphrey Bogart", "performers", "list"),
            ("performers: [Humphrey Bogart]", "performers.0", "Invalid input type"),
            (f"performers: [{', '.join(['{family: A}'] * 21)}]", "performers", "maximum length 20"),
            (
                f"{PLAIN}\n  performers: [{{family: Bogart}}]",
                "performer",
                "Must be “Bogart”, the first of `performers`, or be left out.",
            ),
        ],
    )
    def test_these_are_faults_with_their_place(self, second, text, pointer, message):
        line = write(second, text)
        [diagnostic] = second.messages("form")
        assert diagnostic.startswith(f"characters.yml:{line}: error [form] {RICK}: ")
        assert message in diagnostic
        assert pointer in diagnostic or pointer.rpartition(".")[2] in diagnostic


@pytest.mark.any_database
class TestLoad:
    def test_a_plain_performer_is_kept_as_it_is(self, packed, second):
        load_packs(packed, second.root)
        name, [performer], _, record = performers(packed)
        assert name == performer["name"] == performer["literal"] == "Humphrey Bogart"
        assert (performer["kind"], performer["part"]) == (None, None)
        assert record == ("Humphrey Bogart", [])

    def test_people_can_be_added_and_removed(self, packed, second):
        load_packs(packed, second.root)
        people = "performers: [{given: Humphrey, family: Bogart, part: voice}, {family: Plato}]"
        write(second, people)
        assert load_packs(packed, second.root)["character"]["updated"] == 1
        name, [first, other], revision, record = performers(packed)
        assert (name, first["name"], other["name"], revision) == (
            "Humphrey Bogart",
            "Humphrey Bogart",
            "Plato",
            2,
        )
        assert (first["kind"], first["part"], other["part"]) == ("person", "voice", None)
        assert record == (
            None,
            [{"given": "Humphrey", "family": "Bogart", "part": "voice"}, {"family": "Plato"}],
        )
        second.replace("characters.yml", people, "performers: []")
        load_packs(packed, second.root)
        assert performers(packed) == (None, [], 3, (None, []))
        second.replace("characters.yml", "performers: []", "performer: null")
        assert not load_packs(packed, second.root)["character"]["updated"]
