"""The documents of the static API, and their relation to the responses of the live service."""

import datetime as dt
import json

import pytest

from api.schemas.fields import RESERVED_SLUGS
from models import Commentary, Quote
from tests.cases import each
from tests.static_api.conftest import fetch_with
from tests.static_api.links import linked_path, links

QUOTE = "her-2013-a-wife-without-the-challenges"
SOURCE = "her-perfection-is-the-enemy-of-real"

DELETED = "her-2013-a-logical-conclusion"


def ids_on(page):
    return [item["id"] for item in json.loads(page)["data"]]


class TestItem:
    def test_has_what_the_live_item_has(self, client):
        static, live = (
            client.get(f"/v1/quotes/{QUOTE}/index.json").json,
            client.get(f"/v1/quotes/{QUOTE}").json,
        )
        formats = static.pop("formats")
        assert static.keys() == live.keys()
        same = live.keys() - {
            "url",
            "html_url",
            "links",
            "film",
            "source",
            "scene",
            "speaker",
            "themes",
            "citations",
        }
        assert {name: static[name] for name in same} == {name: live[name] for name in same}
        assert static["film"]["id"] == live["film"]["id"]
        assert {"text", "bibtex", "apa", "annotation"} <= formats.keys()

    def test_released_files_stay(self, client):
        with_extension, without = client.get(f"/v1/quotes/{QUOTE}.json"), client.get(f"/v1/quotes/{QUOTE}")
        assert with_extension.data == without.data
        assert (
            client.get("/v1/quotes.json?limit=3").json["data"]
            == client.get("/v1/quotes?limit=3").json["data"]
        )

    @each("style", ["apa", "mla", "chicago"])
    def test_has_references_as_text(self, client, style):
        static = client.get(f"/v1/quotes/{QUOTE}/{style}.txt")
        assert static.data == client.get(f"/v1/quotes/{QUOTE}?format={style}").data
        assert static.content_type == "text/plain; charset=utf-8"

    def test_has_no_headers_of_negotiation(self, client):
        static = client.get(f"/v1/quotes/{QUOTE}/index.json")
        assert "Link" not in static.headers
        assert "Accept," not in static.headers.get("Vary", "")
        assert static.headers["Access-Control-Allow-Origin"] == "*"
        again = client.get(
            f"/v1/quotes/{QUOTE}/index.json", headers={"If-None-Match": static.headers["ETag"]}
        )
        assert again.status_code == 304

    @each("accept", ["text/html", "text/plain", "application/x-bibtex"])
    def test_is_the_same_for_any_accept_header(self, client, accept):
        path = f"/v1/quotes/{QUOTE}/index.json"
        assert client.get(path, headers={"Accept": accept}).data == client.get(path).data

    def test_ignores_the_query_string(self, client):
        path = f"/v1/quotes/{QUOTE}/index.json"
        assert client.get(f"{path}?fields=text&cursor=x").data == client.get(path).data


class TestList:
    def test_has_facets_with_lists_of_items(self, client):
        facets = client.get("/v1/quotes/facets.json").json
        live = client.get("/v1/quotes?facets=theme&count=true").json
        values = facets["facets"]["theme"]["values"]
        assert [value["count"] for value in values] == [
            value["count"] for value in live["facets"]["theme"]["values"]
        ]
        assert facets["total"] == live["page"]["total"]
        path = values[0]["url"].removeprefix("http://127.0.0.1:8000")
        assert path == f"/v1/themes/{values[0]['value']}/quotes/index.json"
        assert client.get(path).status_code == 200

    def test_has_references(self, client):
        assert client.get("/v1/sources/index.bib").data == client.get("/v1/sources.bib").data

    def test_of_an_item_equals_the_filtered_list(self, client):
        static = client.get("/v1/films/her-2013/sources/index.json").json["data"]
        assert [source["id"] for source in static] == [SOURCE]

    def test_of_paragraphs_is_one_file(self, client):
        static = client.get(f"/v1/sources/{SOURCE}/paragraphs/index.json").json
        assert [each["number"] for each in static["data"]] == list(range(1, 63))
        assert static["page"]["next"] is None
        one = client.get(static["data"][4]["url"].removeprefix("http://127.0.0.1:8000")).json
        live = client.get(f"/v1/sources/{SOURCE}/paragraphs/5").json
        assert (one["number"], one.keys()) == (5, live.keys())
        assert one["cited_by"]
        assert all(each["url"].endswith("/index.json") for each in one["cited_by"])

    def test_names_no_cursor(self, client):
        page = client.get("/v1/scenes/index.json").json["page"]
        assert page["next"].startswith("http://127.0.0.1:8000/v1/scenes/after/her-2013-")
        assert (page["next_cursor"], page["previous"], page["previous_cursor"]) == (None, None, None)

    @each(
        "path",
        [
            "/v1/quotes/after/no-such.json",
            "/v1/films/her-2013/quotes/after/no-such.json",
            "/quotes/after/no-such/index.html",
        ],
    )
    def test_has_no_page_after_an_unknown_item(self, client, path):
        response = client.get(path, headers={"Accept": "application/json"})
        assert response.status_code == 404
        assert "no page after “no-such”" in response.json["detail"]


class TestPageEnds:
    @pytest.fixture
    def pages(self, client_and_change):
        client, _ = client_and_change

        def read():
            pages, path = {}, "/v1/commentary/index.json"
            while path:
                pages[path] = client.get(path).data
                following = json.loads(pages[path])["page"]["next"]
                path = following and following.removeprefix("http://127.0.0.1:8000")
            return pages

        return read

    def test_one_change_rewrites_one_page(self, client_and_change, pages):
        before = pages()
        _, change = client_and_change
        change(Commentary, "her-2013-a-logical-conclusion", position=1)
        after = pages()
        assert len(before) > 3
        assert before.keys() == after.keys()
        assert 1 <= sum(before[path] != after[path] for path in before) <= 2

    def test_a_deleted_item_moves_no_other_page(self, client_and_change, pages):
        before = pages()
        _, change = client_and_change
        change(Commentary, DELETED, deleted_at=dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
        after = pages()
        # Relations of other entries to the deleted one are gone, too.
        before_ids, after_ids = (
            {path: ids_on(page) for path, page in each.items()} for each in (before, after)
        )
        changed = {path for path in before_ids | after_ids if before_ids.get(path) != after_ids.get(path)}
        assert len(changed) == 1


class TestMissing:
    def test_former_ids_redirect(self, client_and_change):
        client, change = client_and_change
        change(Quote, QUOTE, slug="her-2013-renamed")
        for path, target in [
            (f"/v1/quotes/{QUOTE}/index.json", "/v1/quotes/her-2013-renamed/index.json"),
            (f"/quotes/{QUOTE}/index.html", "/quotes/her-2013-renamed/index.html"),
            (f"/embed/quotes/{QUOTE}/index.html", "/embed/quotes/her-2013-renamed/index.html"),
            (f"/oembed/quotes/{QUOTE}.json", "/oembed/quotes/her-2013-renamed.json"),
            (
                f"/v1/quotes/{QUOTE}/commentary/index.json",
                "/v1/quotes/her-2013-renamed/commentary/index.json",
            ),
            (f"/v1/quotes/{QUOTE}/apa.txt", "/v1/quotes/her-2013-renamed/apa.txt"),
        ]:
            response = client.get(path)
            assert (response.status_code, response.headers["Location"]) == (
                308,
                f"http://127.0.0.1:8000{target}",
            )

    def test_deleted_items_are_gone(self, client_and_change):
        client, change = client_and_change
        change(Quote, QUOTE, deleted_at=dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
        for path in (
            f"/v1/quotes/{QUOTE}/index.json",
            f"/quotes/{QUOTE}/index.html",
            f"/oembed/quotes/{QUOTE}.json",
        ):
            assert client.get(path).status_code == 410, path

    @each(
        "path",
        [
            "/v1/quotes/no-such/index.json",
            "/v1/films/no-such/quotes/index.json",
            "/v1/films/no-such/quotes/facets.json",
            "/films/no-such/quotes/index.html",
            "/v1/quotes/no-such/apa.txt",
            "/embed/quotes/no-such/index.html",
            "/oembed/themes/no-such.xml",
            "/v1/nothing/index.json",
            "/v1/quotes/index.pdf",
        ],
    )
    def test_other_paths_are_not_found(self, client, path):
        assert client.get(path).status_code == 404

    @each("word", ["after", "index"])
    def test_words_of_paths_are_no_ids(self, word):
        assert word in RESERVED_SLUGS


class TestEmbeds:
    def test_oembed_shows_a_file(self, client):
        static = client.get(f"/oembed/quotes/{QUOTE}.json").json
        assert f'src="http://127.0.0.1:8000/embed/quotes/{QUOTE}/index.html"' in static["html"]
        assert f'cite="http://127.0.0.1:8000/quotes/{QUOTE}"' in static["html"]
        picture = client.get(static["thumbnail_url"].removeprefix("http://127.0.0.1:8000"))
        assert picture.mimetype == "image/png"

    def test_files_of_pages_can_be_embedded(self, client):
        url = f"http://127.0.0.1:8000/quotes/{QUOTE}/index.html"
        assert client.get("/oembed", query_string={"url": url}).json["title"]

    def test_frames_keep_their_policy(self, client):
        static, live = client.get(f"/embed/quotes/{QUOTE}/index.html"), client.get(f"/embed/quotes/{QUOTE}")
        for name in (
            "Content-Security-Policy",
            "Cross-Origin-Embedder-Policy",
            "Cross-Origin-Resource-Policy",
        ):
            assert static.headers[name] == live.headers[name]


def test_a_public_url_with_a_path_is_part_of_all_links(client_at):
    base = "https://example.org/subtext"
    with client_at(base) as client:
        fetch = fetch_with(client)
        for path in (
            "/v1/films/her-2013/index.json",
            "/films/her-2013/index.html",
            f"/oembed/quotes/{QUOTE}.json",
        ):
            linked = {linked_path(url, base) for url in links(path, fetch(path), base)}
            assert linked
            assert client.get(linked.pop()).status_code == 200
