"""Feeds: their content, checked by a feed reader and by the rules of their formats."""

import datetime as dt

import feedparser
import pytest

from models import Quote, Source, Status
from tests.browser.parsed import Parsed
from tests.cases import each
from tests.feeds import atom, json_feed
from tests.lists import get_json, items
from tests.statements import reads

pytestmark = pytest.mark.any_database

BASE = "http://127.0.0.1:8000"
TAG = "tag:subtext.example,2026:"
FEEDS = ["/feeds/quotes", "/feeds/daily"]
QUERIES = ["", "?theme=loneliness", "?film=her-2013&max_severity=3", "?theme=no-such"]


class TestEveryFeed:
    @each("query", QUERIES)
    @each("path", FEEDS)
    def test_is_valid_in_both_formats_with_the_same_entries(self, client, path, query):
        as_atom = client.get(f"{path}.atom{query}")
        as_json = client.get(f"{path}.json{query}")
        assert as_atom.content_type == "application/atom+xml; charset=utf-8"
        assert as_json.content_type == "application/feed+json"
        atom(as_atom.data)
        items_ = json_feed(as_json.get_json(force=True))
        assert as_json.get_json(force=True)["feed_url"] == f"{BASE}{path}.json{query}"
        parsed = feedparser.parse(as_atom.data)
        assert not parsed.bozo
        entries = [(entry.id, entry.link, entry.title, entry.summary) for entry in parsed.entries]
        assert entries == [(item["id"], item["url"], item["title"], item["summary"]) for item in items_]

    @each("query", QUERIES)
    @each("path", FEEDS)
    def test_is_cacheable_and_returns_304(self, client, path, query):
        for extension in ("atom", "json"):
            first = client.get(f"{path}.{extension}{query}")
            second = client.get(
                f"{path}.{extension}{query}", headers={"If-None-Match": first.headers["ETag"]}
            )
            assert (second.status_code, second.data) == (304, b"")
            assert "public" in first.headers["Cache-Control"]
            assert first.headers["Access-Control-Allow-Origin"] == "*"

    @each("path", FEEDS)
    def test_excludes_flagged_quotes_by_default(self, client, path):
        flagged = {
            quote["html_url"] for quote in items(client, "/v1/quotes", max_severity=3) if quote["advisories"]
        }
        urls = {item["url"] for item in client.get(f"{path}.json").get_json(force=True)["items"]}
        assert urls
        assert not urls & flagged

    def test_never_contains_flagged_text(self, client):
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
    def test_refuses_invalid_parameters(self, client, path, query):
        response = client.get(f"{path}.atom?{query}")
        assert response.status_code == 422
        assert response.get_json()["errors"][0]["pointer"] == query.partition("=")[0]

    @each("path", FEEDS)
    def test_ignores_tracking_parameters(self, client, path):
        assert client.get(f"{path}.atom?utm_source=reader").status_code == 200
        assert client.get(f"{path}.rss").status_code == 404

    @each(("path", "max_statements"), [("/feeds/quotes", 2), ("/feeds/daily", 3)])
    def test_uses_few_statements(self, app, path, max_statements):
        assert len(reads(app, f"{path}.atom")) == max_statements

    @each("path", ["/", "/quotes/her-2013-a-wife-without-the-challenges"])
    def test_is_linked_from_pages(self, client, path):
        page = Parsed(client.get(path).text)
        for kind in ("application/atom+xml", "application/feed+json"):
            for link in page.all("link", rel="alternate", type=kind):
                response = client.get(link.attributes["href"])
                assert response.mimetype == kind
                assert link.attributes["title"]
            assert len(page.all("link", rel="alternate", type=kind)) == 2


class TestLatest:
    def test_entries_are_sorted_by_time_and_id(self, client):
        expected = items(client, "/v1/quotes", sort="-created_at,-id", max_severity=0)
        urls = [item["url"] for item in client.get("/feeds/quotes.json").get_json(force=True)["items"]]
        assert urls == [quote["html_url"] for quote in expected]

    def test_an_entry_has_words_source_and_themes(self, client):
        [entry] = [
            entry
            for entry in feedparser.parse(client.get("/feeds/quotes.atom").data).entries
            if entry.link.endswith("/her-2013-a-wife-without-the-challenges")
        ]
        assert "I am glad that you found someone. It is perfect." in entry.content[0].value
        assert "as quoted in “Her: Perfection is the Enemy of Real”" in entry.content[0].value
        assert {tag.term for tag in entry.tags} >= {"avoidance", "conflict-and-authenticity"}
        assert [author.name for author in entry.authors] == ["The Wall of Wisdom"]

    def test_an_entry_has_the_picture_of_its_quote(self, client):
        entries = feedparser.parse(client.get("/feeds/quotes.atom?max_severity=3").data).entries
        feed_items = client.get("/feeds/quotes.json?max_severity=3").get_json(force=True)["items"]
        assert entries
        for entry, item in zip(entries, feed_items, strict=True):
            picture = f"{entry.link}/card.png"
            assert [(link.href, link.type) for link in entry.enclosures] == [(picture, "image/png")]
            assert entry.media_thumbnail == [{"url": picture, "width": "1200", "height": "630"}]
            assert item["image"] == picture

    def test_the_time_of_creation_precedes_ids(self, client_and_change):
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

    def test_quotes_of_the_essay_have_its_author(self, client):
        entries = client.get("/feeds/quotes.json?max_severity=3").get_json(force=True)["items"]
        [essay_entry] = [
            entry for entry in entries if entry["url"].endswith("/her-2013-it-is-in-the-dissensions")
        ]
        assert essay_entry["authors"] == [{"name": "The Wall of Wisdom"}]

    def test_each_author_of_a_source_is_an_author(self, client_and_change):
        client, change = client_and_change
        bodies = [{"given": "Ludwig", "family": "van Beethoven"}, {"literal": "Readers & Co., “{”"}]
        change(Source, "her-perfection-is-the-enemy-of-real", authors=bodies)
        names = ["Ludwig van Beethoven", "Readers & Co., “{”"]
        as_atom = client.get("/feeds/quotes.atom").data
        atom(as_atom)
        for entry in feedparser.parse(as_atom).entries:
            assert [author.name for author in entry.authors] == names
        for item in json_feed(client.get("/feeds/quotes.json").get_json(force=True)):
            assert item["authors"] == [{"name": name} for name in names]

    def test_without_authors_those_of_the_feed_apply(self, client_and_change):
        client, change = client_and_change
        change(Source, "her-perfection-is-the-enemy-of-real", status=Status.DRAFT)
        as_atom, as_json = (client.get(f"/feeds/quotes.{name}") for name in ("atom", "json"))
        atom(as_atom.data)
        assert all("authors" not in entry for entry in feedparser.parse(as_atom.data).entries)
        assert all("authors" not in item for item in as_json.get_json(force=True)["items"])


class TestDaily:
    def test_has_the_daily_quotes_of_up_to_thirty_days(self, client):
        entries = client.get("/feeds/daily.json").get_json(force=True)["items"]
        days = [item["date_published"][:10] for item in entries]
        today = dt.datetime.now(dt.UTC).date()
        first = dt.date(2026, 11, 23)
        assert days == [
            str(today - dt.timedelta(days=ago)) for ago in range(min(30, (today - first).days + 1))
        ]
        for item, day in zip(entries, days, strict=True):
            assert item["url"] == get_json(client, f"/v1/quotes/daily/{day}")["html_url"]
            assert item["id"] == f"{TAG}quotes/daily/{day}"
            assert client.get(f"/quotes/daily/{day}").headers["Location"] == item["url"]

    @pytest.mark.parametrize("max_ranked", [1, 10_000])
    def test_selects_the_same_quotes_with_both_algorithms(self, client, monkeypatch, max_ranked):
        monkeypatch.setattr("api.query.random_selection.MAX_RANKED", max_ranked)
        for item in client.get("/feeds/daily.json").get_json(force=True)["items"]:
            assert client.get(f"/{item['id'].removeprefix(TAG)}").headers["Location"] == item["url"]

    def test_entry_ids_of_a_filtered_feed_have_the_filter(self, client):
        [first, *_] = client.get("/feeds/daily.json?theme=loneliness").get_json(force=True)["items"]
        assert first["id"].endswith("?theme=loneliness")
        assert client.get(f"/{first['id'].removeprefix(TAG)}").headers["Location"] == first["url"]


class TestIds:
    """Feed readers recognise entries by their ids, so ids must not depend on where the service runs."""

    @each(
        ("path", "query"),
        [(path, query) for path in FEEDS for query in ("", "?film=her-2013&max_severity=1")],
    )
    def test_survive_a_change_of_scheme_host_port_and_path(self, client, make_app, path, query):
        url = client.application.extensions["settings"].database_url
        with make_app(url, public_url="https://example.org/subtext") as moved:
            after = moved.test_client().get(f"{path}.atom{query}").data
        before = client.get(f"{path}.atom{query}").data
        assert b"https://example.org/subtext/quotes/" in after
        for pattern in (".//{*}entry/{*}id", "{*}id"):
            ids = [[one.text for one in atom(feed).iterfind(pattern)] for feed in (before, after)]
            assert ids[0] == ids[1] != []

    def test_are_the_same_in_both_formats(self, client):
        [atom_id] = [one.text for one in atom(client.get("/feeds/quotes.atom").data).iterfind("{*}id")]
        assert atom_id == f"{TAG}feeds/quotes"

    def test_have_the_tagging_entity_of_the_settings(self, client, make_app):
        url = client.application.extensions["settings"].database_url
        with make_app(url, tagging_entity="example.org,2026-11-30") as app:
            body = app.test_client().get("/feeds/quotes.json").get_json(force=True)
        assert {item["id"].partition(":quotes/")[0] for item in body["items"]} == {
            "tag:example.org,2026-11-30"
        }
