"""Frames with a random or a daily quote."""

import datetime as dt
import re

import pytest

from tests.browser.parsed import Parsed
from tests.cases import each

pytestmark = pytest.mark.any_database


class TestSelection:
    def test_a_random_frame_is_not_cached(self, client):
        assert client.get("/embed/quotes/random").headers["Cache-Control"] == "no-store"

    def test_a_seed_selects_the_same_quote_and_is_cacheable(self, client):
        bodies = {client.get("/embed/quotes/random?seed=a").data for _ in range(5)}
        assert len(bodies) == 1
        assert "max-age=300" in client.get("/embed/quotes/random?seed=a").headers["Cache-Control"]

    def test_it_selects_among_all_unflagged_quotes(self, client, quotes):
        quote_ids = {quote_id(client.get(f"/embed/quotes/random?seed={seed}")) for seed in range(200)}
        assert quote_ids == {quote.id for quote in quotes if not quote.advisories}

    def test_flagged_quotes_are_selected_with_max_severity(self, client, quotes):
        quote_ids = {
            quote_id(client.get(f"/embed/quotes/random?max_severity=3&seed={seed}")) for seed in range(200)
        }
        assert quote_ids & {quote.id for quote in quotes if quote.advisories}

    def test_film_and_about_filter_the_quotes(self, client):
        matching_ids = {
            item["id"] for item in client.get("/v1/quotes?theme=avoidance&max_severity=0").json["data"]
        }
        quote_ids = {
            quote_id(client.get(f"/embed/quotes/random?film=her-2013&about=avoidance&seed={seed}"))
            for seed in range(60)
        }
        assert matching_ids
        assert quote_ids == matching_ids

    @each("path", ["/embed/quotes/random", "/feeds/quotes.json", "/feeds/daily.atom"])
    def test_repeated_tracking_parameters_are_ignored(self, client, path):
        assert client.get(f"{path}?utm_source=a&utm_source=b").status_code == 200

    def test_a_repeated_parameter_is_refused(self, client):
        response = client.get("/feeds/quotes.json?max_severity=1&max_severity=2")
        assert (response.status_code, response.json["errors"][0]["pointer"]) == (422, "max_severity")

    def test_the_daily_quote_is_that_of_the_api(self, client):
        assert quote_id(client.get("/embed/quotes/daily")) == client.get("/v1/quotes/daily").json["id"]

    def test_the_daily_frame_is_cached_until_the_day_ends(self, client):
        before = dt.datetime.now(dt.UTC)
        control = client.get("/embed/quotes/daily").headers["Cache-Control"]
        seconds_left = (
            before.replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=1) - before
        ).total_seconds()
        assert all(
            int(seconds) <= seconds_left or seconds_left < 5 for seconds in re.findall(r"age=(\d+)", control)
        )
        assert "stale" not in control

    @each("query", ["film=no-such-film", "about=no-such-theme"])
    def test_a_frame_without_a_matching_quote_says_so(self, client, query):
        for path in ("/embed/quotes/random", "/embed/quotes/daily"):
            response = client.get(f"{path}?{query}")
            assert (response.status_code, "No quote matches." in response.text) == (404, True)

    @each(
        "query",
        ["max_severity=4", "film=No%20Film", "about=!", "seed=", "tz=<b>", "max_severity=1&max_severity=2"],
    )
    def test_an_invalid_parameter_is_named_in_the_frame(self, client, query):
        response = client.get("/embed/quotes/random", query_string=query)
        assert (response.status_code, response.mimetype) == (422, "text/html")
        assert "X-Frame-Options" not in response.headers
        assert f"{query.partition('=')[0]}: " in response.text
        assert "<b>" not in response.text


def quote_id(response):
    """Return the id of the quote that a frame shows."""
    return Parsed(response.text).all("link", rel="canonical")[0].attributes["href"].rpartition("/")[2]
