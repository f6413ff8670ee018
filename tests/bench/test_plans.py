"""Every page of every list is read from an index: no table is scanned completely, and no rows are sorted."""

import orjson
import pytest

from api.core.config import ROOT
from bench.comparison import recorded_statements
from bench.operations import NAMED_PATHS, path_urls
from bench.sample_ids import path_ids, sample_ids
from models import RESOURCES, Quote
from tests.bench.conftest import lower_selection_limits, record_statements
from tests.bench.work import work_of
from tests.plans import fully_read_tables, names_read, plan_of

#: Sort keys of small tables, or with a value in few rows; they have no index.
UNINDEXED_SORT_KEYS = {"runtime_minutes", "published_on", "name"}
SORTS = [
    (model, f"{direction}{key}")
    for model in RESOURCES
    for key in model.sort_keys()
    if key not in UNINDEXED_SORT_KEYS or (key == "name" and model.type_name != "character")
    for direction in ("", "-")
]
PATHS = {model: f"/v1/{model.__tablename__}" for model in RESOURCES}
FILTER_QUERIES = [
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
ITEM_PATHS = [
    path
    for path, item in DOCUMENT["paths"].items()
    if "get" in item and "{" in path and path not in NAMED_PATHS
]
#: Tables that have few rows in a catalogue of any size.
SMALL_TABLES = {"themes", "advisories", "sources", "films"}


@pytest.fixture(scope="module")
def page_plan(catalogue_app):
    """A function that returns the plan of a page and the page's ``page`` member, by URL."""
    database = catalogue_app.extensions["database"]

    def plan(url):
        response, ((statement, parameters),) = record_statements(catalogue_app, url)
        with database.engine.connect() as connection:
            return plan_of(connection, statement, parameters), response.get_json()["page"]

    return plan


@pytest.fixture(scope="module")
def item_urls(catalogue):
    """A URL for each path of the OpenAPI document with a path parameter."""
    with catalogue.read_session() as session:
        ids = sample_ids(session)
        return path_urls(DOCUMENT["paths"], path_ids(session, ids.film, ids.broad))


def pages(page_plan, url):
    """Return the plans of the first page, of the next page, and of the first page as the previous one."""
    first, page = page_plan(url)
    second, page = page_plan(page["next"])
    previous, _ = page_plan(page["previous"])
    return first, second, previous


def total_work(app, url):
    """Return how many rows PostgreSQL reads for a URL, or how many instructions SQLite runs."""
    _, statements = record_statements(app, url)
    with app.extensions["database"].engine.connect() as connection:
        return work_of(connection, statements)


class TestSorting:
    @pytest.mark.parametrize(("model", "sort"), SORTS, ids=lambda value: getattr(value, "type_name", value))
    def test_every_page_is_read_in_index_order(self, page_plan, model, sort):
        if model.type_name == "film":
            plans = [page_plan(f"{PATHS[model]}?limit=1&sort={sort}")[0]]
        else:
            plans = pages(page_plan, f"{PATHS[model]}?limit=2&sort={sort}")
        # Rows whose order within a film is not indexed are sorted within the film.
        sorts = [] if sort.endswith("film") else [plan.sorts for plan in plans]
        assert [plan.scans for plan in plans] == [[]] * len(plans)
        assert not any(sorts)
        assert [plan.walks for plan in plans[1:]] == [[]] * len(plans[1:])

    @pytest.mark.parametrize("model", [model for model in RESOURCES if hasattr(model, "film_id")])
    def test_the_default_order_of_a_film_s_items_is_an_index(self, page_plan, model):
        plans = pages(page_plan, f"{PATHS[model]}?limit=2")
        assert [plan.scans + plan.sorts + plan.walks for plan in plans] == [[]] * 3


class TestFiltering:
    @pytest.mark.parametrize("filters", FILTER_QUERIES)
    def test_every_page_is_read_in_index_order(self, page_plan, sample, filters):
        plans = pages(page_plan, f"{PATHS[Quote]}?limit=2&{filters.format(**sample)}")
        assert [plan.scans for plan in plans] == [[]] * 3
        # Rows with a rare theme are sorted unless the default order is requested.
        if "sort" not in filters:
            assert [plan.sorts + plan.walks for plan in plans] == [[]] * 3


class TestPlanning:
    def test_postgresql_reuses_the_plan_of_a_page(self, catalogue_app, engine):
        database, client = catalogue_app.extensions["database"], catalogue_app.test_client()
        with recorded_statements(database.engine) as statements:
            client.get(f"{PATHS[Quote]}?limit=20")
        ((statement, parameters),) = statements
        plans = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement ~ 'AS pk_0'"
        if engine.name == "postgresql":
            with database.engine.connect() as connection:
                for _ in range(20):
                    connection.exec_driver_sql(statement, parameters).all()
                ((generic, custom),) = connection.exec_driver_sql(plans).all()
            # PostgreSQL makes five custom plans before it prefers the generic one.
            assert (custom, generic > 5) == (5, True)


class TestCounts:
    @pytest.mark.parametrize(
        "url",
        [
            "/v1/quotes?limit=1&fields=id&facets=theme",
            "/v1/quotes?limit=1&fields=id&facets=theme&theme={broad}&max_severity=0",
            "/v1/themes/{broad}/related",
            "/v1/quotes?limit=1&fields=id&count=true&max_severity=0",
        ],
    )
    def test_counts_read_the_list_index_alone(self, statement_work, sample, url):
        names, _ = statement_work(url.format(**sample))[-1]
        assert "listings" in names
        assert not names & {"quotes", "films", "advisory_links"}


class TestRareValues:
    @pytest.mark.parametrize(
        ("filters", "filter_index"),
        [("language=pt,es", "ix_quotes_language"), ("advisory=note-1", "advisory_links")],
    )
    @pytest.mark.parametrize("sort", ["film,position", "-created_at"])
    def test_they_are_found_by_an_index_on_the_filter_or_on_the_order(
        self, statement_work, page_plan, filters, filter_index, sort
    ):
        url = f"{PATHS[Quote]}?limit=2&fields=id&sort={sort}&{filters}"
        ((names, _),) = statement_work(url)
        ordered_index = "listings" if sort == "film,position" else "ix_quotes_created_at_down"
        assert {filter_index, ordered_index} <= names
        assert page_plan(url)[0].scans == []


class TestCursors:
    def test_sqlite_seeks_with_all_of_a_cursor(self, page_plan, engine):
        second = pages(page_plan, f"{PATHS[Quote]}?limit=2")[1]
        row_comparisons = [step for step in second.steps if "(film,position,slug)>(?,?,?)" in step]
        assert len(row_comparisons) == (engine.name == "sqlite")

    def test_postgresql_seeks_with_all_of_a_cursor(self, catalogue_app, page_plan, engine):
        # The plan names only the type of each step; no step may discard rows except hidden ones.
        second = pages(page_plan, f"{PATHS[Quote]}?limit=2")[1]
        assert ("Index Scan" in second.steps) == (engine.name == "postgresql")


class TestItemPaths:
    """Lists below one item are found by its key, at any table size."""

    @pytest.mark.parametrize("path", ITEM_PATHS)
    def test_no_large_table_is_scanned(self, catalogue_app, item_urls, path):
        _, statements = record_statements(catalogue_app, item_urls[path])
        with catalogue_app.extensions["database"].engine.connect() as connection:
            tables = [fully_read_tables(connection, *statement) for statement in statements]
        assert set().union(*tables) <= SMALL_TABLES


class TestNearIds:
    """The ids that are near one that does not exist are found by indexes, at any table size."""

    @pytest.mark.parametrize("path", ["/v1/quotes/{}", "/v1/quotes?id={}"])
    def test_no_large_table_is_scanned(self, catalogue_app, sample, path):
        mistyped = sample["quote"][:-2] + sample["quote"][-1]
        response, statements = record_statements(
            catalogue_app, path.format(mistyped), 200 if "?" in path else 404
        )
        assert f"“{sample['quote']}”" in response.text
        with catalogue_app.extensions["database"].engine.connect() as connection:
            tables = [fully_read_tables(connection, *statement) for statement in statements]
        assert set().union(*tables) <= SMALL_TABLES
        assert len(statements) <= 10


@pytest.fixture
def low_limits(monkeypatch):
    lower_selection_limits(monkeypatch, ranked=30, window=10, crowd=40)


@pytest.fixture(scope="module")
def statement_work(catalogue_app):
    """A function that returns, for each statement of a URL, the tables and indexes it reads and its work."""
    database = catalogue_app.extensions["database"]

    def note(url, status=200):
        _, statements = record_statements(catalogue_app, url, status)
        with database.engine.connect() as connection:
            numbers = [work_of(connection, [statement]) for statement in statements]
            return [
                (names_read(connection, *statement), number)
                for statement, number in zip(statements, numbers, strict=True)
            ]

    return note


@pytest.mark.usefixtures("low_limits")
class TestRandomSelection:
    @pytest.mark.parametrize("filters", ["", "&theme={broad}", "&max_severity=2"])
    def test_only_neighbours_in_the_random_order_are_read(self, statement_work, engine, sample, filters):
        (names, number), _ = statement_work(f"{PATHS[Quote]}/random?seed=a{filters.format(**sample)}")
        assert names >= {"listings", "ix_listings_by_lot"}
        assert not names & {"quotes", "films", "advisory_links"}
        # PostgreSQL counts rows; SQLite counts instructions, about eighteen per row.
        assert number < {"postgresql": 60, "sqlite": 900}[engine.name]

    def test_an_early_day_reads_only_the_items_added_before_it(self, statement_work):
        _, *others = statement_work(f"{PATHS[Quote]}/daily?date=2010-01-20", 404)
        assert len(others) == 3
        assert all(any(name.startswith("ix_quotes_created_at") for name in names) for names, _ in others)

    def test_a_rare_language_is_found_by_its_index(self, statement_work):
        names, _ = statement_work(f"{PATHS[Quote]}/random?seed=a&language=pt,es")[0]
        assert "ix_quotes_language" in names


class TestItems:
    def test_postgresql_reads_only_the_themes_of_an_item(self, catalogue_app, engine):
        # PostgreSQL might prefer to read all themes for each quote; SQLite always joins by keys.
        is_few = total_work(catalogue_app, f"{PATHS[Quote]}?limit=20") < 20 * 500 / 2
        assert is_few or engine.name == "sqlite"


class TestPlans:
    """The checks above can fail: they detect a sort."""

    def test_they_detect_a_sort(self, page_plan):
        plan, _ = page_plan("/v1/films?limit=1&sort=runtime_minutes")
        assert plan.sorts
