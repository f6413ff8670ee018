"""The search index contains every visible item after each commit and each rollback."""

import datetime as dt
from contextlib import closing

import pytest
from sqlalchemy import func, insert, inspect, select, text
from sqlalchemy.orm import Session

from models import RESOURCES, Alias, Film, Quote, Status, Theme, migrations
from models.database import Database
from models.list_index_table import ListIndexRow
from models.search import document_builder, ensure_index_current, index_sync, parse, rebuild_index, search
from models.search.index_tables import DocumentFrequency, IndexStatistics, SearchDocument
from models.search.text_analysis import ANALYSIS_VERSION, AnalysedDocument, join_terms
from models.searchable import SEARCHABLE
from tests.databases import seed
from tests.generated import worst
from tests.models.content import FILM, Everything, fill, film, flag, quote, theme
from tests.models.history import everything, generation
from tests.statements import statements
from tests.storing import empty, store

LATER = dt.datetime(2027, 1, 2, tzinfo=dt.UTC)


def index_rows(session):
    """Return all rows of the search and list indexes, without the version."""
    return [
        {tuple(row) for row in session.execute(select(*columns))}
        for columns in (
            SearchDocument.__table__.columns,
            DocumentFrequency.__table__.columns,
            (IndexStatistics.documents, IndexStatistics.length),
            ListIndexRow.__table__.columns,
        )
    ]


def visible_ids(session):
    return {
        (model.type_name, row.slug)
        for model in RESOURCES
        if model.type_name in SEARCHABLE
        for row in session.scalars(select(model))
        if row.is_visible
    }


def assert_index_current(database):
    """Assert that the index contains every visible item and equals a rebuilt index."""
    with Session(database.engine) as session:
        before = index_rows(session)
        indexed = {
            tuple(row) for row in session.execute(select(SearchDocument.type_name, SearchDocument.slug))
        }
        if database.is_sqlite:
            # Fails with “malformed” if the terms in FTS5 are not those of the documents.
            session.execute(
                text("INSERT INTO search_index (search_index, rank) VALUES ('integrity-check', 1)")
            )
        assert indexed == visible_ids(session)
        rebuild_index(session)
        assert index_rows(session) == before
        session.rollback()


def slugs_of(database, query, **filters):
    with database.read_session() as session:
        return [hit.slug for hit in search(session, parse(query), **filters).hits]


def count(database, model=SearchDocument):
    with database.read_session() as session:
        return session.scalar(select(func.count()).select_from(model))


class TestWrite:
    def test_a_new_resource_is_found(self, filled):
        assert slugs_of(filled, '"leave the lamp on"')[0] == f"{FILM}-lamp-on"
        assert slugs_of(filled, "agnes voss") == [FILM]
        assert_index_current(filled)

    def test_a_changed_text_is_found_by_its_new_words_alone(self, filled):
        with everything(filled) as (_, all_):
            all_.line.text = "Put out the candle."
        assert slugs_of(filled, "candle") == [f"{FILM}-lamp-on"]
        assert f"{FILM}-lamp-on" not in slugs_of(filled, "leave")
        assert_index_current(filled)

    def test_removed_words_are_not_suggested(self, filled):
        with everything(filled) as (_, all_):
            all_.line.text = "Candelabrum."
        with everything(filled) as (_, all_):
            all_.line.text = "Candle."
        with filled.read_session() as session:
            assert search(session, parse("candelabrun")).suggestion is None
        assert_index_current(filled)

    def test_a_renamed_resource_is_found_under_its_new_id(self, filled):
        with everything(filled) as (session, all_):
            all_.light.slug = "daylight"
            session.add(Alias(type_name="theme", slug="light", resource_id=all_.light.id))
        assert "daylight" in slugs_of(filled, "light")
        assert "light" not in slugs_of(filled, "light")
        assert_index_current(filled)

    def test_a_deleted_resource_is_not_found(self, filled):
        with everything(filled) as (_, all_):
            all_.line.deleted_at = LATER
        assert f"{FILM}-lamp-on" not in slugs_of(filled, "lamp")
        assert_index_current(filled)

    def test_a_draft_is_found_after_it_is_published(self, filled):
        with filled.write_session() as session:
            session.add(theme("gloom", status=Status.DRAFT))
        assert slugs_of(filled, "gloom") == []
        assert_index_current(filled)
        with filled.write_session() as session:
            session.scalars(select(Theme).filter_by(slug="gloom")).one().status = Status.PUBLISHED
        assert slugs_of(filled, "gloom") == ["gloom"]
        assert_index_current(filled)

    def test_an_advisory_takes_effect_at_once(self, filled):
        query = '"what happens"'
        assert f"{FILM}-morning" in slugs_of(filled, query, max_severity=0)
        with everything(filled) as (_, all_):
            all_.morning.advisory_links = [flag(all_.spoiler, 2)]
        assert f"{FILM}-morning" not in slugs_of(filled, query, max_severity=1)
        assert f"{FILM}-morning" in slugs_of(filled, query, max_severity=2)
        assert_index_current(filled)

    def test_a_change_of_an_unindexed_link_writes_no_document(self, filled):
        with statements(filled.engine) as recorded, everything(filled) as (_, all_):
            all_.line.scene = None
        assert not [statement for statement in recorded if statement.startswith("INSERT INTO search")]
        assert_index_current(filled)

    def test_a_link_to_a_theme_is_indexed(self, filled):
        with everything(filled) as (_, all_):
            all_.line.themes = [all_.dark]
        assert slugs_of(filled, "lamp", types=["quote"], themes=["dark"]) == [f"{FILM}-lamp-on"]
        assert not slugs_of(filled, "lamp", types=["quote"], themes=["light"])
        assert_index_current(filled)

    def test_a_change_of_an_unsearchable_resource_writes_nothing(self, filled):
        with statements(filled.engine) as recorded, everything(filled) as (_, all_):
            all_.crude.description = "Of words."
            all_.essay.title = "Another title"
        assert not [statement for statement in recorded if "search_" in statement]

    def test_the_last_of_several_flushes_is_indexed(self, filled):
        with everything(filled) as (session, all_):
            for word in ("one", "two", "three"):
                all_.line.text = f"Number {word}."
                session.flush()
        assert (slugs_of(filled, "three"), slugs_of(filled, "two")) == ([f"{FILM}-lamp-on"], [])
        assert_index_current(filled)


class TestFilm:
    def test_items_of_a_draft_film_are_hidden_until_it_is_published(self, filled):
        before = count(filled)
        with everything(filled) as (_, all_):
            all_.film.status = Status.DRAFT
        assert slugs_of(filled, "lamp") == []
        assert slugs_of(filled, "light") == ["light"]
        assert_index_current(filled)
        with everything(filled) as (_, all_):
            all_.film.status = Status.PUBLISHED
        assert count(filled) == before
        assert_index_current(filled)

    def test_items_of_a_deleted_film_are_hidden(self, filled):
        with everything(filled) as (_, all_):
            all_.film.deleted_at = LATER
        assert slugs_of(filled, "lamp") == []
        assert_index_current(filled)

    def test_items_added_to_a_draft_film_are_hidden_until_it_is_published(self, filled):
        with filled.write_session() as session:
            draft = film("the-lamp-1951", status=Status.DRAFT)
            session.add_all([draft, quote(draft, "line", 1, text="Candelabrum.")])
        assert slugs_of(filled, "candelabrum") == []
        with filled.write_session() as session:
            session.scalars(select(Film).filter_by(slug="the-lamp-1951")).one().status = Status.PUBLISHED
        assert slugs_of(filled, "candelabrum") == ["the-lamp-1951-line"]
        assert_index_current(filled)

    def test_a_renamed_film_filters_by_its_new_id(self, filled):
        before = set(slugs_of(filled, "lamp", films=[FILM]))
        with everything(filled) as (_, all_):
            all_.film.slug = "lamp"
        assert slugs_of(filled, "lamp", films=[FILM]) == []
        assert set(slugs_of(filled, "lamp", films=["lamp"])) == before - {FILM} | {"lamp"}
        assert_index_current(filled)

    def test_a_film_whose_id_is_a_prefix_is_another_film(self, filled):
        with filled.write_session() as session:
            session.add(film("the-lamp"))
        assert slugs_of(filled, "lamp", films=["the-lamp"]) == ["the-lamp"]


class TestRollback:
    def test_it_leaves_the_index_unchanged(self, filled):
        def fail():
            with everything(filled) as (session, all_):
                all_.line.text = "Candelabrum."
                session.flush()
                raise RuntimeError

        with pytest.raises(RuntimeError):
            fail()
        assert slugs_of(filled, "candelabrum") == []
        assert_index_current(filled)

    def test_a_rollback_to_a_savepoint_is_not_indexed(self, filled):
        with everything(filled) as (session, all_):
            all_.maxim.text = "Kept."
            inner = session.begin_nested()
            all_.line.text = "Candelabrum."
            session.add(theme("gone"))
            session.flush()
            inner.rollback()
            with session.begin_nested():
                all_.doubt.title = "Released"
        assert slugs_of(filled, "candelabrum") == slugs_of(filled, "gone") == []
        assert slugs_of(filled, "kept") == [f"{FILM}-maxim"]
        assert slugs_of(filled, "released") == [f"{FILM}-doubt"]
        assert_index_current(filled)

    def test_nothing_is_indexed_before_the_commit(self, filled):
        with everything(filled) as (session, all_):
            all_.line.text = "Candelabrum."
            session.flush()
            assert search(session, parse("candelabrum")).hits == []
        assert slugs_of(filled, "candelabrum")


class TestConcurrentWriters:
    """One writer hides the film while another adds a quote to it."""

    @pytest.fixture
    def two_writers(self, postgresql_engine):
        with postgresql_engine.fresh() as url, closing(Database(url)) as database:
            with database.write_session() as session:
                fill(session)
            engine = database.engine.execution_options(isolation_level="READ COMMITTED")
            writers = [Session(engine) for _ in range(2)]
            yield database, *writers
            for writer in writers:
                writer.close()

    @pytest.mark.parametrize("hiding_first", [True, False])
    def test_the_added_quote_is_hidden(self, two_writers, hiding_first):
        database, hiding, adding = two_writers
        Everything(hiding).film.status = Status.DRAFT
        hiding.flush()
        adding.add(quote(Everything(adding).film, "new", 3, text="Candelabrum."))
        adding.flush()
        for writer in (hiding, adding) if hiding_first else (adding, hiding):
            writer.commit()
        assert slugs_of(database, "candelabrum") == []
        assert_index_current(database)


class TestSeeds:
    def test_the_pack_is_indexed(self, packed):
        assert_index_current(packed)
        assert count(packed) > 200

    def test_a_second_load_writes_nothing(self, packed):
        with statements(packed.engine) as recorded:
            seed(packed)
        assert not [statement for statement in recorded if "search_" in statement]

    def test_the_worst_content_is_indexed(self, database):
        with database.write_session() as session:
            store(session, worst())
        assert_index_current(database)

    def test_an_emptied_database_can_be_filled_again(self, filled):
        empty(filled)
        with filled.write_session() as session:
            store(session, worst())
        assert_index_current(filled)

    def test_both_databases_hold_the_same_documents(self, sqlite_engine, postgresql_engine):
        contents = []
        for engine in (sqlite_engine, postgresql_engine):
            with (
                engine.fresh("pack") as url,
                closing(Database(url)) as database,
                database.read_session() as session,
            ):
                columns = [column for column in SearchDocument.__table__.columns if column.name != "terms"]
                contents.append(sorted(map(tuple, session.execute(select(*columns)))))
        assert contents[0] == contents[1]


class TestRebuild:
    def test_it_indexes_rows_from_bulk_statements(self, packed):
        with packed.write_session() as session:
            connection, table = session.connection(), Quote.__table__
            [row] = connection.execute(select(table).where(table.c.slug.like("%boring"))).mappings()
            rows = [
                {**row, "id": 10_000 + number, "slug": f"her-2013-bulk-{number}", "text": f"Bulk {number}."}
                for number in range(50)
            ]
            connection.execute(insert(table), rows)
            assert rebuild_index(session) == 50 + count(packed)
        assert len(slugs_of(packed, "bulk")) == 50
        assert_index_current(packed)

    def test_it_raises_the_generation(self, filled):
        before = generation(filled)
        with filled.write_session() as session:
            rebuild_index(session)
        assert generation(filled) == before + 1

    def test_an_empty_database_has_an_empty_index(self, database):
        with database.write_session() as session:
            assert rebuild_index(session) == 0
        assert generation(database) == 0


class TestMigration:
    def test_existing_rows_are_indexed(self, older_pack):
        with older_pack.read_session() as session:
            documents = index_rows(session)[0]
        migrations.downgrade(older_pack.engine, "0001")
        migrations.upgrade(older_pack.engine)
        with older_pack.read_session() as session:
            indexed = index_rows(session)[0]
        assert len(indexed) > 100
        # The downgrade dropped the tables of resources that are newer than the search index.
        assert indexed <= documents
        assert_index_current(older_pack)

    @pytest.mark.parametrize("target", ["0012", "0009"])
    def test_what_a_downgrade_loses_leaves_the_index(self, packed, target):
        migrations.downgrade(packed.engine, target)
        migrations.upgrade(packed.engine)
        assert_index_current(packed)

    def test_a_downgrade_drops_the_index(self, packed):
        migrations.downgrade(packed.engine, "0001")
        assert [name for name in inspect(packed.engine).get_table_names() if name.startswith("search")] == []

    @pytest.mark.parametrize("bring_up_to_date", [ensure_index_current, migrations.upgrade])
    def test_an_index_of_another_version_is_rebuilt(self, filled, monkeypatch, bring_up_to_date):
        with everything(filled) as (_, all_):
            all_.line.text = "她住在北京"
        with filled.write_session() as session, monkeypatch.context() as patch:
            # Version 1 took what stands between two spaces for one term.
            patch.setattr(index_sync, "ANALYSIS_VERSION", "1 snowballstemmer 3.1.1")
            patch.setattr(
                document_builder,
                "analyse_document",
                lambda texts: AnalysedDocument(*[join_terms(w for t, _ in texts for w in t.split())] * 2, 1),
            )
            rebuild_index(session)
        assert slugs_of(filled, "北京") == []
        bring_up_to_date(filled.engine)
        assert slugs_of(filled, "北京") == [f"{FILM}-lamp-on"]
        with filled.read_session() as session:
            assert session.scalar(select(IndexStatistics.version)) == ANALYSIS_VERSION

    def test_an_index_of_this_version_is_not_rebuilt(self, filled):
        before = generation(filled)
        migrations.upgrade(filled.engine)
        assert generation(filled) == before


class TestTables:
    def test_sqlite_has_fts5_over_plain_terms(self, sqlite_engine):
        with (
            sqlite_engine.fresh() as url,
            closing(Database(url)) as database,
            database.read_session() as session,
        ):
            statement = session.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'search_index'"))
        for part in ("content='search_documents'", "tokenize='ascii'", "prefix='2 3'"):
            assert part in statement

    def test_postgresql_has_an_inverted_index(self, postgresql_engine):
        with (
            postgresql_engine.fresh() as url,
            closing(Database(url)) as database,
            database.read_session() as session,
        ):
            statement = session.scalar(
                text("SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_search_documents_terms'")
            )
        assert "USING gin (terms)" in statement
