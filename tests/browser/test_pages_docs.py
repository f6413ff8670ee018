"""Guides, reference, Swagger UI and problem pages in a real browser: accessible, without errors, at any width."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from api.core.config import ROOT
from tests.browser.test_pages import FITS_THE_SCREEN, assert_starts_with_skip_link, other_hosts

GUIDES = sorted(path.stem for path in (ROOT / "docs" / "guides").glob("*.md") if path.stem != "README")
STATIC_PAGES = [
    "/docs/guides",
    *(f"/docs/guides/{name}" for name in GUIDES),
    "/docs/changelog",
    "/docs/problems",
    "/docs/problems/invalid-parameters",
]
#: Pages that a third-party script renders, and the selector of an element that exists once they are ready.
SCRIPTED_PAGES = {"/docs": "#operations-quotes-getQuote", "/docs/reference": "#reference .hljs-number"}
SCHEMES, WIDTHS = ["light", "dark"], [320, 360, 1200]
#: Colours do not depend on the width: these two have every scheme and every layout.
SCREENS = [(360, "dark"), (1200, "light")]


@pytest.fixture
def visit(page):
    """A function that opens a page, with the width and colour scheme of a reader."""

    def go(path, *, width=1200, scheme="light"):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        page.goto(path)
        page.wait_for_selector(SCRIPTED_PAGES.get(path, "h1"))
        return page

    return go


def violations(page, **options):
    """Return the violations that axe finds: impact, rule and first element of each."""
    results = Axe().run(page, **options).response["violations"]
    return [(violation["impact"], violation["id"], violation["nodes"][0]["html"]) for violation in results]


class TestEveryPage:
    def test_axe_finds_nothing(self, visit):
        for path in STATIC_PAGES:
            for width, scheme in SCREENS:
                assert violations(visit(path, width=width, scheme=scheme)) == [], f"{path}, {scheme}"

    def test_axe_finds_nothing_serious_in_the_reference(self, visit):
        for width, scheme in SCREENS:
            violations_found = violations(visit("/docs/reference", width=width, scheme=scheme))
            assert [
                violation for violation in violations_found if violation[0] in ("serious", "critical")
            ] == [], scheme

    def test_axe_finds_nothing_around_swagger_ui(self, visit):
        # Swagger UI has buttons inside buttons and a select without a name, which we cannot fix.
        for width, scheme in SCREENS:
            page = visit("/docs", width=width, scheme=scheme)
            assert violations(page, context={"exclude": [["#swagger-ui"]]}) == [], scheme

    def test_it_has_no_error_fits_the_screen_and_starts_with_a_skip_link(self, visit, server):
        for path in (*STATIC_PAGES, *SCRIPTED_PAGES):
            page = visit(path)
            assert page.errors == [], path
            assert other_hosts(page, server) == [], path
            assert_starts_with_skip_link(page)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 800})
                assert page.evaluate(FITS_THE_SCREEN), f"{path}, {width} pixels"


class TestGuide:
    def test_a_button_copies_a_code_block(self, visit, server):
        page = visit("/docs/guides/quickstart")
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        button = page.locator("figure.code button").first
        button.focus()
        page.keyboard.press("Enter")
        page.get_by_text("Copied").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == f"curl -s {server.url}/v1\n"

    def test_a_code_block_scrolls_by_keyboard(self, visit):
        page = visit("/docs/guides/caching", width=360)
        block = page.locator("pre").first
        block.focus()
        page.keyboard.press("ArrowRight")
        expect(block).not_to_have_js_property("scrollLeft", 0, timeout=30_000)
        assert page.evaluate("window.scrollX") == 0

    def test_a_heading_has_a_url(self, visit):
        page = visit("/docs/guides/caching")
        page.locator("article").get_by_role("link", name="CORS").click()
        assert page.url.endswith("/docs/guides/caching#cors")

    def test_it_is_readable_without_scripts(self, chromium, server):
        context = chromium.new_context(base_url=server.url, java_script_enabled=False)
        plain = context.new_page()
        plain.goto("/docs/guides/quickstart")
        assert plain.locator("figure.code").count() > 5
        assert plain.locator("figure.code button:visible").count() == 0
        plain.get_by_role("link", name="Querying, sorting and pagination").first.click()
        assert plain.locator("h1").inner_text() == "Querying, sorting and pagination"
        context.close()


class TestReference:
    def test_it_shows_an_operation_with_its_example(self, visit):
        page = visit("/docs/reference")
        page.get_by_role("button", name="Open Group - quotes").focus()
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Get a quote HTTP Method: GET", exact=True).focus()
        page.keyboard.press("Enter")
        section = page.get_by_role("region", name="Get a quote", exact=True)
        section.get_by_text('"speaker_certainty"').first.wait_for()
        assert page.errors == []

    def test_it_has_no_offers_of_its_makers(self, visit):
        page = visit("/docs/reference")
        for words in ("Generate SDK", "Ask AI", "Developer Tools", "Connect MCP"):
            assert page.get_by_text(words).locator("visible=true").count() == 0

    @pytest.mark.parametrize("path", SCRIPTED_PAGES)
    def test_it_follows_the_colour_scheme(self, visit, path):
        backgrounds = [
            visit(path, scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor")
            for scheme in SCHEMES
        ]
        assert backgrounds == ["rgb(251, 249, 246)", "rgb(24, 21, 20)"]


class TestSwaggerUI:
    def test_the_keyboard_opens_an_operation(self, visit):
        page = visit("/docs")
        operation = page.locator("#operations-quotes-getQuote")
        operation.locator(".opblock-summary-control").focus()
        page.keyboard.press("Enter")
        operation.locator(".opblock-body").wait_for()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('#operations-quotes-getQuote') !== null")
