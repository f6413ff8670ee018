"""A generated catalogue is what the usual way would have written for the same content."""

import pytest
from sqlalchemy import func, select

from bench.catalogue import generate
from bench.catalogue.generation import film_sizes
from models import RESOURCES, Character, Commentary, ContentGeneration, Film, Quote, QuoteTheme, Scene, Theme
from models.base import random_key
from models.database import Database
from models.search import parse, rebuild_index, search
from models.search.index_sync import sync_on_commit
from models.search.index_tables import DocumentFrequency, IndexStatistics, SearchDocument
from tests.bench.conftest import QUOTES

INDEX = (SearchDocument, DocumentFrequency, IndexStatistics)


def index_of(session):
    return [
        session.connection().execute(select(*of.__table__.c).order_by(*of.__table__.primary_key)).all()
        for of in INDEX
    ]


def contents(session):
    """Return every row of a few models."""
    return [
        session.connection().execute(select(*model.__table__.c).order_by(model.id)).all()
        for model in (Film, Quote, Theme)
    ]


class TestSizes:
    def test_a_large_one_has_as_many_films_as_the_largest_collections(self):
        assert len(film_sizes(1_000_000)) == 2_000

    def test_the_last_film_may_have_fewer_quotes(self):
        assert film_sizes(1_200) == [500, 500, 200]


class TestGenerate:
    def test_there_are_as_many_quotes_as_requested(self, catalogue):
        with catalogue.read_session() as session:
            assert session.scalar(select(func.count()).select_from(Quote)) == QUOTES

    def test_there_are_about_three_themes_to_a_quote(self, catalogue):
        with catalogue.read_session() as session:
            links = session.scalar(select(func.count()).select_from(QuoteTheme))
        assert 2.5 <= links / QUOTES <= 3.5

    def test_few_themes_are_common_and_most_are_not(self, catalogue):
        with catalogue.read_session() as session:
            counts = session.execute(
                select(func.count()).select_from(QuoteTheme).group_by(QuoteTheme.theme_id)
            )
            ordered = sorted(counts.scalars(), reverse=True)
        assert ordered[0] > 20 * ordered[len(ordered) // 2]

    def test_some_of_it_nobody_may_see(self, catalogue):
        with catalogue.read_session() as session:
            seen = session.scalar(select(func.count()).select_from(Quote).where(Quote.is_visible))
        assert 0.9 * QUOTES < seen < QUOTES

    def test_the_same_seed_makes_the_same(self, catalogue, sqlite_engine):
        with sqlite_engine.fresh(None) as url:
            generate(url, QUOTES)
            again = Database(url)
            with again.read_session() as one, catalogue.read_session() as other:
                assert contents(one) == contents(other)
            again.close()

    def test_it_reports_progress(self, engine):
        calls = []
        with engine.fresh(None) as url:
            generate(url, 20, progress=lambda *call: calls.append(call))
        assert {stage for stage, _, _ in calls} == {"films", "index", "statistics"}
        assert all(done <= number for _, done, number in calls)


class TestInvariants:
    def test_the_generation_was_raised(self, catalogue):
        with catalogue.read_session() as session:
            assert ContentGeneration.current(session) == 1

    @pytest.mark.parametrize("model", RESOURCES)
    def test_the_key_of_the_random_order_follows_from_the_id(self, catalogue, model):
        with catalogue.read_session() as session:
            rows = session.execute(select(model.slug, model.random_key)).all()
        assert rows
        assert all(key == random_key(model.type_name, slug) for slug, key in rows)

    def test_quotes_know_how_many_words_they_have(self, catalogue):
        with catalogue.read_session() as session:
            rows = session.execute(select(Quote.text, Quote.word_count)).all()
        assert all(number == len(text.split()) for text, number in rows)

    def test_records_can_be_read_of_everything(self, catalogue):
        with catalogue.read_session() as session:
            for model in RESOURCES:
                first = session.scalars(select(model).order_by(model.id).limit(3)).all()
                assert all(resource.to_record()["id"] == resource.slug for resource in first)

    def test_the_next_resource_has_a_key_of_its_own(self, catalogue):
        with catalogue.read_session() as session:
            last = session.scalar(select(func.max(Theme.id)))
            session.add(Theme(slug="one-more", label="One more", name="One more", definition="None."))
            session.flush()
            assert session.scalar(select(func.max(Theme.id))) == last + 1
            session.rollback()


class TestTheIndex:
    def test_is_what_a_rebuild_makes(self, catalogue):
        with catalogue.read_session() as session:
            before = index_of(session)
            rebuild_index(session)
            assert index_of(session) == before
            session.rollback()

    @pytest.mark.parametrize("model", [Film, Character, Scene, Quote, Commentary, Theme])
    def test_does_not_change_when_what_it_holds_is_written_the_ordinary_way(self, catalogue, model):
        with catalogue.read_session() as session:
            before = index_of(session)
            for resource in session.scalars(select(model).where(model.is_visible).limit(5)):
                resource.pack_digest = "0" * 64
            sync_on_commit(session)
            assert index_of(session) == before
            session.rollback()

    def test_finds_a_quote_by_its_words(self, catalogue):
        with catalogue.read_session() as session:
            quote = session.scalars(
                select(Quote).where(Quote.is_visible, Quote.word_count > 12).limit(1)
            ).one()
            found = search(session, parse(f'"{quote.text}"'))
        assert [hit.slug for hit in found.hits] == [quote.slug]
