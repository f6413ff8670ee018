"""Pages, embeds and citations pinned to a revision, and the page of an item's history."""

import pytest

from models import Status
from models.purge import purge
from tests.api.past import HOURS, past_of
from tests.browser.parsed import Parsed

BASE = "http://127.0.0.1:8000"
SLUG = "the-lamp-1950-lamp-on"
PAGE, ITEM, FRAME = f"/quotes/{SLUG}", f"/v1/quotes/{SLUG}", f"/embed/quotes/{SLUG}"
OLD, NEW = "Leave the lamp on.", "Leave the light on."
#: What shows a quote at a revision, with the status of a pin that it cannot show.
SHOWING = [PAGE, FRAME, f"{PAGE}/snippet", f"{PAGE}/card.svg", f"/oembed?url={BASE}{PAGE}", ITEM]


@pytest.fixture
def past(database):
    with past_of(database) as past:
        yield past


@pytest.fixture
def changed(past):
    """Content whose quote has other words, speaker's name, source's name and no content note now."""
    past.old = past.pin("line")
    past.change("line", text=NEW, advisory_links=[], note="As <b>spoken</b>.", at=HOURS[0])
    past.change("keeper", label="The warden", at=HOURS[1])
    past.change("essay", label="On light", title="On light", at=HOURS[2])
    return past


def pinned(path, pin):
    mark = "%3F" if path.startswith("/oembed") else "?"
    return f"{path}{mark}revision={pin}"


class TestPinnedQuote:
    def test_every_embed_shows_words_credit_and_note_of_the_revision(self, changed):
        for path in SHOWING:
            past = changed.get(pinned(path, changed.old)).text
            now = changed.get(path).text
            if not path.endswith(".svg"):
                assert (OLD in past, NEW in past) == (True, False), path
                assert (OLD in now, NEW in now) == (False, True), path
            assert ("warden" in past, "warden" in now) == (False, True), path
        frame = changed.get(pinned(FRAME, changed.old)).text
        assert ("<details>" in frame, "<details>" in changed.get(FRAME).text) == (True, False)
        assert changed.get(f"{PAGE}/card.png?revision={changed.old}&w=200").data != (
            changed.get(f"{PAGE}/card.png?w=200").data
        )

    def test_embeds_and_citations_lead_to_the_same_words(self, changed):
        url = f"{BASE}{PAGE}?revision={changed.old}"
        snippet = changed.json(pinned(f"{PAGE}/snippet", changed.old))
        assert all(url in snippet[name] for name in ("html", "markdown", "text", "wordpress", "pinned"))
        oembed = changed.json(pinned(f"/oembed?url={BASE}{PAGE}", changed.old))
        assert f'cite="{url}"' in oembed["html"]
        assert f"{BASE}{FRAME}?revision={changed.old}&amp;" in oembed["html"]
        assert oembed["thumbnail_url"] == f"{BASE}{PAGE}/card.png?revision={changed.old}&w=1200"
        for name in ("text", "markdown", "bibtex", "ris", "csl-json", "apa", "mla", "chicago", "json-ld"):
            assert url in changed.get(f"{ITEM}?revision={changed.old}&format={name}").text, name
            assert "revision=" not in changed.get(f"{ITEM}?format={name}").text, name
        annotation = changed.get(f"{ITEM}?revision={changed.old}&format=annotation").get_json(force=True)
        assert annotation["id"] == f"{BASE}{ITEM}?revision={changed.old}&format=annotation"
        # Commentary has no page of its own.
        claim, pin = changed.path("claim"), changed.pin("claim")
        assert f"{BASE}{claim}?revision={pin}" in changed.get(f"{claim}?revision={pin}&format=text").text

    def test_the_page_is_a_memento_that_is_not_indexed(self, changed):
        response = changed.get(f"{PAGE}?revision={changed.old}")
        page = Parsed(response.text)
        assert response.headers["Memento-Datetime"] == "Mon, 23 Nov 2026 00:00:00 GMT"
        links = response.headers["Link"]
        assert f'<{BASE}{PAGE}>; rel="original"' in links
        assert f'<{BASE}{PAGE}?revision={changed.old}>; rel="memento"' in links
        assert response.headers["X-Robots-Tag"] == "noindex"
        assert "immutable" not in response.headers["Cache-Control"]
        assert page.all("link", rel="canonical", href=f"{BASE}{PAGE}")
        assert page.all("meta", name="robots", content="noindex")
        assert page.all("a", rel="original", href=f"{BASE}{PAGE}")
        assert "There is a newer one." in page.text
        copied = page.behind("pre")
        assert copied.count(f"{BASE}{PAGE}?revision={changed.old}") >= 5
        assert f"{BASE}{PAGE}\n" not in copied
        assert "Commentary that cites" in page.text

    def test_the_page_of_the_quote_offers_its_present_revision(self, changed):
        pin = changed.pin("line")
        page = Parsed(changed.get(PAGE).text)
        assert f"{PAGE}?revision={pin}" in page.links
        assert f"{PAGE}/history" in page.links
        same = changed.get(f"{PAGE}?revision={pin}").text
        assert (NEW in same, "It is the current one." in same) == (True, True)

    def test_a_number_is_enough_and_is_answered_with_the_pin(self, changed):
        assert f"{BASE}{PAGE}?revision={changed.old}" in changed.get(f"{PAGE}?revision=1").text

    def test_a_pin_of_nothing_public_is_not_found(self, changed):
        # A number that is not there, other content, and content of another item.
        for pin in ("9", "2.000000", changed.pin("maxim")):
            for path in SHOWING:
                assert changed.client.get(pinned(path, pin)).status_code == 404, (path, pin)

    def test_a_malformed_pin_is_refused(self, changed):
        for pin in ("x", "3.", "3.ABCDEF", "3.ab12", "0", "-1", "1%0d%0aX:1", "%ff", "9" * 99):
            for path in SHOWING:
                # For oEmbed, there is nothing at such a URL.
                expected = 404 if path.startswith("/oembed") else 400 if pin == "%ff" else 422
                assert changed.client.get(pinned(path, pin)).status_code == expected, (path, pin)
        page = changed.client.get(f"{PAGE}?revision=x", headers={"Accept": "text/html"})
        assert "Must be the pin of a revision" in Parsed(page.text).text
        for more in ("", "1&revision=2"):
            changed.get(f"{PAGE}?revision={more}", 422)

    def test_deleted_renamed_hidden_and_purged_quotes(self, changed):
        changed.change("line", slug="the-lamp-1950-light-on")
        location = changed.get(f"{PAGE}?revision={changed.old}", 308).headers["Location"]
        assert location == f"{BASE}/quotes/the-lamp-1950-light-on?revision={changed.old}"
        page = changed.get(location.removeprefix(BASE)).text
        assert f"{BASE}/quotes/the-lamp-1950-light-on?revision={changed.old}" in page
        assert OLD in changed.get(pinned(f"/oembed?url={BASE}{PAGE}", changed.old)).text
        paths = [path.replace(SLUG, "the-lamp-1950-light-on") for path in SHOWING[:-1]]

        def statuses():
            return {changed.client.get(pinned(path, changed.old)).status_code for path in paths}

        with changed.editing() as session:
            changed.find(session, "line").deleted_at = HOURS[5]
        assert statuses() == {410, 404}
        assert changed.client.get(f"{paths[0]}/history").status_code == 410
        with changed.editing() as session:
            changed.find(session, "line").deleted_at = None
        assert statuses() == {200}
        with changed.editing() as session:
            changed.find(session, "film").status = Status.DRAFT
        assert statuses() == {404}
        with changed.editing() as session:
            changed.find(session, "film").status = Status.PUBLISHED
            purge(session, changed.find(session, "line"))
        assert statuses() == {410, 404}

    def test_what_a_pinned_quote_refers_to_may_be_purged(self, changed):
        with changed.editing() as session:
            for name in ("essay", "keeper", "storm", "light"):
                purge(session, changed.find(session, name))
        for path in SHOWING:
            text = changed.get(pinned(path, changed.old)).text
            assert not [words for words in ("On the lamp", "keeper", "Keeper") if words in text], path

    def test_no_pin_names_a_draft(self, changed):
        with changed.editing() as session:
            line = changed.find(session, "maxim")
            line.status, line.text = Status.DRAFT, "Not yet."
        with changed.editing() as session:
            changed.find(session, "maxim").status = Status.PUBLISHED
        path = changed.path("maxim").removeprefix("/v1")
        assert changed.client.get(f"{path}?revision=2").status_code == 404
        assert "Not yet." not in changed.get(f"{path}?revision=1").text
        history = Parsed(changed.get(f"{path}/history").text)
        assert len(history.all("time")) == 2


class TestHistoryPage:
    def test_it_says_who_changed_which_words_and_escapes_them(self, changed):
        changed.change("line", text='Leave "<i>light</i>" on.', editor="<u>eve</u>", at=HOURS[3])
        page = Parsed(changed.get(f"{PAGE}/history").text)
        assert [one.attributes["value"] for one in page.all("li") if "value" in one.attributes] == [
            "3",
            "2",
            "1",
        ]
        assert page.behind("del").split() == ["light", "lamp"] or "lamp" in page.behind("del")
        assert "<i>" in page.behind("ins").replace(" ", "")
        assert "<u>eve</u>" in page.text
        assert "As <b>spoken</b>." in page.text
        assert (page.all("i"), page.all("u")) == ([], [])
        assert f"{PAGE}?revision={changed.old}" in page.links
        # The words had a content note at one of the two revisions.
        assert len(page.all("details")) == 1
        assert page.all("meta", name="robots", content="noindex")

    def test_every_type_with_a_page_has_one_and_so_has_commentary(self, changed):
        for name in ("film", "light", "keeper", "essay", "storm", "line"):
            path = changed.path(name).removeprefix("/v1")
            page = Parsed(changed.get(f"{path}/history").text)
            assert f"{path}/history" in Parsed(changed.get(path).text).links
            assert path in page.links
        changed.change("claim", text="It burns <for> them.", at=HOURS[4])
        claim = changed.path("claim").removeprefix("/v1")
        page = Parsed(changed.get(f"{claim}/history").text)
        assert "<for>" in page.behind("ins").replace(" ", "")
        for link in page.links:
            if "revision=" in link:
                changed.get(link.removeprefix(BASE))
        assert changed.client.get("/commentary/no-such/history").status_code == 404

    def test_it_has_pages(self, past):
        for number in range(2, 43):
            past.change("dusk", definition=f"Definition {number}.")
        numbers, path = [], "/themes/dusk/history"
        while path:
            page = Parsed(past.get(path).text)
            numbers += [int(one.attributes["value"]) for one in page.all("li") if "value" in one.attributes]
            # All but the first revision say what they changed.
            assert len(page.all("dt")) == min(20, (numbers[-1] > 1 and 20) or 1)
            older = [link for link in page.links if link.startswith("?before=")]
            path = f"/themes/dusk/history{older[0]}" if older else None
        assert numbers == list(range(42, 0, -1))
        assert past.client.get("/themes/dusk/history?before=x").status_code == 422
        assert "no older" in past.get("/themes/dusk/history?before=1").text

    def test_it_cuts_what_did_not_change(self, past):
        long = " ".join(f"word{number}" for number in range(400))
        past.change("maxim", text=f"{long} end")
        past.change("maxim", text=f"{long} End")
        page = past.get(f"{past.path('maxim').removeprefix('/v1')}/history").text
        assert page.count("word200") == 1
        assert "word399" in page
