"""What a search and a list by words read on PostgreSQL: so many documents and what they lead to, however much there is."""

import pytest

from api.resources.search import results
from bench.comparison import recorded_statements
from models.search import match_conditions, parse, ranking, search
from tests.bench.conftest import statements_of
from tests.bench.work import work_of
from tests.plans import explain as planned
from tests.plans import nodes

COMMONEST = "quote"
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
    """SQLite has no choice here: see tests/models/test_search_bounds.py."""
    return postgresql_engine


@pytest.fixture
def explained(over_catalogue):
    """Takes an address; returns the steps of the plans of what is run for it, on PostgreSQL."""
    database = over_catalogue.extensions["database"]

    def steps(address):
        _, seen = statements_of(over_catalogue, address)
        with database.engine.connect() as connection:
            plans = [planned(connection, *one, ["enable_seqscan"]) for one in seen]
        return [step for plan in plans for step in nodes(plan)]

    return steps


def touched(database, asked, **narrowed):
    """Return how many rows PostgreSQL reads for a search."""
    with database.read_session() as session, recorded_statements(database.engine) as seen:
        answer = search(session, parse(asked), **narrowed)
    with database.engine.connect() as connection:
        return answer, work_of(connection, seen)


class TestAListByWords:
    @pytest.mark.parametrize("address", LISTS)
    def test_rows_are_looked_up_by_the_keys_of_what_matches(self, explained, address):
        quotes = [
            step
            for step in explained(address.format(word=COMMONEST))
            if step.get("Relation Name") == "quotes" and step.get("Parent Relationship") != "SubPlan"
        ]
        assert [step for step in quotes if "= ANY ($" in step.get("Index Cond", "")]


class TestAListByWordsAndThemes:
    @pytest.mark.parametrize(
        "themes", ["theme={broad}", "theme={broad},{common}", "theme_all={broad},{common}"]
    )
    @pytest.mark.parametrize("more", ["", "&sort=word_count", "&fields=id&count=true", "&facets=kind"])
    def test_what_is_about_the_theme_is_not_read(self, explained, known, themes, more):
        steps = explained(f"/v1/quotes?q={COMMONEST}&{themes.format(**known)}{more}")
        listings = [step for step in steps if step.get("Relation Name") == "listings"]
        # Each is asked for one place, which the whole of the key tells.
        assert listings
        assert all(step["Index Cond"].count("=") >= 5 for step in listings)


class TestASearch:
    def test_of_a_common_word_it_reads_the_first_documents_alone(self, catalogue, monkeypatch):
        monkeypatch.setattr(ranking, "MAX_CANDIDATES", 100)
        monkeypatch.setattr(ranking, "TRUNCATED_CANDIDATES", 20)
        answer, rows = touched(catalogue, COMMONEST)
        assert (answer.total, answer.approximate) == (20, True)
        assert rows < 20 * match_conditions.SCAN_BUDGET * 2 < 500

    @pytest.mark.parametrize("asked", ["quo*", "quote -nothing", '"quote"'])
    def test_so_it_does_of_other_broad_queries(self, catalogue, monkeypatch, asked):
        monkeypatch.setattr(ranking, "MAX_CANDIDATES", 100)
        monkeypatch.setattr(ranking, "TRUNCATED_CANDIDATES", 20)
        answer, rows = touched(catalogue, asked)
        assert (answer.total, answer.approximate) == (20, True)
        assert rows < 20 * match_conditions.SCAN_BUDGET * 2

    def test_words_that_shun_each_other_are_not_walked_for_to_the_end(self, catalogue, monkeypatch):
        monkeypatch.setattr(ranking, "MAX_CANDIDATES", 10)
        monkeypatch.setattr(ranking, "TRUNCATED_CANDIDATES", 5)
        answer, rows = touched(catalogue, COMMONEST, types=["commentary"])
        assert (answer.total, answer.approximate) == (0, False)
        assert rows < 500

    def test_of_what_can_be_ranked_each_document_is_read_where_it_was_found(self, explained):
        steps = explained(f"/v1/search?q={COMMONEST}")
        documents = [step for step in steps if step.get("Relation Name") == "search_documents"]
        assert [step["Node Type"] for step in documents if "Tid" in step["Node Type"]] == ["Tid Scan"]
        assert {step["Node Type"] for step in documents} <= {"Tid Scan", "Bitmap Heap Scan", "Index Scan"}

    def test_only_the_films_that_are_shown_are_named(self, over_catalogue, monkeypatch):
        monkeypatch.setattr(results, "MAX_FACET_VALUES", 1)
        answer, seen = statements_of(over_catalogue, f"/v1/search?q={COMMONEST}")
        facets = answer.get_json()["facets"]
        assert len(facets["film"]["values"]) == 1
        _, named = seen[-1]
        assert [name for name in named if name.startswith("films_")] == ["films_1"]
