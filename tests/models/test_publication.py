"""The time of publication: what becomes public for the first time is dated by that, not by its draft."""

import datetime as dt

import pytest
from sqlalchemy import select

from models import Status, Theme
from models.revision import change_set
from tests.models.content import theme
from tests.models.history import history

DRAFTED, PUBLISHED, LATER = (dt.datetime(2026, 12, day, tzinfo=dt.UTC) for day in (1, 2, 3))


@pytest.fixture
def change(database):
    """A function that changes the theme "dawn", a draft, at a time; it returns the theme's times."""
    with database.write_session() as session, change_set(session, "ada", at=DRAFTED):
        session.add(theme("dawn", status=Status.DRAFT))

    def change_at(at, **values):
        with database.write_session() as session, change_set(session, "ada", at=at):
            (dawn,) = session.scalars(select(Theme).filter_by(slug="dawn"))
            dawn.assign(values)
            session.flush()
            return dawn.created_at, dawn.updated_at

    return change_at


class TestFirstPublication:
    def test_it_dates_a_draft(self, database, change):
        assert change(PUBLISHED, status=Status.PUBLISHED) == (PUBLISHED, PUBLISHED)
        # The time of creation stays in the history.
        assert [revision.created_at for revision in history(database, "dawn")] == [DRAFTED, PUBLISHED]

    def test_a_change_of_a_draft_does_not(self, change):
        assert change(PUBLISHED, name="Daybreak") == (DRAFTED, PUBLISHED)
        assert change(LATER, status=Status.PUBLISHED) == (LATER, LATER)

    def test_a_change_that_hides_a_draft_does_not(self, change):
        assert change(PUBLISHED, deleted_at=PUBLISHED) == (DRAFTED, PUBLISHED)
        assert change(PUBLISHED, status=Status.PUBLISHED) == (DRAFTED, PUBLISHED)
        assert change(LATER, deleted_at=None) == (LATER, LATER)

    @pytest.mark.parametrize(
        ("hidden", "shown"),
        [
            ({"status": Status.DRAFT}, {"status": Status.PUBLISHED}),
            ({"deleted_at": LATER}, {"deleted_at": None}),
        ],
        ids=["draft", "deleted"],
    )
    def test_it_is_the_first_only(self, change, hidden, shown):
        change(PUBLISHED, status=Status.PUBLISHED)
        assert change(LATER, **hidden) == (PUBLISHED, LATER)
        assert change(LATER, **shown) == (PUBLISHED, LATER)

    def test_what_was_created_public_keeps_its_time(self, database):
        with database.write_session() as session, change_set(session, "ada", at=PUBLISHED):
            session.add(theme("dusk", created_at=DRAFTED, updated_at=DRAFTED))
        for at, status in ((PUBLISHED, Status.DRAFT), (LATER, Status.PUBLISHED)):
            with database.write_session() as session, change_set(session, "ada", at=at):
                (dusk,) = session.scalars(select(Theme).filter_by(slug="dusk"))
                dusk.status = status
        with database.read_session() as session:
            assert Theme.by_slug(session, "dusk").created_at == DRAFTED

    def test_a_draft_that_is_published_in_its_first_transaction_is_dated_by_that(self, database):
        with database.write_session() as session, change_set(session, "ada", at=PUBLISHED):
            session.add(dusk := theme("dusk", status=Status.DRAFT, created_at=DRAFTED))
            session.flush()
            dusk.status = Status.PUBLISHED
        with database.read_session() as session:
            assert Theme.by_slug(session, "dusk").created_at == PUBLISHED
