"""The distribution of random selection, also among many thousands of items."""

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
from tests.api.test_chance import sort_by_draw_hash, unflagged_ids
from tests.api.test_lists import ids
from tests.statements import statements
from tests.storing import STORED


def chi_square(observed, expected):
    return sum((number - expected) ** 2 / expected for number in observed)


def critical_value(degrees):
    """Return the critical value of chi-square at 0.1 %, by the approximation of Wilson and Hilferty.

    Seeds and days are fixed, so the tests are deterministic.
    """
    term = 2 / (9 * degrees)
    return degrees * (1 - term + 3.0902 * term**0.5) ** 3


def make_quote_row(number, film_id, at):
    """Return the columns of a quote. Every twelfth one is an aphorism."""
    slug = f"crowd-{number}"
    return {
        "slug": slug,
        "label": slug,
        "text": slug,
        "word_count": 1,
        "language": "en",
        "kind": QuoteKind.DIALOGUE if number % 12 else QuoteKind.APHORISM,
        "voice": "film",
        "fidelity": "as-quoted-by-source",
        "film_id": film_id,
        "position": 1,
        "created_at": at,
        "updated_at": at,
        "random_key": random_key("quote", slug),
    }


@pytest.fixture(scope="module")
def crowd_app(engine):
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
            session.add(film_ := Film(**film, **times, directors=[], languages=[]))
            session.flush()
            rows = [make_quote_row(number, film_.id, STORED) for number in range(12_000)]
            session.connection().execute(insert(Quote.__table__), rows)
            # The bulk insert bypasses the session, so the index must be rebuilt.
            rebuild_index(session)
        yield app
        app.extensions["database"].close()


@pytest.fixture(scope="module")
def random_order():
    """The random keys and ids of all quotes that are not aphorisms, in random order."""
    slugs = [f"crowd-{number}" for number in range(12_000) if number % 12]
    return sorted((random_key("quote", slug), slug) for slug in slugs)


class TestFairness:
    def test_each_item_is_first_equally_often(self, client):
        slugs = unflagged_ids(client)
        firsts = Counter(sort_by_draw_hash(slugs, str(seed))[0] for seed in range(200 * len(slugs)))
        assert chi_square((firsts[slug] for slug in slugs), 200) < critical_value(len(slugs) - 1)

    def test_each_item_is_in_each_position_equally_often(self, client):
        slugs = unflagged_ids(client)
        size, expected = len(slugs), 100
        orders = (sort_by_draw_hash(slugs, f"place {seed}") for seed in range(expected * size))
        places = Counter(pair for order in orders for pair in enumerate(order))
        # The sums of rows and columns are fixed, so there are (n-1)² degrees of freedom and the statistic is n/(n-1) times
        # too large.
        cells = (places[place, slug] for place in range(size) for slug in slugs)
        assert chi_square(cells, expected) * (size - 1) / size < critical_value((size - 1) ** 2)


@pytest.mark.slow
class TestManyItems:
    def start(self, seed):
        return int.from_bytes(draw_hash(str(seed), "")[:8]) >> 1

    @pytest.mark.parametrize("wraps", [False, True])
    def test_the_lowest_hashes_of_a_window_are_selected_once(self, crowd_app, random_order, wraps):
        # A window wraps around if fewer items follow its start than it contains.
        edge_key = random_order[-120][0]
        seed = next(n for n in range(100_000) if (edge_key < self.start(n) <= random_order[-1][0]) == wraps)
        following = [slug for key, slug in random_order if key >= self.start(seed)][
            : random_selection.WINDOW_SIZE
        ]
        window = (
            following + [slug for _, slug in random_order][: random_selection.WINDOW_SIZE - len(following)]
        )
        path = f"/v1/quotes/random?kind=dialogue&seed={seed}&count=50"
        response = crowd_app.test_client().get(path)
        assert ids(response) == sort_by_draw_hash(window, str(seed))[:50]
        assert (0 < len(set(ids(response)) & set(following)) < 50) == wraps

    def test_excluded_items_are_not_selected(self, crowd_app):
        path = "/v1/quotes/random?seed=a&count=50"
        first = ids(crowd_app.test_client().get(path))
        others = ids(crowd_app.test_client().get(f"{path}&exclude={','.join(first)}"))
        assert len(set(first + others)) == 100

    def test_the_number_of_rows_read_is_bounded(self, crowd_app, monkeypatch):
        results = []
        for name in ("_scan_or_all", "_run"):
            run = getattr(RandomSelection, name)
            record_result = lambda *args, run=run: results.append(run(*args)) or results[-1]  # noqa: E731
            monkeypatch.setattr(RandomSelection, name, record_result)
        with statements(crowd_app.extensions["database"].engine) as recorded:
            assert len(ids(crowd_app.test_client().get("/v1/quotes/random?count=50"))) == 50
        first, *others = map(len, results)
        assert (first, sum(others)) == (random_selection.MAX_RANKED + 1, random_selection.WINDOW_SIZE)
        assert not any("random()" in statement.lower() for statement in recorded)

    def test_it_takes_four_statements(self, crowd_app):
        with statements(crowd_app.extensions["database"].engine) as recorded:
            crowd_app.test_client().get("/v1/quotes/random?count=50")
        assert len([statement for statement in recorded if statement.startswith(("SELECT", "WITH"))]) == 4

    def test_all_sections_of_the_random_order_are_selected_nearly_equally_often(
        self, crowd_app, random_order, monkeypatch
    ):
        # A lower limit reads fewer rows, and does not change the selection.
        monkeypatch.setattr(random_selection, "MAX_RANKED", 100)
        kind = {"kind": [QuoteKind.DIALOGUE]}
        places = {slug: position * 25 // len(random_order) for position, (_, slug) in enumerate(random_order)}
        with crowd_app.extensions["database"].read_session() as session:
            selection = RandomSelection(session, Quote.select_where(**kind), Quote, {})
            counts = Counter(places[selection.sample(str(seed), 1)[0]] for seed in range(250))
        # 25 sections of 440 items with 10 expected draws each; the limit is twice the critical value.
        assert chi_square((counts[section] for section in range(25)), 10) < 2 * critical_value(24)
