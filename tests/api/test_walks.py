"""Pagination while rows change: no unchanged row is repeated or missed."""

import datetime as dt
from collections import Counter
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from api.app import create_app
from api.core.config import Settings
from models import Character, Film, Quote, Scene, Source, Status
from models.database import Database
from tests.models.content import character, film, quote, scene, source
from tests.storing import empty

LATER = dt.datetime(2027, 1, 2, tzinfo=dt.UTC)
#: Sort values. Row types index them by ``tie``; many are equal or null.
TEXTS = ["One.", "One.", "Two words.", "Two words.", "Two again.", "And now three."]
NAMES = [None, None, "A", "a", "É", "😀"]
DATES = [None, None, *(dt.date(year, 1, 1) for year in (1, 1950, 1950, 9999))]
TIMES = [dt.datetime(year, 1, 1, tzinfo=dt.UTC) for year in (1000, 1969, 2026, 2026, 2026, 9999)]
RUNTIMES = [None, None, 1, 90, 90, 20_000]
TIES = range(len(TEXTS))
VALUES_BY_TIE = {
    Quote: lambda tie: {"position": 1 + tie // 2, "text": TEXTS[tie], "created_at": TIMES[tie]},
    Character: lambda tie: {"position": tie // 2, "name": NAMES[tie]},
    Scene: lambda tie: {"position": 1 + tie // 2, "title": TEXTS[tie]},
    Source: lambda tie: {"published_on": DATES[tie]},
    Film: lambda tie: {"title": TEXTS[tie], "runtime_minutes": RUNTIMES[tie]},
}


def dated_source(film_, slug, published_on):
    source_ = source(f"{film_.slug}-{slug}")
    source_.published_on = published_on
    return source_


BUILDERS = {
    Quote: quote,
    Character: character,
    Scene: scene,
    Source: dated_source,
    Film: lambda of, slug, **values: film(f"{of.slug}-{slug}", **values),
}
#: Changes of a row's visibility.
VISIBILITY_CHANGES = {
    "delete": {"deleted_at": LATER},
    "hide": {"status": Status.DRAFT},
    "restore": {"deleted_at": None, "status": Status.PUBLISHED},
}
LISTS = [
    (Quote, "/v1/quotes"),
    (Quote, "/v1/quotes?sort=-id"),
    (Quote, "/v1/quotes?sort=word_count"),
    (Quote, "/v1/quotes?sort=-created_at"),
    (Character, "/v1/characters?sort=name"),
    (Character, "/v1/characters?sort=-name"),
    (Scene, "/v1/scenes?sort=-title,position&film=one"),
    (Source, "/v1/sources?sort=-published_on"),
    (Film, "/v1/films?sort=runtime_minutes,-release_year"),
]
#: Stands for the row at the edge of the last page, whose values are in the cursor.
EDGE = -1

items = st.dictionaries(st.integers(0, 49), st.sampled_from(TIES), min_size=20, max_size=32)
kinds = st.sampled_from(["insert", "delete", "hide", "restore", "move", "edit"])
changes = st.tuples(kinds, st.integers(EDGE, 49), st.sampled_from(TIES))
changes_after_pages = st.lists(st.lists(changes, max_size=4), min_size=6, max_size=14)
#: A strategy for walks: the initial rows, the page size, the direction, and the changes after each page.
walks = st.tuples(items, st.integers(1, 7), st.sampled_from(["next", "previous"]), changes_after_pages)
#: The number of walks for each list, and that of the nightly test. PostgreSQL is slower; it needs fewer walks, since
#: only sorting and comparison differ.
MAX_EXAMPLES = {"sqlite": 6, "postgresql": 2}
MAX_EXAMPLES_AT_NIGHT = {"sqlite": 24, "postgresql": 10}


class Rows:
    """The rows of one model, and the ids of rows that a walk may miss or repeat because they changed."""

    def __init__(self, database, client, model):
        self.database, self.client, self.model = database, client, model
        self.changed_visibility, self.moved = set(), set()

    def fill(self, rows):
        """Replace all rows. ``rows`` maps numbers to ties; even and odd numbers belong to different films."""
        empty(self.database)
        with self.database.write_session() as session:
            films = film("one"), film("two")
            session.add_all([*films, *(self.build(films[n % 2], n, tie) for n, tie in rows.items())])

    def build(self, film_, number, tie):
        return BUILDERS[self.model](film_, f"{number:02}", **VALUES_BY_TIE[self.model](tie))

    def change(self, changes, edge=None):
        """Apply changes of the form (kind, number, tie). The number ``EDGE`` stands for the row with the id ``edge``."""
        with self.database.write_session() as session:
            for kind, number, tie in changes:
                slug = edge if number == EDGE else f"{('one', 'two')[number % 2]}-{number:02}"
                row = session.scalar(select(self.model).where(self.model.slug == slug))
                if row is not None:
                    self.change_one(row, kind, tie)
                elif kind == "insert" and slug is not None:
                    film_ = session.scalars(select(Film).where(Film.slug == slug[:3])).one()
                    session.add(self.build(film_, number, tie))
                    self.changed_visibility.add(slug)

    def change_one(self, row, kind, tie):
        if kind in VISIBILITY_CHANGES:
            row.assign(VISIBILITY_CHANGES[kind])
            self.changed_visibility.add(row.slug)
        elif kind == "move":
            row.assign(VALUES_BY_TIE[self.model](tie))
            self.moved.add(row.slug)
        elif kind == "edit":
            row.editor_note = f"{row.editor_note} Again."

    def page(self, url):
        """Return the ids on a page, and the page's links."""
        response = self.client.get(url)
        assert response.status_code == 200, response.text
        body = response.get_json()
        return [item["id"] for item in body["data"]], body["page"]

    def walk(self, url, relation="next", changes_after_pages=()):
        """Return the ids on all pages in list order, and the URL of the last requested page."""
        pages, steps, end = [], iter(changes_after_pages), 0 if relation == "previous" else -1
        while url:
            last = url
            ids, links = self.page(url)
            pages.append(ids)
            assert len(pages) < 100, "the walk has no end"
            url = links[relation]
            self.change(next(steps, ()), ids[end] if ids else None)
        ordered_pages = reversed(pages) if relation == "previous" else pages
        return [id_ for ids in ordered_pages for id_ in ids], last


@pytest.fixture(scope="module")
def make_rows(engine):
    """A function that returns the rows of a model, in a database that only this module uses."""
    with engine.fresh() as url, closing(Database(url)) as database:
        app = create_app(Settings(database_url=url, statement_seconds=60))
        yield lambda model: Rows(database, app.test_client(), model)
        app.extensions["database"].close()


def with_limit(url, limit):
    return f"{url}{'&' if '?' in url else '?'}limit={limit}"


def check_walk(rows, url, walk):
    """Walk while rows change. Unchanged rows must appear once and in order; only moved rows may be repeated."""
    initial_rows, limit, relation, changes_after_pages = walk
    rows.fill(initial_rows)
    # A backward walk starts at the last page, so it needs a forward walk with the same limit.
    before_ids, last = rows.walk(with_limit(url, limit if relation == "previous" else 100))
    start = last if relation == "previous" else with_limit(url, limit)
    visited, _ = rows.walk(start, relation, changes_after_pages)
    after_ids, _ = rows.walk(with_limit(url, 100))
    unchanged = set(before_ids) - rows.changed_visibility - rows.moved
    assert [id_ for id_ in visited if id_ in unchanged] == [id_ for id_ in after_ids if id_ in unchanged]
    assert {id_ for id_, times in Counter(visited).items() if times > 1} <= rows.moved


def check_walks(rows, url, max_examples):
    @given(walk=walks)
    @settings(
        max_examples=max_examples, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    def check(walk):
        check_walk(rows, url, walk)

    check()


@pytest.mark.parametrize(("model", "url"), LISTS)
class TestWalk:
    def test_unchanged_rows_appear_once(self, engine, make_rows, model, url):
        check_walks(make_rows(model), url, MAX_EXAMPLES[engine.name])

    @pytest.mark.nightly
    def test_unchanged_rows_appear_once_in_many_walks(self, engine, make_rows, model, url):
        check_walks(make_rows(model), url, MAX_EXAMPLES_AT_NIGHT[engine.name])


@pytest.mark.parametrize(("model", "url"), LISTS)
class TestCursor:
    @pytest.fixture
    def twelve_rows(self, make_rows, model):
        """Twelve rows, two for each tie."""
        rows_ = make_rows(model)
        rows_.fill({number: number % len(TIES) for number in range(12)})
        return rows_

    def test_it_works_after_its_row_is_deleted(self, twelve_rows, url):
        order, _ = twelve_rows.walk(with_limit(url, 100))
        for limit in range(1, len(order)):
            _, links = twelve_rows.page(with_limit(url, limit))
            twelve_rows.change([("delete", EDGE, 0)], order[limit - 1])
            rest_ids, _ = twelve_rows.walk(links["next"])
            assert rest_ids == order[limit:]
            twelve_rows.change([("restore", EDGE, 0)], order[limit - 1])

    def test_it_works_backwards_after_its_row_is_deleted(self, twelve_rows, url):
        order, _ = twelve_rows.walk(with_limit(url, 100))
        for limit in range(1, len(order)):
            second, links = twelve_rows.page(twelve_rows.page(with_limit(url, limit))[1]["next"])
            twelve_rows.change([("delete", EDGE, 0)], second[0])
            rest_ids, _ = twelve_rows.walk(links["previous"], "previous")
            assert rest_ids == order[:limit]
            twelve_rows.change([("restore", EDGE, 0)], second[0])

    def test_it_skips_a_deleted_first_row_of_the_next_page(self, twelve_rows, url):
        order, _ = twelve_rows.walk(with_limit(url, 100))
        _, links = twelve_rows.page(with_limit(url, 2))
        twelve_rows.change([("delete", EDGE, 0)], order[2])
        next_ids, _ = twelve_rows.page(links["next"])
        assert next_ids == order[3:5]

    def test_the_next_page_is_the_last_if_later_rows_are_deleted(self, twelve_rows, url):
        order, _ = twelve_rows.walk(with_limit(url, 100))
        _, links = twelve_rows.page(with_limit(url, 2))
        for deleted_id in order[4:]:
            twelve_rows.change([("delete", EDGE, 0)], deleted_id)
        next_ids, links = twelve_rows.page(links["next"])
        assert (next_ids, links["next"]) == (order[2:4], None)

    def test_the_next_page_is_empty_if_all_later_rows_are_deleted(self, twelve_rows, url):
        order, _ = twelve_rows.walk(with_limit(url, 100))
        _, links = twelve_rows.page(with_limit(url, 2))
        for deleted_id in order[2:]:
            twelve_rows.change([("delete", EDGE, 0)], deleted_id)
        next_ids, links = twelve_rows.page(links["next"])
        assert (next_ids, links["next"]) == ([], None)

    def test_the_previous_page_is_the_first_if_earlier_rows_are_deleted(self, twelve_rows, url):
        order, last = twelve_rows.walk(with_limit(url, 2))
        tail, links = twelve_rows.page(last)
        first = len(order) - len(tail) - 2
        for deleted_id in order[:first]:
            twelve_rows.change([("delete", EDGE, 0)], deleted_id)
        previous_ids, links = twelve_rows.page(links["previous"])
        assert (previous_ids, links["previous"]) == (order[first : first + 2], None)
