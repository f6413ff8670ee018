"""Commentary in packs that concerns several films, of the pack, of another one or of the database."""

import pytest

from models import Commentary
from tests.seeds.packs import FILM, load_packs
from tests.seeds.test_load import LIE, record, records, resource_states, totals

HER = "her-2013"


def compare(second, films):
    """Give an entry of the pack ``films`` as written; return their line."""
    return second.replace("commentary.yml", "  scenes:", f"  films: {films}\n  scenes:", after=f"{LIE}:")


def films_of(database):
    with database.read_session() as session:
        return [film.slug for film in Commentary.by_slug(session, LIE).further_films]


@pytest.mark.any_database
class TestCheck:
    @pytest.fixture(autouse=True)
    def knows_her(self, second):
        second.vocabularies = {
            *second.vocabularies,
            ("film", HER),
            ("film", "rear-window-1954"),
            *(("scene", f"{film}-a-window") for film in (HER, "rear-window-1954")),
        }

    @pytest.mark.parametrize("films", [f"[{HER}]", f"[{FILM}, {HER}]", "[]", f"[{FILM}]"])
    def test_the_list_may_repeat_the_entrys_own_film_as_the_first(self, second, films):
        compare(second, films)
        assert second.messages() == []

    @pytest.mark.parametrize(
        ("films", "rule", "message"),
        [
            ("[her]", "reference", "There is no film “her”."),
            (f"[{HER}, {HER}]", "listed-once", f"“{HER}” is listed more than once."),
            (
                f"[{HER}, {FILM}]",
                "form",
                f"films: “{FILM}” is the film of the entry. List it first or not at all.",
            ),
            ("her-2013", "form", "films: Not a valid list."),
        ],
    )
    def test_a_fault_is_reported_at_the_list(self, second, films, rule, message):
        line = compare(second, films)
        assert f"commentary.yml:{line}: error [{rule}] {LIE}: {message}" in second.messages()

    def test_scenes_are_of_any_of_its_films(self, second):
        compare(second, f"[{HER}]")
        second.replace("commentary.yml", "scenes: [", f"scenes: [{HER}-a-window, ", after=f"{LIE}:")
        assert second.messages() == []

    def test_scenes_of_another_film_are_an_error(self, second):
        compare(second, f"[{HER}]")
        line = second.replace(
            "commentary.yml", "scenes: [", "scenes: [rear-window-1954-a-window, ", after=f"{LIE}:"
        )
        message = (
            f"The scene “rear-window-1954-a-window” does not belong to any of the films “{FILM}”, “{HER}”."
        )
        assert second.messages() == [f"commentary.yml:{line}: error [reference] {LIE}: {message}"]


@pytest.mark.any_database
class TestLoad:
    def test_a_film_of_the_database_is_found(self, packed, second):
        compare(second, f"[{HER}]")
        load_packs(packed, second.root)
        assert films_of(packed) == [HER]
        stored = record(packed, "commentary", LIE)
        assert (stored.number, stored.record["films"]) == (1, [HER])
        assert stored.record == records(packed)["commentary", LIE]

    @pytest.mark.parametrize("films", ["[]", f"[{FILM}]"])
    def test_a_list_without_other_films_is_as_none(self, both, second, films):
        compare(second, films)
        assert not totals(load_packs(both, second.root), "updated")

    def test_other_films_are_a_revision_of_the_entry_alone(self, both, second):
        before = resource_states(both)
        text = second.file("commentary.yml").read_text("utf-8")
        compare(second, f"[{HER}]")
        load_packs(both, second.root)
        changed = {key for key, state in resource_states(both).items() if state != before[key]}
        assert changed == {("commentary", LIE)}
        second.file("commentary.yml").write_text(text, "utf-8")
        load_packs(both, second.root)
        assert films_of(both) == []
        assert record(both, "commentary", LIE).number == 3
        assert record(both, "commentary", LIE).record["films"] == []
