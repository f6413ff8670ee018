"""Concurrent writes on a running server: nothing is lost, and nothing is done twice."""

import http.client
import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from models import Theme
from models.database import Database
from tests.api.writing.conftest import add_key
from tests.serving import serving

THEME = {"name": "Patience", "definition": "Waiting without complaint."}
BUSY = (429, 503)


class Client:
    """Sends requests over a connection of its own, and repeats those that the server is too busy for."""

    def __init__(self, url, key):
        self.host, self.key = url.removeprefix("http://"), key

    def send(self, method, path, body=None, **headers):
        data = None if body is None else json.dumps(body).encode()
        sent = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        while True:
            connection = http.client.HTTPConnection(self.host, timeout=60)
            connection.request(method, path, data, sent)
            response = connection.getresponse()
            status, tag, found = response.status, response.headers.get("ETag"), response.read()
            replayed = response.headers.get("Idempotency-Replayed") == "true"
            connection.close()
            is_twin = status == 409 and b"request-in-progress" in found
            if status not in BUSY and not is_twin:
                return status, tag, found, replayed
            time.sleep(0.02)


@pytest.fixture
def served(engine, tmp_path):
    """The URL of a server over the pack, a key and the database."""
    with engine.fresh("pack") as url:
        database = Database(url)
        key = add_key(database)
        settings = {"SUBTEXT_DATABASE_URL": url, "SUBTEXT_RATE_LIMIT": "off", "SUBTEXT_WORKERS": "2"}
        with serving(tmp_path / "log", **settings) as server:
            yield server.url, key, database
        database.close()


def read_modify_write(served, writers, rounds):
    """Let writers append to one text, each after reading it; return the text and the statuses."""
    url, key, database = served
    path = "/v1/themes/loneliness"
    Client(url, key).send("PATCH", path, {"definition": "-"}, If_Match="*")

    def write(number):
        client, statuses, done = Client(url, key), Counter(), 0
        while done < rounds:
            _, tag, body, _ = client.send("GET", path)
            text = json.loads(body)["definition"] + "abcdefgh"[number]
            status, *_ = client.send("PATCH", path, {"definition": text}, If_Match=tag)
            statuses[status] += 1
            done += status == 200
        return statuses

    with ThreadPoolExecutor(writers) as threads:
        statuses = sum(threads.map(write, range(writers)), Counter())
    # Not with a GET: on PostgreSQL, the other worker may hear of the last commit a moment later.
    with database.read_session() as session:
        return Theme.by_slug(session, "loneliness").definition, statuses


def create_twins(served, keys, twins):
    """Send each of several requests several times at once; return the responses by key."""
    url, key, _ = served

    def send(number):
        slug = f"theme-{number // twins}"
        return Client(url, key).send("POST", "/v1/themes", THEME | {"id": slug}, Idempotency_Key=slug)

    with ThreadPoolExecutor(twins) as threads:
        responses = list(threads.map(send, range(keys * twins)))
    return [responses[start : start + twins] for start in range(0, keys * twins, twins)]


def assert_executed_once(served, groups):
    for group in groups:
        assert {status for status, *_ in group} == {201}
        assert len({(tag, body) for _, tag, body, _ in group}) == 1
        assert sum(not replayed for *_, replayed in group) == 1
    with served[2].read_session() as session:
        rows = session.connection().exec_driver_sql("SELECT count(*) FROM themes WHERE slug LIKE 'theme-%%'")
        assert rows.scalar() == len(groups)


@pytest.mark.nightly
def test_no_change_is_lost_and_no_request_executed_twice(served):
    text, statuses = read_modify_write(served, 4, 5)
    assert Counter(text[1:]) == dict.fromkeys("abcd", 5)
    assert set(statuses) <= {200, 412}
    assert_executed_once(served, create_twins(served, 5, 8))


@pytest.mark.nightly
def test_no_change_of_eight_writers_is_lost(served):
    text, statuses = read_modify_write(served, 8, 40)
    assert Counter(text[1:]) == dict.fromkeys("abcdefgh", 40)
    assert statuses[200] == 320
    assert set(statuses) <= {200, 412}


@pytest.mark.nightly
def test_a_hundred_requests_with_ten_twins_each_are_executed_once(served):
    assert_executed_once(served, create_twins(served, 100, 10))
