"""Walks through a list that others change meanwhile: nothing is shown twice, nothing that stays is missed."""

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
#: What rows are sorted by, one of each for every tie: many are equal, or null.
TEXTS = ["One.", "One.", "Two words.", "Two words.", "Two again.", "And now three."]
NAMES = [None, None, "A", "a", "É", "😀"]
DATES = [None, None, *(dt.date(year, 1, 1) for year in (1, 1950, 1950, 9999))]
TIMES = [dt.datetime(year, 1, 1, tzinfo=dt.UTC) for year in (1000, 1969, 2026, 2026, 2026, 9999)]
RUNTIMES = [None, None, 1, 90, 90, 20_000]
TIES = range(len(TEXTS))
PLACES = {
    Quote: lambda tie: {"position": 1 + tie // 2, "text": TEXTS[tie], "created_at": TIMES[tie]},
    Character: lambda tie: {"position": tie // 2, "name": NAMES[tie]},
    Scene: lambda tie: {"position": 1 + tie // 2, "title": TEXTS[tie]},
    Source: lambda tie: {"published_on": DATES[tie]},
    Film: lambda tie: {"title": TEXTS[tie], "runtime_minutes": RUNTIMES[tie]},
}


def dated(of, slug, published_on):
    made = source(f"{of.slug}-{slug}")
    made.published_on = published_on
    return made


MAKERS = {
    Quote: quote,
    Character: character,
    Scene: scene,
    Source: dated,
    Film: lambda of, slug, **values: film(f"{of.slug}-{slug}", **values),
}
#: What may become of a row: whether it can be seen, or where it stands, or neither.
UNSETTLING = {
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
#: The number that stands for the row at the edge of the page shown last: its cursor is that row.
EDGE = -1

items = st.dictionaries(st.integers(0, 49), st.sampled_from(TIES), min_size=20, max_size=32)
kinds = st.sampled_from(["insert", "delete", "hide", "restore", "move", "edit"])
changes = st.tuples(kinds, st.integers(EDGE, 49), st.sampled_from(TIES))
meanwhiles = st.lists(st.lists(changes, max_size=4), min_size=6, max_size=14)
#: A walk: the rows there are, how many a page shows, which way, and what is changed after each page.
walks = st.tuples(items, st.integers(1, 7), st.sampled_from(["next", "previous"]), meanwhiles)
few = settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
#: How many walks are made up for a list where there is time. What may become of rows is tried on SQLite, and how
#: PostgreSQL sorts and compares shows in fewer, which take it longer.
MANY = {"sqlite": 24, "postgresql": 10}


class Shelf:
    """The rows of one noun, and which of them were changed so that a walk may miss or repeat them."""

    def __init__(self, database, client, model):
        self.database, self.client, self.model = database, client, model
        self.unsettled, self.moved = set(), set()

    def fill(self, rows):
        """Have these rows alone: their numbers, each with its tie; they belong to two films in turn."""
        empty(self.database)
        with self.database.write_session() as session:
            films = film("one"), film("two")
            session.add_all([*films, *(self.build_schema(films[n % 2], n, tie) for n, tie in rows.items())])

    def build_schema(self, of, number, tie):
        return MAKERS[self.model](of, f"{number:02}", **PLACES[self.model](tie))

    def change(self, meanwhile, edge=None):
        """Change rows by what is said of their numbers, ``EDGE`` being the row with the id ``edge``."""
        with self.database.write_session() as session:
            for kind, number, tie in meanwhile:
                slug = edge if number == EDGE else f"{('one', 'two')[number % 2]}-{number:02}"
                row = session.scalar(select(self.model).where(self.model.slug == slug))
                if row is not None:
                    self.change_one(row, kind, tie)
                elif kind == "insert" and slug is not None:
                    of = session.scalars(select(Film).where(Film.slug == slug[:3])).one()
                    session.add(self.build_schema(of, number, tie))
                    self.unsettled.add(slug)

    def change_one(self, row, kind, tie):
        if kind in UNSETTLING:
            row.assign(UNSETTLING[kind])
            self.unsettled.add(row.slug)
        elif kind == "move":
            row.assign(PLACES[self.model](tie))
            self.moved.add(row.slug)
        elif kind == "edit":
            row.editor_note = f"{row.editor_note} Again."

    def page(self, address):
        """Return the ids of a page, and its links."""
        response = self.client.get(address)
        assert response.status_code == 200, response.text
        body = response.get_json()
        return [item["id"] for item in body["data"]], body["page"]

    def walk(self, address, relation="next", meanwhile=()):
        """Return the ids of every page, those of a walk back last to first, and the last page's address."""
        pages, steps, end = [], iter(meanwhile), 0 if relation == "previous" else -1
        while address:
            last = address
            ids, links = self.page(address)
            pages.append(ids)
            assert len(pages) < 100, "the walk has no end"
            address = links[relation]
            self.change(next(steps, ()), ids[end] if ids else None)
        in_order = reversed(pages) if relation == "previous" else pages
        return [id_ for ids in in_order for id_ in ids], last


@pytest.fixture(scope="module")
def shelf(engine):
    """Return what makes a shelf of a noun in a database that only this file's tests use."""
    with engine.fresh() as url, closing(Database(url)) as database:
        app = create_app(Settings(database_url=url, statement_seconds=60))
        yield lambda model: Shelf(database, app.test_client(), model)
        app.extensions["database"].close()


def limited(address, limit):
    return f"{address}{'&' if '?' in address else '?'}limit={limit}"


def check_walk(shelf, address, walk):
    """Walk while rows change: what stays is shown once, in order; only what moved is shown twice."""
    rows, limit, relation, meanwhile = walk
    shelf.fill(rows)
    # Only a walk back needs the way there: it begins where that ends.
    before, last = shelf.walk(limited(address, limit if relation == "previous" else 100))
    start = last if relation == "previous" else limited(address, limit)
    shown, _ = shelf.walk(start, relation, meanwhile)
    after, _ = shelf.walk(limited(address, 100))
    stays = set(before) - shelf.unsettled - shelf.moved
    assert [id_ for id_ in shown if id_ in stays] == [id_ for id_ in after if id_ in stays]
    assert {id_ for id_, times in Counter(shown).items() if times > 1} <= shelf.moved


@pytest.mark.parametrize(("model", "address"), LISTS)
class TestAWalk:
    @given(walk=walks)
    @few
    def test_shows_all_that_stays_once(self, shelf, model, address, walk):
        check_walk(shelf(model), address, walk)

    @pytest.mark.slow
    def test_shows_it_whatever_happens(self, engine, shelf, model, address):
        @given(walk=walks)
        @settings(few, max_examples=MANY[engine.name])
        def shows_it(walk):
            check_walk(shelf(model), address, walk)

        shows_it()


@pytest.mark.parametrize(("model", "address"), LISTS)
class TestACursor:
    @pytest.fixture
    def twelve(self, shelf, model):
        """Twelve rows, two of each tie."""
        filled = shelf(model)
        filled.fill({number: number % len(TIES) for number in range(12)})
        return filled

    def test_works_when_its_own_row_is_gone(self, twelve, address):
        order, _ = twelve.walk(limited(address, 100))
        for limit in range(1, len(order)):
            _, links = twelve.page(limited(address, limit))
            twelve.change([("delete", EDGE, 0)], order[limit - 1])
            rest, _ = twelve.walk(links["next"])
            assert rest == order[limit:]
            twelve.change([("restore", EDGE, 0)], order[limit - 1])

    def test_works_backwards_when_its_own_row_is_gone(self, twelve, address):
        order, _ = twelve.walk(limited(address, 100))
        for limit in range(1, len(order)):
            second, links = twelve.page(twelve.page(limited(address, limit))[1]["next"])
            twelve.change([("delete", EDGE, 0)], second[0])
            rest, _ = twelve.walk(links["previous"], "previous")
            assert rest == order[:limit]
            twelve.change([("restore", EDGE, 0)], second[0])

    def test_leads_past_what_the_next_page_began_with(self, twelve, address):
        order, _ = twelve.walk(limited(address, 100))
        _, links = twelve.page(limited(address, 2))
        twelve.change([("delete", EDGE, 0)], order[2])
        following, _ = twelve.page(links["next"])
        assert following == order[3:5]

    def test_leads_to_a_last_page_when_what_came_after_it_is_gone(self, twelve, address):
        order, _ = twelve.walk(limited(address, 100))
        _, links = twelve.page(limited(address, 2))
        for gone in order[4:]:
            twelve.change([("delete", EDGE, 0)], gone)
        following, links = twelve.page(links["next"])
        assert (following, links["next"]) == (order[2:4], None)

    def test_leads_to_an_empty_page_when_all_after_it_is_gone(self, twelve, address):
        order, _ = twelve.walk(limited(address, 100))
        _, links = twelve.page(limited(address, 2))
        for gone in order[2:]:
            twelve.change([("delete", EDGE, 0)], gone)
        following, links = twelve.page(links["next"])
        assert (following, links["next"]) == ([], None)

    def test_leads_to_a_first_page_when_what_came_before_it_is_gone(self, twelve, address):
        order, last = twelve.walk(limited(address, 2))
        tail, links = twelve.page(last)
        first = len(order) - len(tail) - 2
        for gone in order[:first]:
            twelve.change([("delete", EDGE, 0)], gone)
        previous, links = twelve.page(links["previous"])
        assert (previous, links["previous"]) == (order[first : first + 2], None)
