"""The desk in a real browser: from a source that nothing cites to a published quote, and a conflict repaired."""

from contextlib import closing, contextmanager

import pytest
import requests
from playwright.sync_api import expect

from models.database import Database
from tests.api.desk.conftest import make_key
from tests.browser.conftest import open_page
from tests.browser.test_pages import FITS_THE_SCREEN, other_hosts
from tests.browser.test_pages_docs import SCREENS, violations
from tests.desk_sources import ESSAYS, NUMBER, SOURCE, WORDS, paragraph, source_body
from tests.serving import serving

#: What a refused form logs to the console; it is no error of the page.
CONFLICT = "409 (Conflict)"
#: Selects words in a paragraph of a source's page, as a mouse does.
SELECT = """([id, words]) => {
  const text = document.querySelector(`#${id} [data-passage]`).firstChild, start = text.data.indexOf(words);
  document.getSelection().setBaseAndExtent(text, start, text, start + words.length);
}"""

#: Links, buttons and fields below 24 by 24 pixels, without links in a sentence (WCAG 2.2, 2.5.8).
SMALL_TARGETS = """() => [...document.querySelectorAll("main :is(a, button, input, select, summary, textarea), header :is(a, button)")]
  .filter(each => each.checkVisibility() && !each.closest("[aria-hidden], p:not(.adding), .to-do, .problem"))
  .filter(each => { const box = each.getBoundingClientRect(); return box.width && Math.min(box.width, box.height) < 24; })
  .map(each => each.outerHTML)"""


@pytest.fixture(scope="module")
def keys(sqlite_engine, tmp_path_factory):
    """A server with the text of the source, and two keys."""
    log = tmp_path_factory.mktemp("desk") / "log"
    with sqlite_engine.fresh("pack") as url:
        with closing(Database(url)) as database:
            keys = [make_key(database, name=name) for name in ("desk", "colleague")]
        with serving(log, SUBTEXT_DATABASE_URL=url, SUBTEXT_ESSAYS=str(ESSAYS)) as server:
            headers = {"Authorization": f"Bearer {keys[0]}"}
            assert requests.post(f"{server.url}/v1/sources", json=source_body(), headers=headers).ok
            yield server, *keys


@contextmanager
def at_desk(chromium, server, key):
    """Yield a page of a browser that has signed in with the keyboard."""
    with open_page(chromium, server.url) as page:
        page.goto("/edit")
        expect(page.get_by_label("API key")).to_be_focused()
        page.keyboard.type(key)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Texts")
        yield page


@pytest.fixture
def page(chromium, keys):
    with at_desk(chromium, keys[0], keys[1]) as page:
        yield page


def press(page, name):
    """Press a button with the keyboard, and wait for the page that follows."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).last.press("Enter")


def assert_accessible(page):
    """Assert that axe finds nothing in either scheme, and that the page is no wider than the screen."""
    for width, scheme in SCREENS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == [], f"{page.url}, {scheme}"
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate(FITS_THE_SCREEN), page.url
    page.set_viewport_size({"width": 1200, "height": 900})


def select_with_keys(page, words):
    """Select words in the paragraph of a form, with Shift and the arrow keys."""
    page.get_by_label(f"Paragraph {NUMBER}").focus()
    page.keyboard.press("Control+Home")
    for _ in range(paragraph().index(words)):
        page.keyboard.press("ArrowRight")
    for _ in words:
        page.keyboard.press("Shift+ArrowRight")


class TestDesk:
    def test_from_an_empty_source_to_a_published_quote_and_a_repaired_conflict(self, chromium, keys, page):
        server, _, colleagues_key = keys
        page.get_by_role("link", name="Her: Nobody's Mirror").press("Enter")
        assert page.locator(".citing li").count() == 0
        assert_accessible(page)
        page.get_by_role("link", name=f"New quote from paragraph {NUMBER}", exact=True).press("Enter")
        expect(page.get_by_text("No words are selected yet.")).to_be_visible()
        select_with_keys(page, WORDS)
        expect(page.locator("#words-selected")).to_have_text(WORDS)
        page.keyboard.type("Typing changes nothing")
        expect(page.get_by_label(f"Paragraph {NUMBER}")).to_have_value(paragraph())

        page.get_by_label("Label").first.fill("Never lose each other")
        press(page, "Save draft")
        expect(page.get_by_role("status")).to_be_focused()
        expect(page.locator("#words-selected")).to_have_text(WORDS)
        assert_accessible(page)
        page.get_by_role("link", name="Kind", exact=True).press("Enter")
        expect(page.get_by_label("Kind", exact=False).first).to_be_focused()
        page.keyboard.type("Fragment")
        page.get_by_label("Voice").select_option("essay")
        page.get_by_role("group", name="Themes 1").get_by_role("combobox").select_option(label="Loneliness")
        page.get_by_role("button", name="Add another: Themes").press("Enter")
        page.keyboard.type("Conflict")
        press(page, "Save and preview")
        frame = page.frame_locator("iframe")
        expect(frame.get_by_text(WORDS)).to_be_visible()
        assert_accessible(page)
        page.get_by_role("link", name="Back to the draft").press("Enter")

        with at_desk(chromium, server, colleagues_key) as colleague:
            colleague.goto(page.url)
            colleague.get_by_label("Label").first.fill("They never lose each other")
            press(colleague, "Save draft")
            page.get_by_label("Label").first.fill("Never lost")
            press(page, "Save and publish")
            expect(page.get_by_role("alert")).to_be_focused()
            expect(page.get_by_role("alert")).to_contain_text("“colleague” has saved the draft")
            assert_accessible(page)
            page.get_by_role("radio", name="Theirs").focus()
            page.keyboard.press("Space")
            press(page, "Save the draft with these choices")
            press(page, "Save and publish")
        expect(page.get_by_role("status")).to_contain_text("It is published.")
        expect(page.get_by_role("status")).to_be_in_viewport()
        expect(page.locator(f"#p{NUMBER} .citing li")).to_have_text("quote They never lose each other")
        quote = requests.get(f"{server.url}/v1/quotes/her-2013-never-lose-each-other").json()
        assert (quote["text"], quote["label"]) == (WORDS, "They never lose each other")
        assert [theme["id"] for theme in quote["themes"]] == ["loneliness", "conflict-and-authenticity"]
        assert [error for error in page.errors if CONFLICT not in error] == []
        assert other_hosts(page, server) == []
        press(page, "Sign out")
        assert_accessible(page)

    def test_words_selected_with_the_mouse_lead_to_their_quote(self, page):
        page.goto(f"/edit/texts/{SOURCE}")
        link = page.get_by_role("link", name="Quote these words")
        expect(link).to_be_hidden()
        page.evaluate(SELECT, [f"p{NUMBER}", f" {WORDS}"])
        link.click()
        expect(page.locator("#words-selected")).to_have_text(WORDS)
        assert page.locator("[name='/citations/0/paragraphs']").input_value() == str(NUMBER)
        assert page.errors == []

    def test_what_was_typed_outlives_the_session(self, page, keys):
        page.goto(f"/edit/quotes/new?source={SOURCE}&paragraph={NUMBER}&start=0&end=14")
        page.get_by_label("Label").first.fill("Two neighbours")
        page.get_by_role("button", name="Add another: Themes").click()
        page.locator("[name='/themes/1']").select_option("loneliness")
        page.context.clear_cookies()
        press(page, "Save draft")
        expect(page.get_by_role("alert")).to_contain_text("your session has ended")
        page.get_by_label("API key").fill(keys[1])
        press(page, "Sign in")
        page.get_by_role("button", name="Restore it").press("Enter")
        press(page, "Save draft")
        expect(page.get_by_role("status")).to_contain_text("The draft is saved, but cannot be published yet")
        expect(page.get_by_label("Label").first).to_have_value("Two neighbours")
        expect(page.locator("[name='/themes/0']")).to_have_value("loneliness")
        page.goto(f"/edit/quotes/new?source={SOURCE}&paragraph={NUMBER}&start=0&end=14")
        expect(page.get_by_role("button", name="Save draft").last).to_be_visible()
        assert page.get_by_role("button", name="Restore it").count() == 0

    def test_nothing_is_offered_where_nothing_was_lost(self, page):
        page.goto("/edit/themes/loneliness")
        page.get_by_text("More fields").click()
        page.get_by_role("button", name="Add another: Related").click()
        page.get_by_label("Name").first.fill("Being alone")
        page.get_by_label("Name").first.fill("Loneliness")
        page.reload()
        expect(page.get_by_role("button", name="Save draft").last).to_be_visible()
        assert page.get_by_role("button", name="Restore it").count() == 0

        page.goto("/edit/themes/new")
        page.get_by_label("Name").first.fill("Leaving")
        page.get_by_text("More fields").click()
        page.get_by_role("button", name="Add another: Related").click()
        page.locator("[name='/related/1']").select_option("loneliness")
        press(page, "Save and publish")
        expect(page.get_by_role("alert")).to_contain_text("The draft is saved, but not published")
        for path in ("/edit/themes/new", "/edit/themes/leaving"):
            page.goto(path)
            expect(page.get_by_role("button", name="Save draft").last).to_be_visible()
            assert page.get_by_role("button", name="Restore it").count() == 0, path
        page.get_by_label("Name").first.fill("")
        page.reload()
        page.get_by_role("button", name="Restore it").click()
        expect(page.get_by_label("Name").first).to_have_value("")

    def test_lists_and_drafts_are_accessible_and_the_key_is_out_of_reach(self, page, keys):
        for path in ("/edit", "/edit/drafts", "/edit/themes", "/edit/commentary/new"):
            page.goto(path)
            assert_accessible(page)
        stored = page.evaluate("JSON.stringify([document.cookie, localStorage, sessionStorage])")
        assert stored == '["",{},{}]'
        assert keys[1] not in page.content()
        assert page.errors == []

    def test_long_words_fit_and_targets_are_large_enough(self, page, keys):
        long, headers = "x" * 110, {"Authorization": f"Bearer {keys[1]}", "If-None-Match": "*"}
        for path, body in [
            (
                "quotes/her-2013-long-words",
                {"label": long, "text": long, "themes": [long], "film": "her-2013"},
            ),
            ("sources/long-words", {"title": long, "section": long}),
        ]:
            saved = requests.put(f"{keys[0].url}/v1/{path}/draft", json=body, headers=headers)
            assert saved.ok, saved.text
        for path in (
            "",
            "/quotes",
            "/drafts",
            "/sources",
            "/quotes/her-2013-long-words",
            "/sources/long-words",
            f"/texts/{SOURCE}",
            f"/quotes/new?source={SOURCE}&paragraph={NUMBER}",
        ):
            page.goto(f"/edit{path}")
            for width in (380, 1280):
                page.set_viewport_size({"width": width, "height": 900})
                assert page.evaluate(FITS_THE_SCREEN), (path, width)
                assert page.evaluate(SMALL_TARGETS) == [], (path, width)
            page.set_viewport_size({"width": 380, "height": 900})
            assert page.locator("header").bounding_box()["height"] < 130, path
