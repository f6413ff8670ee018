"""The day's item: one for everyone, for good."""

import datetime as dt
from collections import Counter
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select, update

from api.app import create_app
from api.core.config import Settings
from api.schemas.random_queries import time_zone_names
from models import Film, Quote
from models.search import rebuild_index
from tests.api.test_chance import NAMES, bookmark, clean
from tests.api.test_lists import whole
from tests.api.test_lots import chi_square, line, rare
from tests.cases import each
from tests.statements import statements
from tests.storing import STORED

FIRST_DAY = dt.date(2026, 11, 23)
#: What day it is at 2026-12-25T10:30:00Z.
DATES = {"UTC": "2026-12-25", "Pacific/Kiritimati": "2026-12-26", "Pacific/Pago_Pago": "2026-12-24"}
IMPOSSIBLE = ["2026-02-30", "2026-13-01", "2026-00-10", "0000-01-01", "9999-12-31", "2026-1-1", "20261123"]
IMPOSSIBLE += ["2026-W48-1", "-001-01-01", "2026-11-23T00:00", "2026-11-23%0A", "%202026-11-23", "tomorrow"]
IMPOSSIBLE += [
    *map(quote, ("٢٠٢٦-١١-٢٣", "２０２６-11-23", "2026–11–23")),
    "2026-11-23%00",
    "2026-366",
    "now",
]
#: A day, and when something was added once the day had begun somewhere on Earth.
ADDED = [("2026-11-23", "2026-11-23T00:00:01Z"), ("2026-11-23", "2026-11-23T23:59:59Z")]
ADDED += [("2026-11-23", "2026-11-24T00:00:00Z"), ("2026-12-01", "2026-12-01T00:00:01Z")]
ADDED += [("2026-12-01", "2026-12-01T23:59:59Z"), ("2026-12-01", "2026-12-02T00:00:00Z")]
ADDED += [("2026-12-01", f"2026-{at}Z") for at in ("11-30T10:00:00", "11-30T23:59:59", "12-01T00:00:00")]
#: Asked of both databases.
ALIKE = [f"/v1/{name}/random?seed={seed}&count=50" for name in NAMES for seed in ("a", "%F0%9F%92%AC", "%00")]
ALIKE += [f"/v1/{name}/random?seed=a&count=50&include=film,themes&max_severity=2" for name in NAMES]
ALIKE += [f"/v1/{name}/daily/2026-{day}" for name in NAMES for day in ("11-23", "11-24", "12-25")]


def add(app, moment):
    """Add 300 quotes to the pack's 30: whatever may choose among them hardly comes by what it would have."""
    with app.extensions["database"].write_session() as session:
        film, at = session.scalar(select(Film.id)), dt.datetime.fromisoformat(moment)
        session.connection().execute(insert(Quote.__table__), [line(n, film, at) for n in range(300)])
        # They came past the session, and are in no list yet.
        rebuild_index(session)


@pytest.fixture
def own(engine):
    """An app over a pack of its own."""
    with engine.fresh("pack") as url:
        made = create_app(Settings(database_url=url, statement_seconds=60))
        yield made
        made.extensions["database"].close()


@pytest.fixture
def at(monkeypatch):
    """Set the clock by which it is today."""

    def set_to(moment):
        moment = dt.datetime.fromisoformat(moment)
        monkeypatch.setattr("api.http.clock.now", lambda zone=dt.UTC: moment.astimezone(zone))

    return set_to


@each("name", NAMES)
class TestToday:
    def test_it_is_the_dated_item_to_which_it_leads(self, client, at, name):
        at("2026-12-25T12:00:00Z")
        today, dated = client.get(f"/v1/{name}/daily"), client.get(f"/v1/{name}/daily/2026-12-25")
        assert bookmark(today).endswith(f"/v1/{name}/daily/2026-12-25")
        assert today.data == dated.data == client.get(bookmark(today)).data
        assert today.headers["ETag"] == dated.headers["ETag"]
        assert "Link" not in dated.headers

    @each(("zone", "date"), sorted(DATES.items()))
    def test_a_time_zone_has_its_own(self, client, at, name, zone, date):
        at("2026-12-25T10:30:00Z")
        today = client.get(f"/v1/{name}/daily?tz={zone}")
        assert bookmark(today).endswith(f"/v1/{name}/daily/{date}")
        assert client.get(bookmark(today)).data == today.data

    @each(
        "query", ["theme=avoidance", "fields=text&include=film", "max_severity=3&format=text", "format=apa"]
    )
    def test_its_lasting_address_keeps_all_but_the_zone(self, client, at, name, query):
        at("2026-12-25T12:00:00Z")
        today = client.get(f"/v1/{name}/daily?{query}&tz=Asia/Tokyo")
        assert bookmark(today).endswith(f"/daily/2026-12-25?{query}")
        assert client.get(bookmark(today)).data == today.data

    @each("zone", ["Europe/Berln", "europe/berlin", "Europe/Berlin "])
    def test_an_unknown_zone_is_refused_with_the_nearest(self, client, name, zone):
        response = client.get(f"/v1/{name}/daily", query_string={"tz": zone})
        assert response.status_code == 422
        assert "Did you mean “Europe/Berlin”?" in response.get_json()["errors"][0]["detail"]

    @each("other", ["count=true", "seed=a", "exclude=a", "limit=1", "cursor=a", "sort=id"])
    @each("date", ["", "/2026-11-23"])
    def test_another_parameter_is_refused(self, client, name, date, other):
        response = client.get(f"/v1/{name}/daily{date}?{other}")
        assert response.status_code == 422
        assert "theme" in response.get_json()["errors"][0]["allowed"]


def test_every_zone_that_is_taken_is_there():
    assert {"UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"} <= set(time_zone_names())
    assert all(ZoneInfo(zone).key == zone for zone in time_zone_names())


@each("name", NAMES)
class TestADay:
    @each(("moment", "last"), [("2026-12-25T09:59:59Z", 25), ("2026-12-25T10:00:00Z", 26)])
    def test_it_is_there_once_it_has_come_somewhere_on_earth(self, client, at, name, moment, last):
        at(moment)
        assert client.get(f"/v1/{name}/daily/2026-12-{last}").status_code == 200
        early = client.get(f"/v1/{name}/daily/2026-12-{last + 1}")
        assert early.status_code == 404
        assert "the date is in the future" in early.get_json()["detail"]

    @each("day", ["2026-11-22", "2000-02-29", "0001-01-01"])
    def test_a_day_before_the_first_item_is_not_found(self, client, at, name, day):
        at("2026-12-25T12:00:00Z")
        response = client.get(f"/v1/{name}/daily/{day}")
        assert (response.status_code, response.get_json()["code"]) == (404, "not-found")
        assert "No matching item had been added by" in response.get_json()["detail"]

    @each("text", IMPOSSIBLE)
    def test_what_is_no_day_is_not_found(self, client, name, text):
        response = client.get(f"/v1/{name}/daily/{text}")
        assert (response.status_code, response.mimetype) == (404, "application/problem+json")

    @each("filters", ["max_severity=0", "theme=modern-dating&max_severity=3"])
    def test_what_matches_comes(self, client, at, name, filters):
        at("2027-12-31T00:00:00Z")
        listed = set(whole(client, f"/v1/{name}?{filters}&limit=100"))
        days = [f"/v1/{name}/daily/2027-{month:02}-07?{filters}" for month in range(1, 13)]
        came = {client.get(day).get_json()["id"] for day in days}
        assert 1 < len(came) <= len(came & listed)

    def test_it_is_the_item_in_each_of_its_forms(self, client, at, name):
        at("2026-12-25T12:00:00Z")
        path = f"/v1/{name}/daily/2026-12-25"
        item = f"/v1/{name}/{client.get(path).get_json()['id']}"
        for query in ("", "?format=text", "?format=json-ld", "?fields=text&include=film&max_severity=0"):
            one, other = client.get(path + query), client.get(item + query)
            assert (one.data, one.headers["ETag"]) == (other.data, other.headers["ETag"])

    @each("accept", ["text/plain", "text/markdown", "application/ld+json"])
    def test_its_form_is_negotiated(self, client, at, name, accept):
        at("2026-12-25T12:00:00Z")
        assert client.get(f"/v1/{name}/daily", headers={"Accept": accept}).mimetype == accept
        assert client.get(f"/v1/{name}/daily", headers={"Accept": "text/html"}).status_code == 406

    @each("day", ["", "/2026-12-24"])
    def test_its_tag_is_304(self, client, at, name, day):
        at("2026-12-25T12:00:00Z")
        tag = client.get(f"/v1/{name}/daily{day}").headers["ETag"]
        again = client.get(f"/v1/{name}/daily{day}", headers={"If-None-Match": tag})
        assert (again.status_code, again.headers["ETag"]) == (304, tag)

    @each("day", ["2026-11-23", "2026-11-24"])
    def test_it_takes_at_most_four_statements(self, app, at, name, day):
        at("2026-12-25T12:00:00Z")
        with statements(app.extensions["database"].engine) as seen:
            assert app.test_client().get(f"/v1/{name}/daily/{day}").status_code == 200
        assert len([statement for statement in seen if statement.startswith("SELECT")]) <= 4


@each("name", NAMES)
class TestTheDayInTheQuery:
    def test_it_is_the_day_in_the_path(self, client, at, name):
        at("2026-12-25T12:00:00Z")
        asked, dated = (client.get(f"/v1/{name}/daily{day}") for day in ("?date=2026-11-24", "/2026-11-24"))
        assert (asked.data, asked.headers["ETag"]) == (dated.data, dated.headers["ETag"])
        assert bookmark(asked).endswith(f"/v1/{name}/daily/2026-11-24")

    def test_a_day_that_has_not_come_is_not_found(self, client, at, name):
        at("2026-12-25T12:00:00Z")
        assert client.get(f"/v1/{name}/daily?date=2027-01-01").status_code == 404

    @each("text", [text for text in IMPOSSIBLE if text != "9999-12-31"])
    def test_what_is_no_day_is_refused(self, client, name, text):
        response = client.get(f"/v1/{name}/daily?date={text}")
        (error,) = response.get_json()["errors"]
        assert (response.status_code, error["pointer"]) == (422, "date")
        assert error["detail"] == "Must be a valid date in the format YYYY-MM-DD."

    def test_a_day_that_is_said_twice_is_refused(self, client, name):
        response = client.get(f"/v1/{name}/daily/2026-11-24?date=2026-11-24")
        (error,) = response.get_json()["errors"]
        assert (response.status_code, error["pointer"]) == (422, "date")

    @each("day", ["/2026-11-24?tz=Asia/Tokyo", "?date=2026-11-24&tz=Asia/Tokyo"])
    def test_a_zone_changes_no_given_day(self, client, at, name, day):
        at("2026-12-25T12:00:00Z")
        plain = client.get(f"/v1/{name}/daily/2026-11-24")
        assert client.get(f"/v1/{name}/daily{day}").data == plain.data


class TestLaterChanges:
    def test_each_item_has_its_day_as_often_as_any_other(self, client, at):
        at("2027-11-23T00:00:00Z")
        days = [FIRST_DAY + dt.timedelta(days=n) for n in range(366)]
        came = Counter(client.get(f"/v1/quotes/daily/{day}?fields=id").get_json()["id"] for day in days)
        slugs = clean(client)
        assert set(came) == set(slugs)
        assert chi_square(came.values(), len(days) / len(slugs)) < rare(len(slugs) - 1)

    @pytest.mark.parametrize(("day", "added"), ADDED)
    def test_what_is_added_once_a_day_is_served_does_not_change_it(self, own, at, day, added):
        at("2026-12-25T12:00:00Z")
        before = own.test_client().get(f"/v1/quotes/daily/{day}")
        add(own, added)
        after = own.test_client().get(f"/v1/quotes/daily/{day}")
        assert (after.data, after.headers["ETag"]) == (before.data, before.headers["ETag"])

    def test_what_is_added_has_its_days_afterwards(self, own, at):
        at("2026-12-25T12:00:00Z")
        add(own, "2026-12-01T12:00:00Z")
        days = [f"/v1/quotes/daily/2026-12-{day:02}" for day in range(3, 13)]
        came = [own.test_client().get(day).get_json()["id"] for day in days]
        assert sum(slug.startswith("crowd") for slug in came) > 5

    def test_what_is_deleted_changes_no_other_day(self, own, at):
        at("2026-12-25T12:00:00Z")
        days = [f"/v1/quotes/daily/2026-{day}" for day in ("11-23", "11-24", "11-30", "12-01", "12-24")]
        before = [own.test_client().get(day) for day in days]
        came = [response.get_json()["id"] for response in before]
        with own.extensions["database"].write_session() as session:
            others = update(Quote.__table__).where(Quote.slug.not_in(came))
            assert session.connection().execute(others.values(deleted_at=STORED)).rowcount >= 25
        assert [own.test_client().get(day).data for day in days] == [response.data for response in before]


class TestBothDatabases:
    def test_a_seed_and_a_day_choose_the_same_bytes(self, sqlite_engine, postgresql_engine, at):
        at("2026-12-25T12:00:00Z")
        with sqlite_engine.fresh("pack") as sqlite, postgresql_engine.fresh("pack") as postgresql:
            apps = [
                create_app(Settings(database_url=url, statement_seconds=60)) for url in (sqlite, postgresql)
            ]
            for path in ALIKE:
                one, other = (app.test_client().get(path) for app in apps)
                assert one.status_code == 200
                assert (one.data, one.headers["ETag"]) == (other.data, other.headers["ETag"])
            for app in apps:
                app.extensions["database"].close()
