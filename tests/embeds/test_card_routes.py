"""The routes of cards: headers, conditional requests, sizes and hidden quotes."""

import datetime as dt
import io
import re
from functools import partial
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from api.embeds.cards.image_cache import ImageCache
from models import Quote, Status
from tests.forms import FLAGGED

pytestmark = pytest.mark.any_database

SLUG = "her-2013-a-wife-without-the-challenges"
QUOTE = f"/quotes/{SLUG}"
FILES = ["card.png", "card.svg"]


class TestCard:
    @pytest.mark.parametrize("file_name", FILES)
    def test_other_sites_and_caches_may_load_it(self, client, file_name):
        response = client.get(f"{QUOTE}/{file_name}")
        assert response.status_code == 200
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        cache_control = client.get(f"/embed{QUOTE}").headers["Cache-Control"]
        assert response.headers["Cache-Control"] == cache_control
        assert max(int(seconds) for seconds in re.findall(r"age=(\d+)", cache_control)) == 3600
        assert "Set-Cookie" not in response.headers

    @pytest.mark.parametrize("file_name", FILES)
    def test_a_current_etag_returns_304(self, client, file_name):
        full = client.get(f"{QUOTE}/{file_name}")
        second = client.get(f"{QUOTE}/{file_name}", headers={"If-None-Match": full.headers["ETag"]})
        assert second.status_code == 304
        assert second.data == b""
        assert second.headers["ETag"] == full.headers["ETag"]

    @pytest.mark.parametrize("file_name", FILES)
    def test_head_has_the_headers_of_get(self, client, file_name):
        full, head = client.get(f"{QUOTE}/{file_name}"), client.head(f"{QUOTE}/{file_name}")
        assert head.data == b""
        assert head.headers["ETag"] == full.headers["ETag"]
        assert head.content_length == len(full.data)

    @pytest.mark.parametrize("file_name", FILES)
    def test_an_unknown_quote_is_404_for_every_origin(self, client, file_name):
        response = client.get(f"/quotes/no-such-quote/{file_name}")
        assert response.status_code == 404
        assert response.get_json()["code"] == "not-found"
        assert response.headers["Access-Control-Allow-Origin"] == "*"

    @pytest.mark.parametrize("file_name", FILES)
    def test_post_is_not_allowed(self, client, file_name):
        assert client.post(f"{QUOTE}/{file_name}").status_code == 405


class TestPng:
    def test_it_is_1200_pixels_wide_by_default(self, client):
        for query, size in (("", (1200, 630)), ("?w=600", (600, 315)), ("?w=200", (200, 105))):
            response = client.get(f"{QUOTE}/card.png{query}")
            assert response.content_type == "image/png"
            assert Image.open(io.BytesIO(response.data)).size == size

    @pytest.mark.parametrize(
        "width", ["0", "-600", "198", "1202", "601", "600.0", "6e2", "", "x", "٦٠٠", "9" * 5000]
    )
    def test_an_invalid_width_is_refused(self, client, width):
        response = client.get(f"{QUOTE}/card.png", query_string={"w": width})
        assert response.status_code == 422
        (error,) = response.get_json()["errors"]
        assert error["pointer"] == "w"
        assert "between 200 and 1200" in error["detail"]

    def test_every_quote_of_the_pack_has_a_small_card(self, client):
        quotes = client.get("/v1/quotes?limit=100").get_json()["data"]
        assert len(quotes) > 20
        for quote in quotes:
            response = client.get(f"/quotes/{quote['id']}/card.png")
            assert response.status_code == 200
            assert len(response.data) < 60_000


class TestSvg:
    def test_the_quote_is_text_in_it(self, client):
        response = client.get(f"{QUOTE}/card.svg")
        assert response.content_type == "image/svg+xml; charset=utf-8"
        card_text = " ".join(ET.fromstring(response.data).itertext())
        assert client.get(f"/v1{QUOTE}").get_json()["text"] in card_text

    def test_a_flagged_quote_shows_its_note_and_not_its_words(self, client):
        quote = client.get(FLAGGED).get_json()
        card_text = client.get(f"{FLAGGED.removeprefix('/v1')}/card.svg").get_data(as_text=True)
        assert quote["text"][:20] not in card_text
        assert "Content note:" in card_text
        assert quote["label"].split()[0] in card_text


class TestHidden:
    @pytest.fixture
    def client_and_change_quote(self, client_and_change):
        """A client over the pack, and a function that changes the quote."""
        client, change = client_and_change
        return client, partial(change, Quote, SLUG)

    @pytest.mark.parametrize("file_name", FILES)
    def test_a_draft_has_no_card(self, client_and_change_quote, file_name):
        client, change = client_and_change_quote
        change(status=Status.DRAFT)
        assert client.get(f"{QUOTE}/{file_name}").status_code == 404

    @pytest.mark.parametrize("file_name", FILES)
    def test_the_card_of_a_deleted_quote_is_gone(self, client_and_change_quote, file_name):
        client, change = client_and_change_quote
        assert client.get(f"{QUOTE}/{file_name}").status_code == 200
        change(deleted_at=dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
        assert client.get(f"{QUOTE}/{file_name}").status_code == 410

    @pytest.mark.parametrize("file_name", FILES)
    def test_the_card_of_a_renamed_quote_redirects(self, client_and_change_quote, file_name):
        client, change = client_and_change_quote
        change(slug="her-2013-a-new-name")
        response = client.get(f"{QUOTE}/{file_name}?w=600")
        assert response.status_code == 308
        assert response.headers["Location"].endswith(f"/quotes/her-2013-a-new-name/{file_name}?w=600")

    def test_it_changes_with_the_text(self, client_and_change_quote):
        client, change = client_and_change_quote
        before = client.get(f"{QUOTE}/card.png")
        change(text="Other words.")
        after = client.get(f"{QUOTE}/card.png", headers={"If-None-Match": before.headers["ETag"]})
        assert after.status_code == 200
        assert after.data != before.data


class TestImageCache:
    def test_a_cached_image_is_not_drawn_again(self):
        cache, calls = ImageCache(10), []
        for _ in range(2):
            assert cache.get("a", lambda: calls.append(1) or b"aaaa") == b"aaaa"
        assert calls == [1]

    def test_the_least_recently_used_image_is_evicted(self):
        cache, calls = ImageCache(10), []
        for key in ("a", "b", "a", "c", "a", "b"):
            cache.get(key, lambda key=key: calls.append(key) or b"1234")
        assert calls == ["a", "b", "c", "b"]

    def test_an_image_larger_than_the_cache_is_not_stored(self):
        cache = ImageCache(3)
        assert cache.get("a", lambda: b"1234") == b"1234"
        assert cache.get("a", lambda: b"4321") == b"4321"
