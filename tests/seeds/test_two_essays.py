"""Two essays on one film, loaded in every order: databases give the same responses, and each essay can go alone."""

import shutil
from contextlib import closing, contextmanager

import pytest

from api.app import create_app
from api.core.config import Settings
from models import RESOURCES
from tests.conftest import STATEMENT_SECONDS
from tests.databases import SEEDS
from tests.responses import comparable
from tests.seeds.packs import SECOND, SECOND_ESSAY, load_packs
from tests.seeds.test_load import records, resource_states

#: Each test loads the packs several times and reads every list.
pytestmark = pytest.mark.slow

FIRST, OTHER = "her-perfection-is-the-enemy-of-real", "her-nobodys-mirror"
#: Orders in which the packs can be loaded. The last one loads them with some time in between, and the first again.
ORDERS = [
    [(SEEDS, SECOND, SECOND_ESSAY)],
    [(SECOND_ESSAY, SECOND, SEEDS)],
    [(SEEDS,), (SECOND_ESSAY, SECOND)],
    [(SEEDS,), (SECOND,), (SECOND_ESSAY,), (SEEDS,)],
]
LISTS = [f"/v1/{model.__tablename__}?limit=100" for model in RESOURCES]
URLS = [
    *LISTS,
    *(f"/v1/films/her-2013/{name}?limit=100" for name in ("quotes", "commentary", "scenes", "sources")),
    *(f"/v1/sources/{source}/{name}" for source in (FIRST, OTHER) for name in ("coverage", "commentary")),
    "/v1/films/her-2013/coverage",
    "/v1/films/her-2013/theme-map",
    "/v1/commentary?limit=100&sort=-position&asserted_by=any",
    "/v1/commentary?facets=source,kind,theme&film=her-2013",
    "/v1/commentary/her-2013-a-resonance-box?include=relations",
    "/v1/commentary/her-2013-a-resonance-box/relations",
    "/v1/quotes/random?seed=7&count=20&max_severity=3",
    "/v1/search?q=mirror&limit=50",
    "/films/her-2013",
    "/scenes/her-2013-lunch-with-catherine",
    "/themes/personhood",
    "/sources/her-nobodys-mirror",
    "/sitemap.xml",
]


@contextmanager
def client_of(database):
    url = database.url.render_as_string(hide_password=False)
    app = create_app(Settings(database_url=url, statement_seconds=STATEMENT_SECONDS, cache_bytes=0))
    with closing(app.extensions["database"]):
        yield app.test_client()


def pages(client, url):
    """Yield the comparable responses to a list and to its further pages."""
    while url:
        response = client.get(url)
        assert response.status_code == 200, url
        yield comparable(response)
        next_url = (
            response.get_json()["page"]["next"]
            if response.is_json and "page" in response.get_json()
            else None
        )
        url = next_url and next_url.partition(":8000")[2]


def responses(database):
    with client_of(database) as client:
        return {url: list(pages(client, url)) for url in URLS}


@pytest.fixture(scope="module")
def expected(engine):
    """The responses of a database that loaded all packs at once, its records, and its revisions."""
    with engine.opened() as database:
        load_packs(database, *ORDERS[0][0])
        yield responses(database), records(database), resource_states(database)


class TestOrderOfLoading:
    @pytest.mark.parametrize("order", ORDERS[1:])
    def test_every_order_gives_the_same_responses(self, database, expected, order):
        for packs in order:
            load_packs(database, *packs)
        same, their_records, states = expected
        assert records(database) == their_records
        assert resource_states(database) == states
        found = responses(database)
        assert [url for url in URLS if found[url] != same[url]] == []

    def test_loading_again_changes_nothing(self, database, expected):
        load_packs(database, *ORDERS[0][0])
        for pack in ORDERS[0][0]:
            report = load_packs(database, pack)
            assert not [name for name, counts in report.items() if counts["created"] or counts["updated"]]
        assert resource_states(database) == expected[2]


class TestWithdrawal:
    def test_the_first_essay_is_as_it_was(self, packed, tmp_path):
        load_packs(packed, SECOND)
        before, records_before, states = responses_of_first(packed), records(packed), resource_states(packed)
        load_packs(packed, SECOND_ESSAY)
        assert responses_of_first(packed) != before
        load_packs(packed, withdrawn_copy(tmp_path))
        after, records_after = responses_of_first(packed), records(packed)
        assert [url for url in before if after[url] != before[url]] == []
        assert {key: records_after[key] for key in records_before} == records_before
        assert {key: resource_states(packed)[key] for key in states} == states
        with client_of(packed) as client:
            for url in (f"/v1/sources/{OTHER}", "/v1/commentary/her-2013-love-is-no-sum"):
                assert client.get(url).status_code == 410


def responses_of_first(database):
    """Return what names no entry of the second essay, once it is withdrawn."""
    with client_of(database) as client:
        return {url: list(pages(client, url)) for url in URLS if OTHER not in url}


def withdrawn_copy(folder):
    """Return a copy of the pack that takes back all its entries."""
    root = shutil.copytree(SECOND_ESSAY, folder / "withdrawn")
    for path, files in ((root, ("sources",)), (root / "films/her-2013", ("quotes", "commentary"))):
        rows = []
        for name in files:
            text = (path / f"{name}.yml").read_text("utf-8")
            header = text[: text.index("\n\n")]
            ids = [line[:-1] for line in text.splitlines() if line.endswith(":") and line[0].isalpha()]
            assert ids
            kind = {"sources": "source", "quotes": "quote"}.get(name, name)
            rows += [f"  - id: {slug}\n    type: {kind}\n    reason: The essay is gone.\n" for slug in ids]
            (path / f"{name}.yml").write_text(header + "\n", "utf-8")
        (path / "withdrawn.yml").write_text("withdrawn:\n" + "".join(rows), "utf-8")
    return root
