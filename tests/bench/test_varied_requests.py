"""Varied requests: the mix is legal and varied, and a worker's memory stops growing."""

from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from bench import varied_requests
from bench.request_mix import request_mix, sample_values

pytestmark = pytest.mark.nightly

DOCUMENT = orjson.loads(varied_requests.DOCUMENT.read_bytes())
#: The megabytes that a worker may use after 3,000 different requests, counted as ``Pss`` (proc(5)), and by
#: which it may grow from 1,000 to 3,000.
MAX_SIZE, MAX_GROWTH = 120, 15


@pytest.fixture(scope="module")
def values(catalogue):
    with catalogue.read_session() as session:
        return sample_values(session)


@pytest.fixture(scope="module")
def mix(values):
    return request_mix(DOCUMENT, values, 300, 1, lambda _: None)


class TestMix:
    def test_every_request_is_legal(self, catalogue_app, mix):
        client = catalogue_app.test_client()
        statuses = {url: client.get(url).status_code for url in mix[:60]}
        # The item of the day of a narrow filter, and a paragraph by number, may not exist.
        assert {url: status for url, status in statuses.items() if status not in (200, 404)} == {}

    def test_hardly_any_two_have_the_same_parameters(self, mix):
        shapes = {(urlsplit(url).path.count("/"), str(parse_qs(urlsplit(url).query))) for url in mix}
        assert len(set(mix)) == len(mix)
        assert len(shapes) > len(mix) * 0.7

    def test_it_is_the_same_for_a_seed(self, values, mix):
        assert request_mix(DOCUMENT, values, 300, 1, lambda _: None) == mix


class TestMeasuring:
    def test_memory_stops_growing(self, catalogue, values):
        mix = request_mix(DOCUMENT, values, 3_000, 2, lambda _: None)
        url = catalogue.url.render_as_string(hide_password=False)
        sizes = {one["requests"]: one["pss_mb"] for one in varied_requests.memory_curve(url, mix)}
        assert sizes[3_000] < MAX_SIZE
        assert sizes[3_000] - sizes[1_000] < MAX_GROWTH

    def test_it_measures_everything(self, catalogue):
        url = catalogue.url.render_as_string(hide_password=False)
        results = varied_requests.measure(url, 400, 0)
        assert results["smorest"]["times_as_cheap"] > 1
        assert results["first_runs"]["median_ratio"] > 0
