"""How lots fall: fairly, and among very many."""

from collections import Counter

import pytest
from sqlalchemy import insert

from api.app import create_app
from api.core.config import Settings
from api.query import random_selection
from api.query.random_selection import RandomSelection, draw_hash
from models import Film, Quote, QuoteKind
from models.base import random_key
from models.revision import change_set
from models.search import rebuild_index
from tests.api.test_chance import by_lot, clean
from tests.api.test_lists import ids
from tests.statements import statements
from tests.storing import STORED


def chi_square(observed, expected):
    return sum((number - expected) ** 2 / expected for number in observed)


def rare(freedom):
    """Return what the statistic of fair lots exceeds once in a thousand times (Wilson and Hilferty).

    Seeds and days are fixed, so what stays below it does so at every run.
    """
    part = 2 / (9 * freedom)
    return freedom * (1 - part + 3.0902 * part**0.5) ** 3


def line(place, film_id, at):
    """Return the columns of a quote; every twelfth is an aphorism."""
    slug = f"crowd-{place}"
    return {
        "slug": slug,
        "label": slug,
        "text": slug,
        "word_count": 1,
        "language": "en",
        "kind": QuoteKind.DIALOGUE if place % 12 else QuoteKind.APHORISM,
        "voice": "film",
        "fidelity": "as-quoted-by-source",
        "film_id": film_id,
        "position": 1,
        "created_at": at,
        "updated_at": at,
        "random_key": random_key("quote", slug),
    }


@pytest.fixture(scope="module")
def crowd(engine):
    """An app over 12,000 quotes of one film."""
    film = {
        "slug": "crowd",
        "label": "Crowd",
        "title": "Crowd",
        "release_year": 2013,
        "synopsis": "Many.",
    }
    times = {"created_at": STORED, "updated_at": STORED}
    with engine.fresh() as url:
        app = create_app(Settings(database_url=url, statement_seconds=60))
        with app.extensions["database"].write_session() as session, change_set(session, "maker", at=STORED):
            session.add(made := Film(**film, **times, directors=[], languages=[]))
            session.flush()
            rows = [line(place, made.id, STORED) for place in range(12_000)]
            session.connection().execute(insert(Quote.__table__), rows)
            # They came past the session, and are in no list yet.
            rebuild_index(session)
        yield app
        app.extensions["database"].close()


@pytest.fixture(scope="module")
def in_order():
    """The ids of the quotes that are no aphorisms, in random order, each with its random key."""
    slugs = [f"crowd-{place}" for place in range(12_000) if place % 12]
    return sorted((random_key("quote", slug), slug) for slug in slugs)


class TestFairness:
    def test_each_item_comes_first_as_often_as_any_other(self, client):
        slugs = clean(client)
        firsts = Counter(by_lot(slugs, str(seed))[0] for seed in range(200 * len(slugs)))
        assert chi_square((firsts[slug] for slug in slugs), 200) < rare(len(slugs) - 1)

    def test_each_item_is_in_each_place_as_often_as_any_other(self, client):
        slugs = clean(client)
        size, each = len(slugs), 100
        orders = (by_lot(slugs, f"place {seed}") for seed in range(each * size))
        places = Counter(pair for order in orders for pair in enumerate(order))
        # Rows and columns have fixed sums: of (n-1)² degrees, the statistic comes out n/(n-1) times too large.
        cells = (places[place, slug] for place in range(size) for slug in slugs)
        assert chi_square(cells, each) * (size - 1) / size < rare((size - 1) ** 2)


@pytest.mark.slow
class TestVeryMany:
    def start(self, seed):
        return int.from_bytes(draw_hash(str(seed), "")[:8]) >> 1

    @pytest.mark.parametrize("wraps", [False, True])
    def test_the_lowest_lots_of_a_window_come_and_none_twice(self, crowd, in_order, wraps):
        # Behind the start of a window that wraps round there are fewer than it holds.
        edge = in_order[-120][0]
        seed = next(n for n in range(100_000) if (edge < self.start(n) <= in_order[-1][0]) == wraps)
        behind = [slug for key, slug in in_order if key >= self.start(seed)][: random_selection.WINDOW_SIZE]
        window = behind + [slug for _, slug in in_order][: random_selection.WINDOW_SIZE - len(behind)]
        path = f"/v1/quotes/random?kind=dialogue&seed={seed}&count=50"
        response = crowd.test_client().get(path)
        assert ids(response) == by_lot(window, str(seed))[:50]
        assert (0 < len(set(ids(response)) & set(behind)) < 50) == wraps

    def test_what_is_excluded_does_not_come(self, crowd):
        path = "/v1/quotes/random?seed=a&count=50"
        first = ids(crowd.test_client().get(path))
        others = ids(crowd.test_client().get(f"{path}&exclude={','.join(first)}"))
        assert len(set(first + others)) == 100

    def test_no_statement_reads_more_rows_than_are_ranked(self, crowd, monkeypatch):
        found = []
        for name in ("_scan_or_all", "_run"):
            run = getattr(RandomSelection, name)
            seen_by = lambda *asked, run=run: found.append(run(*asked)) or found[-1]  # noqa: E731
            monkeypatch.setattr(RandomSelection, name, seen_by)
        with statements(crowd.extensions["database"].engine) as seen:
            assert len(ids(crowd.test_client().get("/v1/quotes/random?count=50"))) == 50
        first, *others = map(len, found)
        assert (first, sum(others)) == (random_selection.MAX_RANKED + 1, random_selection.WINDOW_SIZE)
        assert not any("random()" in statement.lower() for statement in seen)

    def test_it_takes_four_statements(self, crowd):
        with statements(crowd.extensions["database"].engine) as seen:
            crowd.test_client().get("/v1/quotes/random?count=50")
        assert len([statement for statement in seen if statement.startswith(("SELECT", "WITH"))]) == 4

    def test_neighbours_in_random_order_come_nearly_as_often_as_others(self, crowd, in_order, monkeypatch):
        # Fewer rows are read to learn that there are too many; what comes is the same.
        monkeypatch.setattr(random_selection, "MAX_RANKED", 100)
        kind = {"kind": [QuoteKind.DIALOGUE]}
        places = {slug: place * 25 // len(in_order) for place, (_, slug) in enumerate(in_order)}
        with crowd.extensions["database"].read_session() as session:
            drawing = RandomSelection(session, Quote.select_where(**kind), Quote, {})
            came = Counter(places[drawing.sample(str(seed), 1)[0]] for seed in range(250))
        # 25 stretches of 440, 10 draws to each: twice what fair lots would exceed once in a thousand times.
        assert chi_square((came[stretch] for stretch in range(25)), 10) < 2 * rare(24)
