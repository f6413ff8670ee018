"""Narrations in packs: checked against the scenes of the source's films, loaded, changed and taken away."""

import pytest
from sqlalchemy import select

from models import Revision, Scene, Source
from seeds.load import BATCH_SIZE
from tests.seeds.packs import ESSAY, FILM, load_packs, withdraw
from tests.seeds.test_load import history, record, records, resource_states, totals

CAFE, SONG, PARIS, VISIT, ANTHEM, AIRFIELD = (
    f"{FILM}-{name}"
    for name in (
        "an-evening-at-the-cafe",
        "the-old-song",
        "paris",
        "the-visit-at-night",
        "the-marseillaise",
        "the-airfield",
    )
)
#: The source begins at the end, merges two scenes and returns to the last.
PARTS = [
    ("The end first", [AIRFIELD], [5]),
    (None, [SONG, PARIS], [6, 7]),
    ("The end again", [AIRFIELD], [15]),
]


def narrate(second, *parts):
    """Write a narration into the pack; return the line of its first part."""
    lines = [
        f"    - {{title: {title or 'null'}, scenes: [{', '.join(scenes)}], paragraphs: {paragraphs}}}\n"
        for title, scenes, paragraphs in parts
    ]
    first = "  narration:\n"
    return second.replace("sources.yml", "  editor_note", f"{first}{''.join(lines)}  editor_note") + 1


def narration(database):
    """Return the narration of the source: title, scenes and paragraphs of each part."""
    with database.read_session() as session:
        parts = Source.by_slug(session, ESSAY).narration
        return [(part.title, [scene.slug for scene in part.scenes], part.paragraphs) for part in parts]


@pytest.mark.any_database
class TestCheck:
    def test_a_source_may_tell_the_scenes_in_an_order_of_its_own(self, second):
        narrate(second, *PARTS)
        assert second.messages() == []

    @pytest.mark.parametrize(
        ("scenes", "paragraphs", "rule", "message"),
        [
            (
                [f"{FILM}-pariss"],
                [5],
                "reference",
                f"There is no scene “{FILM}-pariss”. Did you mean “{PARIS}”?",
            ),
            (
                ["her-2013-the-rooftop"],
                [5],
                "reference",
                f"The scene “her-2013-the-rooftop” does not belong to the film “{FILM}”.",
            ),
            ([PARIS, PARIS], [5], "listed-once", f"“{PARIS}” is listed more than once."),
            ([PARIS], [5, 17], "cited-paragraph", f"“{ESSAY}” has 16 paragraphs, so 17 does not exist."),
            (
                [PARIS],
                [6, 5],
                "cited-paragraph",
                "Paragraphs must be in ascending order without duplicates.",
            ),
            ([], [5], "form", "narration.1.scenes: Length must be between 1 and 100."),
            ([PARIS], [], "form", "narration.1.paragraphs: Length must be between 1 and 500."),
            ([PARIS], ["five"], "form", "narration.1.paragraphs.0: Must be an integer."),
        ],
    )
    def test_a_fault_is_reported_at_its_part(self, second, scenes, paragraphs, rule, message):
        second.vocabularies = {*second.vocabularies, ("scene", "her-2013-the-rooftop")}
        line = narrate(second, PARTS[0], ("Paris", scenes, paragraphs)) + 1
        assert f"sources.yml:{line}: error [{rule}] {ESSAY}: {message}" in second.messages()

    def test_a_withdrawn_scene_is_an_error(self, second):
        line = narrate(second, ("Rome", [f"{FILM}-rome"], [5]))
        withdraw(second, f"{FILM}-rome", "scene")
        message = f"sources.yml:{line}: error [withdrawn] {ESSAY}: The scene “{FILM}-rome” is withdrawn."
        assert message in second.messages()


@pytest.mark.any_database
class TestLoad:
    def test_the_narration_is_stored_in_the_sources_order(self, packed, second):
        narrate(second, *PARTS)
        load_packs(packed, second.root)
        assert narration(packed) == PARTS
        with packed.read_session() as session:
            scenes = session.scalars(
                select(Scene.slug).where(Scene.slug.like(f"{FILM}%")).order_by(Scene.position)
            )
            assert list(scenes) == [CAFE, SONG, PARIS, VISIT, ANTHEM, AIRFIELD]

    def test_it_is_a_part_of_the_sources_record_and_of_one_revision(self, packed, second):
        narrate(second, *PARTS)
        load_packs(packed, second.root)
        stored = record(packed, "source", ESSAY)
        assert stored.number == 1
        assert stored.record == records(packed)["source", ESSAY]
        assert stored.record["narration"] == [
            {"title": title, "scenes": scenes, "paragraphs": paragraphs}
            for title, scenes, paragraphs in PARTS
        ]

    def test_loading_it_again_changes_nothing(self, packed, second):
        narrate(second, *PARTS)
        load_packs(packed, second.root)
        before = history(packed)
        assert not totals(load_packs(packed, second.root), "updated")
        assert history(packed) == before

    @pytest.mark.parametrize("parts", [PARTS[1:], PARTS[::-1], [*PARTS, ("Songs", [ANTHEM], [12])], []])
    def test_a_changed_narration_is_a_revision_of_the_source_alone(self, packed, second, parts):
        narrate(second, *PARTS)
        load_packs(packed, second.root)
        before = resource_states(packed)
        text = second.file("sources.yml").read_text("utf-8")
        start, end = text.index("  narration:"), text.index("  editor_note")
        second.file("sources.yml").write_text(text[:start] + text[end:], "utf-8")
        if parts:
            narrate(second, *parts)
        load_packs(packed, second.root)
        assert narration(packed) == parts
        changed = {key for key, state in resource_states(packed).items() if state != before[key]}
        assert changed == {("source", ESSAY)}
        assert record(packed, "source", ESSAY).number == 2
        assert record(packed, "source", ESSAY).record == records(packed)["source", ESSAY]

    def test_a_first_narration_is_a_revision(self, both, second):
        narrate(second, *PARTS)
        assert totals(load_packs(both, second.root), "updated") == {"source": 1}
        assert narration(both) == PARTS

    def test_scenes_of_a_later_batch_are_found(self, packed, second):
        scene = second.file("scenes.yml").read_text("utf-8")
        entry = scene[scene.index(f"{PARIS}:") : scene.index(f"{VISIT}:")]
        many = "".join(entry.replace(PARIS, f"{PARIS}-{number}") for number in range(BATCH_SIZE + 1))
        second.append("scenes.yml", many)
        narrate(second, ("The last", [f"{PARIS}-{BATCH_SIZE}"], [5]))
        load_packs(packed, second.root)
        assert narration(packed) == [("The last", [f"{PARIS}-{BATCH_SIZE}"], [5])]

    def test_an_empty_one_is_as_none(self, both, second):
        second.replace("sources.yml", "  editor_note", "  narration: []\n  editor_note")
        assert not totals(load_packs(both, second.root), "updated")
        with both.read_session() as session:
            stored = session.scalars(select(Revision).where(Revision.type_name == "source"))
            assert [revision.record["narration"] for revision in stored] == [[], []]
