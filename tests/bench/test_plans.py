"""Any page of any list is found in an index: nothing is read whole, and nothing sorted."""

import orjson
import pytest

from api.core.config import ROOT
from bench.comparison import recorded_statements
from bench.operations import NAMED_PATHS, path_urls
from bench.sample_ids import path_ids, sample_ids
from models import RESOURCES, Quote
from tests.bench.conftest import let_few_be_many, statements_of
from tests.bench.work import work_of
from tests.plans import fully_read_tables, names_read, plan_of

#: Sort keys of which few rows have a value, or that few rows have.
SORTED_EACH_TIME = {"runtime_minutes", "published_on", "name"}
SORTS = [
    (model, f"{way}{key}")
    for model in RESOURCES
    for key in model.sort_keys()
    if key not in SORTED_EACH_TIME or (key == "name" and model.type_name != "character")
    for way in ("", "-")
]
PATHS = {model: f"/v1/{model.__tablename__}" for model in RESOURCES}
FILTERED = [
    "theme={broad}",
    "theme={narrower}",
    "theme={broad},{common}",
    "theme={broad},{common},{narrower}&kind=dialogue",
    "theme_all={broad},{common}",
    "theme={broad}&max_severity=0",
    "max_severity=0",
    "kind=dialogue,fragment&voice=film",
    "exclude_advisory=note-1",
    "theme={broad}&sort=-created_at",
    "theme={broad}&sort=word_count",
]

DOCUMENT = orjson.loads((ROOT / "openapi" / "v1.json").read_bytes())
ABOUT_ONE_THING = [
    path
    for path, item in DOCUMENT["paths"].items()
    if "get" in item and "{" in path and path not in NAMED_PATHS
]
#: Of these a catalogue of any size has few, or one row.
FEW = {"themes", "advisories", "sources", "films"}


@pytest.fixture(scope="module")
def planned(over_catalogue):
    """Takes an address; returns the plan of the page there, and where the page stands."""
    database = over_catalogue.extensions["database"]

    def plan(address):
        answer, ((statement, parameters),) = statements_of(over_catalogue, address)
        with database.engine.connect() as connection:
            return plan_of(connection, statement, parameters), answer.get_json()["page"]

    return plan


@pytest.fixture(scope="module")
def about_one_thing(catalogue):
    """The address of each path of the document that is about one thing."""
    with catalogue.read_session() as session:
        ids = sample_ids(session)
        return path_urls(DOCUMENT["paths"], path_ids(session, ids.film, ids.broad))


def pages(planned, address):
    """Return the plans of the first page, of the one that follows and of the way back."""
    first, page = planned(address)
    second, page = planned(page["next"])
    back, _ = planned(page["previous"])
    return first, second, back


def touched(app, address):
    """Return how many rows PostgreSQL reads to answer, or how many instructions SQLite runs."""
    _, statements = statements_of(app, address)
    with app.extensions["database"].engine.connect() as connection:
        return work_of(connection, statements)


class TestSorting:
    @pytest.mark.parametrize(("model", "sort"), SORTS, ids=lambda given: getattr(given, "type_name", given))
    def test_every_page_is_found_in_the_order_of_an_index(self, planned, model, sort):
        if model.type_name == "film":
            plans = [planned(f"{PATHS[model]}?limit=1&sort={sort}")[0]]
        else:
            plans = pages(planned, f"{PATHS[model]}?limit=2&sort={sort}")
        # What has no place of its own in the order of a film is sorted within the film.
        sorts = [] if sort.endswith("film") else [plan.sorts for plan in plans]
        assert [plan.scans for plan in plans] == [[]] * len(plans)
        assert not any(sorts)
        assert [plan.walks for plan in plans[1:]] == [[]] * len(plans[1:])

    @pytest.mark.parametrize("model", [model for model in RESOURCES if hasattr(model, "film_id")])
    def test_the_own_order_of_what_films_have_is_an_index(self, planned, model):
        plans = pages(planned, f"{PATHS[model]}?limit=2")
        assert [plan.scans + plan.sorts + plan.walks for plan in plans] == [[]] * 3


class TestFiltering:
    @pytest.mark.parametrize("filters", FILTERED)
    def test_every_page_is_found_in_the_order_of_an_index(self, planned, known, filters):
        plans = pages(planned, f"{PATHS[Quote]}?limit=2&{filters.format(**known)}")
        assert [plan.scans for plan in plans] == [[]] * 3
        # What is about a rare theme is sorted in any order but its own.
        if "sort" not in filters:
            assert [plan.sorts + plan.walks for plan in plans] == [[]] * 3


class TestPlanning:
    def test_postgresql_plans_a_page_once_and_not_each_time(self, over_catalogue, engine):
        database, client = over_catalogue.extensions["database"], over_catalogue.test_client()
        with recorded_statements(database.engine) as statements:
            client.get(f"{PATHS[Quote]}?limit=20")
        ((statement, parameters),) = statements
        plans = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement ~ 'AS pk_0'"
        if engine.name == "postgresql":
            with database.engine.connect() as connection:
                for _ in range(20):
                    connection.exec_driver_sql(statement, parameters).all()
                ((generic, custom),) = connection.exec_driver_sql(plans).all()
            # With its parameters it is planned five times, to tell whether that is better; it is not.
            assert (custom, generic > 5) == (5, True)


class TestCounts:
    @pytest.mark.parametrize(
        "address",
        [
            "/v1/quotes?limit=1&fields=id&facets=theme",
            "/v1/quotes?limit=1&fields=id&facets=theme&theme={broad}&max_severity=0",
            "/v1/themes/{broad}/related",
            "/v1/quotes?limit=1&fields=id&count=true&max_severity=0",
        ],
    )
    def test_what_a_list_has_is_counted_by_its_rows(self, noting, known, address):
        names, _ = noting(address.format(**known))[-1]
        assert "listings" in names
        assert not names & {"quotes", "films", "advisory_links"}


class TestValuesOfFew:
    @pytest.mark.parametrize(
        ("filters", "by"), [("language=pt,es", "ix_quotes_language"), ("advisory=note-1", "advisory_links")]
    )
    @pytest.mark.parametrize("sort", ["film,position", "-created_at"])
    def test_they_are_found_by_it_or_met_on_a_walk(self, noting, planned, filters, by, sort):
        address = f"{PATHS[Quote]}?limit=2&fields=id&sort={sort}&{filters}"
        ((names, _),) = noting(address)
        walked = "listings" if sort == "film,position" else "ix_quotes_created_at_down"
        assert {by, walked} <= names
        assert planned(address)[0].scans == []


class TestCursors:
    def test_sqlite_seeks_with_all_of_a_cursor(self, planned, engine):
        second = pages(planned, f"{PATHS[Quote]}?limit=2")[1]
        sought = [step for step in second.steps if "(film,position,slug)>(?,?,?)" in step]
        assert len(sought) == (engine.name == "sqlite")

    def test_postgresql_seeks_with_all_of_a_cursor(self, over_catalogue, planned, engine):
        # It calls each step by its kind alone; none may throw rows away but for what nobody may see.
        second = pages(planned, f"{PATHS[Quote]}?limit=2")[1]
        assert ("Index Scan" in second.steps) == (engine.name == "postgresql")


class TestThings:
    """What belongs to one thing is found from there, however many things there are."""

    @pytest.mark.parametrize("path", ABOUT_ONE_THING)
    def test_nothing_is_looked_through(self, over_catalogue, about_one_thing, path):
        _, statements = statements_of(over_catalogue, about_one_thing[path])
        with over_catalogue.extensions["database"].engine.connect() as connection:
            whole = [fully_read_tables(connection, *one) for one in statements]
        assert set().union(*whole) <= FEW


@pytest.fixture
def few_are_many(monkeypatch):
    let_few_be_many(monkeypatch, ranked=30, window=10, crowd=40)


@pytest.fixture(scope="module")
def noting(over_catalogue):
    """Takes an address; returns for each statement what it may read, and how much it has read."""
    database = over_catalogue.extensions["database"]

    def note(address, status=200):
        _, statements = statements_of(over_catalogue, address, status)
        with database.engine.connect() as connection:
            numbers = [work_of(connection, [one]) for one in statements]
            return [
                (names_read(connection, *one), number)
                for one, number in zip(statements, numbers, strict=True)
            ]

    return note


@pytest.mark.usefixtures("few_are_many")
class TestLots:
    @pytest.mark.parametrize("filters", ["", "&theme={broad}", "&max_severity=2"])
    def test_neighbours_in_their_order_are_read_and_nothing_else(self, noting, engine, known, filters):
        (names, number), _ = noting(f"{PATHS[Quote]}/random?seed=a{filters.format(**known)}")
        assert names >= {"listings", "ix_listings_by_lot"}
        assert not names & {"quotes", "films", "advisory_links"}
        # Rows, and instructions: some fifteen for each.
        assert number < {"postgresql": 60, "sqlite": 600}[engine.name]

    def test_before_the_days_of_most_no_others_are_read(self, noting):
        _, *others = noting(f"{PATHS[Quote]}/daily?date=2010-01-20", 404)
        assert len(others) == 3
        assert all(any(name.startswith("ix_quotes_created_at") for name in names) for names, _ in others)

    def test_those_in_a_language_of_few_are_found_by_it(self, noting):
        names, _ = noting(f"{PATHS[Quote]}/random?seed=a&language=pt,es")[0]
        assert "ix_quotes_language" in names


class TestItems:
    def test_postgresql_reads_the_themes_of_an_item_and_no_others(self, over_catalogue, engine):
        # It may think it cheaper to read all themes for each quote; SQLite joins by keys alone.
        is_few = touched(over_catalogue, f"{PATHS[Quote]}?limit=20") < 20 * 500 / 2
        assert is_few or engine.name == "sqlite"


class TestPlans:
    """The properties above can fail: each of these is seen."""

    def test_they_see_a_scan_and_a_sort(self, planned):
        plan, _ = planned("/v1/films?limit=1&sort=runtime_minutes")
        assert plan.sorts
