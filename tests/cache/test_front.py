"""What is answered without asking the database, and what is not."""

import datetime as dt
import gzip
import json

import brotli
import pytest

from models import Quote
from tests.responses import comparable

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
PASSING = ["/v1/quotes/random", "/livez", "/readyz"]
REFUSED = ["/v1/quotes?nothing=1", "/v1/films/nothing", "/nothing", "/v1/quotes?cursor=x", "/oembed"]


def change(database, slug=QUOTE, **values):
    with database.write_session() as session:
        Quote.by_slug(session, slug).assign(values)


class TestWhatIsKept:
    @pytest.mark.parametrize("path", PUBLIC)
    def test_the_second_answer_is_the_first_and_asks_nobody(self, ask, path):
        first, second = ask(path), ask(path)
        assert first.status_code == 200
        assert first.was_made
        assert not second.was_made
        assert comparable(first) == comparable(second)

    @pytest.mark.parametrize("path", [*PASSING, *REFUSED])
    def test_what_passes_or_is_refused_is_made_each_time(self, ask, path):
        ask(path)
        ask(path)
        assert len(ask.cache) == 0

    def test_an_answer_to_a_key_is_not(self, ask):
        ask(HER)
        assert ask(HER, Authorization="Bearer x").was_made

    @pytest.mark.parametrize(
        "accept", ["application/json", "*/*", "application/ld+json", "text/plain, */*;q=0.1"]
    )
    def test_what_a_client_takes_leads_to_what_it_is_served_as(self, ask, plain, accept):
        path = f"/v1/quotes/{QUOTE}"
        assert (
            comparable(ask(path, Accept=accept))
            == comparable(ask(path, Accept=accept))
            == comparable(plain(path, Accept=accept))
        )

    def test_what_a_client_does_not_take_is_refused_though_it_is_kept(self, ask):
        ask(HER, Accept="application/json")
        assert ask(HER, Accept="image/png").status_code == 406

    def test_nothing_is_where_that_is_switched_off(self, plain):
        assert plain(HER).was_made
        assert plain(HER).was_made

    def test_nothing_of_a_request_with_a_body_is(self, ask):
        ask.client.get(HER, data=b"{}")
        assert len(ask.cache) == 0


class TestParameters:
    def test_their_order_means_nothing(self, ask):
        first = ask("/v1/quotes?limit=5&theme=loneliness")
        second = ask(LIST)
        assert not second.was_made
        assert comparable(first) == comparable(second)

    def test_what_oembed_does_not_know_takes_no_room(self, ask):
        ask(OEMBED)
        for number in range(20):
            assert not ask(f"{OEMBED}&utm_source={number}").was_made
        assert len(ask.cache) == 1

    @pytest.mark.parametrize(
        "path", [f"/quotes/{QUOTE}", f"/embed/quotes/{QUOTE}", "/films/her-2013", "/docs/changelog"]
    )
    def test_nor_what_pages_do_not_read(self, ask, path):
        first = ask(path)
        assert comparable(ask(f"{path}?utm_source=x&flood=1")) == comparable(first)
        assert len(ask.cache) == 1

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
    def test_nor_where_there_are_many(self, ask, path):
        ask(path)
        for number in range(5):
            assert ask(f"{path}{'&' if '?' in path else '?'}flood={number}").status_code in (200, 422)
        assert len(ask.cache) <= 1

    def test_what_they_say_still_counts(self, ask):
        assert ask(f"{OEMBED}&format=xml").mimetype == "text/xml"
        assert ask(OEMBED).mimetype == "application/json"
        assert ask(f"{OEMBED}&maxwidth=300&x=1").get_json()["width"] == 300
        assert ask(f"{OEMBED}&x=1").get_json()["width"] == 600


class TestContent:
    def test_a_write_is_seen_by_the_next_read(self, own):
        ask = own()
        ask(f"/v1/quotes/{QUOTE}")
        change(ask.app.extensions["database"], label="Another label")
        response = ask(f"/v1/quotes/{QUOTE}")
        assert response.get_json()["label"] == "Another label"
        assert response.headers["ETag"].startswith('"2.')

    def test_what_is_read_while_a_write_is_committed_is_not_kept_after_it(self, own):
        """The stamp is taken first: an answer made of what was there before does not outlive it."""
        ask, writer = own(), own()
        front = ask.app.wsgi_app
        asked = front.application

        def slow(environ, start_response):
            answered = asked(environ, start_response)
            change(writer.app.extensions["database"], label="While it was read")
            return answered

        front.application = slow
        assert ask(f"/v1/quotes/{QUOTE}").get_json()["label"] != "While it was read"
        front.application = asked
        assert ask.app.extensions["database"].change_watcher.version_token() is not None
        change(ask.app.extensions["database"], label="While it was read ")
        assert ask(f"/v1/quotes/{QUOTE}").get_json()["label"] == "While it was read "


class TestDays:
    @pytest.mark.parametrize("path", ["/v1/quotes/daily", "/embed/quotes/daily", "/feeds/daily.json"])
    def test_a_day_s_answer_is_kept_as_long_as_the_day(self, ask, monkeypatch, path):
        set_to(monkeypatch, "2026-12-24T12:00:00Z")
        first = ask(path)
        assert not ask(path).was_made
        set_to(monkeypatch, "2026-12-25T00:00:00Z")
        second = ask(path)
        assert second.was_made
        assert second.data != first.data

    def test_it_is_the_day_of_a_time_zone(self, ask, monkeypatch):
        set_to(monkeypatch, "2026-12-24T09:59:59Z")
        path = "/v1/quotes/daily?tz=Pacific/Kiritimati"
        ask(path)
        set_to(monkeypatch, "2026-12-24T10:00:00Z")
        assert ask(path).was_made

    def test_how_long_a_frame_may_be_kept_is_true_each_time(self, ask, monkeypatch):
        for left in (3601, 100, 99):
            set_to(monkeypatch, dt.datetime(2026, 12, 25, tzinfo=dt.UTC) - dt.timedelta(seconds=left))
            rules = ask("/embed/quotes/daily").headers["Cache-Control"]
            assert rules == f"public, max-age={min(left, 300)}, s-maxage={min(left, 3600)}"


def set_to(monkeypatch, moment):
    moment = dt.datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    monkeypatch.setattr("api.http.clock.now", lambda zone=dt.UTC: moment.astimezone(zone))


class TestCodings:
    @pytest.mark.parametrize(("coding", "decoded"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
    def test_a_body_is_sent_as_the_client_likes_it(self, ask, coding, decoded):
        plain, coded = ask(HER), ask(HER, Accept_Encoding=coding)
        assert coded.headers["Content-Encoding"] == coding
        assert int(coded.headers["Content-Length"]) == len(coded.data) < len(plain.data)
        assert decoded(coded.data) == plain.data
        assert coded.headers["ETag"] == f'{plain.headers["ETag"][:-1]}-{coding}"'

    @pytest.mark.parametrize("path", [HER, f"/quotes/{QUOTE}", "/docs/changelog"])
    def test_its_address_says_that_it_varies(self, ask, path):
        for given in ({}, {"Accept_Encoding": "gzip"}):
            assert "Accept-Encoding" in ask(path, **given).headers["Vary"]

    def test_what_is_not_kept_is_encoded_too(self, ask):
        response = ask("/v1/quotes/random?count=20", Accept_Encoding="br")
        assert len(json.loads(brotli.decompress(response.data))["data"]) == 20

    def test_a_short_body_and_an_image_are_not(self, ask):
        for path in ("/livez", f"/quotes/{QUOTE}/card.png"):
            assert "Content-Encoding" not in ask(path, Accept_Encoding="br, gzip").headers

    def test_assets_are(self, ask):
        path = "/docs/assets/swagger-ui-bundle.js"
        response = ask(path, Accept_Encoding="gzip")
        assert gzip.decompress(response.data) == ask(path).data


class TestConditions:
    @pytest.mark.parametrize("coding", ["", "br", "gzip"])
    @pytest.mark.parametrize("times", [1, 2])
    def test_its_tag_is_304(self, ask, plain, coding, times):
        ask = ask if times == 2 else plain
        first = ask(HER, Accept_Encoding=coding)
        response = ask(HER, Accept_Encoding=coding, If_None_Match=first.headers["ETag"])
        assert (response.status_code, response.data) == (304, b"")
        for name in ("ETag", "Cache-Control", "Vary", "Access-Control-Allow-Origin"):
            assert response.headers[name] == first.headers[name]
        assert not {"Content-Length", "Content-Type", "Content-Encoding"} & set(response.headers.keys())

    def test_a_tag_of_another_coding_is_304_under_that_tag(self, ask):
        plain = ask(HER).headers["ETag"]
        assert ask(HER, Accept_Encoding="br", If_None_Match=plain).headers["ETag"] == plain

    def test_a_tag_of_a_coding_that_the_client_does_not_take_is_not(self, ask):
        tag = ask(HER, Accept_Encoding="br").headers["ETag"]
        assert ask(HER, Accept_Encoding="gzip", If_None_Match=tag).status_code == 200

    @pytest.mark.parametrize("form", ["{}", "W/{}", '"x", {}', "*", 'W/"y",{} , "z"'])
    def test_tags_come_in_many_forms(self, ask, form):
        tag = ask(HER, Accept_Encoding="gzip").headers["ETag"]
        assert ask(HER, Accept_Encoding="gzip", If_None_Match=form.format(tag)).status_code == 304

    @pytest.mark.parametrize("tag", ['"x"', "x", "", '"', ",", '""', "W/"])
    def test_other_tags_are_200(self, ask, tag):
        ask(HER)
        assert ask(HER, If_None_Match=tag).status_code == 200

    def test_if_match_may_name_any_coding(self, ask):
        for coding in ("", "br"):
            tag = ask(HER, Accept_Encoding=coding).headers["ETag"]
            assert ask(HER, If_Match=tag).status_code == 200
            tag = ask(LIST, Accept_Encoding=coding).headers["ETag"]
            assert ask(LIST, If_Match=tag).status_code == 200
        assert ask(HER, If_Match='"9.x"').status_code == 412

    # werkzeug leaves the file of a 304 to the garbage collector.
    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    def test_files_are_judged_by_their_dates_too(self, ask):
        path = "/docs/assets/swagger-ui.css"
        date = ask(path).headers["Last-Modified"]
        assert ask(path, If_Modified_Since=date).status_code == 304
        assert ask(path, If_Modified_Since=date, If_None_Match='"x"').status_code == 200

    def test_a_part_is_a_part(self, ask):
        response = ask("/docs/assets/swagger-ui.css", Range="bytes=0-9", Accept_Encoding="gzip")
        assert (response.status_code, len(response.data)) == (206, 10)
        response.close()


class TestHead:
    @pytest.mark.parametrize("path", [HER, f"/quotes/{QUOTE}", "/v1/quotes/random", "/v1/films/nothing"])
    @pytest.mark.parametrize("coding", ["", "br"])
    def test_it_says_what_get_says(self, ask, path, coding):
        for _ in range(2):
            head, get = (ask(path, method, Accept_Encoding=coding) for method in ("HEAD", "GET"))
            assert head.data == b""
            assert head.status_code == get.status_code
            assert {*head.headers.keys()} == {*get.headers.keys()}
            if "ETag" in get.headers:
                assert comparable(head)[1] == comparable(get)[1]

    def test_get_is_answered_by_what_head_made(self, ask):
        ask(HER, "HEAD")
        assert not ask(HER).was_made


class TestHosts:
    def test_a_foreign_host_is_refused_though_the_answer_is_kept(self, make):
        ask = make(trusted_hosts=("subtext.example",))
        assert ask(HER, Host="subtext.example").status_code == 200
        assert not ask(HER, Host="subtext.example:8000").was_made
        assert ask(HER, Host="evil.example").status_code == 400


class TestLimits:
    def test_what_is_kept_is_counted_and_says_so(self, make):
        ask = make(rate_limits=("3/hour",))
        left = [ask(HER).headers["RateLimit"].split(";")[1] for _ in range(3)]
        assert left == ["r=2", "r=1", "r=0"]
        assert ask(HER).status_code == 429
        assert ask(HER, "HEAD").data == b""

    def test_nothing_else_is_another_answer(self, make):
        ask = make(rate_limits=("9/hour",))
        first, second = ask(HER), ask(HER)
        assert not second.was_made
        differing = {name for name, value in first.headers if second.headers.get(name) != value}
        assert differing == {"RateLimit"}
        assert [*first.headers.keys()] == [*second.headers.keys()]

    def test_pages_are_not_limited(self, make):
        ask = make(rate_limits=("1/hour",))
        for _ in range(3):
            assert ask(f"/quotes/{QUOTE}").status_code == 200
