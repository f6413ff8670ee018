"""A quote's page and the gallery in a real browser: read, copied from, and chosen in, with and without scripts."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.test_pages import hosts

QUOTE = "/quotes/her-2013-a-wife-without-the-challenges"
FLAGGED = "/quotes/her-2013-the-average-modern-woman"
WORDS = "You always wanted to have a wife without the challenges"


@pytest.fixture
def copying(chromium, server):
    """A page that may write to the clipboard and read it, and notes what the browser complains of."""
    context = chromium.new_context(
        base_url=server.url, permissions=["clipboard-read", "clipboard-write"], reduced_motion="reduce"
    )
    made = context.new_page()
    made.complaints = []
    made.on("console", lambda said: made.complaints.append(said.text) if said.type == "error" else None)
    made.on("pageerror", lambda error: made.complaints.append(str(error)))
    yield made
    assert made.complaints == []
    context.close()


@pytest.fixture
def plain(chromium, server):
    """A page of a browser that runs no scripts."""
    context = chromium.new_context(base_url=server.url, java_script_enabled=False)
    yield context.new_page()
    context.close()


class TestQuotePage:
    def test_the_marks_around_the_words_are_those_of_their_language(self, page):
        page.goto(QUOTE)
        marks = page.evaluate(
            """languages => languages.map(language => {
          const quote = document.querySelector(".quotation blockquote");
          quote.lang = language;
          return getComputedStyle(quote.querySelector("p"), "::before").content
        })""",
            ["en", "de"],
        )
        assert marks == ["open-quote", "open-quote"]
        assert page.evaluate("getComputedStyle(document.querySelector('.quotation p')).quotes") == "auto"

    def test_a_button_copies_exactly_what_is_shown(self, copying):
        copying.goto(QUOTE)
        copying.get_by_text("APA", exact=True).click()
        copying.get_by_role("button", name="Copy: APA").click()
        copied = copying.evaluate("navigator.clipboard.readText()")
        assert copied == copying.locator("#copy-apa").text_content()
        assert "The Wall of Wisdom." in copied

    def test_one_form_is_open_at_a_time(self, copying):
        copying.goto(QUOTE)
        copying.get_by_text("BibTeX", exact=True).press("Enter")
        assert copying.locator("details.copy[open] summary").all_inner_texts() == ["BibTeX"]

    def test_without_scripts_it_is_complete_and_offers_no_dead_button(self, plain):
        plain.goto(QUOTE)
        assert WORDS in plain.locator("blockquote").inner_text()
        assert plain.locator("#copy-text").is_visible()
        assert plain.get_by_role("button").count() == 0

    def test_flagged_words_are_seen_when_they_are_asked_for(self, plain):
        plain.goto(FLAGGED)
        assert not plain.locator("blockquote").is_visible()
        plain.locator(".quotation summary").press("Enter")
        assert plain.locator("blockquote").is_visible()

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_axe_finds_nothing_where_all_is_opened(self, page, scheme):
        page.emulate_media(color_scheme=scheme)
        for path in (QUOTE, FLAGGED):
            page.goto(path)
            page.evaluate(
                "for (const one of document.querySelectorAll('details')) one.removeAttribute('name')"
            )
            page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
            assert Axe().run(page).response["violations"] == []

    def test_it_stores_nothing(self, page):
        page.goto(QUOTE)
        assert page.context.cookies() == []
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0


class TestGallery:
    def chosen(self, page):
        return page.locator("input[name=quote]:checked").get_attribute("value")

    def test_a_choice_is_shown_at_once(self, copying):
        copying.goto("/embed")
        copying.get_by_label("Search quotes").press_sequentially("wife")
        expect(copying.locator("#count")).to_have_text("1 quote")
        copying.get_by_text(WORDS).first.click()
        expect(copying.locator("#copy-html")).to_contain_text("wife")
        shown = copying.frame_locator("iframe.host")
        assert WORDS in shown.locator("blockquote").inner_text()
        assert "quote=her-2013-a-wife-without-the-challenges" in copying.url
        assert copying.evaluate("document.activeElement.value") == "her-2013-a-wife-without-the-challenges"

    def test_what_is_shown_is_what_the_script_makes_of_it(self, copying):
        copying.goto(f"/embed?quote={QUOTE.rpartition('/')[2]}&scheme=dark")
        shown = copying.frame_locator("iframe.host")
        shown.locator("blockquote").wait_for()
        assert shown.locator("figure").get_attribute("data-theme") == "dark"
        expect(shown.locator("blockquote slot")).to_have_count(1)
        host = next(frame for frame in copying.frames if "/embed/host" in frame.url)
        assert host.evaluate("self.origin") == "null"

    def test_a_frame_is_shown_too(self, copying):
        copying.goto(f"/embed?quote={QUOTE.rpartition('/')[2]}&style=frame")
        framed = copying.frame_locator("iframe.host").frame_locator("iframe")
        assert WORDS in framed.locator("blockquote").inner_text()

    def test_buttons_copy_after_a_choice_too(self, copying):
        copying.goto(f"/embed?quote={QUOTE.rpartition('/')[2]}")
        copying.get_by_label("Dark").check()
        expect(copying.locator("#copy-html")).to_contain_text("data-theme")
        copying.get_by_role("button", name="Copy: HTML").click()
        copied = copying.evaluate("navigator.clipboard.readText()")
        assert copied == copying.locator("#copy-html").text_content()
        assert 'data-theme="dark"' in copied

    def test_the_keyboard_chooses(self, copying):
        copying.goto("/embed")
        first = self.chosen(copying)
        copying.locator("input[name=quote]:checked").focus()
        copying.keyboard.press("ArrowDown")
        second = self.chosen(copying)
        expect(copying.locator("#copy-wordpress")).to_have_text(re.compile(f"/{second}$"))
        assert second != first
        assert copying.evaluate("document.activeElement.value") == second

    def test_how_many_match_is_said(self, copying):
        copying.goto("/embed")
        copying.get_by_label("Search quotes").fill("wife")
        copying.get_by_role("status").get_by_text("1 quote").wait_for()

    def test_without_scripts_the_form_does_it_all(self, plain):
        plain.goto("/embed")
        plain.get_by_label("Search quotes").fill("wife")
        plain.get_by_role("button", name="Show").click()
        plain.get_by_text(WORDS).first.click()
        plain.get_by_label("Light").check()
        plain.get_by_role("button", name="Show").click()
        assert 'data-theme="light"' in plain.locator("#copy-html").text_content()
        assert WORDS in plain.frame_locator("iframe.host").locator("blockquote").inner_text()

    def test_nothing_but_us_is_asked_and_nothing_stored(self, page, server):
        page.goto(f"/embed?quote={QUOTE.rpartition('/')[2]}")
        page.frame_locator("iframe.host").locator("blockquote").wait_for()
        assert hosts(page, server) == []
        assert page.context.cookies() == []
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0
