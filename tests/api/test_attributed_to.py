"""Quotes of a critic whom the source quotes: every display names the critic, and the source after it."""

import json
import re
from html import unescape

import pytest

from api.representations import formats_for
from models import Quote, Source, Status
from tests.browser.parsed import Parsed
from tests.cases import each
from tests.feeds import ATOM, atom
from tests.lists import get_json

SLUG = "her-2013-it-is-in-the-dissensions"
PATH = f"/v1/quotes/{SLUG}"
SPOKEN = "/v1/quotes/her-2013-a-wife-without-the-challenges"
SOURCE = "her-perfection-is-the-enemy-of-real"
CRITIC = "A film critic of a daily newspaper"
TITLE = "Her: Perfection is the Enemy of Real"
CREDIT = f"— {CRITIC}, on Her (2013), as quoted in “{TITLE}”"
BASE = "http://127.0.0.1:8000"


@pytest.fixture
def critic(client_and_change):
    """A client over the pack, in which the essay quotes a critic."""
    client, change = client_and_change
    change(Quote, SLUG, attributed_to=CRITIC)
    return client


def words_of(markup):
    """Return the text of markup on one line, as a reader sees it."""
    visible = re.sub(r"(?s)<script.*?</script>|<style.*?</style>|<[^>]*>", "", markup)
    return " ".join(unescape(visible).split())


class TestData:
    def test_it_is_null_for_the_words_of_the_film_and_of_the_source(self, client):
        assert {get_json(client, path)["attributed_to"] for path in (PATH, SPOKEN)} == {None}

    def test_it_is_served_with_the_source(self, critic):
        quote = get_json(critic, f"{PATH}?fields=voice,attributed_to,source")
        assert (quote["voice"], quote["attributed_to"]) == ("essay", CRITIC)
        assert quote["source"] == get_json(critic, PATH)["citations"][0]["source"]
        assert (quote["source"]["type"], quote["source"]["id"]) == ("source", SOURCE)

    @each("path", [PATH, SPOKEN])
    def test_the_source_is_expanded(self, client, path):
        source = get_json(client, f"{path}?include=source")["source"]
        assert source == get_json(client, f"/v1/sources/{SOURCE}")

    def test_a_hidden_source_is_null(self, client_and_change):
        client, change = client_and_change
        change(Source, SOURCE, status=Status.DRAFT)
        quote = get_json(client, PATH)
        assert (quote["source"], quote["citations"]) == (None, [])


@pytest.mark.any_database
class TestFormats:
    @each("name", [format_.name for format_ in formats_for("quote")[1:]])
    def test_each_names_the_critic_and_the_source(self, critic, name):
        body = critic.get(f"{PATH}?format={name}").text.replace("\\", "").replace("\r\n  ", " ")
        assert f"{CRITIC} on Her (2013), as quoted in “{TITLE}” (The Wall of Wisdom, n.d.), para. 43" in body
        assert "own words" not in body

    def test_references_cite_the_source(self, critic):
        [reference] = json.loads(critic.get(f"{PATH}?format=csl-json").text)
        assert (reference["author"], reference["title"].startswith(TITLE)) == (
            [{"literal": "The Wall of Wisdom"}],
            True,
        )

    def test_linked_data_has_the_critic_as_author_of_unknown_kind(self, critic):
        data = json.loads(critic.get(f"{PATH}.jsonld").text)
        assert data["author"] == [{"name": CRITIC}]
        assert [work["name"] for work in data["isBasedOn"]] == [TITLE]
        assert data["isPartOf"] == [{"@id": f"{BASE}/v1/sources/{SOURCE}"}]
        assert "spokenByCharacter" not in data


@pytest.mark.any_database
class TestDisplays:
    @each("path", [f"/embed/quotes/{SLUG}", "/embed/themes/conflict-and-authenticity"])
    def test_frames(self, critic, path):
        assert CREDIT in words_of(critic.get(path).text)

    def test_frames_in_another_language(self, critic):
        credit = f"— {CRITIC}, über Her (2013), zitiert nach „{TITLE}“"
        assert credit in words_of(critic.get(f"/embed/quotes/{SLUG}?lang=de").text)

    def test_snippets(self, critic):
        snippets = critic.get(f"/quotes/{SLUG}/snippet").get_json()
        for name in ("html", "xhtml", "pinned"):
            assert CREDIT in words_of(snippets[name])
        assert f"— {CRITIC}, on *[Her" in snippets["markdown"]
        assert f"— {CRITIC} on Her (2013), as quoted in “{TITLE}”" in snippets["text"]

    def test_oembed(self, critic):
        response = get_json(critic, f"/oembed?url={BASE}/quotes/{SLUG}")
        assert response["author_name"] == CRITIC
        assert CREDIT in words_of(response["html"])
        collection = get_json(critic, f"/oembed?url={BASE}/themes/conflict-and-authenticity")
        assert CREDIT in words_of(collection["html"])

    def test_cards(self, critic):
        svg = critic.get(f"/quotes/{SLUG}/card.svg").text
        assert f"— {CRITIC}, on Her (2013)" in words_of(svg)
        assert f"as quoted in “{TITLE}”" in words_of(svg)
        assert critic.get(f"/quotes/{SLUG}/card.png").data.startswith(b"\x89PNG")

    def test_feeds(self, critic):
        entries = critic.get("/feeds/quotes.json").get_json(force=True)["items"]
        entry = next(entry for entry in entries if entry["url"] == f"{BASE}/quotes/{SLUG}")
        assert entry["authors"] == [{"name": CRITIC}]
        assert entry["summary"].endswith(f"{CRITIC} on Her (2013), as quoted in The Wall of Wisdom.")
        assert CREDIT in words_of(entry["content_html"])
        authors = atom(critic.get("/feeds/quotes.atom").data).iterfind(f"{ATOM}entry/{ATOM}author/{ATOM}name")
        assert CRITIC in [author.text for author in authors]

    def test_the_page_of_the_quote(self, critic):
        page = critic.get(f"/quotes/{SLUG}").text
        assert f"{CRITIC}, on Her (2013) as quoted in {TITLE}" in words_of(page)
        metas = [meta.attributes for meta in Parsed(page).all("meta")]
        head = {meta.get("property") or meta.get("name"): meta.get("content") for meta in metas}
        assert head["author"] == CRITIC
        for name in ("og:description", "og:image:alt"):
            assert head[name].endswith(f"{CRITIC} on Her (2013), as quoted in The Wall of Wisdom.")

    @each("path", [f"/sources/{SOURCE}", "/quotes", "/themes/conflict-and-authenticity"])
    def test_pages_of_several_quotes(self, critic, path):
        shown = words_of(critic.get(path).text)
        assert re.search(rf"{CRITIC},? as quoted in {TITLE}", shown)
        assert "The essay’s own words" in shown

    @each("path", ["/films/her-2013", "/embed?q=dissensions"])
    def test_pages_that_show_words_without_a_credit(self, critic, path):
        assert f"your cup is.” — {CRITIC}" in words_of(critic.get(path).text).replace("is. —", "is.” —")
