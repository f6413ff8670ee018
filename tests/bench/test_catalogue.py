"""A generated catalogue equals what the models and the index writer would store for the same content."""

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

pytestmark = pytest.mark.nightly

INDEX = (SearchDocument, DocumentFrequency, IndexStatistics)


def index_rows(session):
    return [
        session.connection()
        .execute(select(*table_model.__table__.c).order_by(*table_model.__table__.primary_key))
        .all()
        for table_model in INDEX
    ]


def content_rows(session):
    """Return every row of a few models."""
    return [
        session.connection().execute(select(*model.__table__.c).order_by(model.id)).all()
        for model in (Film, Quote, Theme)
    ]


class TestSizes:
    def test_a_million_quotes_belong_to_two_thousand_films(self):
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

    def test_a_few_themes_are_much_more_common_than_most(self, catalogue):
        with catalogue.read_session() as session:
            counts = session.execute(
                select(func.count()).select_from(QuoteTheme).group_by(QuoteTheme.theme_id)
            )
            sorted_counts = sorted(counts.scalars(), reverse=True)
        assert sorted_counts[0] > 20 * sorted_counts[len(sorted_counts) // 2]

    def test_some_quotes_are_hidden(self, catalogue):
        with catalogue.read_session() as session:
            visible_count = session.scalar(select(func.count()).select_from(Quote).where(Quote.is_visible))
        assert 0.9 * QUOTES < visible_count < QUOTES

    def test_the_same_seed_generates_the_same_content(self, catalogue, sqlite_engine):
        with sqlite_engine.fresh(None) as url:
            generate(url, QUOTES)
            second = Database(url)
            with second.read_session() as one, catalogue.read_session() as other:
                assert content_rows(one) == content_rows(other)
            second.close()


class TestInvariants:
    def test_the_generation_was_raised(self, catalogue):
        with catalogue.read_session() as session:
            assert ContentGeneration.current(session) == 1

    @pytest.mark.parametrize("model", RESOURCES)
    def test_random_keys_are_derived_from_ids(self, catalogue, model):
        with catalogue.read_session() as session:
            rows = session.execute(select(model.slug, model.random_key)).all()
        assert rows
        assert all(key == random_key(model.type_name, slug) for slug, key in rows)

    def test_word_counts_are_correct(self, catalogue):
        with catalogue.read_session() as session:
            rows = session.execute(select(Quote.text, Quote.word_count)).all()
        assert all(number == len(text.split()) for text, number in rows)

    def test_every_resource_has_a_record(self, catalogue):
        with catalogue.read_session() as session:
            for model in RESOURCES:
                first = session.scalars(select(model).order_by(model.id).limit(3)).all()
                assert all(resource.to_record()["id"] == resource.slug for resource in first)

    def test_a_new_resource_gets_the_next_key(self, catalogue):
        with catalogue.read_session() as session:
            last = session.scalar(select(func.max(Theme.id)))
            session.add(Theme(slug="one-more", label="One more", name="One more", definition="None."))
            session.flush()
            assert session.scalar(select(func.max(Theme.id))) == last + 1
            session.rollback()


class TestTheIndex:
    def test_equals_a_rebuilt_index(self, catalogue):
        with catalogue.read_session() as session:
            before = index_rows(session)
            rebuild_index(session)
            assert index_rows(session) == before
            session.rollback()

    @pytest.mark.parametrize("model", [Film, Character, Scene, Quote, Commentary, Theme])
    def test_does_not_change_when_resources_are_written_through_the_models(self, catalogue, model):
        with catalogue.read_session() as session:
            before = index_rows(session)
            for resource in session.scalars(select(model).where(model.is_visible).limit(5)):
                resource.pack_digest = "0" * 64
            sync_on_commit(session)
            assert index_rows(session) == before
            session.rollback()

    def test_finds_a_quote_by_its_words(self, catalogue):
        with catalogue.read_session() as session:
            quote = session.scalars(
                select(Quote).where(Quote.is_visible, Quote.word_count > 12).limit(1)
            ).one()
            result = search(session, parse(f'"{quote.text}"'))
        assert [hit.slug for hit in result.hits] == [quote.slug]
