"""Transactions: what a commit adds to the history, and that a rollback leaves nothing."""

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from models import ContentGeneration, Theme
from tests.models.content import Everything, flag, theme
from tests.models.history import count_revisions, epoch, everything, generation, history, revisions


class TestGeneration:
    def test_it_is_0_in_an_empty_database(self, database):
        assert generation(database) == 0

    def test_it_is_1_after_the_first_commit(self, filled):
        assert generation(filled) == 1

    def test_a_commit_raises_it_once_however_much_it_changes(self, filled):
        with everything(filled) as (session, all_):
            for number, resource in enumerate((all_.film, all_.light, all_.storm, all_.claim)):
                resource.label = f"Label {number}"
                session.flush()
        assert generation(filled) == 2

    def test_reading_does_not_raise_it(self, filled):
        with everything(filled) as (_, all_):
            assert all_.film.title
        assert generation(filled) == 1

    def test_a_rollback_does_not_raise_it(self, filled):
        with Session(filled.engine) as session:
            Everything(session).film.title = "Never"
            session.flush()
            session.rollback()
            session.commit()
        assert generation(filled) == 1

    def test_its_epoch_is_random_and_stays(self, database, filled):
        created = []
        for each in (database, filled):
            for number in range(2):
                with each.write_session() as session:
                    session.add(theme(f"theme-{number}"))
                created.append(epoch(each))
        assert [len(each) for each in created] == [16] * 4
        assert created[0] == created[1] != created[2] == created[3]

    def test_a_row_without_an_epoch_gets_one(self, filled):
        with filled.write_session() as session:
            session.execute(update(ContentGeneration).values(epoch=None))
        assert epoch(filled) is None
        with everything(filled) as (_, all_):
            all_.film.title = "Changed"
        assert len(epoch(filled)) == 16

    def test_another_epoch_has_higher_numbers(self, filled):
        before = epoch(filled)
        for number, expected in ((0, 2), (7, 8), (3, 9)):
            with filled.write_session() as session:
                ContentGeneration.begin_epoch(session, number)
            assert generation(filled) == expected
            assert epoch(filled) != before
            before = epoch(filled)


class TestSavepoint:
    def test_released_it_adds_one_revision(self, filled):
        with everything(filled) as (session, all_):
            all_.film.title = "Before"
            with session.begin_nested():
                all_.film.title = "Inside"
            all_.film.title = "After"
        assert (revisions(filled), generation(filled)) == ({"the-lamp-1950": 2}, 2)
        assert history(filled, "the-lamp-1950")[-1].record["title"] == "After"

    def test_rolled_back_it_adds_nothing(self, filled):
        with everything(filled) as (session, all_):
            savepoint = session.begin_nested()
            all_.film.title = "Inside"
            session.flush()
            savepoint.rollback()
        assert (revisions(filled), generation(filled)) == ({}, 1)

    def test_rolled_back_it_keeps_earlier_changes(self, filled):
        with everything(filled) as (session, all_):
            all_.film.title = "Before"
            savepoint = session.begin_nested()
            all_.light.name = "Inside"
            session.flush()
            savepoint.rollback()
        assert (revisions(filled), generation(filled)) == ({"the-lamp-1950": 2}, 2)
        assert history(filled, "the-lamp-1950")[-1].record["title"] == "Before"

    def test_after_its_rollback_the_revision_continues(self, filled):
        with everything(filled) as (session, all_):
            all_.film.title = "Before"
            savepoint = session.begin_nested()
            all_.film.title, all_.light.name = "Inside", "Inside"
            session.flush()
            savepoint.rollback()
            all_.film.title, all_.light.name = "After", "After"
        assert revisions(filled) == {"the-lamp-1950": 2, "light": 2}
        assert [revision.record["title"] for revision in history(filled, "the-lamp-1950")] == [
            "The Lamp",
            "After",
        ]
        assert [revision.record["name"] for revision in history(filled, "light")] == ["Light", "After"]

    def test_after_its_rollback_a_link_can_change(self, filled):
        with everything(filled) as (session, all_):
            all_.storm.title = "Before"
            savepoint = session.begin_nested()
            all_.storm.title = "Inside"
            session.flush()
            savepoint.rollback()
            all_.storm.advisory_links.append(flag(all_.spoiler, 1))
        assert revisions(filled) == {"the-lamp-1950-storm": 2}

    def test_after_an_error_it_adds_nothing(self, filled):
        with everything(filled) as (session, all_):
            all_.film.title = "Before"
            savepoint = session.begin_nested()
            all_.light.name = "Inside"
            session.add(theme("dark"))
            with pytest.raises(IntegrityError):
                session.flush()
            savepoint.rollback()
            all_.film.release_year = 1951
        assert (revisions(filled), generation(filled)) == ({"the-lamp-1950": 2}, 2)
        last = history(filled, "the-lamp-1950")[-1].record
        assert (last["title"], last["release_year"]) == ("Before", 1951)

    def test_rolling_back_an_inner_one_keeps_the_outer(self, filled):
        with everything(filled) as (session, all_), session.begin_nested():
            all_.film.title = "Outer"
            inner = session.begin_nested()
            all_.light.name = "Inner"
            session.flush()
            inner.rollback()
        assert (revisions(filled), generation(filled)) == ({"the-lamp-1950": 2}, 2)


def change_and_fail(database):
    with everything(database) as (session, all_):
        all_.film.title = "Never"
        session.add(theme("never"))
        session.flush()
        raise ZeroDivisionError


class TestRollback:
    def test_it_leaves_no_trace(self, filled):
        before = count_revisions(filled)
        with pytest.raises(ZeroDivisionError):
            change_and_fail(filled)
        assert (revisions(filled), count_revisions(filled), generation(filled)) == ({}, before, 1)
        with filled.read_session() as session:
            assert session.scalar(select(Theme).where(Theme.slug == "never")) is None

    def test_the_session_starts_again_after_it(self, filled):
        with Session(filled.engine) as session:
            film = Everything(session).film
            film.title = "Never"
            session.flush()
            session.rollback()
            film.title = "Now"
            session.commit()
        assert (revisions(filled), generation(filled)) == ({"the-lamp-1950": 2}, 2)
        assert [revision.record["title"] for revision in history(filled, "the-lamp-1950")] == [
            "The Lamp",
            "Now",
        ]

    def test_the_session_starts_again_after_being_closed(self, filled):
        session = Session(filled.engine)
        Everything(session).film.title = "Never"
        session.flush()
        session.close()
        Everything(session).film.title = "Now"
        session.commit()
        session.close()
        assert (revisions(filled), generation(filled)) == ({"the-lamp-1950": 2}, 2)
        assert [revision.record["title"] for revision in history(filled, "the-lamp-1950")] == [
            "The Lamp",
            "Now",
        ]


class TestConcurrentEditors:
    @pytest.fixture
    def second(self, filled):
        """A session that reads the film before the test changes it."""
        with Session(filled.engine, expire_on_commit=False) as session:
            film = Everything(session).film
            assert film.title == "The Lamp"
            session.commit()
            yield session, film

    def test_the_second_is_refused(self, filled, second):
        session, film = second
        with everything(filled) as (_, all_):
            all_.film.title = "First"
        film.title = "Second"
        with pytest.raises(StaleDataError):
            session.commit()
        assert [revision.record["title"] for revision in history(filled, "the-lamp-1950")] == [
            "The Lamp",
            "First",
        ]
        assert generation(filled) == 2

    def test_the_second_is_refused_even_if_it_only_changes_a_link(self, filled):
        with Session(filled.engine, expire_on_commit=False) as session:
            storm, spoiler = Everything(session).storm, Everything(session).spoiler
            assert storm.advisory_links
            session.commit()
            with everything(filled) as (_, all_):
                all_.storm.title = "First"
            storm.advisory_links.append(flag(spoiler, 1))
            with pytest.raises(StaleDataError):
                session.commit()
        assert revisions(filled) == {"the-lamp-1950-storm": 2}

    def test_the_second_is_accepted_after_reading_again(self, filled, second):
        session, film = second
        with everything(filled) as (_, all_):
            all_.film.title = "First"
        session.refresh(film)
        film.title = "Second"
        session.commit()
        assert revisions(filled) == {"the-lamp-1950": 3}
