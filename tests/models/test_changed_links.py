"""A changed link is a change of the resource that owns it, and of no other."""

import pytest
from sqlalchemy import select

from models import (
    RESOURCES,
    AdvisoryLink,
    Appearance,
    CommentaryRelation,
    NarrationPart,
    Paragraph,
    Presence,
    QuoteTheme,
    Relation,
    SceneTheme,
)
from tests.models.content import cite, flag
from tests.models.history import everything, generation, history, revisions


def add_theme(_, all_):
    all_.storm.themes.append(all_.light)


def remove_theme(_, all_):
    all_.storm.themes.remove(all_.dark)


def replace_themes(_, all_):
    all_.storm.themes = [all_.light, all_.dark]


def change_presence(_, all_):
    all_.storm.appearances[0].presence = Presence.VOICE


def change_presence_by_its_row(session, _):
    session.scalars(select(Appearance)).one().presence = Presence.VOICE


def add_appearance(session, all_):
    session.add(Appearance(scene=all_.storm, character=all_.voice, presence=Presence.VOICE))


def delete_appearance(session, _):
    session.delete(session.scalars(select(Appearance)).one())


def delete_a_loaded_appearance(session, all_):
    session.delete(all_.storm.appearances[0])


def change_cited(_, all_):
    all_.storm.citations[0].cited = all_.essay.paragraphs[1:]


def add_cited(_, all_):
    all_.storm.citations[0].cited.append(all_.essay.paragraphs[2])


def add_citation(_, all_):
    all_.storm.citations.append(cite(all_.review, 1))


def change_severity(_, all_):
    all_.storm.advisory_links[0].severity = 3


def change_severity_by_its_row(session, all_):
    session.scalars(select(AdvisoryLink).where(AdvisoryLink.scene == all_.storm)).one().severity = 3


def add_advisory(_, all_):
    all_.storm.advisory_links.append(flag(all_.spoiler, 1))


def remove_advisory(_, all_):
    all_.storm.advisory_links.clear()


LINKS_OF_A_SCENE = [
    add_theme,
    remove_theme,
    replace_themes,
    change_presence,
    change_presence_by_its_row,
    add_appearance,
    delete_appearance,
    delete_a_loaded_appearance,
    change_cited,
    add_cited,
    add_citation,
    change_severity,
    change_severity_by_its_row,
    add_advisory,
    remove_advisory,
]


def change_paragraph(session, _):
    session.scalars(select(Paragraph).where(Paragraph.number == 2)).first().word_count = 10


def remove_film_of_source(_, all_):
    all_.essay.films = []


def remove_narrated_scene(_, all_):
    all_.essay.narration[0].scenes.pop()


def name_narration_part(session, _):
    session.scalars(select(NarrationPart)).one().title = "Night"


def remove_narration(_, all_):
    all_.essay.narration = []


def change_relation(session, _):
    session.scalars(select(CommentaryRelation)).one().relation = Relation.EXTENDS


def add_evidence(_, all_):
    all_.claim.quotes.append(all_.maxim)


def remove_character(_, all_):
    all_.claim.characters.clear()


def add_scene(_, all_):
    all_.claim.scenes.insert(0, all_.morning)


def remove_related(_, all_):
    all_.light.related = []


def change_broader(_, all_):
    all_.dusk.broader = all_.light


def add_theme_to_quote(session, all_):
    session.add(QuoteTheme(quote=all_.maxim, theme=all_.dark))


LINKS_OF_OTHERS = [
    (change_paragraph, "on-the-lamp"),
    (remove_film_of_source, "on-the-lamp"),
    (remove_narrated_scene, "on-the-lamp"),
    (name_narration_part, "on-the-lamp"),
    (remove_narration, "on-the-lamp"),
    (change_relation, "the-lamp-1950-claim"),
    (add_evidence, "the-lamp-1950-claim"),
    (remove_character, "the-lamp-1950-claim"),
    (add_scene, "the-lamp-1950-claim"),
    (remove_related, "light"),
    (change_broader, "dusk"),
    (add_theme_to_quote, "the-lamp-1950-maxim"),
]
CHANGED_LINKS = [(change, "the-lamp-1950-storm") for change in LINKS_OF_A_SCENE] + LINKS_OF_OTHERS


@pytest.mark.parametrize(("change", "owner"), CHANGED_LINKS, ids=[c.__name__ for c, _ in CHANGED_LINKS])
class TestChangedLink:
    def test_it_adds_a_revision_to_its_owner_alone(self, filled, change, owner):
        with everything(filled) as (session, all_):
            change(session, all_)
        assert revisions(filled) == {owner: 2}
        assert generation(filled) == 2
        first, last = (revision.record for revision in history(filled, owner))
        assert last == stored_record(filled, owner) != first


def stored_record(database, slug):
    """Return the record of the resource with this id, as it is stored."""
    with database.read_session() as session:
        [resource] = [
            row for model in RESOURCES for row in session.scalars(select(model).where(model.slug == slug))
        ]
        return resource.to_record()


class TestLinkWithoutOwner:
    def test_it_is_refused_because_no_revision_could_be_added(self, filled):
        with everything(filled) as (session, all_):
            session.add(SceneTheme(scene_id=all_.storm.id, theme_id=all_.light.id))
            with pytest.raises(TypeError, match="SceneTheme has no owner"):
                session.flush()
            session.rollback()

    def test_a_link_that_is_added_and_removed_changes_nothing(self, filled):
        with everything(filled) as (session, all_), session.no_autoflush:
            all_.storm.themes.append(all_.light)
            all_.storm.themes.remove(all_.light)
            assert not session.new
        assert revisions(filled) == {}
