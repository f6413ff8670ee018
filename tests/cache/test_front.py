"""The cache middleware: which responses are cached, and how they are negotiated, validated and rate-limited."""

import datetime as dt
import gzip
import json
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import brotli
import pytest
from werkzeug.datastructures import ResponseCacheControl
from werkzeug.http import http_date, parse_cache_control_header, parse_date

from models import Quote, content_generation
from tests.api_keys import add_key
from tests.responses import comparable
from tests.statements import statements

pytestmark = pytest.mark.any_database

HER = "/v1/films/her-2013"
LIST = "/v1/quotes?theme=loneliness&limit=5"
QUOTE = "her-2013-feel-by-proxy"
OEMBED = f"/oembed?url=http%3A%2F%2F127.0.0.1%3A8000%2Fquotes%2F{QUOTE}"
PUBLIC = [HER, LIST, "/v1/search?q=love", "/v1/meta", f"/quotes/{QUOTE}", f"/embed/quotes/{QUOTE}?theme=dark"]
PUBLIC += [
    OEMBED,
    f"/quotes/{QUOTE}/card.png?w=400",
    "/feeds/quotes.atom",
    "/sitemap.xml",
    "/v1/quotes/random?seed=x",
]
UNCACHEABLE = ["/v1/quotes/random", "/livez", "/readyz"]
ERRORS = ["/v1/quotes?nothing=1", "/v1/films/nothing", "/nothing", "/v1/quotes?cursor=x", "/oembed"]


def change(database, slug=QUOTE, **values):
    with database.write_session() as session:
        Quote.by_slug(session, slug).assign(values)


class TestCachedResponses:
    @pytest.mark.parametrize("path", PUBLIC)
    def test_the_second_response_is_the_first_without_a_read(self, client, path):
        first, second = client(path), client(path)
        assert first.status_code == 200
        assert first.is_from_database
        assert not second.is_from_database
        assert comparable(first) == comparable(second)

    @pytest.mark.parametrize("path", [*UNCACHEABLE, *ERRORS])
    def test_uncacheable_responses_and_errors_are_not_stored(self, client, path):
        client(path)
        client(path)
        assert len(client.cache) == 0

    @pytest.mark.parametrize(
        "headers",
        [
            {"Authorization": "Bearer x"},
            {"Authorization": "x"},
            {"Range": "bytes=0-9"},
            {"If_Match": "*"},
            {"If_Match": '"x"'},
            {"If_Range": '"x"'},
            {"If_Unmodified_Since": "Thu, 01 Jan 2026 00:00:00 GMT"},
            {"Transfer_Encoding": "chunked"},
            {"Cache_Control": "no-cache"},
            {"Pragma": "no-cache"},
            {"Cookie": "session=x"},
        ],
    )
    def test_no_header_is_a_way_around_the_cache(self, client, headers):
        first = client(HER)
        response = client(HER, **headers)
        assert not response.is_from_database
        assert response.status_code == 412 or response.data == first.data

    @pytest.mark.parametrize("path", [f"/quotes/{QUOTE}", "/", "/feeds/quotes.atom", OEMBED])
    def test_accept_is_no_way_around_the_cache_where_it_makes_no_difference(self, client, path):
        first = client(path)
        for accept in ("text/html, x/1", "image/png", "*/*", "a/b;q=0.1," * 1000):
            response = client(path, Accept=accept)
            assert not response.is_from_database
            assert comparable(response) == comparable(first)

    @pytest.mark.parametrize("start", ["/", "///"])
    def test_further_slashes_at_the_start_are_no_way_around_the_cache(self, client, start):
        first = client(HER)
        with statements(client.app.extensions["database"].engine) as recorded:
            response = client.client.get(environ_overrides={"PATH_INFO": start + HER})
        assert not recorded
        assert comparable(response) == comparable(first)

    @pytest.mark.parametrize(
        "accept", ["application/json", "*/*", "application/ld+json", "text/plain, */*;q=0.1"]
    )
    def test_each_accept_header_gets_its_own_format(self, client, uncached, accept):
        path = f"/v1/quotes/{QUOTE}"
        assert (
            comparable(client(path, Accept=accept))
            == comparable(client(path, Accept=accept))
            == comparable(uncached(path, Accept=accept))
        )

    def test_an_unacceptable_format_is_refused_despite_a_cached_response(self, client):
        client(HER, Accept="application/json")
        assert client(HER, Accept="image/png").status_code == 406

    def test_nothing_is_cached_if_the_cache_is_off(self, uncached):
        assert uncached(HER).is_from_database
        assert uncached(HER).is_from_database

    def test_the_body_of_a_request_makes_no_difference(self, client):
        assert client.client.get(HER, data=b"{}").data == client(HER).data
        assert len(client.cache) == 1


class TestParameters:
    def test_their_order_does_not_matter(self, client):
        first = client("/v1/quotes?limit=5&theme=loneliness")
        second = client(LIST)
        assert not second.is_from_database
        assert comparable(first) == comparable(second)

    def test_unknown_parameters_of_oembed_share_one_entry(self, client):
        client(OEMBED)
        for number in range(20):
            assert not client(f"{OEMBED}&utm_source={number}").is_from_database
        assert len(client.cache) == 1

    @pytest.mark.parametrize(
        "path", [f"/quotes/{QUOTE}", f"/embed/quotes/{QUOTE}", "/films/her-2013", "/docs/changelog"]
    )
    def test_unknown_parameters_of_pages_share_one_entry(self, client, path):
        first = client(path)
        assert comparable(client(f"{path}?utm_source=x&flood=1")) == comparable(first)
        assert len(client.cache) == 1

    @pytest.mark.parametrize(
        "path",
        [
            "/embed/quotes/daily",
            "/embed/quotes/random?seed=x",
            "/feeds/quotes.json",
            "/embed",
            "/search?q=love",
        ],
    )
    def test_many_unknown_parameters_store_at_most_one_entry(self, client, path):
        client(path)
        for number in range(5):
            assert client(f"{path}{'&' if '?' in path else '?'}flood={number}").status_code in (200, 422)
        assert len(client.cache) <= 1

    def test_known_parameters_are_part_of_the_key(self, client):
        assert client(f"{OEMBED}&format=xml").mimetype == "text/xml"
        assert client(OEMBED).mimetype == "application/json"
        assert client(f"{OEMBED}&maxwidth=300&x=1").get_json()["width"] == 300
        assert client(f"{OEMBED}&x=1").get_json()["width"] == 600


class TestIgnoredParameters:
    """Parameters that the API ignores fill neither the cache nor the database's time."""

    @pytest.mark.parametrize("path", [LIST, "/v1/search?q=love", HER, "/v1/meta", "/v1/quotes/random?seed=x"])
    def test_a_thousand_cache_busters_share_one_entry(self, client, path):
        first = client(path)
        size = client.cache.bytes
        for number in range(1_000 if path == LIST else 20):
            busted = client(f"{path}{'&' if '?' in path else '?'}_={1_700_000_000 + number}")
            assert not busted.is_from_database
        assert comparable(busted) == comparable(first)
        assert (len(client.cache), client.cache.bytes) == (1, size)

    def test_they_get_no_lookup_key_when_they_come_first(self, client):
        for number in range(50):
            client(f"{LIST}&_={number}&utm_source={number}")
        assert len(client.cache) == 1
        assert not client(LIST).is_from_database

    def test_the_same_goes_for_both_orders_and_encodings(self, client):
        client(LIST)
        for query in (
            "_=1&theme=loneliness&limit=5",
            "theme=loneliness&%5F=2&limit=5",
            "limit=5&theme=loneliness&_",
        ):
            assert not client(f"/v1/quotes?{query}").is_from_database

    def test_links_do_not_repeat_them(self, client):
        response = client("/v1/quotes?limit=5&_=17&fbclid=x")
        assert "_=17" not in response.text + response.headers["Link"]
        assert "fbclid" not in response.text + response.headers["Link"]

    def test_other_parameters_are_still_refused(self, client):
        assert client("/v1/quotes?__=1").status_code == 422
        assert client("/v1/quotes?utm=1").status_code == 422


class TestContent:
    def test_a_write_is_seen_by_the_next_read(self, make_writable_client):
        client = make_writable_client()
        client(f"/v1/quotes/{QUOTE}")
        change(client.app.extensions["database"], label="Another label")
        response = client(f"/v1/quotes/{QUOTE}")
        assert response.get_json()["label"] == "Another label"
        assert response.headers["ETag"].startswith('"3.')

    def test_the_last_use_of_a_key_leaves_responses_cached(self, make_writable_client):
        client = make_writable_client()
        database = client.app.extensions["database"]
        add_key(database, "publish")
        assert client(f"/v1/quotes/{QUOTE}").is_from_database
        add_key(database, "publish", name="another")
        assert not client(f"/v1/quotes/{QUOTE}").is_from_database

    def test_a_response_read_during_a_commit_is_not_cached_after_it(self, make_writable_client):
        """The version token is read first, so a response from before the commit is not stored for the state after it."""
        client, writer = make_writable_client(), make_writable_client()
        middleware = client.app.wsgi_app
        application = middleware.application

        def slow(environ, start_response):
            body = application(environ, start_response)
            change(writer.app.extensions["database"], label="While it was read")
            return body

        middleware.application = slow
        assert client(f"/v1/quotes/{QUOTE}").get_json()["label"] != "While it was read"
        middleware.application = application
        assert client.app.extensions["database"].commit_watcher.version_token() is not None
        change(client.app.extensions["database"], label="While it was read ")
        assert client(f"/v1/quotes/{QUOTE}").get_json()["label"] == "While it was read "


class TestDays:
    @pytest.mark.parametrize("path", ["/v1/quotes/daily", "/embed/quotes/daily", "/feeds/daily.json"])
    def test_a_daily_response_is_cached_until_the_day_ends(self, client, monkeypatch, path):
        set_clock(monkeypatch, "2026-12-24T12:00:00Z")
        first = client(path)
        assert not client(path).is_from_database
        set_clock(monkeypatch, "2026-12-25T00:00:00Z")
        second = client(path)
        assert second.is_from_database
        assert second.data != first.data

    def test_the_day_ends_in_the_requested_time_zone(self, client, monkeypatch):
        set_clock(monkeypatch, "2026-12-24T09:59:59Z")
        path = "/v1/quotes/daily?tz=Pacific/Kiritimati"
        client(path)
        set_clock(monkeypatch, "2026-12-24T10:00:00Z")
        assert client(path).is_from_database

    def test_the_max_age_of_a_cached_frame_shrinks(self, client, monkeypatch):
        for seconds_left in (3601, 100, 99):
            set_clock(
                monkeypatch, dt.datetime(2026, 12, 25, tzinfo=dt.UTC) - dt.timedelta(seconds=seconds_left)
            )
            cache_control = client("/embed/quotes/daily").headers["Cache-Control"]
            assert (
                cache_control
                == f"public, max-age={min(seconds_left, 300)}, s-maxage={min(seconds_left, 3600)}, must-revalidate"
            )

    @pytest.mark.parametrize(
        "path",
        [
            "/v1/quotes/daily",
            "/v1/quotes/daily?format=text",
            "/v1/quotes/daily?tz=Asia/Kolkata&fields=text",
            "/v1/commentary/daily",
            "/embed/quotes/daily",
            "/embed/quotes/daily?tz=America/St_Johns",
            "/feeds/daily.atom",
            "/feeds/daily.json?film=her-2013",
            "/quotes/daily",
        ],
    )
    def test_no_cache_may_use_a_daily_response_after_its_day(self, client, monkeypatch, path):
        """A shared cache may use it until its freshness lifetime ends (RFC 9111, section 4.2.1), and never stale."""
        zone = ZoneInfo(parse_qs(urlsplit(path).query).get("tz", ["UTC"])[0])
        day_ends = dt.datetime(2026, 12, 25, tzinfo=zone)
        for seconds_left in (86_399, 3_601, 300, 59.5, 0.5):
            set_clock(monkeypatch, day_ends - dt.timedelta(seconds=seconds_left))
            headers = client(path).headers
            directives = parse_cache_control_header(headers["Cache-Control"], cls=ResponseCacheControl)
            for lifetime in {directives.max_age, directives.s_maxage} - {None}:
                assert 0 <= lifetime <= seconds_left
            assert directives.must_revalidate
            assert "stale" not in headers["Cache-Control"]
            assert "Expires" not in headers

    @pytest.mark.parametrize(
        "path",
        ["/v1/quotes/daily/2026-12-01", "/v1/quotes/daily?date=2026-12-01", "/quotes/daily/2026-12-01"],
    )
    def test_the_response_for_a_date_outlives_the_day(self, client, monkeypatch, path):
        set_clock(monkeypatch, "2026-12-24T23:59:59Z")
        assert "must-revalidate" not in client(path).headers["Cache-Control"]
        assert (
            client(path).headers["Cache-Control"].startswith(("public, max-age=60,", "public, max-age=3600"))
        )
        set_clock(monkeypatch, "2026-12-25T00:00:00Z")
        assert client(path).status_code in (200, 302)


def set_clock(monkeypatch, time):
    time = dt.datetime.fromisoformat(time) if isinstance(time, str) else time
    monkeypatch.setattr("api.http.response_cache.current_date.now", lambda zone=dt.UTC: time.astimezone(zone))


class TestCodings:
    @pytest.mark.parametrize(("coding", "decode"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
    def test_a_body_is_encoded_as_requested(self, client, coding, decode):
        identity, encoded = client(HER), client(HER, Accept_Encoding=coding)
        assert encoded.headers["Content-Encoding"] == coding
        assert int(encoded.headers["Content-Length"]) == len(encoded.data) < len(identity.data)
        assert decode(encoded.data) == identity.data
        assert encoded.headers["ETag"] == f'{identity.headers["ETag"][:-1]}-{coding}"'

    @pytest.mark.parametrize("path", [HER, f"/quotes/{QUOTE}", "/docs/changelog"])
    def test_the_vary_header_has_accept_encoding(self, client, path):
        for headers in ({}, {"Accept_Encoding": "gzip"}):
            assert "Accept-Encoding" in client(path, **headers).headers["Vary"]

    def test_uncached_responses_are_encoded_too(self, client):
        response = client("/v1/quotes/random?count=10", Accept_Encoding="br")
        assert len(json.loads(brotli.decompress(response.data))["data"]) == 10

    def test_short_bodies_and_images_are_not_encoded(self, client):
        for path in ("/livez", f"/quotes/{QUOTE}/card.png"):
            assert "Content-Encoding" not in client(path, Accept_Encoding="br, gzip").headers

    def test_assets_are_encoded(self, client):
        path = "/docs/assets/swagger-ui-bundle.js"
        response = client(path, Accept_Encoding="gzip")
        assert gzip.decompress(response.data) == client(path).data


class TestConditions:
    @pytest.mark.parametrize("coding", ["", "br", "gzip"])
    @pytest.mark.parametrize("requests", [1, 2])
    def test_the_current_etag_returns_304(self, client, uncached, coding, requests):
        client = client if requests == 2 else uncached
        first = client(HER, Accept_Encoding=coding)
        response = client(HER, Accept_Encoding=coding, If_None_Match=first.headers["ETag"])
        assert (response.status_code, response.data) == (304, b"")
        for name in ("ETag", "Cache-Control", "Vary", "Access-Control-Allow-Origin"):
            assert response.headers[name] == first.headers[name]
        assert not {"Content-Length", "Content-Type", "Content-Encoding"} & set(response.headers.keys())

    def test_the_etag_of_another_accepted_coding_returns_304_with_that_etag(self, client):
        tag = client(HER).headers["ETag"]
        assert client(HER, Accept_Encoding="br", If_None_Match=tag).headers["ETag"] == tag

    @pytest.mark.parametrize("path", [HER, "/v1/meta", "/films/her-2013", "/feeds/quotes.json"])
    def test_the_etag_that_a_proxy_stored_returns_304(self, client, path):
        tag = client(path).headers["ETag"]
        stored = [f'{tag[:-1]}-{coding}"' for coding in ("gzip", "br")]
        for sent in (*stored, *(f"W/{one}" for one in (tag, *stored)), f'"other", {stored[0]}'):
            for accepted in ("", "identity", "gzip", "br"):
                response = client(path, Accept_Encoding=accepted, If_None_Match=sent)
                assert (response.status_code, response.data) == (304, b""), (sent, accepted)

    def test_the_etag_of_another_response_returns_200(self, client):
        for sent in ('"other-gzip"', f'{client(HER).headers["ETag"][:-1]}-zstd"', '"-gzip"'):
            assert client(HER, If_None_Match=sent).status_code == 200

    @pytest.mark.parametrize("template", ["{}", "W/{}", '"x", {}', "*", 'W/"y",{} , "z"'])
    def test_every_syntax_of_if_none_match_is_understood(self, client, template):
        tag = client(HER, Accept_Encoding="gzip").headers["ETag"]
        assert client(HER, Accept_Encoding="gzip", If_None_Match=template.format(tag)).status_code == 304

    @pytest.mark.parametrize("tag", ['"x"', "x", "", '"', ",", '""', "W/"])
    def test_other_etags_return_200(self, client, tag):
        client(HER)
        assert client(HER, If_None_Match=tag).status_code == 200

    def test_if_match_may_name_any_coding(self, client):
        for coding in ("", "br"):
            tag = client(HER, Accept_Encoding=coding).headers["ETag"]
            assert client(HER, If_Match=tag).status_code == 200
            tag = client(LIST, Accept_Encoding=coding).headers["ETag"]
            assert client(LIST, If_Match=tag).status_code == 200
        assert client(HER, If_Match='"9.x"').status_code == 412

    @pytest.mark.parametrize("requests", [1, 2])
    @pytest.mark.parametrize(
        ("sent", "status"),
        [
            ({"If_Match": "*"}, 200),
            ({"If_Match": '"2"'}, 200),
            ({"If_Match": '"9", "2.x"'}, 200),
            ({"If_Match": '"9.x"'}, 412),
            ({"If_Match": 'W/"2"'}, 412),
            ({"If_Match": '"9"', "If_None_Match": "*"}, 412),
            ({"If_Match": '"2"', "If_None_Match": "*"}, 304),
        ],
    )
    def test_if_match_is_evaluated_first(self, client, uncached, requests, sent, status):
        client = client if requests == 2 else uncached
        client(HER)
        assert client(HER, **sent).status_code == status

    @pytest.mark.parametrize(
        ("date", "status"),
        [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 412),
            ("Fri, 01 Jan 2100 00:00:00 GMT", 200),
            ("not a date", 200),
        ],
    )
    def test_if_unmodified_since_compares_last_modified(self, client, date, status):
        path = "/films/her-2013"
        for _ in range(2):
            assert client(path, If_Unmodified_Since=date).status_code == status
        assert client(path, If_Unmodified_Since=date, If_Match="*").status_code == 200
        # The API's responses have no Last-Modified.
        assert client(HER, If_Unmodified_Since=date).status_code == 200

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_a_failed_precondition_is_an_uncacheable_problem(self, client, method):
        response = client(HER, method, If_Match='"9"', Origin="https://site.example")
        assert response.status_code == 412
        assert response.content_type == "application/problem+json"
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "ETag" not in response.headers
        if method == "HEAD":
            assert response.data == b""
        else:
            assert response.get_json()["instance"] == HER

    def test_ranges_are_ignored(self, client):
        response = client(HER, Range="bytes=0-9")
        assert response.status_code == 200
        assert response.data == client(HER).data


class TestLastModified:
    """The time of the last change of content, code or day; no second has two versions of a response."""

    PATHS = (
        f"/quotes/{QUOTE}",
        "/feeds/quotes.atom",
        "/feeds/daily.json",
        "/films/her-2013",
        "/",
        "/sitemap.xml",
    )

    @pytest.fixture
    def written(self, make_writable_client, monkeypatch):
        """A client, and a function that sets the time and then, if asked to, changes the quote."""
        client = make_writable_client()

        def at(time, **values):
            moment = dt.datetime.fromisoformat(time)
            set_clock(monkeypatch, moment)
            if values:
                monkeypatch.setattr(content_generation, "current_time", lambda: moment)
                change(client.app.extensions["database"], **values)

        return client, at

    @pytest.mark.parametrize("path", [*PATHS, "/docs/guides/caching", "/themes/loneliness"])
    def test_a_copy_is_current_until_content_changes(self, written, path):
        client, at = written
        at("2027-01-01T10:00:00.4+00:00", label="One")
        at("2027-01-01T10:00:05.0+00:00")
        first = client(path)
        date = first.headers["Last-Modified"]
        for since in (date, "Fri, 01 Jan 2027 10:00:03 GMT"):
            response = client(path, If_Modified_Since=since)
            assert (response.status_code, response.data) == (304, b"")
            assert response.headers["ETag"] == first.headers["ETag"]
            assert not response.is_from_database
        assert client(path, If_Modified_Since="Fri, 01 Jan 2027 10:00:00 GMT").status_code == (
            304 if path.startswith("/docs") else 200
        )

    @pytest.mark.parametrize("path", PATHS)
    def test_a_change_within_the_same_second_is_never_missed(self, written, path):
        client, at = written
        at("2027-01-01T10:00:00.1+00:00", label="One")
        at("2027-01-01T10:00:00.2+00:00")
        first = client(path)
        at("2027-01-01T10:00:00.3+00:00", label="Another", text="Other words.")
        for now in ("2027-01-01T10:00:00.4+00:00", "2027-01-01T10:00:09.0+00:00"):
            at(now)
            for since in (first.headers.get("Last-Modified"), "Fri, 01 Jan 2027 10:00:00 GMT"):
                assert since is None or client(path, If_Modified_Since=since).status_code == 200
        assert client(path).headers["Last-Modified"] == "Fri, 01 Jan 2027 10:00:02 GMT"

    def test_it_is_never_in_the_future_and_only_increases(self, written):
        client, at = written
        path, seen = f"/quotes/{QUOTE}", []
        # The second change is within a second of the first; for the third, the clock has gone back by an hour.
        for time in ("10:00:00.1", "10:00:00.2", "09:00:00.0"):
            at(f"2027-01-01T{time}+00:00", label=f"At {time}")
            date = client(path).headers.get("Last-Modified")
            assert date is None or parse_date(date) <= dt.datetime.fromisoformat(f"2027-01-01T{time}+00:00")
            at("2027-01-02T00:00:00+00:00")
            seen.append(parse_date(client(path).headers["Last-Modified"]))
        assert seen == sorted(set(seen))

    def test_old_times_of_packs_do_not_count(self, written):
        """A pack may be released long before it is loaded, and an entry may be withdrawn."""
        client, at = written
        at("2027-01-01T10:00:00+00:00", label="One", updated_at=dt.datetime(2000, 1, 1, tzinfo=dt.UTC))
        at("2027-01-01T11:00:00+00:00")
        assert client("/feeds/quotes.atom").headers["Last-Modified"] == "Fri, 01 Jan 2027 10:00:01 GMT"

    def test_the_daily_feed_changes_when_the_day_begins(self, client, monkeypatch):
        set_clock(monkeypatch, "2027-03-01T23:59:59Z")
        before = client("/feeds/daily.atom").headers["Last-Modified"]
        set_clock(monkeypatch, "2027-03-02T00:00:01Z")
        response = client("/feeds/daily.atom", If_Modified_Since=before)
        assert response.status_code == 200
        assert response.headers["Last-Modified"] == "Tue, 02 Mar 2027 00:00:00 GMT"

    def test_another_start_is_another_version(self, make_client, monkeypatch):
        """Code, templates and settings may have changed."""
        started = dt.datetime(2027, 5, 1, tzinfo=dt.UTC)
        set_clock(monkeypatch, started)
        client = make_client()
        client.app.extensions["started_at"] = started
        date = client("/docs/guides/caching").headers["Last-Modified"]
        assert date == http_date(started)
        client.app.extensions["started_at"] = started + dt.timedelta(seconds=1)
        set_clock(monkeypatch, started + dt.timedelta(seconds=1))
        client.cache.clear()
        assert client("/docs/guides/caching", If_Modified_Since=date).status_code == 200

    @pytest.mark.parametrize("path", PATHS)
    def test_if_none_match_takes_precedence(self, client, path):
        first = client(path)
        date, tag = first.headers["Last-Modified"], first.headers["ETag"]
        old = "Mon, 01 Jan 2001 00:00:00 GMT"
        assert client(path, If_None_Match='"x"', If_Modified_Since=date).status_code == 200
        assert client(path, If_None_Match=tag, If_Modified_Since=old).status_code == 304

    @pytest.mark.parametrize("date", ["", "yesterday", "2999-01-01", "Fri, 99 Jan 2999 00:00:00 GMT", "0"])
    def test_an_invalid_date_is_ignored(self, client, date):
        assert client(f"/quotes/{QUOTE}", If_Modified_Since=date).status_code == 200

    @pytest.mark.parametrize("path", [HER, "/v1/quotes?limit=1", "/v1/meta"])
    def test_the_api_has_no_dates(self, client, path):
        assert "Last-Modified" not in client(path).headers
        assert client(path, If_Modified_Since="Fri, 01 Jan 2999 00:00:00 GMT").status_code == 200


class TestHead:
    @pytest.mark.parametrize("path", [HER, f"/quotes/{QUOTE}", "/v1/quotes/random", "/v1/films/nothing"])
    @pytest.mark.parametrize("coding", ["", "br"])
    def test_it_has_the_headers_of_get(self, client, path, coding):
        for _ in range(2):
            head, get = (client(path, method, Accept_Encoding=coding) for method in ("HEAD", "GET"))
            assert head.data == b""
            assert head.status_code == get.status_code
            assert {*head.headers.keys()} == {*get.headers.keys()}
            if "ETag" in get.headers:
                assert comparable(head)[1] == comparable(get)[1]

    def test_head_fills_the_cache_for_get(self, client):
        client(HER, "HEAD")
        assert not client(HER).is_from_database


class TestHosts:
    def test_an_untrusted_host_is_refused_despite_a_cached_response(self, make_client):
        client = make_client(trusted_hosts=("subtext.example",))
        assert client(HER, Host="subtext.example").status_code == 200
        assert not client(HER, Host="subtext.example:8000").is_from_database
        assert client(HER, Host="evil.example").status_code == 400


class TestLimits:
    def test_cached_responses_do_not_count(self, make_client):
        client = make_client(rate_limits=("1/hour",))
        first = client(HER)
        assert first.headers["RateLimit"].startswith('"default";r=0;')
        for _ in range(3):
            response = client(HER)
            assert response.data == first.data
            assert not {"RateLimit", "RateLimit-Policy"} & {*response.headers.keys()}
        assert client(f"{HER}?fields=title").status_code == 429

    def test_pages_are_not_limited(self, make_client):
        client = make_client(rate_limits=("1/hour",))
        for _ in range(3):
            assert client(f"/quotes/{QUOTE}").status_code == 200
