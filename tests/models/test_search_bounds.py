"""A search reads and a list returns a bounded number of matches at any table size."""

from contextlib import closing

import pytest
from sqlalchemy import insert, select, text

from models import AssertedByFilter, Quote, QuoteKind
from models.database import Database
from models.search import matches_query, parse, ranking, rebuild_index, search
from tests.statements import statements

#: More quotes than the lowered limits allow a search to rank; every tenth also contains a rare word.
COPIES = 2_500


@pytest.fixture(scope="module")
def large(engine):
    """The pack, and many quotes with nearly the same text."""
    with engine.fresh("pack") as url, closing(Database(url)) as database:
        with database.write_session() as session:
            add_copies(session)
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
        yield database


def add_copies(session):
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
        for number in range(COPIES)
    ]
    connection.execute(insert(table), rows)
    rebuild_index(session)


def search_hits(database, query, **narrowed):
    with database.read_session() as session:
        return search(session, parse(query), **narrowed)


@pytest.mark.slow
class TestSearch:
    def test_beyond_the_limit_it_ranks_some_and_is_approximate(self, large, monkeypatch):
        monkeypatch.setattr(ranking, "MAX_CANDIDATES", COPIES - 1)
        hits = search_hits(large, "copy everybody")
        assert (hits.total, hits.approximate) == (ranking.TRUNCATED_CANDIDATES, True)
        assert sum(hits.types.values()) == hits.total

    def test_below_the_limit_it_is_exact(self, large):
        assert (search_hits(large, "copy rarely").total, search_hits(large, "copy rarely").approximate) == (
            250,
            False,
        )
        assert (search_hits(large, "copy everybody").total, search_hits(large, "copy").approximate) == (
            COPIES,
            False,
        )
        assert search_hits(large, "copy -rarely -everybody -what").total == 0

    def test_at_the_limit_it_is_exact(self, large, monkeypatch):
        monkeypatch.setattr(ranking, "MAX_CANDIDATES", 250)
        assert (search_hits(large, "rarely").total, search_hits(large, "rarely").approximate) == (250, False)
        monkeypatch.setattr(ranking, "MAX_CANDIDATES", 249)
        assert (search_hits(large, "rarely").total, search_hits(large, "rarely").approximate) == (249, True)

    def test_the_limit_does_not_count_the_documents_of_the_editors(self, large, monkeypatch):
        all_hits, everybody = search_hits(large, "the"), AssertedByFilter.ANY
        assert search_hits(large, "the", asserted_by=everybody).total > all_hits.total
        # So low that PostgreSQL would scan for the first hits if there seemed to be too many.
        monkeypatch.setattr(ranking, "TRUNCATED_CANDIDATES", 5)
        monkeypatch.setattr(ranking, "MAX_CANDIDATES", all_hits.total)
        assert search_hits(large, "the") == all_hits
        assert search_hits(large, "the", asserted_by=everybody).approximate

    @pytest.mark.parametrize("query", ["copy", "co*", '"a copy that"', "copy -rarely", "copy her", "the"])
    def test_it_never_ranks_more_than_the_limit(self, large, monkeypatch, query):
        monkeypatch.setattr(ranking, "MAX_CANDIDATES", 100)
        candidate_counts, original_rank = [], ranking._rank

        def record_and_rank(session, parsed_query, candidates, counts):
            candidate_counts.append(len(candidates))
            return original_rank(session, parsed_query, candidates, counts)

        monkeypatch.setattr(ranking, "_rank", record_and_rank)
        hits = search_hits(large, query)
        assert candidate_counts == [hits.total]
        assert candidate_counts[0] <= ranking.MAX_CANDIDATES

    def test_a_type_filter_finds_documents_with_high_keys(self, large):
        assert search_hits(large, "that", types=["commentary"]).total > 0
        assert not search_hits(large, "that", types=["commentary"]).approximate

    @pytest.mark.parametrize("max_candidates", [10, 100, 2000])
    @pytest.mark.parametrize(
        "query", ["copy", "rarely", "everybody rarely", "that", '"that everybody"', "ra*"]
    )
    def test_both_plans_find_the_documents_with_the_lowest_keys(
        self, large, monkeypatch, max_candidates, query
    ):
        # PostgreSQL reads a few hits from the index, but scans in key order for the first of many.
        monkeypatch.setattr(ranking, "MAX_CANDIDATES", 3000)
        all_hits = search_hits(large, query)
        monkeypatch.setattr(ranking, "MAX_CANDIDATES", max_candidates)
        with large.read_session() as session:
            rows = session.execute(text("SELECT type_name, slug, id FROM search_documents"))
            # Resources of two types may have the same slug.
            keys = {(row.type_name, row.slug): row.id for row in rows}
        first_keys = sorted(keys[hit.type_name, hit.slug] for hit in all_hits.hits)[:max_candidates]
        hits = search_hits(large, query).hits
        assert sorted(keys[hit.type_name, hit.slug] for hit in hits) == first_keys


@pytest.mark.slow
class TestList:
    def test_it_has_every_match(self, large):
        with large.read_session() as session:
            assert len(session.scalars(select(Quote.id).where(matches_query(Quote, "copy"))).all()) == COPIES

    def test_beyond_the_limit_it_has_the_first_matches(self, large, monkeypatch):
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
            sql = statement.compile(database.engine, compile_kwargs={"literal_binds": True})
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")
            steps = " | ".join(row.detail for row in plan)
        assert "SEARCH quotes USING INTEGER PRIMARY KEY" in steps
        assert "SCAN quotes" not in steps

    def test_sqlite_looks_up_the_documents_of_a_search(self, sqlite_engine):
        with (
            sqlite_engine.fresh("pack") as url,
            closing(Database(url)) as database,
            database.read_session() as session,
        ):
            with statements(database.engine) as recorded:
                search(session, parse("love"))
            nulls = (None,) * recorded[-1].count("?")
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {recorded[-1]}", nulls)
            steps = " | ".join(row.detail for row in plan)
        assert "SEARCH search_documents USING INTEGER PRIMARY KEY" in steps
        assert "SEARCH search_terms USING INDEX" in steps
        # The index is read once, both to count and to rank.
        assert steps.count("search_index") == 1
