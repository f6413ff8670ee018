"""Request costs: the requests that are measured, and that ordinary ones are found."""

import pytest

from bench import request_costs


class TestRequests:
    def test_an_unknown_id_is_near_a_known_one(self):
        urls = ["/v1/quotes?limit=1", "/v1/quotes/her-2013-one?fields=id", "/v1/films/her-2013"]
        found = list(request_costs.unknown_ids(urls, {"quote_id": ["her-2013-one"], "q": ["her-2013"]}))
        assert found == ["/v1/quotes/her-2013-onx?fields=id"]


@pytest.mark.nightly
def test_what_costs_more_than_a_page_is_found(catalogue, monkeypatch):
    monkeypatch.setattr(request_costs, "MAX_RATIO", 0)
    url = catalogue.url.render_as_string(hide_password=False)
    plain, found = request_costs.costly_requests(url, 20)
    assert plain > 0
    assert "/docs/changelog" in dict(found)
    assert "/sitemap.xml" not in dict(found)
