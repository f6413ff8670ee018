"""Daily items: the same for everyone, and stable for past days."""

import datetime as dt
import json
import re
from collections import Counter
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select, update

from api.app import create_app
from api.core.config import Settings
from api.schemas.random_queries import time_zone_names
from models import Fidelity, Film, Quote, Status, Voice
from models.revision import change_set
from models.search import rebuild_index
from openapi import PATH
from tests.api.test_chance import NAMES, bookmark, unflagged_ids
from tests.api.test_lists import all_ids
from tests.api.test_lots import chi_square, critical_value, make_quote_row
from tests.cases import each
from tests.statements import statements
from tests.storing import STORED

FIRST_DAY = dt.date(2026, 11, 23)
#: The dates in time zones at 2026-12-25T10:30:00Z.
DATES = {"UTC": "2026-12-25", "Pacific/Kiritimati": "2026-12-26", "Pacific/Pago_Pago": "2026-12-24"}
INVALID_DATES = ["2026-02-30", "2026-13-01", "2026-00-10", "0000-01-01", "9999-12-31", "2026-1-1", "20261123"]
INVALID_DATES += [
    "2026-W48-1",
    "-001-01-01",
    "2026-11-23T00:00",
    "2026-11-23%0A",
    "%202026-11-23",
    "tomorrow",
]
INVALID_DATES += [
    *map(quote, ("٢٠٢٦-١١-٢٣", "２０２６-11-23", "2026–11–23")),
    "2026-11-23%00",
    "2026-366",
    "now",
]
#: A day, and a time of adding items after the day had begun somewhere on Earth.
ADDITIONS_AFTER_START = [("2026-11-23", "2026-11-23T00:00:01Z"), ("2026-11-23", "2026-11-23T23:59:59Z")]
ADDITIONS_AFTER_START += [("2026-11-23", "2026-11-24T00:00:00Z"), ("2026-12-01", "2026-12-01T00:00:01Z")]
ADDITIONS_AFTER_START += [("2026-12-01", "2026-12-01T23:59:59Z"), ("2026-12-01", "2026-12-02T00:00:00Z")]
ADDITIONS_AFTER_START += [
    ("2026-12-01", f"2026-{set_clock}Z")
    for set_clock in ("11-30T10:00:00", "11-30T23:59:59", "12-01T00:00:00")
]
#: URLs that are compared over both databases.
COMPARED_URLS = [
    f"/v1/{name}/random?seed={seed}&count=50" for name in NAMES for seed in ("a", "%F0%9F%92%AC", "%00")
]
COMPARED_URLS += [f"/v1/{name}/random?seed=a&count=50&include=film,themes&max_severity=2" for name in NAMES]
COMPARED_URLS += [f"/v1/{name}/daily/2026-{day}" for name in NAMES for day in ("11-23", "11-24", "12-25")]


def add_quotes(app, time):
    """Add 300 quotes to the pack's 30, so that a selection among all would almost certainly change."""
    with app.extensions["database"].write_session() as session:
        film, at = session.scalar(select(Film.id)), dt.datetime.fromisoformat(time)
        session.connection().execute(
            insert(Quote.__table__), [make_quote_row(n, film, at) for n in range(300)]
        )
        # The bulk insert bypasses the session, so the index must be rebuilt.
        rebuild_index(session)


@pytest.fixture
def writable_app(engine):
    """An app over a pack that the test may change."""
    with engine.fresh("pack") as url:
        app = create_app(Settings(database_url=url, statement_seconds=60))
        yield app
        app.extensions["database"].close()


@pytest.fixture
def set_clock(monkeypatch):
    """A function that sets the clock of the API."""

    def set_time(value):
        value = dt.datetime.fromisoformat(value)
        monkeypatch.setattr(
            "api.http.response_cache.current_date.now", lambda zone=dt.UTC: value.astimezone(zone)
        )

    return set_time


@each("name", NAMES)
class TestToday:
    def test_it_is_the_item_of_the_date_in_its_link(self, client, set_clock, name):
        set_clock("2026-12-25T12:00:00Z")
        today, dated = client.get(f"/v1/{name}/daily"), client.get(f"/v1/{name}/daily/2026-12-25")
        assert bookmark(today).endswith(f"/v1/{name}/daily/2026-12-25")
        assert today.data == dated.data == client.get(bookmark(today)).data
        assert today.headers["ETag"] == dated.headers["ETag"]
        assert "Link" not in dated.headers

    @each(("zone", "date"), sorted(DATES.items()))
    def test_a_time_zone_has_its_own_date(self, client, set_clock, name, zone, date):
        set_clock("2026-12-25T10:30:00Z")
        today = client.get(f"/v1/{name}/daily?tz={zone}")
        assert bookmark(today).endswith(f"/v1/{name}/daily/{date}")
        assert client.get(bookmark(today)).data == today.data

    @each(
        "query", ["theme=avoidance", "fields=text&include=film", "max_severity=3&format=text", "format=apa"]
    )
    def test_its_permanent_url_keeps_all_parameters_except_tz(self, client, set_clock, name, query):
        set_clock("2026-12-25T12:00:00Z")
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
    def test_an_unknown_parameter_is_refused(self, client, name, date, other):
        response = client.get(f"/v1/{name}/daily{date}?{other}")
        assert response.status_code == 422
        assert "theme" in response.get_json()["errors"][0]["allowed"]


class TestPlus:
    """A plus that is not percent-encoded arrives as a space."""

    @each(("written", "date"), [("Etc/GMT+12", 24), ("Etc/GMT%2B12", 24), ("Etc/GMT-14", 26), ("GMT+0", 25)])
    def test_a_zone_with_a_plus_is_understood(self, client, set_clock, written, date):
        set_clock("2026-12-25T10:30:00Z")
        for name in NAMES:
            today = client.get(f"/v1/{name}/daily?tz={written}")
            assert bookmark(today).endswith(f"/v1/{name}/daily/2026-12-{date}")

    def test_so_it_is_in_a_frame(self, client, set_clock):
        set_clock("2026-12-25T10:30:00Z")
        plain, encoded = (client.get(f"/embed/quotes/daily?tz=Etc/GMT{plus}12") for plus in ("+", "%2B"))
        assert (plain.status_code, plain.data) == (200, encoded.data)

    @each(
        ("written", "hint"),
        [
            ("GMT+5", "UTC+5 is called Etc/GMT-5, with the reversed sign."),
            ("UTC%2B05:00", "UTC+5 is called Etc/GMT-5, with the reversed sign."),
            ("+2", "UTC+2 is called Etc/GMT-2, with the reversed sign."),
            ("utc-03", "UTC-3 is called Etc/GMT+3, with the reversed sign."),
            ("-0330", ""),
            ("UTC+15", ""),
            ("Etc/GMT+55", "Did you mean “Etc/GMT+5”?"),
        ],
    )
    def test_an_offset_is_never_sent_to_the_other_side_of_the_world(self, client, written, hint):
        [error] = client.get(f"/v1/quotes/daily?tz={written}").get_json()["errors"]
        assert error["detail"].partition("Europe/Berlin.")[2].strip() == hint


def test_every_accepted_zone_exists():
    assert {"UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"} <= set(time_zone_names())
    assert all(ZoneInfo(zone).key == zone for zone in time_zone_names())


def test_every_accepted_zone_matches_the_pattern_of_the_document():
    zone = json.loads(PATH.read_bytes())["components"]["schemas"]["TimeZone"]
    pattern, longest = re.compile(zone["pattern"]), zone["maxLength"]
    assert [one for one in time_zone_names() if len(one) > longest or not pattern.search(one)] == []
    assert not any(map(pattern.search, ["", "Europe/", "/UTC", "a/b/c/d", "Europe Berlin", "UTC\n\n"]))


@each(
    ("text", "name"), [("New York", "America/New_York"), ("tokyo", "Asia/Tokyo"), ("US/Tokyo", "Asia/Tokyo")]
)
def test_a_city_is_known_without_its_region(client, text, name):
    (error,) = client.get("/v1/quotes/daily", query_string={"tz": text}).get_json()["errors"]
    expected = f"Unknown time zone “{text}”. Use an IANA name, such as Europe/Berlin. Did you mean “{name}”?"
    assert error["detail"] == expected


@each("name", NAMES)
class TestDay:
    @each(("time", "last"), [("2026-12-25T09:59:59Z", 25), ("2026-12-25T10:00:00Z", 26)])
    def test_a_day_exists_once_it_has_begun_somewhere_on_earth(self, client, set_clock, name, time, last):
        set_clock(time)
        assert client.get(f"/v1/{name}/daily/2026-12-{last}").status_code == 200
        tomorrow = client.get(f"/v1/{name}/daily/2026-12-{last + 1}")
        assert tomorrow.status_code == 404
        assert "the date is in the future" in tomorrow.get_json()["detail"]

    @each("day", ["2026-11-22", "2000-02-29", "0001-01-01"])
    def test_a_day_before_the_first_item_is_not_found(self, client, set_clock, name, day):
        set_clock("2026-12-25T12:00:00Z")
        response = client.get(f"/v1/{name}/daily/{day}")
        assert (response.status_code, response.get_json()["code"]) == (404, "not-found")
        assert "No matching item had been added by" in response.get_json()["detail"]

    @each("text", INVALID_DATES)
    def test_an_invalid_date_is_not_found(self, client, name, text):
        response = client.get(f"/v1/{name}/daily/{text}")
        assert (response.status_code, response.mimetype) == (404, "application/problem+json")

    @each("filters", ["max_severity=0", "theme=illusion&max_severity=3"])
    def test_filters_apply(self, client, set_clock, name, filters):
        set_clock("2027-12-31T00:00:00Z")
        list_ids = set(all_ids(client, f"/v1/{name}?{filters}&limit=100"))
        days = [f"/v1/{name}/daily/2027-{month:02}-07?{filters}" for month in range(1, 13)]
        ids = {client.get(day).get_json()["id"] for day in days}
        assert 1 < len(ids) <= len(ids & list_ids)

    def test_it_is_the_item_in_every_format(self, client, set_clock, name):
        set_clock("2026-12-25T12:00:00Z")
        path = f"/v1/{name}/daily/2026-12-25"
        item_url = f"/v1/{name}/{client.get(path).get_json()['id']}"
        for query in ("", "?format=text", "?format=json-ld", "?fields=text&include=film&max_severity=0"):
            daily, item_response = client.get(path + query), client.get(item_url + query)
            assert (daily.data, daily.headers["ETag"]) == (item_response.data, item_response.headers["ETag"])

    @each("accept", ["text/plain", "text/markdown", "application/ld+json"])
    def test_its_format_is_negotiated(self, client, set_clock, name, accept):
        set_clock("2026-12-25T12:00:00Z")
        assert client.get(f"/v1/{name}/daily", headers={"Accept": accept}).mimetype == accept
        assert client.get(f"/v1/{name}/daily", headers={"Accept": "text/html"}).status_code == 406

    @each("day", ["", "/2026-12-24"])
    def test_the_current_etag_returns_304(self, client, set_clock, name, day):
        set_clock("2026-12-25T12:00:00Z")
        tag = client.get(f"/v1/{name}/daily{day}").headers["ETag"]
        second = client.get(f"/v1/{name}/daily{day}", headers={"If-None-Match": tag})
        assert (second.status_code, second.headers["ETag"]) == (304, tag)

    @each("day", ["2026-11-23", "2026-11-24"])
    def test_it_takes_at_most_four_statements(self, app, set_clock, name, day):
        set_clock("2026-12-25T12:00:00Z")
        with statements(app.extensions["database"].engine) as recorded:
            assert app.test_client().get(f"/v1/{name}/daily/{day}").status_code == 200
        assert len([statement for statement in recorded if statement.startswith("SELECT")]) <= 4


@each("name", NAMES)
class TestDateParameter:
    def test_it_is_the_same_as_the_date_in_the_path(self, client, set_clock, name):
        set_clock("2026-12-25T12:00:00Z")
        by_query, by_path = (
            client.get(f"/v1/{name}/daily{day}") for day in ("?date=2026-11-24", "/2026-11-24")
        )
        assert (by_query.data, by_query.headers["ETag"]) == (by_path.data, by_path.headers["ETag"])
        assert bookmark(by_query).endswith(f"/v1/{name}/daily/2026-11-24")

    def test_a_future_date_is_not_found(self, client, set_clock, name):
        set_clock("2026-12-25T12:00:00Z")
        assert client.get(f"/v1/{name}/daily?date=2027-01-01").status_code == 404

    @each("text", [text for text in INVALID_DATES if text != "9999-12-31"])
    def test_an_invalid_date_is_refused(self, client, name, text):
        response = client.get(f"/v1/{name}/daily?date={text}")
        (error,) = response.get_json()["errors"]
        assert (response.status_code, error["pointer"]) == (422, "date")
        assert error["detail"] == "Must be a valid date in the format YYYY-MM-DD."

    def test_a_date_in_path_and_query_is_refused(self, client, name):
        response = client.get(f"/v1/{name}/daily/2026-11-24?date=2026-11-24")
        (error,) = response.get_json()["errors"]
        assert (response.status_code, error["pointer"]) == (422, "date")

    @each("day", ["/2026-11-24?tz=Asia/Tokyo", "?date=2026-11-24&tz=Asia/Tokyo"])
    def test_tz_does_not_change_an_explicit_date(self, client, set_clock, name, day):
        set_clock("2026-12-25T12:00:00Z")
        plain = client.get(f"/v1/{name}/daily/2026-11-24")
        assert client.get(f"/v1/{name}/daily{day}").data == plain.data


class TestLaterChanges:
    @pytest.mark.nightly
    def test_items_are_selected_uniformly(self, client, set_clock):
        set_clock("2027-11-23T00:00:00Z")
        days = [FIRST_DAY + dt.timedelta(days=n) for n in range(366)]
        ids = Counter(client.get(f"/v1/quotes/daily/{day}?fields=id").get_json()["id"] for day in days)
        slugs = unflagged_ids(client)
        assert set(ids) == set(slugs)
        assert chi_square(ids.values(), len(days) / len(slugs)) < critical_value(len(slugs) - 1)

    @pytest.mark.parametrize(("day", "added"), ADDITIONS_AFTER_START)
    def test_items_added_after_a_day_has_begun_do_not_change_it(self, writable_app, set_clock, day, added):
        set_clock("2026-12-25T12:00:00Z")
        before = writable_app.test_client().get(f"/v1/quotes/daily/{day}")
        add_quotes(writable_app, added)
        after = writable_app.test_client().get(f"/v1/quotes/daily/{day}")
        assert (after.data, after.headers["ETag"]) == (before.data, before.headers["ETag"])

    def test_drafts_that_are_published_later_do_not_change_it(self, writable_app, set_clock):
        set_clock("2026-12-31T12:00:00Z")
        database, client = writable_app.extensions["database"], writable_app.test_client()
        created, published = (
            dt.datetime(2026, 11, 24, tzinfo=dt.UTC),
            dt.datetime(2026, 12, 20, tzinfo=dt.UTC),
        )
        past, later = (
            [f"/v1/quotes/daily/2026-12-{day}" for day in days] for days in (range(10, 20), range(22, 31))
        )
        with database.write_session() as session, change_set(session, "ada"):
            film = session.scalar(select(Film.id))
            rows = (make_quote_row(number, film, created) for number in range(60))
            drafted = {"status": Status.DRAFT, "voice": Voice.FILM, "fidelity": Fidelity.AS_QUOTED_BY_SOURCE}
            session.add_all([Quote(**row | drafted) for row in rows])
        before = [client.get(day).data for day in past]
        with database.write_session() as session, change_set(session, "ada", at=published):
            for draft in session.scalars(select(Quote).where(Quote.status == Status.DRAFT)):
                draft.status = Status.PUBLISHED
        assert [client.get(day).data for day in past] == before
        assert any("crowd" in client.get(day).get_json()["id"] for day in later)

    def test_added_items_are_selected_on_later_days(self, writable_app, set_clock):
        set_clock("2026-12-25T12:00:00Z")
        add_quotes(writable_app, "2026-12-01T12:00:00Z")
        days = [f"/v1/quotes/daily/2026-12-{day:02}" for day in range(3, 13)]
        ids = [writable_app.test_client().get(day).get_json()["id"] for day in days]
        assert sum(slug.startswith("crowd") for slug in ids) > 5

    def test_deleted_items_do_not_change_other_days(self, writable_app, set_clock):
        set_clock("2026-12-25T12:00:00Z")
        days = [f"/v1/quotes/daily/2026-{day}" for day in ("11-23", "11-24", "11-30", "12-01", "12-24")]
        before = [writable_app.test_client().get(day) for day in days]
        ids = [response.get_json()["id"] for response in before]
        with writable_app.extensions["database"].write_session() as session:
            others = update(Quote.__table__).where(Quote.slug.not_in(ids))
            assert session.connection().execute(others.values(deleted_at=STORED)).rowcount >= 25
        assert [writable_app.test_client().get(day).data for day in days] == [
            response.data for response in before
        ]


class TestBothDatabases:
    def test_a_seed_and_a_day_return_the_same_bytes(self, sqlite_engine, postgresql_engine, set_clock):
        set_clock("2026-12-25T12:00:00Z")
        with sqlite_engine.fresh("pack") as sqlite, postgresql_engine.fresh("pack") as postgresql:
            apps = [
                create_app(Settings(database_url=url, statement_seconds=60)) for url in (sqlite, postgresql)
            ]
            for path in COMPARED_URLS:
                sqlite_response, postgresql_response = (app.test_client().get(path) for app in apps)
                assert sqlite_response.status_code == 200
                assert (sqlite_response.data, sqlite_response.headers["ETag"]) == (
                    postgresql_response.data,
                    postgresql_response.headers["ETag"],
                )
            for app in apps:
                app.extensions["database"].close()
