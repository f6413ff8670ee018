"""API keys: what a stranger learns from the time of a refusal, and what reads cost where there are many keys."""

import time
from contextlib import closing
from statistics import median

import pytest

from api.app import create_app
from api.core.config import Settings
from api.http.authentication import authenticate
from models import ApiKey
from models.api_token import ApiToken
from models.database import Database
from tests.api_keys import NOW
from tests.drills.probes import priority

pytestmark = pytest.mark.drill

SAMPLES, KEYS = 2_000, 1_000
#: The greatest difference of medians, as a part of them.
MAX_DIFFERENCE, MAX_COST = 0.05, 0.02


@pytest.fixture(autouse=True)
def priority_over_other_programs():
    with priority():
        yield


def add_keys(url, number):
    with closing(Database(url)) as database, database.write_session() as session:
        return [ApiKey.create(session, f"editor {index}", ["publish"], NOW) for index in range(number)]


def seconds_of(call):
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def test_an_unknown_id_takes_as_long_as_a_wrong_secret(engine):
    with engine.fresh("pack") as url:
        tokens = add_keys(url, KEYS)
        app = create_app(Settings(database_url=url, access_log="off", statement_seconds=60))
        app.add_url_rule("/v1/keyed", view_func=lambda: authenticate().name, methods=["POST"])
        with closing(app.extensions["database"]):
            client, times = app.test_client(), {"unknown id": [], "wrong secret": []}
            for sample in range(SAMPLES + 200):
                known = ApiToken.generate(tokens[sample % KEYS].public_id)
                pairs = [("unknown id", ApiToken.generate()), ("wrong secret", known)]
                for name, token in pairs if sample % 2 else pairs[::-1]:
                    headers = {"Authorization": f"Bearer {token}"}
                    times[name].append(
                        seconds_of(lambda headers=headers: client.post("/v1/keyed", headers=headers))
                    )
    unknown, wrong = (median(each[200:]) for each in times.values())
    print(f"{engine.name}: unknown id {unknown * 1e6:.0f} µs, wrong secret {wrong * 1e6:.0f} µs")
    assert abs(unknown - wrong) < MAX_DIFFERENCE * max(unknown, wrong)


def test_keys_cost_cached_reads_nothing(sqlite_engine):
    """With 1,000 keys and a key in the request, compared with neither, in alternating runs."""
    with sqlite_engine.fresh("pack") as without, sqlite_engine.fresh("pack") as with_keys:
        header = {"HTTP_AUTHORIZATION": f"Bearer {add_keys(with_keys, KEYS)[0]}"}
        apps = [
            create_app(Settings(database_url=url, access_log="off", statement_seconds=60))
            for url in (without, with_keys)
        ]
        variants = [(apps[0], {}), (apps[1], header)]
        ratios = []
        for run in range(60):
            times = [run_cached(*variant) for variant in (variants if run % 2 else variants[::-1])]
            plain, keyed = times if run % 2 else times[::-1]
            ratios.append(keyed / plain)
        for app in apps:
            app.extensions["database"].close()
    print(f"cached reads with {KEYS} keys: {median(ratios):.3f} times the time")
    assert median(ratios) < 1 + MAX_COST


def run_cached(app, extra):
    """Return the seconds that 500 cached responses take."""
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/v1/quotes",
        "QUERY_STRING": "limit=5",
        "SERVER_NAME": "x",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "REMOTE_ADDR": "192.0.2.1",
    } | extra
    application = app.wsgi_app

    def send():
        for _ in range(500):
            b"".join(application(dict(environ), lambda *_: None))

    send()
    return seconds_of(send)
