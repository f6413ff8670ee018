"""However much there is, a search reads so many documents, and a list has so many matches."""

from contextlib import closing

import pytest
from sqlalchemy import insert, select, text

from models import Quote, QuoteKind
from models.database import Database
from models.search import matches_query, parse, ranking, rebuild_index, search
from tests.statements import statements

#: More quotes than are ranked of a search that is too broad; every tenth of them says one thing more.
MANY = 2_500


@pytest.fixture(scope="module")
def large(engine):
    """The pack, and so many quotes that say nearly the same."""
    with engine.fresh("pack") as url, closing(Database(url)) as database:
        with database.write_session() as session:
            multiply(session)
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
        yield database


def multiply(session):
    connection, table = session.connection(), Quote.__table__
    [row] = connection.execute(
        select(table).where(table.c.slug == "her-2013-perfection-is-boring")
    ).mappings()
    rows = [
        {
            **row,
            "id": 10_000 + number,
            "slug": f"her-2013-copy-{number}",
            "text": f"A copy that everybody has{' rarely' * (number % 10 == 0)}, {number}.",
            "random_key": number,
        }
        for number in range(MANY)
    ]
    connection.execute(insert(table), rows)
    rebuild_index(session)


def search_hits(database, asked, **narrowed):
    with database.read_session() as session:
        return search(session, parse(asked), **narrowed)


@pytest.mark.slow
class TestASearch:
    def test_of_more_than_it_ranks_it_ranks_some_and_says_so(self, large, monkeypatch):
        monkeypatch.setattr(ranking, "MAX_CANDIDATES", MANY - 1)
        answer = search_hits(large, "copy everybody")
        assert (answer.total, answer.approximate) == (ranking.TRUNCATED_CANDIDATES, True)
        assert sum(answer.types.values()) == answer.total

    def test_of_less_it_is_exact(self, large):
        assert (search_hits(large, "copy rarely").total, search_hits(large, "copy rarely").approximate) == (
            250,
            False,
        )
        assert (search_hits(large, "copy everybody").total, search_hits(large, "copy").approximate) == (
            MANY,
            False,
        )
        assert search_hits(large, "copy -rarely -everybody -what").total == 0

    def test_at_the_bound_it_is_exact(self, large, monkeypatch):
        monkeypatch.setattr(ranking, "MAX_CANDIDATES", 250)
        assert (search_hits(large, "rarely").total, search_hits(large, "rarely").approximate) == (250, False)
        monkeypatch.setattr(ranking, "MAX_CANDIDATES", 249)
        assert (search_hits(large, "rarely").total, search_hits(large, "rarely").approximate) == (249, True)

    @pytest.mark.parametrize("asked", ["copy", "co*", '"a copy that"', "copy -rarely", "copy her", "the"])
    def test_it_reads_no_more(self, large, monkeypatch, asked):
        monkeypatch.setattr(ranking, "MAX_CANDIDATES", 100)
        read, found_by = [], ranking._rank

        def note(session, query, candidates, counts):
            read.append(len(candidates))
            return found_by(session, query, candidates, counts)

        monkeypatch.setattr(ranking, "_rank", note)
        answer = search_hits(large, asked)
        assert read == [answer.total]
        assert read[0] <= ranking.MAX_CANDIDATES

    def test_narrowed_it_finds_what_stands_behind_all_others(self, large):
        assert search_hits(large, "that", types=["commentary"]).total > 0
        assert not search_hits(large, "that", types=["commentary"]).approximate

    @pytest.mark.parametrize("most", [10, 100, 2000])
    @pytest.mark.parametrize(
        "asked", ["copy", "rarely", "everybody rarely", "that", '"that everybody"', "ra*"]
    )
    def test_both_ways_of_reading_find_the_first(self, large, monkeypatch, most, asked):
        # PostgreSQL reads few hits from the index, and the first of many in the order of their keys.
        monkeypatch.setattr(ranking, "MAX_CANDIDATES", 3000)
        whole = search_hits(large, asked)
        monkeypatch.setattr(ranking, "MAX_CANDIDATES", most)
        with large.read_session() as session:
            keys = dict(session.execute(text("SELECT slug, id FROM search_documents")).all())
        first = sorted(keys[hit.slug] for hit in whole.hits)[:most]
        assert sorted(keys[hit.slug] for hit in search_hits(large, asked).hits) == first


@pytest.mark.slow
class TestAList:
    def test_it_has_every_match(self, large):
        with large.read_session() as session:
            assert len(session.scalars(select(Quote.id).where(matches_query(Quote, "copy"))).all()) == MANY

    def test_beyond_the_bound_it_has_the_first(self, large, monkeypatch):
        monkeypatch.setattr("models.search.match_conditions.MAX_MATCHES", 100)
        with large.read_session() as session:
            ids = session.scalars(select(Quote.id).where(matches_query(Quote, "copy"))).all()
        assert sorted(ids) == list(range(10_000, 10_100))

    def test_sqlite_looks_up_the_matches_and_reads_no_other_row(self, sqlite_engine):
        with (
            sqlite_engine.fresh("pack") as url,
            closing(Database(url)) as database,
            database.read_session() as session,
        ):
            statement = (
                Quote.select_where(kind=[QuoteKind.DIALOGUE]).where(matches_query(Quote, "love")).limit(5)
            )
            written = statement.compile(database.engine, compile_kwargs={"literal_binds": True})
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {written}")
            steps = " | ".join(row.detail for row in plan)
        assert "SEARCH quotes USING INTEGER PRIMARY KEY" in steps
        assert "SCAN quotes" not in steps

    def test_so_does_a_search(self, sqlite_engine):
        with (
            sqlite_engine.fresh("pack") as url,
            closing(Database(url)) as database,
            database.read_session() as session,
        ):
            with statements(database.engine) as seen:
                search(session, parse("love"))
            nothing = (None,) * seen[-1].count("?")
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {seen[-1]}", nothing)
            steps = " | ".join(row.detail for row in plan)
        assert "SEARCH search_documents USING INTEGER PRIMARY KEY" in steps
        assert "SEARCH search_terms USING INDEX" in steps
        # The index is asked once, for what is counted and for what is read.
        assert steps.count("search_index") == 1
