"""Feeds: what is in them, as feed readers and their formats' rules have it."""

import datetime as dt

import feedparser
import pytest

from models import Quote
from tests.browser.parsed import Parsed
from tests.cases import each
from tests.feeds import atom, json_feed
from tests.lists import get_json, items
from tests.statements import reads

pytestmark = pytest.mark.any_database

BASE = "http://127.0.0.1:8000"
FEEDS = ["/feeds/quotes", "/feeds/daily"]
FILTERED = ["", "?theme=loneliness", "?film=her-2013&max_severity=3", "?theme=no-such"]


class TestEveryFeed:
    @each("query", FILTERED)
    @each("path", FEEDS)
    def test_keeps_to_its_format_and_both_say_the_same(self, client, path, query):
        as_atom = client.get(f"{path}.atom{query}")
        as_json = client.get(f"{path}.json{query}")
        assert as_atom.content_type == "application/atom+xml; charset=utf-8"
        assert as_json.content_type == "application/feed+json"
        atom(as_atom.data)
        found = json_feed(as_json.get_json(force=True))
        assert as_json.get_json(force=True)["feed_url"] == f"{BASE}{path}.json{query}"
        read = feedparser.parse(as_atom.data)
        assert not read.bozo
        told = [(entry.id, entry.link, entry.title, entry.summary) for entry in read.entries]
        assert told == [(item["id"], item["url"], item["title"], item["summary"]) for item in found]

    @each("query", FILTERED)
    @each("path", FEEDS)
    def test_is_the_same_until_something_changes(self, client, path, query):
        for extension in ("atom", "json"):
            first = client.get(f"{path}.{extension}{query}")
            again = client.get(f"{path}.{extension}{query}", headers={"If-None-Match": first.headers["ETag"]})
            assert (again.status_code, again.data) == (304, b"")
            assert "public" in first.headers["Cache-Control"]
            assert first.headers["Access-Control-Allow-Origin"] == "*"

    @each("path", FEEDS)
    def test_has_nothing_that_is_flagged_unless_asked(self, client, path):
        flagged = {
            quote["html_url"] for quote in items(client, "/v1/quotes", max_severity=3) if quote["advisories"]
        }
        shown = {item["url"] for item in client.get(f"{path}.json").get_json(force=True)["items"]}
        assert shown
        assert not shown & flagged

    def test_never_has_the_words_of_what_is_flagged(self, client):
        body = client.get("/feeds/quotes.json?max_severity=3")
        by_url = {item["url"]: item for item in body.get_json(force=True)["items"]}
        text = client.get("/feeds/quotes.atom?max_severity=3").text
        flagged = [quote for quote in items(client, "/v1/quotes") if quote["advisories"]]
        assert flagged
        for quote in flagged:
            item = by_url[quote["html_url"]]
            assert item["content_text"].startswith("Content note: ")
            assert quote["label"] in item["title"]
            assert quote["text"] not in body.text
            assert quote["text"] not in text

    @each("query", ["max_severity=4", "max_severity=x", "film=A", "theme=a,,b"])
    @each("path", FEEDS)
    def test_names_what_it_cannot_take(self, client, path, query):
        response = client.get(f"{path}.atom?{query}")
        assert response.status_code == 422
        assert response.get_json()["errors"][0]["pointer"] == query.partition("=")[0]

    @each("path", FEEDS)
    def test_takes_what_readers_add(self, client, path):
        assert client.get(f"{path}.atom?utm_source=reader").status_code == 200
        assert client.get(f"{path}.rss").status_code == 404

    @each(("path", "most"), [("/feeds/quotes", 1), ("/feeds/daily", 2)])
    def test_takes_few_statements(self, app, path, most):
        assert len(reads(app, f"{path}.atom")) == most

    @each("path", ["/", "/quotes/her-2013-a-wife-without-the-challenges"])
    def test_is_found_by_readers_of_pages(self, client, path):
        page = Parsed(client.get(path).text)
        for kind in ("application/atom+xml", "application/feed+json"):
            for link in page.all("link", rel="alternate", type=kind):
                response = client.get(link.attributes["href"])
                assert response.mimetype == kind
                assert link.attributes["title"]
            assert len(page.all("link", rel="alternate", type=kind)) == 2


class TestLatest:
    def test_the_newest_come_first_and_ids_decide(self, client):
        expected = items(client, "/v1/quotes", sort="-created_at,-id", max_severity=0)
        shown = [item["url"] for item in client.get("/feeds/quotes.json").get_json(force=True)["items"]]
        assert shown == [quote["html_url"] for quote in expected]

    def test_an_entry_has_words_source_and_themes(self, client):
        [entry] = [
            entry
            for entry in feedparser.parse(client.get("/feeds/quotes.atom").data).entries
            if entry.id.endswith("/her-2013-a-wife-without-the-challenges")
        ]
        assert "I am glad that you found someone. It is perfect." in entry.content[0].value
        assert "as quoted in “Her: Perfection is the Enemy of Real”" in entry.content[0].value
        assert {tag.term for tag in entry.tags} >= {"avoidance", "conflict-and-authenticity"}
        assert entry.author == "Catherine, in Her (2013)"

    def test_the_time_of_creation_decides_before_ids(self, client_and_change):
        client, change = client_and_change

        def order():
            return [item["url"] for item in client.get("/feeds/quotes.json").get_json(force=True)["items"]]

        *others, older, newer = order()
        for day, url in enumerate((older, newer), 1):
            change(Quote, url.rpartition("/")[2], created_at=dt.datetime(2030, 1, day, tzinfo=dt.UTC))
        assert order() == [newer, older, *others]

    def test_an_entry_has_the_rights_of_its_quote(self, client):
        entries = feedparser.parse(client.get("/feeds/quotes.atom?max_severity=3").data).entries
        quotes = items(client, "/v1/quotes", max_severity=3)
        assert {entry.link: entry.rights for entry in entries} == {
            quote["html_url"]: quote["rights"] for quote in quotes
        }

    def test_the_essays_own_words_are_its_authors(self, client):
        found = client.get("/feeds/quotes.json?max_severity=3").get_json(force=True)["items"]
        [own] = [entry for entry in found if entry["url"].endswith("/her-2013-it-is-in-the-dissensions")]
        assert own["authors"] == [{"name": "The Wall of Wisdom, on Her (2013)"}]


class TestDaily:
    def test_has_an_entry_a_day_up_to_thirty_as_the_api_chooses(self, client):
        found = client.get("/feeds/daily.json").get_json(force=True)["items"]
        days = [item["date_published"][:10] for item in found]
        today = dt.datetime.now(dt.UTC).date()
        first = dt.date(2026, 11, 23)
        assert days == [
            str(today - dt.timedelta(days=ago)) for ago in range(min(30, (today - first).days + 1))
        ]
        for item, day in zip(found, days, strict=True):
            assert item["url"] == get_json(client, f"/v1/quotes/daily/{day}")["html_url"]
            assert item["id"] == f"{BASE}/quotes/daily/{day}"
            assert client.get(item["id"]).headers["Location"] == item["url"]

    @pytest.mark.parametrize("most", [1, 10_000])
    def test_chooses_alike_however_many_there_are(self, client, monkeypatch, most):
        monkeypatch.setattr("api.query.random_selection.MAX_RANKED", most)
        for item in client.get("/feeds/daily.json").get_json(force=True)["items"]:
            assert client.get(item["id"]).headers["Location"] == item["url"]

    def test_an_entry_of_a_narrowed_feed_has_an_id_of_its_own(self, client):
        [first, *_] = client.get("/feeds/daily.json?theme=loneliness").get_json(force=True)["items"]
        assert first["id"].endswith("?theme=loneliness")
        assert client.get(first["id"]).headers["Location"] == first["url"]
