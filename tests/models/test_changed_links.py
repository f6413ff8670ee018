"""A changed link is a change of the resource that owns it, and of no other."""

from contextlib import closing

import pytest
from sqlalchemy import select

from models import (
    RESOURCES,
    AdvisoryLink,
    Appearance,
    CommentaryRelation,
    Paragraph,
    Presence,
    QuoteTheme,
    Relation,
    SceneTheme,
)
from models.database import Database
from tests.models.content import cite, fill, flag
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


def retitle_paragraph(session, _):
    session.scalars(select(Paragraph).where(Paragraph.number == 2)).first().word_count = 10


def drop_film_of_source(_, all_):
    all_.essay.films = []


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
    (retitle_paragraph, "on-the-lamp"),
    (drop_film_of_source, "on-the-lamp"),
    (change_relation, "the-lamp-1950-claim"),
    (add_evidence, "the-lamp-1950-claim"),
    (remove_character, "the-lamp-1950-claim"),
    (add_scene, "the-lamp-1950-claim"),
    (remove_related, "light"),
    (change_broader, "dusk"),
    (add_theme_to_quote, "the-lamp-1950-maxim"),
]
CHANGED_LINKS = [(change, "the-lamp-1950-storm") for change in LINKS_OF_A_SCENE] + LINKS_OF_OTHERS


@pytest.fixture(scope="class", params=CHANGED_LINKS, ids=lambda case: case[0].__name__)
def relinked(engine, request):
    """A database in which one link was changed, and the slug of the link's owner."""
    change, owner = request.param
    with engine.fresh() as url, closing(Database(url)) as database:
        with database.write_session() as session:
            fill(session)
        with everything(database) as (session, all_):
            change(session, all_)
        yield database, owner


class TestAChangedLink:
    def test_it_raises_its_owner_and_nobody_else(self, relinked):
        database, owner = relinked
        assert revisions(database) == {owner: 2}

    def test_the_record_has_the_new_links(self, relinked):
        database, owner = relinked
        with database.read_session() as session:
            [found] = [
                found
                for model in RESOURCES
                for found in session.scalars(select(model).where(model.slug == owner))
            ]
            now = found.to_record()
        first, last = (kept.record for kept in history(database, owner))
        assert last == now
        assert last != first

    def test_it_raises_the_generation_once(self, relinked):
        assert generation(relinked[0]) == 2


class TestALinkWithoutItsOwner:
    def test_it_is_refused_because_nobody_would_be_raised(self, filled):
        with everything(filled) as (session, all_):
            session.add(SceneTheme(scene_id=all_.storm.id, theme_id=all_.light.id))
            with pytest.raises(TypeError, match="SceneTheme has no owner"):
                session.flush()
            session.rollback()

    def test_one_that_is_taken_back_is_nothing(self, filled):
        with everything(filled) as (session, all_), session.no_autoflush:
            all_.storm.themes.append(all_.light)
            all_.storm.themes.remove(all_.light)
            assert not session.new
        assert revisions(filled) == {}
