"""Frames that choose a quote: by lot, or one for the day."""

import datetime as dt
import re

from tests.browser.parsed import Parsed
from tests.cases import each


class TestChoosing:
    def test_a_random_one_is_never_kept(self, client):
        assert client.get("/embed/quotes/random").headers["Cache-Control"] == "no-store"

    def test_a_seed_chooses_the_same_and_may_be_kept(self, client):
        answers = {client.get("/embed/quotes/random?seed=a").data for _ in range(5)}
        assert len(answers) == 1
        assert "max-age=300" in client.get("/embed/quotes/random?seed=a").headers["Cache-Control"]

    def test_it_chooses_among_all_that_are_not_flagged(self, client, quotes):
        chosen = {canonical(client.get(f"/embed/quotes/random?seed={seed}")) for seed in range(200)}
        assert chosen == {quote.id for quote in quotes if not quote.advisories}

    def test_flagged_ones_are_chosen_where_they_are_asked_for(self, client, quotes):
        chosen = {
            canonical(client.get(f"/embed/quotes/random?max_severity=3&seed={seed}")) for seed in range(200)
        }
        assert chosen & {quote.id for quote in quotes if quote.advisories}

    def test_it_chooses_of_a_film_and_about_a_theme(self, client):
        about = {
            found["id"] for found in client.get("/v1/quotes?theme=avoidance&max_severity=0").json["data"]
        }
        chosen = {
            canonical(client.get(f"/embed/quotes/random?film=her-2013&about=avoidance&seed={seed}"))
            for seed in range(60)
        }
        assert about
        assert chosen == about

    @each("path", ["/embed/quotes/random", "/feeds/quotes.json", "/feeds/daily.atom"])
    def test_what_others_add_to_an_address_is_ignored_however_often(self, client, path):
        assert client.get(f"{path}?utm_source=a&utm_source=b").status_code == 200

    def test_what_is_given_twice_and_takes_one_value_is_refused_by_name(self, client):
        answer = client.get("/feeds/quotes.json?max_severity=1&max_severity=2")
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "max_severity")

    def test_the_daily_one_is_that_of_the_api(self, client):
        assert canonical(client.get("/embed/quotes/daily")) == client.get("/v1/quotes/daily").json["id"]

    def test_the_daily_one_is_kept_no_longer_than_the_day(self, client):
        before = dt.datetime.now(dt.UTC)
        control = client.get("/embed/quotes/daily").headers["Cache-Control"]
        left = (
            before.replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=1) - before
        ).total_seconds()
        assert all(int(seconds) <= left or left < 5 for seconds in re.findall(r"age=(\d+)", control))
        assert "stale" not in control

    @each("query", ["film=no-such-film", "about=no-such-theme"])
    def test_nothing_that_matches_is_said_in_a_frame(self, client, query):
        for path in ("/embed/quotes/random", "/embed/quotes/daily"):
            answer = client.get(f"{path}?{query}")
            assert (answer.status_code, "No quote matches." in answer.text) == (404, True)

    @each(
        "query",
        ["max_severity=4", "film=No%20Film", "about=!", "seed=", "tz=<b>", "max_severity=1&max_severity=2"],
    )
    def test_a_choice_that_makes_no_sense_is_refused_by_name_in_the_frame(self, client, query):
        answer = client.get("/embed/quotes/random", query_string=query)
        assert (answer.status_code, answer.mimetype) == (422, "text/html")
        assert "X-Frame-Options" not in answer.headers
        assert f"{query.partition('=')[0]}: " in answer.text
        assert "<b>" not in answer.text


def canonical(answer):
    """Return the id of the quote that a frame shows."""
    return Parsed(answer.text).all("link", rel="canonical")[0].attributes["href"].rpartition("/")[2]
