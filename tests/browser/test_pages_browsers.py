"""Pages in each browser: what depends on recent CSS, and the gallery's script."""

import re

import pytest

from tests.browser.conftest import open_page
from tests.browser.test_pages import FITS_THE_SCREEN
from tests.browser.test_pages_looks import CUT_NAMES, FILM, NAMES

# Chromium's part repeats other tests at length.
pytestmark = [pytest.mark.any_database, pytest.mark.nightly]


@pytest.fixture
def page(browser, server):
    """A page in each browser."""
    with open_page(browser, server.url) as new_page:
        yield new_page


class TestFilm:
    def test_names_of_any_length_and_script_are_whole(self, page):
        for width in (320, 390, 768, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(FILM)
            page.evaluate(
                "names => document.querySelectorAll('.name').forEach((a, n) => { a.text = names[n % 3] })",
                NAMES,
            )
            assert page.evaluate(CUT_NAMES) == [], width
            assert page.evaluate(FITS_THE_SCREEN), width

    def test_a_permalink_opens_the_branch_of_its_entry(self, page):
        page.goto(f"{FILM}#her-2013-writing-as-relief")
        claim = page.locator("[id='her-2013-writing-as-relief'] > .claim")
        claim.wait_for()
        # A claim of a claim: an edition may move it elsewhere.
        assert re.fullmatch(r"1(\.\d+){3,}", claim.locator(".number").inner_text())
        assert page.errors == []


class TestTheme:
    def test_a_permalink_opens_the_commentary(self, page):
        page.goto("/themes/loneliness#her-2013-connection-in-a-mediated-world")
        page.locator("[id='her-2013-connection-in-a-mediated-world'] .sort").wait_for()
        outline, text = page.locator(".outline").bounding_box(), page.locator(".stop").first.bounding_box()
        assert outline["x"] >= text["x"] + text["width"]


class TestGallery:
    def test_a_choice_on_another_page_stays_on_it(self, page):
        page.goto("/embed?scheme=dark&max_severity=3")
        first = page.locator("input[name=quote]").first.get_attribute("value")
        page.get_by_role("button", name="Next quotes").click()
        page.get_by_role("button", name="Previous quotes").wait_for()
        assert "scheme=dark" in page.url
        page.locator("input[name=quote]").nth(2).check()
        page.wait_for_function("first => !document.querySelector(`[value='${first}']`)", arg=first)
        page.get_by_role("button", name="Previous quotes").wait_for()
        assert page.errors == []
