"""The page of a quote and the gallery in a real browser, with and without scripts."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.test_pages import other_hosts

QUOTE = "/quotes/her-2013-a-wife-without-the-challenges"
FLAGGED = "/quotes/her-2013-the-average-modern-woman"
WORDS = "You always wanted to have a wife without the challenges"


@pytest.fixture
def clipboard_page(chromium, server):
    """A page with access to the clipboard. The test fails if the browser reports an error."""
    context = chromium.new_context(
        base_url=server.url, permissions=["clipboard-read", "clipboard-write"], reduced_motion="reduce"
    )
    page_ = context.new_page()
    page_.errors = []
    page_.on(
        "console", lambda message: page_.errors.append(message.text) if message.type == "error" else None
    )
    page_.on("pageerror", lambda error: page_.errors.append(str(error)))
    yield page_
    assert page_.errors == []
    context.close()


@pytest.fixture
def plain(chromium, server):
    """A page of a browser that runs no scripts."""
    context = chromium.new_context(base_url=server.url, java_script_enabled=False)
    yield context.new_page()
    context.close()


class TestQuotePage:
    def test_quotation_marks_are_those_of_the_language(self, page):
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

    def test_a_button_copies_exactly_what_is_shown(self, clipboard_page):
        clipboard_page.goto(QUOTE)
        clipboard_page.get_by_text("APA", exact=True).click()
        clipboard_page.get_by_role("button", name="Copy: APA").click()
        copied = clipboard_page.evaluate("navigator.clipboard.readText()")
        assert copied == clipboard_page.locator("#copy-apa").text_content()
        assert "The Wall of Wisdom." in copied

    def test_one_format_is_open_at_a_time(self, clipboard_page):
        clipboard_page.goto(QUOTE)
        clipboard_page.get_by_text("BibTeX", exact=True).press("Enter")
        assert clipboard_page.locator("details.copy[open] summary").all_inner_texts() == ["BibTeX"]

    def test_without_scripts_it_is_complete_and_has_no_buttons(self, plain):
        plain.goto(QUOTE)
        assert WORDS in plain.locator("blockquote").inner_text()
        assert plain.locator("#copy-text").is_visible()
        assert plain.get_by_role("button").count() == 0

    def test_flagged_text_can_be_revealed(self, plain):
        plain.goto(FLAGGED)
        assert not plain.locator("blockquote").is_visible()
        plain.locator(".quotation summary").press("Enter")
        assert plain.locator("blockquote").is_visible()

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_axe_finds_nothing_when_everything_is_open(self, page, scheme):
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
    def selected_id(self, page):
        return page.locator("input[name=quote]:checked").get_attribute("value")

    def test_a_selected_quote_is_shown_at_once(self, clipboard_page):
        clipboard_page.goto("/embed")
        clipboard_page.get_by_label("Search quotes").press_sequentially("wife")
        expect(clipboard_page.locator("#count")).to_have_text("1 quote")
        clipboard_page.get_by_text(WORDS).first.click()
        expect(clipboard_page.locator("#copy-html")).to_contain_text("wife")
        preview = clipboard_page.frame_locator("iframe.host")
        assert WORDS in preview.locator("blockquote").inner_text()
        assert "quote=her-2013-a-wife-without-the-challenges" in clipboard_page.url
        assert (
            clipboard_page.evaluate("document.activeElement.value")
            == "her-2013-a-wife-without-the-challenges"
        )

    def test_the_preview_runs_the_script(self, clipboard_page):
        clipboard_page.goto(f"/embed?quote={QUOTE.rpartition('/')[2]}&scheme=dark")
        preview = clipboard_page.frame_locator("iframe.host")
        preview.locator("blockquote").wait_for()
        assert preview.locator("figure").get_attribute("data-theme") == "dark"
        expect(preview.locator("blockquote slot")).to_have_count(1)
        host = next(frame for frame in clipboard_page.frames if "/embed/host" in frame.url)
        assert host.evaluate("self.origin") == "null"

    def test_the_preview_may_be_a_frame(self, clipboard_page):
        clipboard_page.goto(f"/embed?quote={QUOTE.rpartition('/')[2]}&style=frame")
        frame = clipboard_page.frame_locator("iframe.host").frame_locator("iframe")
        assert WORDS in frame.locator("blockquote").inner_text()

    def test_copy_buttons_work_after_a_choice(self, clipboard_page):
        clipboard_page.goto(f"/embed?quote={QUOTE.rpartition('/')[2]}")
        clipboard_page.get_by_label("Dark").check()
        expect(clipboard_page.locator("#copy-html")).to_contain_text("data-theme")
        clipboard_page.get_by_role("button", name="Copy: HTML").click()
        copied = clipboard_page.evaluate("navigator.clipboard.readText()")
        assert copied == clipboard_page.locator("#copy-html").text_content()
        assert 'data-theme="dark"' in copied

    def test_the_keyboard_selects_a_quote(self, clipboard_page):
        clipboard_page.goto("/embed")
        first = self.selected_id(clipboard_page)
        clipboard_page.locator("input[name=quote]:checked").focus()
        clipboard_page.keyboard.press("ArrowDown")
        second = self.selected_id(clipboard_page)
        expect(clipboard_page.locator("#copy-wordpress")).to_have_text(re.compile(f"/{second}$"))
        assert second != first
        assert clipboard_page.evaluate("document.activeElement.value") == second

    def test_the_number_of_matches_is_announced(self, clipboard_page):
        clipboard_page.goto("/embed")
        clipboard_page.get_by_label("Search quotes").fill("wife")
        clipboard_page.get_by_role("status").get_by_text("1 quote").wait_for()

    def test_the_form_works_without_scripts(self, plain):
        plain.goto("/embed")
        plain.get_by_label("Search quotes").fill("wife")
        plain.get_by_role("button", name="Show").click()
        plain.get_by_text(WORDS).first.click()
        plain.get_by_label("Light", exact=True).check()
        plain.get_by_role("button", name="Show").click()
        assert 'data-theme="light"' in plain.locator("#copy-html").text_content()
        assert WORDS in plain.frame_locator("iframe.host").locator("blockquote").inner_text()

    def choices(self, page):
        return page.locator("input[name=quote]").evaluate_all("all => all.map(one => one.value)")

    def test_the_keyboard_turns_pages_and_a_choice_stays_on_its_page(self, clipboard_page):
        clipboard_page.goto("/embed?max_severity=3&style=frame")
        first = self.choices(clipboard_page)
        clipboard_page.get_by_role("button", name="Next quotes").press("Enter")
        clipboard_page.get_by_role("button", name="Previous quotes").wait_for()
        second = self.choices(clipboard_page)
        # The selected quote comes along.
        assert second[0] == first[0]
        assert not set(second[1:]) & set(first)
        assert clipboard_page.evaluate("document.activeElement.id") == "quote-list"
        clipboard_page.locator("input[name=quote]").nth(3).check()
        expect(clipboard_page.locator("#copy-wordpress")).to_have_text(re.compile(f"/{second[3]}$"))
        assert self.choices(clipboard_page) == second[1:]
        clipboard_page.reload()
        assert self.choices(clipboard_page) == second[1:]
        assert self.selected_id(clipboard_page) == second[3]
        assert clipboard_page.get_by_label("Frame (iframe)").is_checked()

    def test_pages_turn_without_scripts_and_keep_what_was_not_sent_yet(self, plain):
        plain.goto("/embed?max_severity=3")
        first = self.choices(plain)
        plain.get_by_label("Dark").check()
        plain.get_by_role("button", name="Next quotes").click()
        assert not set(self.choices(plain)[1:]) & set(first)
        assert plain.get_by_label("Dark").is_checked()
        plain.get_by_label("Search quotes").fill("wife")
        plain.get_by_role("button", name="Show").click()
        assert QUOTE.rpartition("/")[2] in self.choices(plain)

    def test_only_our_server_is_requested_and_nothing_is_stored(self, page, server):
        page.goto(f"/embed?quote={QUOTE.rpartition('/')[2]}")
        page.frame_locator("iframe.host").locator("blockquote").wait_for()
        assert other_hosts(page, server) == []
        assert page.context.cookies() == []
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0
