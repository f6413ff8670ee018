"""Quotes that leave out words of their sentence: every display has an ellipsis, and data the words verbatim."""

import re
from html import unescape

import pytest

from models import Quote
from tests.lists import get_json

pytestmark = pytest.mark.any_database

SLUG = "her-2013-a-wife-without-the-challenges"
PATH = f"/v1/quotes/{SLUG}"


@pytest.fixture
def cut(client_and_change):
    """A client over the pack, in which a quote leaves out words on either side, and the quote's text."""
    client, change = client_and_change
    change(Quote, SLUG, omitted_before=True, omitted_after=True)
    return client, get_json(client, PATH)["text"]


def words_of(markup):
    """Return the text of markup on one line, as a reader sees it."""
    return " ".join(unescape(re.sub(r"<[^>]*>", "", markup)).split())


class TestData:
    def test_the_text_stays_verbatim(self, cut, client):
        changed, text = cut
        quote, before = get_json(changed, PATH), get_json(client, PATH)
        assert (quote["omitted_before"], quote["omitted_after"]) == (True, True)
        assert text == before["text"]
        assert quote["word_count"] == before["word_count"]

    def test_linked_data_has_the_exact_words(self, cut):
        client, text = cut
        assert client.get(f"{PATH}.jsonld").get_json(force=True)["text"] == text
        annotation = client.get(f"{PATH}?format=annotation").get_json(force=True)
        assert annotation["target"][0]["selector"]["exact"] == text

    def test_a_search_snippet_shows_the_omissions(self, cut):
        client, _ = cut
        path = "/v1/search?q=wife challenges glad&type=quote"
        snippet = next(hit for hit in get_json(client, path)["data"] if hit["id"] == SLUG)["snippet"]
        assert snippet["text"].startswith("…")
        assert snippet["text"].endswith("…")
        assert "……" not in snippet["text"]
        marked = [snippet["text"][start:end] for start, end in snippet["highlights"]]
        assert {"wife", "challenges"} <= set(marked)


class TestDisplays:
    @pytest.mark.parametrize("extension", ["txt", "md", "bib", "ris", "csl.json"])
    def test_formats(self, cut, client, extension):
        changed, text = cut
        path = f"{PATH}.{extension}"
        if changed.get(path).status_code == 404:
            path = f"{PATH}?format=csl"
        body, before = changed.get(path).text, client.get(path).text
        assert body.count("…") == before.count("…") + 2
        assert f"…{text[:10]}" in body

    @pytest.mark.parametrize(
        "path",
        [
            f"/quotes/{SLUG}",
            f"/embed/quotes/{SLUG}",
            f"/quotes/{SLUG}/snippet",
            "/films/her-2013",
            "/films/her-2013/snippet",
            "/scenes/her-2013-lunch-with-catherine",
            "/characters/her-2013-catherine",
            "/sources/her-perfection-is-the-enemy-of-real",
            "/themes/avoidance",
            "/quotes",
            f"/embed?quote={SLUG}",
            "/search?q=wife+challenges",
        ],
    )
    def test_pages_and_embeds(self, cut, path):
        client, text = cut
        response = client.get(path)
        assert response.status_code == 200
        body = response.text
        shown = words_of(re.sub(r"(?s)<script.*?</script>|<style.*?</style>", "", body))
        start = f"…{text[:40]}"
        assert start in shown
        assert text[:40] not in shown.replace(start, "")

    def test_link_previews(self, cut):
        client, text = cut
        head = client.get(f"/quotes/{SLUG}").text.partition("</head>")[0]
        assert f"“…{text[:20]}" in unescape(head)

    def test_oembed(self, cut):
        client, text = cut
        url = f"http://127.0.0.1:8000/quotes/{SLUG}"
        html = get_json(client, f"/oembed?url={url}")["html"]
        assert f"…{text[:20]}" in words_of(html)

    def test_feeds(self, cut):
        client, text = cut
        for path in ("/feeds/quotes.atom", "/feeds/quotes.json"):
            body = client.get(f"{path}?max_severity=3").text
            if text[:20] in body:
                assert f"…{text[:20]}" in body

    def test_cards(self, cut):
        client, text = cut
        svg = client.get(f"/quotes/{SLUG}/card.svg").text
        assert f"“…{text[:10]}" in svg
        assert f"{text[-8:]}…”" in svg
