"""Links of the static API: all lead to paths of it, and everything is reachable."""

import json

import pytest
from lxml import html

from api.static_api.html_links import Tokenizer, rewrite_html
from api.static_api.json_links import rewrite_links
from models import RESOURCES
from tests.cases import each
from tests.static_api.conftest import fetch_with
from tests.static_api.links import STARTS, crawl, linked_path, links

pytestmark = pytest.mark.any_database

BASE = "http://127.0.0.1:8000"
QUOTE = "her-2013-a-wife-without-the-challenges"


@pytest.fixture(scope="module")
def documents(app):
    """All paths that can be reached from the index and the home page."""
    return crawl(fetch_with(app.test_client()), BASE)


class TestLinksOfOneOfEach:
    """The links of one document of each kind, of which ``TestCrawl`` reads all."""

    def test_lead_to_documents(self, client, fetch):
        routes = client.application.url_map.bind("")
        paths = {*STARTS, "/v1/quotes/index.json", "/quotes/index.html", f"/oembed/quotes/{QUOTE}.json"}
        seen = {}
        while paths:
            path = paths.pop()
            rule, arguments = routes.match(path, return_rule=True)
            kind = (
                rule.rule,
                *(arguments.get(name) for name in ("collection", "extension", "part", "file_name")),
            )
            if kind in seen:
                continue
            seen[kind] = path
            response = fetch(path)
            assert response.status == 200, path
            paths |= {linked_path(url, BASE) for url in links(path, response, BASE)}
        assert len(seen) > 100


@pytest.mark.slow
class TestCrawl:
    def test_finds_every_item(self, documents, client):
        for model in RESOURCES:
            items = client.get(f"/v1/{model.__tablename__}?limit=100&fields=id").json["data"]
            assert items
            paths = {f"/v1/{model.__tablename__}/{item['id']}/index.json" for item in items}
            assert paths <= documents.keys()

    def test_ends_without_pages_that_need_a_server(self, documents):
        words = ("search", "random", "daily", "revisions", "history", "docs", "edit")
        assert not [path for path in documents if set(path.split("/")) & set(words)]

    def test_finds_each_item_of_a_list_once(self, documents, client):
        for collection in ("scenes", "commentary"):
            pages = {
                path: json.loads(document.body)
                for path, document in documents.items()
                if path.startswith((f"/v1/{collection}/index.json", f"/v1/{collection}/after/"))
                and path.endswith(".json")
                and not path.endswith(".csl.json")
            }
            ids = [item["id"] for page in pages.values() for item in page["data"]]
            assert len(pages) > 1
            assert (
                len(ids) == len(set(ids)) == client.get(f"/v1/{collection}?count=true").json["page"]["total"]
            )

    def test_loses_no_link_of_a_page(self, documents, client):
        # A link to what is not static would leave its text behind.
        for path in [path for path in documents if path.endswith("/index.html") and path.count("/") == 3]:
            live = client.get(path.removesuffix("/index.html"))
            texts, live_texts = (html.document_fromstring(body) for body in (documents[path].body, live.data))
            static = {link.text_content() for link in texts.xpath("//main//a | //nav//a")}
            missing = [
                link.text_content()
                for link in live_texts.xpath("//main//a")
                if link.text_content() not in static
            ]
            unlinked = [text for text in missing if text and text in texts.xpath("string(//main)")]
            assert not unlinked, path


class TestJSON:
    @each(
        "value, expected",
        [
            ({"url": f"{BASE}/v1/quotes/a"}, {"url": f"{BASE}/v1/quotes/a/index.json"}),
            ({"html_url": f"{BASE}/scenes/a#b"}, {"html_url": f"{BASE}/scenes/a/index.html#b"}),
            ({"text": f"{BASE}/v1/quotes/a"}, {"text": f"{BASE}/v1/quotes/a"}),
            ({"source_url": f"{BASE}/v1/quotes/a"}, {"source_url": f"{BASE}/v1/quotes/a"}),
            ({"url": "https://elsewhere.example/v1"}, {"url": "https://elsewhere.example/v1"}),
            ({"url": f"{BASE}.elsewhere.example/v1"}, {"url": f"{BASE}.elsewhere.example/v1"}),
            ({"url": f"{BASE}/v1/search?q=a"}, {"url": None}),
            ({"links": {"a": f"{BASE}/v1/search?q=a", "b": None}}, {"links": {"b": None}}),
            (
                {"links": {"quotes": f"{BASE}/v1/quotes?speaker=a"}},
                {"links": {"quotes": f"{BASE}/v1/characters/a/quotes/index.json"}},
            ),
            ([{"film": {"url": f"{BASE}/v1/films/a"}}], [{"film": {"url": f"{BASE}/v1/films/a/index.json"}}]),
        ],
    )
    def test_only_links_change(self, app, value, expected):
        with app.app_context():
            assert rewrite_links(value) == expected


class TestHTML:
    @each(
        "markup, expected",
        [
            ('<a href="/quotes/a">x</a>', '<a href="/quotes/a/index.html">x</a>'),
            ('<a class=b href="/themes/a#c">x</a>', '<a class="b" href="/themes/a/index.html#c">x</a>'),
            ('<a href="#a">x</a>', '<a href="#a">x</a>'),
            (
                '<a href="https://elsewhere.example/quotes/a">x</a>',
                '<a href="https://elsewhere.example/quotes/a">x</a>',
            ),
            ('see <a href="/search?q=a"><b>x</b></a>.', "see <b>x</b>."),
            ('<link rel="prev" href="/search">', ""),
            ('<link rel="canonical" href="/quotes/a">', '<link rel="canonical" href="/quotes/a">'),
            (
                '<link rel="canonical" href="/quotes?film=a">',
                '<link rel="canonical" href="/films/a/quotes/index.html">',
            ),
            (
                '<script src="/static/copy.js?v=1" defer></script>',
                '<script src="/static/copy.js" defer></script>',
            ),
            ("<p title='/quotes/a'>/quotes/a &lt;a href=\"/search\"&gt;</p>", None),
            ('<svg viewBox="0 0 1 1"><use href="#hit"/></svg><!-- /quotes/a -->', None),
            ('<script>"<a href=\\"/quotes/a\\">"</script>', None),
            ("&amp;&#39;<b>\n a\r\n</b>\n<br>", None),
            ('<blockquote cite="http://127.0.0.1:8000/quotes/a"></blockquote>', None),
        ],
    )
    def test_only_links_change(self, app, markup, expected):
        with app.app_context():
            assert rewrite_html(markup) == (markup if expected is None else expected)

    def test_the_tokens_of_a_page_are_the_page(self, client):
        page = client.get("/films/her-2013").text
        assert "".join(token.text for token in Tokenizer(page).tokens) == page
