"""Cards as they are served."""

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

SLUG = "her-2013-a-wife-without-the-challenges"
QUOTE = f"/quotes/{SLUG}"
FORMS = ["card.png", "card.svg"]


class TestCard:
    @pytest.mark.parametrize("form", FORMS)
    def test_any_page_and_any_cache_may_have_it(self, client, form):
        answer = client.get(f"{QUOTE}/{form}")
        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        framed = client.get(f"/embed{QUOTE}").headers["Cache-Control"]
        assert answer.headers["Cache-Control"] == framed
        assert max(int(seconds) for seconds in re.findall(r"=(\d+)", framed)) == 3600
        assert "Set-Cookie" not in answer.headers

    @pytest.mark.parametrize("form", FORMS)
    def test_what_a_client_has_already_is_not_sent_again(self, client, form):
        whole = client.get(f"{QUOTE}/{form}")
        again = client.get(f"{QUOTE}/{form}", headers={"If-None-Match": whole.headers["ETag"]})
        assert again.status_code == 304
        assert again.data == b""
        assert again.headers["ETag"] == whole.headers["ETag"]

    @pytest.mark.parametrize("form", FORMS)
    def test_its_head_is_that_of_the_whole(self, client, form):
        whole, head = client.get(f"{QUOTE}/{form}"), client.head(f"{QUOTE}/{form}")
        assert head.data == b""
        assert head.headers["ETag"] == whole.headers["ETag"]
        assert head.content_length == len(whole.data)

    @pytest.mark.parametrize("form", FORMS)
    def test_a_quote_that_is_not_there_is_404_for_every_origin(self, client, form):
        answer = client.get(f"/quotes/no-such-quote/{form}")
        assert answer.status_code == 404
        assert answer.get_json()["code"] == "not-found"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"

    @pytest.mark.parametrize("form", FORMS)
    def test_it_cannot_be_written(self, client, form):
        assert client.post(f"{QUOTE}/{form}").status_code == 405


class TestPng:
    def test_it_is_1200_wide_unless_w_says_otherwise(self, client):
        for query, size in (("", (1200, 630)), ("?w=600", (600, 315)), ("?w=200", (200, 105))):
            answer = client.get(f"{QUOTE}/card.png{query}")
            assert answer.content_type == "image/png"
            assert Image.open(io.BytesIO(answer.data)).size == size

    @pytest.mark.parametrize(
        "width", ["0", "-600", "198", "1202", "601", "600.0", "6e2", "", "x", "٦٠٠", "9" * 5000]
    )
    def test_a_width_that_no_card_has_is_named(self, client, width):
        answer = client.get(f"{QUOTE}/card.png", query_string={"w": width})
        assert answer.status_code == 422
        (error,) = answer.get_json()["errors"]
        assert error["pointer"] == "w"
        assert "between 200 and 1200" in error["detail"]

    def test_every_quote_of_the_pack_has_one_that_is_light(self, client):
        quotes = client.get("/v1/quotes?limit=100").get_json()["data"]
        assert len(quotes) > 20
        for quote in quotes:
            answer = client.get(f"/quotes/{quote['id']}/card.png")
            assert answer.status_code == 200
            assert len(answer.data) < 60_000


class TestSvg:
    def test_the_words_are_text_in_it(self, client):
        answer = client.get(f"{QUOTE}/card.svg")
        assert answer.content_type == "image/svg+xml; charset=utf-8"
        written = " ".join(ET.fromstring(answer.data).itertext())
        assert client.get(f"/v1{QUOTE}").get_json()["text"] in written

    def test_a_flagged_quote_shows_its_note_and_not_its_words(self, client):
        quote = client.get(FLAGGED).get_json()
        written = client.get(f"{FLAGGED.removeprefix('/v1')}/card.svg").get_data(as_text=True)
        assert quote["text"][:20] not in written
        assert "Content note:" in written
        assert quote["label"].split()[0] in written


class TestHidden:
    @pytest.fixture
    def changed(self, client_and_change):
        """A client over the pack, and what changes the quote."""
        client, change = client_and_change
        return client, partial(change, Quote, SLUG)

    @pytest.mark.parametrize("form", FORMS)
    def test_a_draft_has_none(self, changed, form):
        client, change = changed
        change(status=Status.DRAFT)
        assert client.get(f"{QUOTE}/{form}").status_code == 404

    @pytest.mark.parametrize("form", FORMS)
    def test_that_of_a_deleted_quote_is_gone(self, changed, form):
        client, change = changed
        assert client.get(f"{QUOTE}/{form}").status_code == 200
        change(deleted_at=dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
        assert client.get(f"{QUOTE}/{form}").status_code == 410

    @pytest.mark.parametrize("form", FORMS)
    def test_that_of_a_renamed_quote_has_moved(self, changed, form):
        client, change = changed
        change(slug="her-2013-a-new-name")
        answer = client.get(f"{QUOTE}/{form}?w=600")
        assert answer.status_code == 308
        assert answer.headers["Location"].endswith(f"/quotes/her-2013-a-new-name/{form}?w=600")

    def test_it_changes_with_the_words(self, changed):
        client, change = changed
        before = client.get(f"{QUOTE}/card.png")
        change(text="Other words.")
        after = client.get(f"{QUOTE}/card.png", headers={"If-None-Match": before.headers["ETag"]})
        assert after.status_code == 200
        assert after.data != before.data


class TestKept:
    def test_what_was_made_is_not_made_again(self):
        kept, made = ImageCache(10), []
        for _ in range(2):
            assert kept.get("a", lambda: made.append(1) or b"aaaa") == b"aaaa"
        assert made == [1]

    def test_what_was_asked_for_least_lately_gives_way(self):
        kept, made = ImageCache(10), []
        for key in ("a", "b", "a", "c", "a", "b"):
            kept.get(key, lambda key=key: made.append(key) or b"1234")
        assert made == ["a", "b", "c", "b"]

    def test_what_is_larger_than_all_the_room_is_not_kept(self):
        kept = ImageCache(3)
        assert kept.get("a", lambda: b"1234") == b"1234"
        assert kept.get("a", lambda: b"4321") == b"4321"
