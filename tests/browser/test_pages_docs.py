"""Guides, reference, Swagger UI and problems in a real browser: for every eye, hand and screen."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from api.core.config import ROOT
from tests.browser.test_pages import hosts

GUIDES = sorted(path.stem for path in (ROOT / "docs" / "guides").glob("*.md") if path.stem != "README")
READ = [
    "/docs/guides",
    *(f"/docs/guides/{name}" for name in GUIDES),
    "/docs/changelog",
    "/docs/problems",
    "/docs/problems/invalid-parameters",
]
#: By what is drawn there by other people's programs: the page, and when it is there.
DRAWN = {"/docs": "#operations-quotes-getQuote", "/docs/reference": "#reference .hljs-number"}
SCHEMES, WIDTHS = ["light", "dark"], [320, 360, 1200]


@pytest.fixture
def visit(page):
    """Return what opens a page as a person would have it."""

    def go(path, *, width=1200, scheme="light"):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        page.goto(path)
        page.wait_for_selector(DRAWN.get(path, "h1"))
        return page

    return go


def found(page, **options):
    """Return what axe finds: how bad, which rule, and the first element."""
    faults = Axe().run(page, **options).response["violations"]
    return [(fault["impact"], fault["id"], fault["nodes"][0]["html"]) for fault in faults]


class TestForEveryone:
    @pytest.mark.parametrize("scheme", SCHEMES)
    @pytest.mark.parametrize("path", READ)
    def test_axe_finds_nothing(self, visit, path, scheme):
        for width in (360, 1200):
            assert found(visit(path, width=width, scheme=scheme)) == []

    @pytest.mark.parametrize("scheme", SCHEMES)
    def test_axe_finds_nothing_serious_in_the_reference(self, visit, scheme):
        for width in (360, 1200):
            faults = found(visit("/docs/reference", width=width, scheme=scheme))
            assert [fault for fault in faults if fault[0] in ("serious", "critical")] == []

    @pytest.mark.parametrize("scheme", SCHEMES)
    def test_axe_finds_nothing_around_swagger_ui(self, visit, scheme):
        # Within it, buttons contain buttons and a select has no name: its makers' markup, left out here.
        for width in (360, 1200):
            page = visit("/docs", width=width, scheme=scheme)
            assert found(page, context={"exclude": [["#swagger-ui"]]}) == []

    @pytest.mark.parametrize("path", [*READ, *DRAWN])
    def test_no_page_is_wider_than_the_screen(self, visit, path):
        for width in WIDTHS:
            page = visit(path, width=width)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), width

    @pytest.mark.parametrize("path", [*READ, *DRAWN])
    def test_no_error_and_no_other_host(self, visit, served, path):
        page = visit(path)
        assert page.complaints == []
        assert hosts(page, served) == []

    @pytest.mark.parametrize("path", [*READ, *DRAWN])
    def test_the_first_key_leads_past_the_navigation(self, visit, path):
        page = visit(path)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to content"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"


class TestGuide:
    def test_a_block_is_copied_as_it_stands(self, visit, served):
        page = visit("/docs/guides/quickstart")
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        button = page.locator("figure.code button").first
        button.focus()
        page.keyboard.press("Enter")
        page.get_by_text("Copied").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == f"curl -s {served.url}/v1\n"

    def test_a_block_scrolls_by_keyboard(self, visit):
        page = visit("/docs/guides/caching", width=360)
        block = page.locator("pre").first
        block.focus()
        page.keyboard.press("ArrowRight")
        expect(block).not_to_have_js_property("scrollLeft", 0, timeout=30_000)
        assert page.evaluate("window.scrollX") == 0

    def test_a_heading_is_an_address(self, visit):
        page = visit("/docs/guides/caching")
        page.locator("article").get_by_role("link", name="CORS").click()
        assert page.url.endswith("/docs/guides/caching#cors")

    def test_it_is_read_without_scripts(self, chromium, served):
        context = chromium.new_context(base_url=served.url, java_script_enabled=False)
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
        shown = page.get_by_role("region", name="Get a quote", exact=True)
        shown.get_by_text('"speaker_certainty"').first.wait_for()
        assert page.complaints == []

    def test_it_offers_nothing_of_its_makers(self, visit):
        page = visit("/docs/reference")
        for words in ("Generate SDK", "Ask AI", "Developer Tools", "Connect MCP"):
            assert page.get_by_text(words).locator("visible=true").count() == 0

    @pytest.mark.parametrize("path", DRAWN)
    def test_it_is_dark_where_pages_are(self, visit, path):
        shades = [
            visit(path, scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor")
            for scheme in SCHEMES
        ]
        assert shades == ["rgb(251, 249, 246)", "rgb(24, 21, 20)"]


class TestSwaggerUI:
    def test_the_keyboard_opens_an_operation(self, visit):
        page = visit("/docs")
        operation = page.locator("#operations-quotes-getQuote")
        operation.locator(".opblock-summary-control").focus()
        page.keyboard.press("Enter")
        operation.locator(".opblock-body").wait_for()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('#operations-quotes-getQuote') !== null")
