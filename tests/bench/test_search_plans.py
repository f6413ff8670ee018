"""What a search and a list with ``q`` read on PostgreSQL: a bounded number of documents at any table size."""

import pytest

from api.resources.search import results
from bench.comparison import recorded_statements
from models.search import match_conditions, parse, ranking, search
from tests.bench.conftest import record_statements
from tests.bench.work import work_of
from tests.plans import explain, nodes

MOST_COMMON_WORD = "quote"
LISTS = [
    "/v1/quotes?q={word}",
    "/v1/quotes?q={word}&sort=-created_at",
    "/v1/quotes?q={word}&sort=word_count&kind=dialogue",
    "/v1/quotes?q={word}&max_severity=0",
    "/v1/quotes?q={word}&fields=id&count=true",
    "/v1/quotes?q={word}&fields=id&facets=kind,film,theme",
    "/v1/quotes/random?q={word}&seed=a",
]


@pytest.fixture(scope="module")
def engine(postgresql_engine):
    """PostgreSQL alone: tests/models/test_search_bounds.py has the plans of SQLite."""
    return postgresql_engine


@pytest.fixture
def plan_nodes(catalogue_app):
    """A function that returns the nodes of the plans of all statements for a URL."""
    database = catalogue_app.extensions["database"]

    def steps(url):
        _, statements = record_statements(catalogue_app, url)
        with database.engine.connect() as connection:
            plans = [explain(connection, *statement, ["enable_seqscan"]) for statement in statements]
        return [step for plan in plans for step in nodes(plan)]

    return steps


def search_work(database, query, **narrowed):
    """Return how many rows PostgreSQL reads for a search."""
    with database.read_session() as session, recorded_statements(database.engine) as statements:
        hits = search(session, parse(query), **narrowed)
    with database.engine.connect() as connection:
        return hits, work_of(connection, statements)


class TestListWithWords:
    @pytest.mark.parametrize("url", LISTS)
    def test_rows_are_looked_up_by_the_keys_of_the_matches(self, plan_nodes, url):
        quotes = [
            step
            for step in plan_nodes(url.format(word=MOST_COMMON_WORD))
            if step.get("Relation Name") == "quotes" and step.get("Parent Relationship") != "SubPlan"
        ]
        assert [step for step in quotes if "= ANY ($" in step.get("Index Cond", "")]


class TestListWithWordsAndThemes:
    @pytest.mark.parametrize(
        "themes", ["theme={broad}", "theme={broad},{common}", "theme_all={broad},{common}"]
    )
    @pytest.mark.parametrize("extra", ["", "&sort=word_count", "&fields=id&count=true", "&facets=kind"])
    def test_the_rows_of_the_theme_are_not_scanned(self, plan_nodes, sample, themes, extra):
        steps = plan_nodes(f"/v1/quotes?q={MOST_COMMON_WORD}&{themes.format(**sample)}{extra}")
        listings = [step for step in steps if step.get("Relation Name") == "listings"]
        # Each is looked up by its complete key.
        assert listings
        assert all(step["Index Cond"].count("=") >= 5 for step in listings)


class TestSearch:
    def test_a_common_word_reads_a_bounded_number_of_documents(self, catalogue, monkeypatch):
        monkeypatch.setattr(ranking, "MAX_CANDIDATES", 100)
        monkeypatch.setattr(ranking, "TRUNCATED_CANDIDATES", 20)
        hits, rows = search_work(catalogue, MOST_COMMON_WORD)
        assert (hits.total, hits.approximate) == (20, True)
        assert rows < 20 * match_conditions.SCAN_BUDGET * 2 < 500

    @pytest.mark.parametrize("query", ["quo*", "quote -nothing", '"quote"'])
    def test_other_broad_queries_read_a_bounded_number_of_documents(self, catalogue, monkeypatch, query):
        monkeypatch.setattr(ranking, "MAX_CANDIDATES", 100)
        monkeypatch.setattr(ranking, "TRUNCATED_CANDIDATES", 20)
        hits, rows = search_work(catalogue, query)
        assert (hits.total, hits.approximate) == (20, True)
        assert rows < 20 * match_conditions.SCAN_BUDGET * 2

    def test_a_scan_without_matches_stops_early(self, catalogue, monkeypatch):
        monkeypatch.setattr(ranking, "MAX_CANDIDATES", 10)
        monkeypatch.setattr(ranking, "TRUNCATED_CANDIDATES", 5)
        hits, rows = search_work(catalogue, MOST_COMMON_WORD, types=["commentary"])
        assert (hits.total, hits.approximate) == (0, False)
        assert rows < 500

    def test_ranked_documents_are_read_by_their_physical_location(self, plan_nodes):
        steps = plan_nodes(f"/v1/search?q={MOST_COMMON_WORD}")
        documents = [step for step in steps if step.get("Relation Name") == "search_documents"]
        assert [step["Node Type"] for step in documents if "Tid" in step["Node Type"]] == ["Tid Scan"]
        assert {step["Node Type"] for step in documents} <= {"Tid Scan", "Bitmap Heap Scan", "Index Scan"}

    def test_only_displayed_films_are_read(self, catalogue_app, monkeypatch):
        monkeypatch.setattr(results, "MAX_FACET_VALUES", 1)
        response, statements = record_statements(catalogue_app, f"/v1/search?q={MOST_COMMON_WORD}")
        facets = response.get_json()["facets"]
        assert len(facets["film"]["values"]) == 1
        _, parameters = statements[-1]
        assert [name for name in parameters if name.startswith("films_")] == ["films_1"]
