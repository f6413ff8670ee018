"""Guides, reference, Swagger UI and problem pages in a real browser: accessible, without errors, at any width."""

import json
import re
from urllib.parse import parse_qsl, urlsplit

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
        page.wait_for_selector(SCRIPTED_PAGES.get(path.partition("#")[0], "h1"))
        return page

    return go


def violations(page, **options):
    """Return the violations that axe finds: impact, rule and first element of each."""
    results = Axe().run(page, **options).response["violations"]
    return [(violation["impact"], violation["id"], violation["nodes"][0]["html"]) for violation in results]


class TestEveryPage:
    @pytest.mark.nightly
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

    def test_axe_finds_nothing_around_swagger_ui_and_in_what_we_add(self, visit):
        # Swagger UI has buttons inside buttons and a select without a name, which we cannot fix.
        for width, scheme in SCREENS:
            page = visit("/docs#/quotes/listQuotes", width=width, scheme=scheme)
            assert violations(page, context={"exclude": [["#swagger-ui"]]}) == [], scheme
            page.locator("summary").first.wait_for()
            added = {"include": [[".operation-filter"], [".fold"]]}
            assert violations(page, context=added) == [], scheme

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

    def test_a_list_fits_two_screens_with_the_rest_folded(self, visit):
        page = visit("/docs", width=1280)
        for operation in ("quotes-listQuotes", "commentary-listCommentary", "scenes-listFilmScenes"):
            opened = page.locator(f"#operations-{operation}")
            opened.locator(".opblock-summary-control").click()
            opened.locator(".responses-wrapper").wait_for()
            assert opened.bounding_box()["height"] <= 2 * page.viewport_size["height"], operation
            names = opened.locator(".parameter__name").all_inner_texts()
            assert {"q", "sort", "limit"} <= set(names)
            assert "If-None-Match" not in names
        assert page.errors == []

    def test_folded_parts_open_by_keyboard_and_by_click(self, visit):
        page = visit("/docs#/quotes/listQuotes")
        operation = page.locator("#operations-quotes-listQuotes")
        parameters = operation.locator("summary", has_text="16 more parameters: id, speaker_certainty")
        parameters.focus()
        page.keyboard.press("Enter")
        row = operation.locator(".fold tr", has=page.get_by_text("If-None-Match", exact=True))
        expect(row).to_contain_text("Return 304 if one of these ETags matches")
        page.keyboard.press("Enter")
        expect(row).to_have_count(0)
        operation.locator("summary", has_text="9 other responses: 304, 400").click()
        expect(operation.locator(".fold tr[data-code='422']")).to_contain_text("invalid-parameters")
        operation.locator("summary", has_text="6 headers: ETag").click()
        expect(operation.locator(".fold table.headers")).to_contain_text("Cache-Control")
        operation.locator("summary", has_text="firstQuote").click()
        expect(operation.locator(".response-col_links .fold pre")).to_contain_text("quote_id")
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map((element) => element.id)")
        assert len(ids) == len(set(ids))

    def test_the_parameters_to_fold_exist(self):
        script = (ROOT / "api/pages/static/docs.js").read_text("utf-8")
        folded = re.search(r"RARE_PARAMETERS = new Set\(\[(.*?)\]", script, re.DOTALL)[1]
        document = json.loads((ROOT / "openapi/v1.json").read_text("utf-8"))
        names = {parameter["name"] for parameter in document["components"]["parameters"].values()}
        assert set(re.findall(r'"([^"]+)"', folded)) - names == set()

    def test_an_operation_and_a_filter_have_an_address(self, visit):
        page = visit("/docs?filter=GET Random#/quotes/randomQuotes")
        page.locator("#operations-quotes-randomQuotes .responses-wrapper").wait_for()
        assert page.locator(".opblock").count() == 2
        page.locator("#operations-commentary-randomCommentary .opblock-summary-control").click()
        assert page.url.endswith("/docs?filter=GET%20Random#/commentary/randomCommentary")
        words = page.get_by_label("Filter operations")
        words.fill("list advisor")
        expect(page.get_by_role("status")).to_have_text("2 operations")
        assert "/docs?filter=list+advisor#" in page.url
        words.fill("nothing like it")
        expect(page.get_by_role("status")).to_have_text("No operation matches.")
        assert "No operations defined" not in page.locator("#swagger-ui").inner_text()
        # An operation in the address wins over the filter.
        page.evaluate("location.hash = '#/films/getFilm'")
        page.locator("#operations-films-getFilm .responses-wrapper").wait_for()
        assert page.url.endswith("/docs#/films/getFilm")

    def test_it_links_to_the_document(self, visit, server):
        page = visit("/docs")
        link = page.get_by_role("link", name="/v1/openapi.json")
        assert link.get_attribute("href") == f"{server.url}/v1/openapi.json"

    def test_no_optional_parameter_is_filled_in(self, visit):
        page = visit("/docs")
        filled_in = page.evaluate(
            """() => Object.values(window.ui.specSelectors.specJson().toJS().components.parameters)
              .filter(({ required, example, examples, schema }) => !required &&
                [example, examples, schema.example].some((value) => value !== undefined))
              .map(({ name }) => name)"""
        )
        assert filled_in == []
        # Defaults are: they change nothing.
        defaults = {("limit", "20"), ("count", "false"), ("drop_missing", "false")}
        for operation in ("themes/saveThemeDraft", "drafts/listDrafts", "films/restoreFilm"):
            page = visit(f"/docs#/{operation}")
            opened = page.locator(f"#operations-{operation.replace('/', '-')}")
            opened.locator("button.try-out__btn").click()
            with page.expect_request(re.compile("/v1/(?!openapi)")) as sent:
                opened.locator("button.execute").click()
            assert set(parse_qsl(urlsplit(sent.value.url).query)) <= defaults, operation
            assert not {"if-none-match", "idempotency-key"} & sent.value.headers.keys(), operation

    def test_requests_go_to_where_the_page_comes_from_whatever_the_base_url(self, visit, server):
        origin = server.url.replace("127.0.0.1", "localhost")
        page = visit(f"{origin}/docs#/quotes/listSceneQuotes")
        operation = page.locator("#operations-quotes-listSceneQuotes")
        operation.locator("button.try-out__btn").click()
        operation.locator("input[placeholder='scene_id']").fill("her-2013-the-date-ends")
        # A folded parameter that is invalid is shown.
        fold = operation.locator("details", has_text="more parameters")
        fold.locator("summary").click()
        fold.locator("input[placeholder='max_severity']").fill("9")
        fold.locator("summary").click()
        operation.locator("button.execute").click()
        expect(fold).to_have_attribute("open", "")
        fold.locator("input[placeholder='max_severity']").fill("0")
        operation.locator("button.execute").click()
        body = operation.locator(".live-responses-table .response-col_description pre").first
        expect(body).to_contain_text('"type": "quote"')
        assert any(
            url.startswith(f"{origin}/v1/scenes/her-2013-the-date-ends/quotes?") and "max_severity=0" in url
            for url in page.requested_urls
        )

    def test_schemas_are_shown_with_their_names(self, visit):
        page = visit("/docs#/quotes/getQuote")
        operation = page.locator("#operations-quotes-getQuote")
        operation.get_by_role("tab", name="Schema").click()
        schema = operation.locator(".json-schema-2020-12").first
        expect(schema).to_contain_text("speaker_certainty")
        expect(schema.locator(".json-schema-2020-12__title").first).to_have_text("Quote")
